"""vCard 2.1, 3.0 and 4.0 as rows under headings of our own: folded lines, quoted-printable, groups, several cards a file. Pure.

A card's e-mails become `E-mail 1`, `E-mail 1 label` and so on; what has no heading here keeps its own name, so that nothing is lost
that people wrote. Pictures go along as bytes (photos.py); one that is only named by its address is told.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from crmlite.imports.reading import photos
from crmlite.imports.reading.content_lines import Line, apart, pieces, read, unescaped, unfolded
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
_PLACES = ("PO box", "Extended", "Street", "City", "Region", "Postcode", "Country")
_LABELS = {"home": "home", "work": "work", "cell": "mobile", "mobile": "mobile", "iphone": "mobile", "other": "other"}


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
                yield number, _refused(str(bad), lines)


def _refused(reason: str, lines: list[str]) -> BadRow:
    """With the card as it was but for its pictures."""
    told, is_picture = list[str](), False
    for line in lines:
        is_picture = photos.begins(line) or (is_picture and line[:1] in (" ", "\t"))
        if not is_picture:
            told.append(line)
    return BadRow(reason, ["\n".join(["BEGIN:VCARD", *told, "END:VCARD"])])


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
                yield _refused("card_without_end", lines)
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
            yield _refused("card_too_large", lines) if bad else lines
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
        yield _refused("card_without_end", lines)


def _is_in_agent(lines: list[str]) -> bool:
    """vCard 2.1 may hold the card of an assistant within a card."""
    return bool(lines) and lines[-1].upper().startswith("AGENT")


def _card(lines: list[str], encoding: str) -> Card:
    found = Card()
    counts: dict[str, int] = {}
    parsed = [line for text in unfolded(lines) if (line := read(text, encoding)) is not None]
    kind = next((line.value.strip().lower() for line in parsed if line.name == "KIND"), "")
    if kind in {"group", "location", "application", "device", "thing"}:
        raise BadRow("group_card" if kind == "group" else "no_person_card")
    labels = {line.group: unescaped(line.value) for line in parsed if line.name == "X-ABLABEL"}
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
            _put(found, f"{line.name.capitalize()[:60]} ({language[:20]})", " ".join(pieces(line.value)).strip())
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
        parts = [*pieces(line.value), "", "", "", "", ""]
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
        _slot(found, counts, kind, _uri(unescaped(line.value)), _label(line, label))
    elif name == "ADR":
        _address(found, counts, line, label, country)
    elif name == "ORG":
        parts = pieces(line.value)
        _put(found, "Company", parts[0] if parts else "")
        _put(found, "Department", ", ".join(part for part in parts[1:] if part))
    elif name == "CATEGORIES":
        words = [unescaped(part).strip() for part in apart(line.value, ",")]
        alone = " :::" if len(words) == 1 and re.search("[,;]", words[0]) else ""  # one word with a comma in it
        _put(found, "Categories", " ::: ".join(words) + alone)
    elif name == "AGENT":
        _put(found, "Agent", "\n".join(text for text in unescaped(line.value).split("\n") if not _FRAME.match(text)))
    else:
        known = {"FN": "Name", "TITLE": "Job title", "ROLE": "Role", "BDAY": "Birthday", "NOTE": "Note",
                 "NICKNAME": "Nickname"}.get(name)  # fmt: skip
        value = unescaped(line.value)
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
    parts = [*pieces(line.value, "\n"), *[""] * 7][:7]
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
