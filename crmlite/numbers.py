"""Numbers the way of a language, read into scaled whole numbers and shown again: quantities, percentages, prices. Pure.

A quantity of 1.5 with six places is 1,500,000; a percentage is kept in basis points, so 21 % is 2,100.
"""

import re
import unicodedata
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.numbers import format_decimal, format_percent, get_decimal_symbol, get_group_symbol

MICRO = 6
"""Places of prices and quantities: they are kept in millionths."""
MAX_TYPED = 60

N_ = str
"""Marks a sentence for the catalogue; whoever shows it translates it."""
BELOW_ZERO = N_("This cannot be less than zero.")


class Unreadable(ValueError):
    """What somebody typed is not what belongs there: `sentence` says so, with `values` for its placeholders."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence % values)
        self.sentence, self.values = sentence, values


def parse_decimal(text: str, locale: Locale | str, places: int, *, at_most: int, may_be_negative: bool = False) -> int:
    """What somebody typed, times 10 ** places: "1.234,5" in Dutch. `at_most` counts in whole units. Raises Unreadable.

    It does not guess, and it does not drop a unit that was typed behind the number: 3 kg may be 3000 where grams are meant.
    """
    if len(text) > MAX_TYPED:
        raise Unreadable(N_("This is too long for a number."))
    sign, bare = split_sign(seen(text))
    found = digits(bare, locale)
    if found is None:
        raise _not_a_number(text, locale)
    whole, fraction = found
    if len(fraction) > places:
        if places == 0:
            raise Unreadable(N_("Write a whole number."))
        raise Unreadable(N_("This has too many decimals: at most %(places)s fit here."), places=places)
    scaled = int(whole + fraction.ljust(places, "0"))
    if scaled > at_most * 10**places:
        raise Unreadable(N_("This is too large: at most %(most)s fits here."), most=show_decimal(at_most, locale, 0))
    if sign < 0 and scaled and not may_be_negative:
        raise Unreadable(BELOW_ZERO)
    return sign * scaled


def parse_percent(text: str, locale: Locale | str, *, at_most: int = 100, may_be_negative: bool = False) -> int:
    """Basis points, with or without the sign for per cent: "21 %", "%21" and "٢١٪" are 2100. Raises Unreadable."""
    bare = re.sub(r"^\s*[%٪]|[%٪]\s*$", "", unicodedata.normalize("NFKC", text[: MAX_TYPED + 1]), count=1)
    return parse_decimal(bare, locale, 2, at_most=at_most, may_be_negative=may_be_negative)


def show_decimal(scaled: int, locale: Locale | str, places: int) -> str:
    """The way of the language, without noughts at the end: 1500000 with six places is "1,5" in Dutch."""
    number = Decimal(scaled).scaleb(-places)
    return _bare_of_marks(format_decimal(number, locale=locale, decimal_quantization=False))


def editable(scaled: int, locale: Locale | str, places: int, at_least: int = 0) -> str:
    """The same for a field, with `at_least` so many decimals: not grouped, for groups are wrong where a digit is put in."""
    pattern = "0." + "0" * at_least + "#" * (places - at_least)
    return _bare_of_marks(format_decimal(Decimal(scaled).scaleb(-places), pattern, locale, decimal_quantization=False))


def show_percent(basis_points: int, locale: Locale | str) -> str:
    share = Decimal(basis_points).scaleb(-4)
    return _bare_of_marks(format_percent(share, locale=locale, decimal_quantization=False))


def seen(text: str) -> str:
    """Without blanks and invisible marks, the digits of all scripts as 0 to 9."""
    return "".join(_plain(char) for char in _compatible(text) if unicodedata.category(char) != "Cf")


def split_sign(bare: str) -> tuple[int, str]:
    """The sign, in front or behind, and the rest; what has two of them is left as it is, and is no number."""
    negative = bare.startswith("-") or bare.endswith("-")
    return (-1, bare.strip("-")) if negative and bare.count("-") == 1 else (1, bare)


def digits(bare: str, locale: Locale | str) -> tuple[str, str] | None:
    """The digits before and behind the decimal sign of what seen() gave; None where it is no number of the language."""
    match = _pattern(str(locale)).fullmatch(bare)
    if not match:
        return None
    return "".join(filter(str.isdigit, match["whole"] or "0")), match["fraction"] or match["only_fraction"] or ""


def _not_a_number(text: str, locale: Locale | str) -> Unreadable:
    unit = _unit(text, locale)
    if unit:
        return Unreadable(N_("Only a number belongs here: leave out “%(unit)s”."), unit=unit)
    example = show_decimal(12345, locale, 1)
    return Unreadable(N_("This is not a number. Write it like %(example)s."), example=example)


def _unit(text: str, locale: Locale | str) -> str:
    """What stands before or behind a number that is one without it: "kg" of "3 kg"."""
    text = text.strip()
    ends = [
        n for n, char in enumerate(text) if unicodedata.category(char)[0] in "LS" and char not in "+-−" or char == "%"
    ]
    if not ends:
        return ""
    first, last = ends[0], ends[-1] + 1
    for number, unit in ((text[:first], text[first:]), (text[last:], text[:last])):
        if digits(split_sign(seen(number))[1], locale) and not _MORE_NUMBERS.search(unit):
            return unit
    return ""


_MORE_NUMBERS = re.compile(r"^\d|\s\d|^e[+-]?\d", re.IGNORECASE)
"""No unit, but a second number, as in 2 hours 30 or 1e5."""


def _compatible(text: str) -> str:
    """Wide digits as narrow ones, but not 3² as 32."""
    return "".join(char if unicodedata.category(char) == "No" else unicodedata.normalize("NFKC", char) for char in text)


def _plain(char: str) -> str:
    if char.isspace():
        return ""
    if char in "-\u2010\u2011\u2012\u2013\u2212":
        return "-"
    if char in "'’":
        return "'"
    digit = unicodedata.decimal(char, None)
    return char if digit is None else str(digit)


@cache
def _pattern(locale: str) -> re.Pattern[str]:
    """Grouped or not; blanks are gone by now, so a language that groups with them has nothing left to check."""
    point = "".join(map(_plain, get_decimal_symbol(locale)))
    group = "".join(map(_plain, get_group_symbol(locale)))
    groups = f"[{re.escape(group + '٬')}]"
    hind = r"\d{2}" if locale.endswith("_IN") else r"\d{3}"
    whole = rf"\d{{1,3}}(?:{groups}{hind})*{groups}\d{{3}}|\d+"
    points = f"[{re.escape(point + '٫')}]"
    return re.compile(rf"(?P<whole>{whole})(?:{points}(?P<fraction>\d+))?|{points}(?P<only_fraction>\d+)", re.ASCII)


def _bare_of_marks(text: str) -> str:
    """Without the invisible direction marks that CLDR puts into Arabic; the markup wraps numbers in <bdi>."""
    return text.replace("\u200f", "").replace("\u200e", "").replace("\u061c", "")
