"""What the lines of a quote add up to. Pure: whole numbers in, whole numbers out.

Quantities and prices are millionths, discounts and rates hundredths of a percent (basis points), amounts minor units of the
currency. Each line is rounded once, half away from zero; tax is worked out once for each rate, from the sum of its lines. So the
order of lines makes no difference, and what is shown adds up: net and tax are the gross total, and the rows of taxes its parts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crmlite.money import MAX_MINOR, decimals

MICRO = 10**6
WHOLE = 10_000
"""Basis points of the whole."""


class TooLarge(ValueError):
    """An amount beyond what is kept exactly, and beyond what anybody means."""


@dataclass(frozen=True, slots=True, order=True)
class Tax:
    """What a line is taxed with: the class's name, its rate, and whether it is normal, reverse or exempt."""

    rate_bp: int
    kind: str = "normal"
    name: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    qty_micro: int
    unit_micro: int
    tax: Tax
    discount_bp: int = 0
    counts: bool = True
    """False for what is offered and not chosen: it has an amount, and adds nothing."""


@dataclass(frozen=True, slots=True)
class TaxRow:
    """All that is taxed alike: net, tax, and both together."""

    tax: Tax
    net_minor: int
    tax_minor: int

    @property
    def gross_minor(self) -> int:
        return self.net_minor + self.tax_minor


@dataclass(frozen=True, slots=True)
class Totals:
    amounts: tuple[int, ...]
    """One for each item, in their order, net or gross as the prices are."""
    rows: tuple[TaxRow, ...]

    @property
    def net_minor(self) -> int:
        return sum(row.net_minor for row in self.rows)

    @property
    def tax_minor(self) -> int:
        return sum(row.tax_minor for row in self.rows)

    @property
    def gross_minor(self) -> int:
        return self.net_minor + self.tax_minor


def add_up(items: Sequence[Item], currency: str, *, includes_tax: bool) -> Totals:
    """Amounts, taxes and totals of `items`, whose prices include tax or not. Raises TooLarge."""
    amounts = tuple(amount(item, currency) for item in items)
    sums: dict[Tax, int] = {}
    for item, value in zip(items, amounts, strict=True):
        if item.counts:
            sums[item.tax] = sums.get(item.tax, 0) + value
    rows = tuple(_row(tax, sums[tax], includes_tax) for tax in sorted(sums, reverse=True))
    _check(abs(row.gross_minor) for row in rows)
    _check([sum(abs(row.gross_minor) for row in rows)])
    return Totals(amounts, rows)


def amount(item: Item, currency: str) -> int:
    """Quantity times price less discount, in minor units. Raises TooLarge."""
    exact = item.qty_micro * item.unit_micro * (WHOLE - item.discount_bp) * 10 ** decimals(currency)
    value = divide(exact, MICRO * MICRO * WHOLE)
    _check([abs(value)])
    return value


def divide(number: int, by: int) -> int:
    """The nearest whole number, halves away from zero. `by` is above zero."""
    half_up = (2 * abs(number) + by) // (2 * by)
    return half_up if number >= 0 else -half_up


def _row(tax: Tax, total: int, includes_tax: bool) -> TaxRow:
    if includes_tax:
        of_it = divide(total * tax.rate_bp, WHOLE + tax.rate_bp)
        return TaxRow(tax, total - of_it, of_it)
    return TaxRow(tax, total, divide(total * tax.rate_bp, WHOLE))


def _check(values: Iterable[int]) -> None:
    if any(value > MAX_MINOR for value in values):
        raise TooLarge
