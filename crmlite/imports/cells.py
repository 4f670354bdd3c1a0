"""What stands in one cell, made readable: signs of spreadsheets taken away, several values parted, markup made text. Pure."""

import html
import json
import re
from collections.abc import Iterator

from crmlite.points import is_phone, normal_email, normal_phone, normal_url
from crmlite.safety import clean

_APART = {
    "email": re.compile(r":::|[;\n]|,(?=\s*\S+@)"),
    "phone": re.compile(r":::|[;\n]"),
    "url": re.compile(r":::|\s+"),
}
POINTS = frozenset(_APART)
_IN_BRACKETS = re.compile(r"<([^<>@\s]+@[^<>\s]+)>")
_EXTENSION = re.compile(
    r"(?:;ext=|(?<=\d)\s*(?:ext\.?|extension|x|#|doorkiesnr\.?|Durchwahl|poste)\s*)(\d{1,7})$", re.IGNORECASE
)
_DIALLED = frozenset("0123456789+()-./ ")
_BLOCK = re.compile(r"<br\s*/?>|</(?:p|div|li|h\d|tr)>\s*(?!$)", re.IGNORECASE)
_MARKUP = re.compile(r"<(?:p|div|br|span|b|i|em|strong|ul|ol|h\d|table|a|font|html|body)\b", re.IGNORECASE)
_LABELS = {
    "home": "home", "private": "home", "personal": "home", "privat": "home", "thuis": "home", "domicile": "home",
    "privé": "home", "casa": "home", "particular": "home", "work": "work", "business": "work", "office": "work",
    "arbeit": "work", "werk": "work", "travail": "work", "bureau": "work", "trabajo": "work", "main": "work", "contact": "work",
    "mobile": "mobile", "cell": "mobile", "iphone": "mobile", "mobil": "mobile", "mobiel": "mobile", "handy": "mobile",
    "móvil": "mobile", "delivery": "delivery", "shipping": "delivery", "invoice": "invoice", "billing": "invoice",
    "direct": "direct", "other": "other", "homepage": "work", "profile": "work", "internet": "work",
}  # fmt: skip


def tidy(value: str) -> str:
    """Without blanks around it, what nobody can see, and the apostrophe that keeps spreadsheets from calculating it."""
    found = value.strip() if value.isascii() and value.isprintable() else clean(value)
    return found[1:] if found[:1] == "'" and found[1:2] in tuple("=+-@") else found


def line(value: str) -> str:
    return " ".join(value.split())


def joined(one: str, other: str, by: str = "\n") -> str:
    return f"{one}{by}{other}" if one and other else one or other


def label(said: str) -> tuple[str, bool]:
    """Our word for what a file calls it ("* Work", "Mobil"), and whether that says as much: "Home Fax" is more than other."""
    words = re.findall(r"\w+", said[:60].casefold())
    if "fax" in words or "pager" in words:
        return "other", False
    known = next((_LABELS[word] for word in words if word in _LABELS), "")
    return known or ("other" if words else ""), bool(known) or not words


def apart(kind: str, value: str) -> Iterator[tuple[str, str]]:
    """(value, what it is called, where that stands with it) of each e-mail, phone or link in a cell."""
    if entries := _entries(kind, value):
        yield from entries
        return
    for piece in _APART[kind].split(value):
        if piece.strip():
            yield piece.strip(), ""


def readable(value: str) -> str:
    """For the note: names instead of JSON."""
    if value[:1] in "{[" and value[-1:] in "}]":
        try:
            found = json.loads(value)
        except ValueError:
            return value
        names = found.values() if isinstance(found, dict) else found
        if all(isinstance(name, str | int | float) for name in names):
            return ", ".join(map(str, names))
    return value


def plain(value: str) -> str:
    """The text of HTML; what is none as it is."""
    if not (_MARKUP.match(value) and value.endswith(">")):
        return value
    text = html.unescape(re.sub(r"<[^<>]{0,1000}>", "", _BLOCK.sub("\n", value)))
    return clean(text)


def normal(kind: str, value: str, country: str) -> tuple[str, str | None]:
    """The value as it is kept, and what equal ones share; None for what cannot be one."""
    try:
        if kind == "email":
            if found := _IN_BRACKETS.search(value):
                value = found[1]
            value = value.removeprefix("mailto:")
            return value, normal_email(value)
        if kind == "url":
            found_url = link(value)
            return found_url, found_url
    except ValueError:
        return value, None
    if not is_phone(value):
        return value, None
    abroad = f"+{value.lstrip(' 0')}" if value.startswith("00") else ""
    return value, normal_phone(value, country) or (normal_phone(abroad, "") if abroad else None) or "".join(
        filter(str.isdigit, value)
    )


def link(value: str) -> str:
    """A web address with its scheme. Raises ValueError for words that are none."""
    if re.search(r"\s", value) or "." not in value:
        raise ValueError(value)
    return normal_url(value)


def without_extension(value: str) -> tuple[str, str]:
    """A phone number, and what is dialled once it answers."""
    found = _EXTENSION.search(value) if value[-1:].isdecimal() and not _DIALLED.issuperset(value) else None
    return (value[: found.start()].strip(), found[1]) if found else (value, "")


def _entries(kind: str, value: str) -> list[tuple[str, str]]:
    """EspoCRM has all of them as JSON in one cell, with kinds, and with who does not want to be written to."""
    key = {"email": "emailAddress", "phone": "phoneNumber"}.get(kind)
    if key is None or not value.startswith("[{"):
        return []
    try:
        found = json.loads(value)
    except ValueError:
        return []
    entries = []
    for entry in found:
        if isinstance(entry, dict) and entry.get(key):
            said = str(entry.get("type") or "")
            entries.append((str(entry[key]), f"{said} (opted out)".strip() if entry.get("optOut") is True else said))
    return entries
