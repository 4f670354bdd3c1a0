"""vCard 2.1, 3.0 and 4.0 as rows under headings of our own: folded lines, quoted-printable, groups, several cards a file. Pure.

A card's e-mails become `E-mail 1`, `E-mail 1 label` and so on; what has no heading here keeps its own name, so that nothing is lost
that people wrote. Photos are left out and counted.
"""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from crmlite.imports.reading.limits import CARD, FIELD, LINE, BadRow

Card = dict[str, str]
_LEFT_OUT = frozenset(
    {"BEGIN", "END", "VERSION", "PRODID", "REV", "UID", "PHOTO", "LOGO", "SOUND", "KEY", "SORT-STRING", "N"}
)
_MANY = {"EMAIL": "E-mail", "TEL": "Phone", "URL": "Link"}
_AT_MOST = 20
"""E-mails, phones, links and addresses of one card that get headings of their own; further ones are gathered in one."""
_PLACES = ("PO box", "Extended", "Street", "City", "Region", "Postcode", "Country")
_BARE_ENCODINGS = {"QUOTED-PRINTABLE", "BASE64", "B", "8BIT", "7BIT"}
_LABELS = {"home": "home", "work": "work", "cell": "mobile", "mobile": "mobile", "iphone": "mobile", "other": "other"}


@dataclass
class Line:
    """One property: `item1.TEL;TYPE=home,cell:+31 6 ...`."""

    group: str
    name: str
    params: dict[str, list[str]] = field(default_factory=dict)
    value: str = ""

    @property
    def types(self) -> list[str]:
        return [word.strip().lower() for word in self.params.get("TYPE", [])]


def cards(path: Path, encoding: str) -> Iterator[tuple[int, Card | BadRow]]:
    """(number of the card, its values by heading)."""
    with open(path, encoding=encoding, errors="surrogateescape", newline=None) as file:
        for number, lines in enumerate(_split(file), 1):
            if isinstance(lines, BadRow):
                yield number, lines
                continue
            try:
                yield number, _card(lines)
            except BadRow as bad:
                yield number, bad


def _split(file: IO[str]) -> Iterator[list[str] | BadRow]:
    """The lines of each card, unfolded by nobody yet."""
    lines: list[str] | None = None
    size, bad, depth = 0, False, 0
    while line := file.readline(LINE):
        word = re.sub(r"\s", "", line[:40]).upper()
        if word == "BEGIN:VCARD":
            if lines is not None and depth == 0 and not _is_in_agent(lines):
                yield BadRow("card_without_end")
                lines = None
            depth = depth + 1 if lines is not None else 0
            lines, size, bad = (lines or []), size if lines else 0, bad if lines else False
        elif word == "END:VCARD" and lines is not None:
            if depth:
                depth -= 1
                continue
            yield BadRow("card_too_large") if bad else lines
            lines = None
        elif lines is not None and depth == 0:
            size += len(line)
            bad = bad or size > CARD
            if not bad:
                lines.append(line.rstrip("\n"))
    if lines is not None:
        yield BadRow("card_without_end")


def _is_in_agent(lines: list[str]) -> bool:
    """vCard 2.1 may hold the card of an assistant within a card."""
    return bool(lines) and lines[-1].upper().startswith("AGENT")


def _card(lines: list[str]) -> Card:
    found: Card = {}
    counts: dict[str, int] = {}
    names = {}
    parsed = [line for text in _unfolded(lines) if (line := _parsed(text)) is not None]
    for line in parsed:
        if line.name == "X-ABLABEL":
            names[line.group] = _unescaped(line.value).strip("_$!<>").lower()
    for line in parsed:
        _take(found, counts, line, names.get(line.group, "") if line.group else "")
    for heading, value in found.items():
        if "\0" in value:
            raise BadRow("nul")
        if any("\udc80" <= char <= "\udcff" or char == "\ufffd" for char in value):
            raise BadRow("bad_letters")
        if len(value) > FIELD:
            raise BadRow("field_too_long")
        found[heading] = value.strip()
    if not any(found.values()):
        raise BadRow("empty_card")
    return found


def _take(found: Card, counts: dict[str, int], line: Line, label: str) -> None:
    name = line.name
    if name == "N":
        parts = [*_pieces(line.value), "", "", "", "", ""]
        for heading, part in zip(("Last name", "First name", "Middle name", "Prefix", "Suffix"), parts, strict=False):
            _put(found, heading, part)
    elif name == "PHOTO":
        _put(found, "Photo", "yes")
    elif name in _LEFT_OUT or name.startswith(("X-ABLABEL", "X-ABADR", "X-ABUID", "X-ABSHOWAS")):
        return
    elif name in _MANY:
        _slot(found, counts, _MANY[name], _uri(_unescaped(line.value)), _label(line, label))
    elif name == "ADR":
        _address(found, counts, line, label)
    elif name == "ORG":
        parts = _pieces(line.value)
        _put(found, "Company", parts[0] if parts else "")
        _put(found, "Department", ", ".join(part for part in parts[1:] if part))
    else:
        heading = {"FN": "Name", "TITLE": "Job title", "ROLE": "Role", "BDAY": "Birthday", "NOTE": "Note",
                   "CATEGORIES": "Categories", "NICKNAME": "Nickname"}.get(name, name.removeprefix("X-").capitalize()[:60])  # fmt: skip
        _put(found, heading, _unescaped(line.value))


def _address(found: Card, counts: dict[str, int], line: Line, label: str) -> None:
    parts = [*_pieces(line.value), *[""] * 7][:7]
    if not any(parts):
        return
    number = counts["Address"] = counts.get("Address", 0) + 1
    if number > _AT_MOST:
        _put(found, "Further addresses", ", ".join(part for part in parts if part))
        return
    for place, part in zip(_PLACES, parts, strict=True):
        found[f"Address {number} {place.lower()}"] = part
    found[f"Address {number} label"] = _label(line, label)


def _slot(found: Card, counts: dict[str, int], kind: str, value: str, label: str) -> None:
    if not value.strip():
        return
    number = counts[kind] = counts.get(kind, 0) + 1
    if number > _AT_MOST:
        _put(found, f"Further {kind.lower()}s", value)
        return
    found[f"{kind} {number}"], found[f"{kind} {number} label"] = value, label


def _put(found: Card, heading: str, value: str) -> None:
    """A second value of what is said once elsewhere goes below the first."""
    if value.strip():
        found[heading] = f"{found[heading]}\n{value}" if found.get(heading) else value


def _label(line: Line, label: str) -> str:
    words = [_LABELS[word] for word in line.types if word in _LABELS]
    if "fax" in line.types or "pager" in line.types:
        return "other"
    return label or ("mobile" if "mobile" in words else (words or [""])[0])


def _uri(value: str) -> str:
    return re.sub(r"^(tel|mailto):", "", value, flags=re.IGNORECASE)


# --- lines ------------------------------------------------------------------------------------------------------------


def _unfolded(lines: list[str]) -> Iterator[str]:
    """A line that begins with a blank goes on the one before; so does, in quoted-printable, the one after a `=` at the end."""
    whole: list[str] = []
    quoted = False
    for line in lines:
        if whole and quoted and whole[-1].endswith("="):
            whole[-1] = whole[-1][:-1]
            whole.append(line.lstrip(" \t") if line[:1] in " \t" and len(line) > 1 else line)
        elif whole and line[:1] in (" ", "\t"):
            whole.append(line[1:])
        else:
            if whole:
                yield "".join(whole)
            whole = [line]
            quoted = bool(re.match(r"[^:]{0,300}QUOTED-PRINTABLE", line, re.IGNORECASE))
    if whole:
        yield "".join(whole)


def _parsed(text: str) -> Line | None:
    """None for what is no property: a blank line, a piece of something broken."""
    head, value = _halves(text)
    if value is None:
        return None
    name, *rest = _cut(head, ";")
    group, _dot, name = name.strip().rpartition(".")
    if not re.fullmatch(r"[A-Za-z0-9-]{1,80}", name):
        return None
    line = Line(group.lower(), name.upper())
    for param in rest:
        key, equals, given = param.partition("=")
        key = key.strip().upper()
        if not equals:  # vCard 2.1 leaves TYPE= and ENCODING= out
            key, given = ("ENCODING" if key in _BARE_ENCODINGS else "TYPE"), param
        line.params.setdefault(key, []).extend(part.strip().strip('"') for part in given.strip('"').split(","))
    line.value = "" if line.name in {"PHOTO", "LOGO", "SOUND", "KEY"} else _decoded(line, value)
    return line


def _halves(text: str) -> tuple[str, str | None]:
    """What is before the first colon outside of quotation marks, and what is after it."""
    quoted = False
    for place, char in enumerate(text[:4000]):
        if char == '"':
            quoted = not quoted
        elif char == ":" and not quoted:
            return text[:place], text[place + 1 :]
    return text, None


def _decoded(line: Line, value: str) -> str:
    encoding = (line.params.get("ENCODING") or [""])[0].upper()
    if encoding == "QUOTED-PRINTABLE":
        data = quopri.decodestring(value.encode("utf-8", "surrogateescape"))
    elif encoding in {"BASE64", "B"}:
        try:
            data = base64.b64decode(re.sub(r"\s", "", value))
        except (binascii.Error, ValueError):
            return ""
    else:
        return value
    try:
        return data.decode((line.params.get("CHARSET") or ["utf-8"])[0], "replace").replace("\r\n", "\n")
    except (LookupError, ValueError):
        return data.decode("utf-8", "replace")


def _cut(text: str, by: str) -> list[str]:
    """Cut at `by`, except within quotation marks."""
    pieces, quoted = [""], False
    for char in text:
        if char == '"':
            quoted = not quoted
        if char == by and not quoted:
            pieces.append("")
        else:
            pieces[-1] += char
    return pieces


def _pieces(value: str) -> list[str]:
    """The parts of a structured value, which semicolons separate; several values of a part are joined by blanks."""
    parts = re.split(r"(?<!\\);", value)
    return [_unescaped(re.sub(r"(?<!\\),", " ", part)).strip() for part in parts]


def _unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)
