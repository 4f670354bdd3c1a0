"""A person or a company as a vCard, 4.0 (RFC 6350) or 3.0 (RFC 2426). Pure.

What both know stands as they say; what neither knows under names of our own (X-CRMLITE-...), which our import reads back.
"""

import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Version = Literal["3.0", "4.0"]
WIDTH = 75
"""Bytes of a line, without its end."""
FIELD = "X-CRMLITE-FIELD"
"""Says of a note that it is a field of ours."""


@dataclass(frozen=True)
class Reached:
    """An e-mail address, a phone number or a link."""

    kind: str
    value: str
    label: str = "work"


@dataclass(frozen=True)
class Place:
    label: str = "work"
    lines: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    """Its name."""


@dataclass(frozen=True)
class Card:
    """What a card says; of each kind of `points`, and of `places`, the main one comes first."""

    uid: str
    name: str
    is_company: bool = False
    given: str = ""
    family: str = ""
    salutation: str = ""
    company: str = ""
    job: str = ""
    birthday: date | None = None
    language: str = ""
    instructions: str = ""
    vat_id: str = ""
    industry: str = ""
    part_of: str = ""
    points: tuple[Reached, ...] = ()
    places: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Property:
    """One line of a card: `texts` are the parts of a structured value, or the whole of another."""

    name: str
    texts: tuple[str, ...]
    params: tuple[tuple[str, str], ...] = field(default=())
    group: str = ""
    is_text: bool = True
    """Whether commas and the like are escaped: not in addresses on the web."""


def write(card: Card, version: Version = "4.0") -> str:
    return "".join(_folded(_line(one)) for one in properties(card, version))


def properties(card: Card, version: Version = "4.0") -> list[Property]:
    found = [
        Property("BEGIN", ("VCARD",)),
        Property("VERSION", (version,)),
        Property("PRODID", ("-//crmlite//EN",)),
        Property("UID", (card.uid,)),
        *_names(card, version),
    ]
    if card.birthday is not None:
        day = card.birthday.isoformat()
        found.append(Property("BDAY", (day if version == "3.0" else day.replace("-", ""),)))
    if card.language and version == "4.0":
        found.append(Property("LANG", (card.language,)))
    found += _reach(card, version)
    if card.instructions:
        found.append(Property("NOTE", (card.instructions,), ((FIELD, "instructions"),)))
    own = {"VAT-ID": card.vat_id, "INDUSTRY": card.industry, "PART-OF": card.part_of}
    found += [Property(f"X-CRMLITE-{name}", (value,)) for name, value in own.items() if value]
    return [*found, Property("END", ("VCARD",))]


def _names(card: Card, version: Version) -> list[Property]:
    language = (("LANGUAGE", card.language),) if card.language and version == "3.0" else ()
    shown = card.name or next((point.value for point in card.points if point.kind != "url"), card.company) or "?"
    parts = ("", "", "", "", "") if card.is_company else (card.family, card.given, "", card.salutation, "")
    found = [Property("FN", (shown,)), Property("N", parts, language)]
    if version == "4.0":
        found.insert(0, Property("KIND", ("org" if card.is_company else "individual",)))
    if card.is_company:
        return [*found, Property("ORG", (card.name,)), Property("X-ABShowAs", ("COMPANY",))]
    found += [Property("ORG", (card.company,))] if card.company else []
    return found + ([Property("TITLE", (card.job,))] if card.job else [])


_NAMES = {"email": "EMAIL", "phone": "TEL", "url": "URL"}
_TYPES = {"work": "work", "home": "home", "mobile": "cell", "other": "other"}
"""Labels that vCard knows; the others stand beside in Apple's way, which all phones read."""


def _reach(card: Card, version: Version) -> list[Property]:
    found: list[Property] = []
    seen: set[str] = set()

    def add(name: str, texts: tuple[str, ...], label: str, is_text: bool = True) -> None:
        params, group = [("TYPE", _TYPES.get(label, "work"))], ""
        if name not in seen:
            params.append(("TYPE", "pref") if version == "3.0" else ("PREF", "1"))
        if label not in _TYPES:
            group = f"item{len(found) + 1}"
        seen.add(name)
        found.append(Property(name, texts, tuple(params), group, is_text))
        if group:
            found.append(Property("X-ABLabel", (label,), (), group))

    for point in card.points:
        add(_NAMES[point.kind], (point.value,), point.label, is_text=point.kind != "url")
    for place in card.places:
        parts = ("", "", place.lines, place.city, place.region, place.postcode, place.country)
        add("ADR", parts, place.label)
    return found


# --- lines ------------------------------------------------------------------------------------------------------------


def seen(text: str) -> str:
    """Without what neither vCards nor XML can hold: control characters, halves of characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        c for c in text if c in "\n\t" or (unicodedata.category(c) not in {"Cc", "Cs"} and c not in "\ufffe\uffff")
    )


def escaped(text: str) -> str:
    found = seen(text).replace("\\", "\\\\").replace("\n", "\\n")
    return found.replace(",", "\\,").replace(";", "\\;")


def _line(one: Property) -> str:
    if one.is_text:
        value = ";".join(map(escaped, one.texts))
    else:
        value = "".join(seen(one.texts[0]).split()).replace("\\", "%5C")
    types = ",".join(value for name, value in one.params if name == "TYPE")
    params = [("TYPE", types)] if types else []
    params += [(name, value) for name, value in one.params if name != "TYPE"]
    head = "".join(f";{name}={_param(value) if name != 'TYPE' else value}" for name, value in params)
    return f"{one.group}.{one.name}{head}:{value}" if one.group else f"{one.name}{head}:{value}"


def _param(value: str) -> str:
    plain = "".join(char for char in seen(value) if char not in '"\n\t')
    return f'"{plain}"' if any(char in plain for char in ",;:") else plain


def _folded(line: str) -> str:
    """Lines of at most WIDTH bytes, no character cut in two; those that go on begin with a blank."""
    if len(line) <= WIDTH and line.isascii():
        return line + "\r\n"
    pieces, size = [""], 0
    for char in line:
        width = len(char.encode())
        if size + width > WIDTH:
            pieces.append(" ")
            size = 1
        pieces[-1] += char
        size += width
    return "\r\n".join(pieces) + "\r\n"
