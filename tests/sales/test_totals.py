"""Totals are right to the last minor unit, whatever the lines, rates and currency."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlite.money import MAX_MINOR, decimals
from crmlite.sales.totals import MICRO, Item, Tax, TooLarge, add_up, amount, divide

STANDARD, REDUCED = Tax(2100, name="Standard"), Tax(900, name="Reduced")
REVERSE, EXEMPT = Tax(0, "reverse", "Reverse charge"), Tax(0, "exempt", "Exempt")
TAXES = (STANDARD, REDUCED, REVERSE, EXEMPT, Tax(1925), Tax(550))

items = st.builds(
    Item,
    qty_micro=st.integers(1, 1_000 * MICRO),
    unit_micro=st.integers(-10_000 * MICRO, 10_000 * MICRO),
    tax=st.sampled_from(TAXES),
    discount_bp=st.integers(0, 10_000),
    counts=st.booleans(),
)
lists = st.lists(items, max_size=12)
currencies = st.sampled_from(["JPY", "EUR", "KWD"])


def item(qty: str, price: str, tax: Tax = STANDARD, discount: int = 0, counts: bool = True) -> Item:
    return Item(int(Decimal(qty) * MICRO), int(Decimal(price) * MICRO), tax, discount, counts)


def test_a_quote_as_on_paper():
    found = add_up([item("3", "19.99"), item("1.5", "80", REDUCED, 1000)], "EUR", includes_tax=False)
    assert found.amounts == (5997, 10800)
    assert [(row.tax.name, row.net_minor, row.tax_minor) for row in found.rows] == [
        ("Standard", 5997, 1259),
        ("Reduced", 10800, 972),
    ]
    assert (found.net_minor, found.tax_minor, found.gross_minor) == (16797, 2231, 19028)


def test_prices_that_include_tax():
    found = add_up([item("1", "121"), item("2", "10.90", REDUCED)], "EUR", includes_tax=True)
    assert [(row.net_minor, row.tax_minor) for row in found.rows] == [(10000, 2100), (2000, 180)]
    assert found.gross_minor == 14280


@pytest.mark.parametrize("tax", [REVERSE, EXEMPT])
@pytest.mark.parametrize("includes_tax", [True, False])
def test_without_tax_net_is_gross(tax, includes_tax):
    found = add_up([item("1", "99.99", tax)], "EUR", includes_tax=includes_tax)
    assert (found.net_minor, found.tax_minor, found.gross_minor) == (9999, 0, 9999)


def test_what_is_not_chosen_has_an_amount_and_adds_nothing():
    found = add_up([item("1", "10"), item("1", "5", counts=False)], "EUR", includes_tax=False)
    assert found.amounts == (1000, 500)
    assert found.net_minor == 1000


@pytest.mark.parametrize(
    ("number", "by", "nearest"), [(5, 2, 3), (-5, 2, -3), (4, 3, 1), (-4, 3, -1), (0, 7, 0), (7, 2, 4), (1, 2, 1)]
)
def test_halves_go_away_from_zero(number, by, nearest):
    assert divide(number, by) == nearest


@pytest.mark.parametrize(("currency", "minor"), [("JPY", 13), ("EUR", 1250), ("KWD", 12500)])
def test_currencies_of_0_2_and_3_decimals(currency, minor):
    assert amount(item("1", "12.5"), currency) == minor


def test_an_absurd_amount_is_refused():
    with pytest.raises(TooLarge):
        amount(item("1000000", "1000000000"), "KWD")
    with pytest.raises(TooLarge):
        add_up([item("1", "9999999999999")] * 2, "EUR", includes_tax=False)


@given(lists, currencies, st.booleans())
def test_what_is_shown_adds_up(lines, currency, includes_tax):
    found = add_up(lines, currency, includes_tax=includes_tax)
    counted = sum(value for value, line in zip(found.amounts, lines, strict=True) if line.counts)
    assert found.gross_minor == sum(row.gross_minor for row in found.rows)
    assert found.net_minor + found.tax_minor == found.gross_minor
    assert (found.gross_minor if includes_tax else found.net_minor) == counted


@given(lists, currencies, st.booleans(), st.randoms())
def test_the_order_of_lines_makes_no_difference(lines, currency, includes_tax, chance):
    shuffled = list(lines)
    chance.shuffle(shuffled)
    one, other = (add_up(some, currency, includes_tax=includes_tax) for some in (lines, shuffled))
    assert one.rows == other.rows
    assert sorted(one.amounts) == sorted(other.amounts)


@given(items, currencies)
def test_an_amount_is_the_exact_one_rounded_once(line, currency):
    exact = (
        Fraction(line.qty_micro, MICRO) * Fraction(line.unit_micro, MICRO) * Fraction(10_000 - line.discount_bp, 10_000)
    )
    as_decimal = Decimal(exact.numerator) / Decimal(exact.denominator) * 10 ** decimals(currency)
    error = abs(Fraction(amount(line, currency)) - exact * 10 ** decimals(currency))
    assert error <= Fraction(1, 2)
    if exact.denominator in {1, 2, 4, 5, 10, 20}:
        assert amount(line, currency) == int(as_decimal.quantize(Decimal(1), ROUND_HALF_UP))


@given(lists, currencies)
def test_tax_is_within_half_a_unit_of_what_the_rate_says(lines, currency):
    for row in add_up(lines, currency, includes_tax=False).rows:
        assert abs(Fraction(row.tax_minor) - Fraction(row.net_minor * row.tax.rate_bp, 10_000)) <= Fraction(1, 2)
    for row in add_up(lines, currency, includes_tax=True).rows:
        share = Fraction(row.gross_minor * row.tax.rate_bp, 10_000 + row.tax.rate_bp)
        assert abs(Fraction(row.tax_minor) - share) <= Fraction(1, 2)


@given(lists, currencies)
def test_no_amount_leaves_the_range(lines, currency):
    assert abs(add_up(lines, currency, includes_tax=False).gross_minor) <= MAX_MINOR
