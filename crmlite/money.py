"""Money as whole minor units of one currency: adding, sharing out, rounding, reading and showing. Pure.

How many decimals a currency has comes from Babel and decides what stored minor units mean; `tests/test_money.py` pins the
ones that matter, so that a new Babel cannot move a decimal point unnoticed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import cache
from math import floor

from babel import Locale
from babel.core import get_global
from babel.numbers import format_currency, get_currency_precision, get_currency_symbol

from crmlite.numbers import MAX_TYPED, MICRO, N_, Unreadable, digits, seen, split_sign

MAX_MINOR = 10**15
"""Amounts beyond this are refused when read: a slip of the keyboard, and no longer exact in JavaScript or a spreadsheet."""
MAX_PRICE = 10**9
"""In major units: as micro units they are exact everywhere, too."""


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
        raise Unreadable(N_("There is no currency with this code."))
    return get_currency_precision(currency)


def convert(money: Money, to: str, rate: Decimal) -> Money:
    """In another currency; `rate` is what one major unit of money.currency costs in `to`. Rounded half up."""
    if not (isinstance(rate, Decimal) and rate.is_finite() and rate > 0):
        raise Unreadable(N_("An exchange rate is a number above zero."))
    shift = decimals(to) - decimals(money.currency)
    return Money(_round(_EXACT.multiply(Decimal(money.minor), rate).scaleb(shift, _EXACT)), to)


def parse(text: str, locale: Locale | str, currency: str) -> Money:
    """What somebody typed in the way of their language, with or without the currency: "12.345,67 €" in Dutch.

    Raises ValueError rather than guess: "1.5" is no Dutch number, and 1,234 euro has a decimal too many.
    """
    minor = _parse(text, locale, currency, decimals(currency))
    if abs(minor) > MAX_MINOR:
        raise Unreadable(N_("This amount is too large."))
    return Money(minor, currency)


def parse_price(text: str, locale: Locale | str, currency: str) -> int:
    """The same for the price of one unit, in millionths of the major unit: 0,0035 euro a sheet is 3500."""
    decimals(currency)
    micro = _parse(text, locale, currency, MICRO)
    if abs(micro) > MAX_PRICE * 10**MICRO:
        raise Unreadable(N_("This amount is too large."))
    return micro


def format(money: Money, locale: Locale | str) -> str:
    """The way of the language, without the mark that Babel puts before Arabic: the template wraps numbers in <bdi>."""
    return format_currency(money.amount, money.currency, locale=locale).removeprefix("\u200f")


def format_price(unit_micro: int, currency: str, locale: Locale | str) -> str:
    """A price with the decimals of its currency, and with more where it has more."""
    price = Decimal(unit_micro).scaleb(-MICRO, _EXACT)
    return format_currency(price, currency, locale=locale, decimal_quantization=False).removeprefix("\u200f")


_EXACT = Context(prec=120, rounding=ROUND_HALF_UP)
"""Wide enough for every product of a stored amount, so that rounding happens once and only in _round."""

_ONE = Decimal(1)


def _round(minor: Decimal) -> int:
    return int(minor.quantize(_ONE, context=_EXACT))


def _parse(text: str, locale: Locale | str, currency: str, places: int) -> int:
    if len(text) > MAX_TYPED:
        raise Unreadable(N_("This is too long for an amount."))
    sign, number = split_sign(_without_currency(seen(text), locale, currency))
    found = digits(number, locale)
    if found is None:
        example = format(Money.of("1234.5", currency), locale)
        raise Unreadable(N_("This is not an amount. Write it like %(example)s."), example=example)
    whole, fraction = found
    if len(fraction) > places:
        raise Unreadable(N_("This amount has too many decimals: at most %(places)s fit here."), places=places)
    return sign * int(whole + fraction.ljust(places, "0"))


def _without_currency(bare: str, locale: Locale | str, currency: str) -> str:
    names = {currency, get_currency_symbol(currency, locale), get_currency_symbol(currency, "en")}
    for name in sorted(names, key=len, reverse=True):  # JP¥ before ¥, or "JP" would be left
        mark = re.escape(seen(name))
        bare = re.sub(rf"^(-?){mark}|{mark}(-?)$", r"\1\2", bare, count=1, flags=re.IGNORECASE)
    return bare
