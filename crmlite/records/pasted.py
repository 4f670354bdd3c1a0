"""What stands in a spreadsheet's cell, as a form would have sent it: days the way of the reader's language, choices by their
labels, people by their names."""

import re
import unicodedata
from datetime import date
from typing import Any

from babel.dates import format_date, get_month_names
from flask_babel import gettext as _
from wtforms import DateField, Field, SelectField, SelectMultipleField

from crmlite.fold import fold
from crmlite.records import edit
from crmlite.safety import without_apostrophe
from crmlite.web import isolated, locale

NONE = "–"
"""What stands for nothing in our own lists."""
LONGEST = 10_000
"""Characters in which several answers are looked for."""
COMMAS = 41
"""Pieces of a label that has twenty commas."""


def sent(field: Field, text: str) -> list[str]:
    """Raises ValueError with a sentence for the reader where it means nothing that the field offers."""
    text = without_apostrophe(text.strip())
    if isinstance(field, SelectMultipleField):
        return ["", *(_chosen(field, part) for part in _parts(field, text))]
    if isinstance(field, SelectField):
        return [_chosen(field, "" if text == NONE else text)]
    if isinstance(field, DateField):
        return [_day(text).isoformat() if text and text != NONE else ""]
    return ["" if text == NONE else text]


def said(field: Any) -> str:
    """What a field holds, in words."""
    if isinstance(field, SelectMultipleField):
        return ", ".join(label for value, label in _options(field) if value in (field.data or []))
    if isinstance(field, SelectField | DateField):
        return edit.said(field, field.data)
    return str(field._value() or "")


# --- choices


def _options(field: Any) -> list[tuple[str, str]]:
    return [("" if value is None else str(value), str(label)) for value, label, *_rest in field.iter_choices()]


def _chosen(field: Any, text: str) -> str:
    options = _options(field)
    if text in {value for value, _label in options if not value.isdigit()}:  # a number may be anybody's id
        return text
    wanted = _plain(text)
    found = {value for value, label in options if _plain(label) == wanted}
    if len(found) > 1:
        raise ValueError(_("Several are called “%(value)s”. Choose one in its cell.", value=isolated(text[:60])))
    if not found:
        raise ValueError(_("“%(value)s” is not one of the answers here.", value=isolated(text[:60])))
    return found.pop()


def _parts(field: Any, text: str) -> list[str]:
    """The several answers in a text, with commas or semicolons between them; one whose label has a comma in it is found whole."""
    if not text or text == NONE:
        return []
    if len(text) > LONGEST:
        return [text]
    labels = {_plain(label) for _value, label in _options(field)}
    pieces = re.split(r"([,،;\n])", text)
    found, at = [], 0
    while at < len(pieces):
        ends = range(min(len(pieces), at + COMMAS), at, -2)
        end = next((end for end in ends if _plain("".join(pieces[at:end])) in labels), at + 1)
        found.append("".join(pieces[at:end]).strip())
        at = end + 1
    return [part for part in found if part]


def _plain(text: str) -> str:
    return " ".join(fold(text).split())


# --- days


def as_day(text: str) -> str:
    """A day as forms send it, where the text is one; else the text."""
    try:
        return _day(text).isoformat()
    except ValueError:
        return text


def _day(text: str) -> date:
    """2026-05-31, or the way of the reader's language, with its months in words or as numbers. A year has four digits:
    what is meant by two of them is not guessed."""
    bare = "".join(_ascii(char) for char in text if unicodedata.category(char) != "Cf")
    bare = re.sub(r"[T ]0?0:00(:00)?$", "", bare)  # a spreadsheet's midnight
    numbers = re.findall(r"\d+", bare)
    try:
        if len(numbers) == 3 and not _words(bare):
            year, month, day = numbers if len(numbers[0]) == 4 else _in_order(numbers)
        elif len(numbers) == 2 and (in_words := _month(bare)):
            day, year = sorted(numbers, key=len)
            month = str(in_words)
        else:
            raise ValueError(text)
        if len(year) != 4:
            raise ValueError(text)
        return date(int(year), int(month), int(day))
    except ValueError:
        raise ValueError(_("That is not a day. Write it like %(example)s.", example=_example())) from None


def _ascii(char: str) -> str:
    digit = unicodedata.decimal(char, None)
    return char if digit is None else str(digit)


def _in_order(numbers: list[str]) -> tuple[str, str, str]:
    """Year, month and day of three numbers as the language orders them."""
    pattern = locale().date_formats["short"].pattern
    order = list(dict.fromkeys(letter for letter in pattern if letter in "yMd"))
    found = dict(zip(order, numbers, strict=True))
    return found["y"], found["M"], found["d"]


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text)


def _month(text: str) -> int | None:
    """The month that a word of the text names, in the reader's language or in English."""
    said = {fold(word) for word in _words(text)}
    for language in (locale(), "en"):
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, locale=language).items():
                if fold(name).strip(".") in said:
                    return int(number)
    return None


def _example() -> str:
    return isolated(
        "".join(c for c in format_date(date(2026, 5, 31), "medium", locale()) if unicodedata.category(c) != "Cf")
    )
