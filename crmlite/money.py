"""Money as whole minor units of one currency: adding, sharing out, rounding, reading and showing. Pure.

How many decimals a currency has comes from Babel and decides what stored minor units mean; `tests/test_money.py` pins the
ones that matter, so that a new Babel cannot move a decimal point unnoticed.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import cache
from math import floor

from babel import Locale
from babel.core import get_global
from babel.numbers import (
    format_currency,
    get_currency_precision,
    get_currency_symbol,
    get_decimal_symbol,
    get_group_symbol,
)

MAX_MINOR = 10**15
"""Amounts beyond this are refused when read: a slip of the keyboard, and no longer exact in JavaScript or a spreadsheet."""
MAX_TYPED = 60

N_ = str
"""Marks a sentence for the catalogue; whoever shows it translates it."""


@dataclass(frozen=True, slots=True)
class Money:
    minor: int
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.minor, int) or isinstance(self.minor, bool):
            raise TypeError(f"Minor units are whole numbers, not {self.minor!r}")
        decimals(self.currency)

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> "Money":
        """From major units, half a minor unit rounded away from zero: Money.of("0.125", "EUR") is 13 cents."""
        return cls(_round(Decimal(amount).scaleb(decimals(currency), _EXACT)), currency)

    @property
    def amount(self) -> Decimal:
        """In major units: 12.50, with all decimals of the currency."""
        return Decimal(self.minor).scaleb(-decimals(self.currency), _EXACT)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._like(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._like(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __abs__(self) -> "Money":
        return Money(abs(self.minor), self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __mul__(self, factor: Decimal | int) -> "Money":
        """Rounded half up. Not for float, whose 0.1 is not a tenth."""
        if isinstance(factor, bool) or not isinstance(factor, Decimal | int):
            return NotImplemented
        return Money(_round(_EXACT.multiply(Decimal(self.minor), Decimal(factor))), self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._like(other)

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._like(other)

    def __gt__(self, other: "Money") -> bool:
        return self.minor > self._like(other)

    def __ge__(self, other: "Money") -> bool:
        return self.minor >= self._like(other)

    def allocate(self, parts: Sequence[Decimal | int]) -> list["Money"]:
        """Shares in the proportion of `parts` that add up exactly; what rounding leaves goes to the largest remainders.

        Equal shares: money.allocate([1] * 3).
        """
        weights = [Fraction(part) for part in parts]
        if not any(weights) or min(weights) < 0:
            raise ValueError("Parts are not negative and not all nought.")
        whole, sign = abs(self.minor), -1 if self.minor < 0 else 1
        exact = [whole * weight / sum(weights) for weight in weights]
        shares = [floor(share) for share in exact]
        by_remainder = sorted(range(len(weights)), key=lambda n: (shares[n] - exact[n], n))
        for n in by_remainder[: whole - sum(shares)]:
            shares[n] += 1
        return [Money(sign * share, self.currency) for share in shares]

    def _like(self, other: "Money") -> int:
        if not isinstance(other, Money):
            raise TypeError(f"{other!r} is not money")
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up; convert first.")
        return other.minor


def zero(currency: str) -> Money:
    return Money(0, currency)


@cache
def decimals(currency: str) -> int:
    """How many digits stand behind the decimal sign: 2 for EUR, 0 for JPY, 3 for KWD. Raises ValueError."""
    if currency not in get_global("all_currencies"):
        raise ValueError(N_("There is no currency with this code."))
    return get_currency_precision(currency)


def convert(money: Money, to: str, rate: Decimal) -> Money:
    """In another currency; `rate` is what one major unit of money.currency costs in `to`. Rounded half up."""
    if not (isinstance(rate, Decimal) and rate.is_finite() and rate > 0):
        raise ValueError(N_("An exchange rate is a number above zero."))
    shift = decimals(to) - decimals(money.currency)
    return Money(_round(_EXACT.multiply(Decimal(money.minor), rate).scaleb(shift, _EXACT)), to)


def parse(text: str, locale: Locale | str, currency: str) -> Money:
    """What somebody typed in the way of their language, with or without the currency: "12.345,67 €" in Dutch.

    Raises ValueError rather than guess: "1.5" is no Dutch number, and 1,234 euro has a decimal too many.
    """
    digits_after = decimals(currency)
    if len(text) > MAX_TYPED:
        raise ValueError(N_("This is too long for an amount."))
    sign, number = _bare_number(text, locale, currency)
    match = _number_pattern(str(locale)).fullmatch(number)
    if not match:
        raise ValueError(N_("This is not an amount. Write digits and the decimal sign of your language."))
    whole = "".join(filter(str.isdigit, match["whole"] or "0"))
    fraction = match["fraction"] or match["only_fraction"] or ""
    if len(fraction) > digits_after:
        raise ValueError(N_("This amount has more decimals than its currency."))
    minor = int(whole + fraction.ljust(digits_after, "0"))
    if minor > MAX_MINOR:
        raise ValueError(N_("This amount is too large."))
    return Money(sign * minor, currency)


def format(money: Money, locale: Locale | str) -> str:
    """The way of the language, without the mark that Babel puts before Arabic: the template wraps numbers in <bdi>."""
    return format_currency(money.amount, money.currency, locale=locale).removeprefix("\u200f")


_EXACT = Context(prec=120, rounding=ROUND_HALF_UP)
"""Wide enough for every product of a stored amount, so that rounding happens once and only in _round."""

_ONE = Decimal(1)


def _round(minor: Decimal) -> int:
    return int(minor.quantize(_ONE, context=_EXACT))


def _bare_number(text: str, locale: Locale | str, currency: str) -> tuple[int, str]:
    """Sign and number without currency, blanks and invisible marks, the digits of all scripts as 0 to 9."""
    seen = _seen(text)
    names = {currency, get_currency_symbol(currency, locale), get_currency_symbol(currency, "en")}
    for name in sorted(names, key=len, reverse=True):  # JP¥ before ¥, or "JP" would be left
        mark = re.escape(_seen(name))
        seen = re.sub(rf"^(-?){mark}|{mark}(-?)$", r"\1\2", seen, count=1, flags=re.IGNORECASE)
    negative = seen.startswith("-") or seen.endswith("-")
    return (-1, seen.strip("-")) if negative and seen.count("-") == 1 else (1, seen)


def _seen(text: str) -> str:
    return "".join(_plain(char) for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")


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
def _number_pattern(locale: str) -> re.Pattern[str]:
    """Grouped or not; blanks are gone by now, so a language that groups with them has nothing left to check."""
    point = "".join(map(_plain, get_decimal_symbol(locale)))
    group = "".join(map(_plain, get_group_symbol(locale)))
    groups = f"[{re.escape(group + '٬')}]"
    hind = r"\d{2}" if locale.endswith("_IN") else r"\d{3}"
    whole = rf"\d{{1,3}}(?:{groups}{hind})*{groups}\d{{3}}|\d+"
    points = f"[{re.escape(point + '٫')}]"
    return re.compile(rf"(?P<whole>{whole})(?:{points}(?P<fraction>\d+))?|{points}(?P<only_fraction>\d+)", re.ASCII)
