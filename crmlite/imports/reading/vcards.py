"""vCard 2.1, 3.0 and 4.0 as rows under headings of our own: folded lines, quoted-printable, groups, several cards a file. Pure.

A card's e-mails become `E-mail 1`, `E-mail 1 label` and so on; what has no heading here keeps its own name, so that nothing is lost
that people wrote. Pictures go along as bytes (photos.py); one that is only named by its address is told.
"""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from crmlite.imports.reading import photos
from crmlite.imports.reading.limits import CARD, FIELD, LINE, PICTURES, BadRow


class Card(dict[str, str]):
    """Its values by heading."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures: list[bytes | str] = []
        """Their bytes, or a word for why one is left out."""


_LEFT_OUT = frozenset(
    {
        "BEGIN",
        "END",
        "VERSION",
        "PRODID",
        "REV",
        "UID",
        "PHOTO",
        "LOGO",
        "SOUND",
        "KEY",
        "SORT-STRING",
        "N",
        "KIND",
        "LABEL",
    }
)
_MANY = {"EMAIL": "E-mail", "TEL": "Phone", "URL": "Link"}
_AT_MOST = 20
"""E-mails, phones, links and addresses of one card that get headings of their own; further ones are gathered in one."""
_STRUCTURED = frozenset({"N", "ORG", "ADR"})
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
    picture: bytes | None = None

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
                yield number, _card(lines, encoding)
            except BadRow as bad:
                yield number, bad


def _split(file: IO[str]) -> Iterator[list[str] | BadRow]:
    """The lines of each card, unfolded by nobody yet."""
    lines: list[str] | None = None
    size, held, bad, depth, is_cut = 0, 0, False, 0, False
    data: int | None = None
    """Where the bytes begin that these lines go on with."""
    while line := file.readline(LINE):
        goes_on, is_cut = is_cut, not line.endswith("\n")
        word = "" if goes_on else re.sub(r"\s", "", line[:40]).upper()
        if word == "BEGIN:VCARD":
            if lines is not None and depth == 0 and not _is_in_agent(lines):
                yield BadRow("card_without_end")
                lines = None
            depth = depth + 1 if lines is not None else 0
            if lines is None:
                lines, size, held, bad = [], 0, 0, False
            data = None
            continue
        if word == "END:VCARD" and lines is not None:
            if depth:
                depth -= 1
                continue
            yield BadRow("card_too_large") if bad else lines
            lines = None
            continue
        if lines is None or (depth and not lines):
            continue
        if not goes_on and not (data is not None and photos.goes_on(line)):
            data = len(lines) if photos.begins(line) else None
        if depth and data is not None:  # of the assistant's picture nothing is kept
            continue
        if data is not None:
            held += len(line)
            if held > CARD:  # the bytes go, the card stays
                lines[data:] = [f"{re.split('[;:]', (lines[data:] or [line])[0])[0]}:{photos.LEFT_OUT}"]
                continue
        else:
            size += len(line)
        bad = bad or size > CARD
        if bad:
            continue
        text = line.rstrip("\n")
        if depth:  # within an assistant's card: its text goes on the line that began it
            lines[-1] += ("" if goes_on else "\\n") + text.replace("\\", "\\\\")
        elif goes_on and lines:
            lines[-1] += text
        elif data is not None and data < len(lines) and line[:1] not in (" ", "\t"):
            lines.append(f" {text}")
        else:
            lines.append(text)
    if lines is not None:
        yield BadRow("card_without_end")


def _is_in_agent(lines: list[str]) -> bool:
    """vCard 2.1 may hold the card of an assistant within a card."""
    return bool(lines) and lines[-1].upper().startswith("AGENT")


def _card(lines: list[str], encoding: str) -> Card:
    found = Card()
    counts: dict[str, int] = {}
    parsed = [line for text in _unfolded(lines) if (line := _parsed(text, encoding)) is not None]
    kind = next((line.value.strip().lower() for line in parsed if line.name == "KIND"), "")
    if kind in {"group", "location", "application", "device", "thing"}:
        raise BadRow("group_card" if kind == "group" else "no_person_card")
    labels = {line.group: _unescaped(line.value) for line in parsed if line.name == "X-ABLABEL"}
    countries = {line.group: line.value for line in parsed if line.name == "X-ABADR"}
    for line in _by_preference(_one_form(parsed, found)):
        label = labels.get(line.group, "") if line.group else ""
        _take(found, counts, line, re.sub(r"^_\$!<(.*)>!\$_$", r"\1", label), countries.get(line.group, ""))
    _whose(found, parsed, kind)
    for heading, value in found.items():
        if "\0" in value:
            raise BadRow("nul")
        if any("\udc80" <= char <= "\udcff" or char == "\ufffd" for char in value):
            raise BadRow("bad_letters")
        if len(value) > FIELD:
            raise BadRow("field_too_long")
        found[heading] = value.strip()
    if not any(found.values()) and not found.pictures:
        raise BadRow("empty_card")
    return found


def _one_form(parsed: list[Line], found: Card) -> Iterator[Line]:
    """Of several forms of one property (vCard 4.0: ALTID) the first; the others are told under headings of their own."""
    seen: dict[tuple[str, str], str] = {}
    for line in parsed:
        alternative = (line.params.get("ALTID") or [""])[0]
        language = (line.params.get("LANGUAGE") or [""])[0]
        if alternative and seen.setdefault((line.name, alternative), language) != language:
            _put(found, f"{line.name.capitalize()[:60]} ({language[:20]})", " ".join(_pieces(line.value)).strip())
        else:
            yield line


def _by_preference(lines: Iterator[Line]) -> list[Line]:
    """In their order, but of e-mails and phones the preferred one first."""

    def rank(line: Line) -> int:
        told = (line.params.get("PREF") or ["100"])[0]
        return int(told) if line.name in _MANY and told.isdecimal() and told.isascii() else 100

    return sorted(lines, key=rank)


def _whose(found: Card, parsed: list[Line], kind: str) -> None:
    """Whether it is a company's: told so, or with no name of a person and the company's for a whole name."""
    shown = any(line.name == "X-ABSHOWAS" and "COMPANY" in line.value.upper() for line in parsed)
    unnamed = not any(found.get(name) for name in ("First name", "Last name"))
    if kind == "org" or (
        unnamed and found.get("Company") and (shown or found.get("Name") in {"", None, found["Company"]})
    ):
        found["Is company"] = "yes"
        found["Name"] = found.get("Name") or found.get("Company", "")


def _take(found: Card, counts: dict[str, int], line: Line, label: str, country: str) -> None:
    name = line.name
    if name == "N":
        parts = [*_pieces(line.value), "", "", "", "", ""]
        for heading, part in zip(("Last name", "First name", "Middle name", "Prefix", "Suffix"), parts, strict=False):
            _put(found, heading, part)
        if (language := (line.params.get("LANGUAGE") or [""])[0]) and "ALTID" not in line.params:
            found.setdefault("Language", language)
    elif name == "PHOTO":
        _picture(found, line)
    elif name == "LANG":
        found.setdefault("Language", line.value.strip())
    elif name in _LEFT_OUT or name.startswith(("X-ABLABEL", "X-ABADR", "X-ABUID", "X-ABSHOWAS", "X-MS-OL-")):
        return
    elif name in _MANY or name == "X-SOCIALPROFILE":
        kind = _MANY.get(name, "Link")
        _slot(found, counts, kind, _uri(_unescaped(line.value)), _label(line, label))
    elif name == "ADR":
        _address(found, counts, line, label, country)
    elif name == "ORG":
        parts = _pieces(line.value)
        _put(found, "Company", parts[0] if parts else "")
        _put(found, "Department", ", ".join(part for part in parts[1:] if part))
    elif name == "CATEGORIES":
        words = [_unescaped(part).strip() for part in _apart(line.value, ",")]
        alone = " :::" if len(words) == 1 and re.search("[,;]", words[0]) else ""  # one word with a comma in it
        _put(found, "Categories", " ::: ".join(words) + alone)
    elif name == "AGENT":
        _put(found, "Agent", "\n".join(text for text in _unescaped(line.value).split("\n") if not _FRAME.match(text)))
    else:
        known = {"FN": "Name", "TITLE": "Job title", "ROLE": "Role", "BDAY": "Birthday", "NOTE": "Note",
                 "NICKNAME": "Nickname"}.get(name)  # fmt: skip
        value = _unescaped(line.value)
        if (omitted := line.params.get("X-APPLE-OMIT-YEAR")) and value.startswith(f"{omitted[0]}-"):
            value = f"--{value.removeprefix(omitted[0]).lstrip('-')}"
        if known == "Note" and line.params.get("X-CRMLITE-FIELD") == ["instructions"]:
            known = "Special instructions"  # as our own export says it
        if known:
            _put(found, known, value)
        else:
            _put(found, name.removeprefix("X-").capitalize()[:60], f"{label}: {value}" if label and value else value)


def _picture(found: Card, line: Line) -> None:
    what: bytes | str = line.value if line.picture is None else line.picture
    if isinstance(what, str) and ":" in what:  # where it is on the web, from where nothing is fetched
        _put(found, "Photo", what)
    elif what and len(found.pictures) < PICTURES:
        found.pictures.append(what)


_FRAME = re.compile(r"(?:BEGIN|END|VERSION)[:;]", re.IGNORECASE)


def _address(found: Card, counts: dict[str, int], line: Line, label: str, country: str) -> None:
    parts = [*_pieces(line.value, "\n"), *[""] * 7][:7]
    if not any(parts):
        return
    parts[6] = parts[6] or country.strip()
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
    if odd := next((word for word in line.types if word in {"fax", "pager"}), ""):
        return f"{'work ' if 'work' in words else 'home ' if 'home' in words else ''}{odd}"
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
            whole.append(line)
        elif whole and line[:1] in (" ", "\t"):
            whole.append(line[1:])
        else:
            if whole:
                yield "".join(whole)
            whole = [line]
            quoted = bool(re.match(r"[^:]{0,300}QUOTED-PRINTABLE", line, re.IGNORECASE))
    if whole:
        yield "".join(whole)


def _parsed(text: str, encoding: str) -> Line | None:
    """None for what is no property: a blank line, a piece of something broken."""
    if not text.isascii() and any("\udc80" <= char <= "\udcff" for char in text):
        text = _of_bytes(text, encoding)
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
    if line.name == "PHOTO":
        line.picture, line.value = photos.read(value, {word.upper() for word in line.params.get("VALUE", ())})
    else:
        line.value = "" if line.name in {"LOGO", "SOUND", "KEY"} else _decoded(line, value)
    return line


def _of_bytes(text: str, encoding: str) -> str:
    """Letters that a fold had cut in two, or that are written in an encoding of this line alone."""
    data = text.encode(encoding, "surrogateescape")
    told = re.match(r"[^:]{0,300}CHARSET=\"?([\w-]{1,40})", text, re.IGNORECASE)
    for name in (encoding, told[1] if told else encoding):
        try:
            return data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode(encoding, "surrogateescape")


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
        if line.name in _STRUCTURED:  # an encoded semicolon is no separator
            value = re.sub("=3B", "=5C=3B", value, flags=re.IGNORECASE)
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


def _pieces(value: str, by: str = " ") -> list[str]:
    """The parts of a structured value, which semicolons separate; several values of a part are joined."""
    return [by.join(map(_unescaped, _apart(part, ","))).strip() for part in _apart(value, ";")]


def _apart(value: str, sign: str) -> list[str]:
    """Cut at a sign that no backslash stands before; two backslashes are a backslash that is meant."""
    pieces = [""]
    for piece in re.findall(r"\\.|\\|[^\\]", value, re.DOTALL):
        if piece == sign:
            pieces.append("")
        else:
            pieces[-1] += piece
    return pieces


def _unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)
