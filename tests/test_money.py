import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlite import money
from crmlite.money import MAX_MINOR, Money, convert, decimals, parse, zero
from tests import cpu

CURRENCIES = st.sampled_from(["EUR", "USD", "JPY", "ISK", "KWD", "TND", "UYW"])
LOCALES = st.sampled_from(["en", "nl", "it", "ru", "da", "ar", "ar_EG", "fr", "de_CH", "en_IN", "pl", "tr", "sv"])
MINORS = st.integers(-MAX_MINOR, MAX_MINOR)
MONIES = st.builds(Money, MINORS, CURRENCIES)


@pytest.mark.parametrize(
    ("text", "locale", "currency", "minor"),
    [
        ("12.345,67", "nl", "EUR", 1234567),
        ("12345,67", "nl", "EUR", 1234567),
        ("12,345.67", "en", "EUR", 1234567),
        ("12,5", "da", "DKK", 1250),
        (",5", "it", "EUR", 50),
        ("12 345,67 ₽", "ru", "RUB", 1234567),
        ("12\u00a0345,67", "ru", "RUB", 1234567),
        ("12\u202f345,67 €", "fr", "EUR", 1234567),
        ("12'345.67", "de_CH", "CHF", 1234567),
        ("1,23,456.50", "en_IN", "INR", 12345650),
        ("١٢٣", "ar", "EUR", 12300),
        ("١٢٬٣٤٥٫٦٧", "ar", "EUR", 1234567),
        ("٥٫٢٥٠ د.ك.", "ar", "KWD", 5250),
        ("\u200f12,345.67\u00a0€", "ar", "EUR", 1234567),
        ("€ 5", "nl", "EUR", 500),
        ("eur 5", "nl", "EUR", 500),
        ("-5", "nl", "EUR", -500),
        ("€ -5", "nl", "EUR", -500),
        ("−$5.00", "en", "USD", -500),
        ("5 kr.", "da", "DKK", 500),
        ("¥1,000", "en", "JPY", 1000),
    ],
)
def test_amounts_are_read_the_local_way(text: str, locale: str, currency: str, minor: int) -> None:
    assert parse(text, locale, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "locale", "currency"),
    [
        ("", "en", "EUR"),
        ("five", "en", "EUR"),
        ("1.5", "nl", "EUR"),  # a group of one digit
        ("1,234", "nl", "EUR"),  # three decimals: it was meant as a thousand
        ("1,000", "nl", "EUR"),
        ("12,34.5", "en", "EUR"),
        ("1.234.5", "en", "EUR"),
        ("5.5", "en", "JPY"),
        ("1e5", "en", "EUR"),
        ("--5", "en", "EUR"),
        ("-5-", "en", "EUR"),
        ("$5", "en", "EUR"),
        ("NaN", "en", "EUR"),
        ("9" * 17, "en", "EUR"),
        ("1" * 100_000, "en", "EUR"),
        ("5", "en", "XYZ"),
    ],
)
def test_what_is_no_amount_is_refused_with_a_sentence(text: str, locale: str, currency: str) -> None:
    with pytest.raises(ValueError, match=r"^[A-Z].*\.$"):
        parse(text, locale, currency)


@given(MONIES, LOCALES)
def test_what_is_shown_is_read_back(value: Money, locale: str) -> None:
    assert parse(money.format(value, locale), locale, value.currency) == value


@given(st.text(max_size=70), LOCALES, CURRENCIES)
def test_reading_gives_money_or_a_value_error(text: str, locale: str, currency: str) -> None:
    with contextlib.suppress(ValueError):
        assert parse(text, locale, currency).currency == currency


@given(MINORS, MINORS, CURRENCIES)
def test_adding_and_taking_away_undo_each_other(one: int, other: int, currency: str) -> None:
    assert Money(one, currency) + Money(other, currency) - Money(other, currency) == Money(one, currency)
    assert (Money(one, currency) < Money(other, currency)) == (one < other)
    assert -Money(one, currency) + Money(one, currency) == zero(currency)


def test_currencies_do_not_mix() -> None:
    euro, dollar = Money(1, "EUR"), Money(1, "USD")
    for mix in (lambda: euro + dollar, lambda: euro - dollar, lambda: euro < dollar):
        with pytest.raises(ValueError, match="convert first"):
            mix()
    assert euro != dollar
    with pytest.raises(TypeError):
        euro + 1  # type: ignore[operator]
    with pytest.raises(TypeError):
        euro * 1.1  # type: ignore[operator]
    with pytest.raises(TypeError):
        Money(1.0, "EUR")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("minor", "factor", "product"),
    [
        (5, "0.5", 3),
        (-5, "0.5", -3),
        (5, "0.49", 2),
        (100, "0.21", 21),
        (3, "0.333333", 1),
        (10**15, "1.000001", 1000001000000000),
    ],
)
def test_products_are_rounded_half_up(minor: int, factor: str, product: int) -> None:
    assert Money(minor, "EUR") * Decimal(factor) == Decimal(factor) * Money(minor, "EUR") == Money(product, "EUR")


@given(MONIES, st.lists(st.integers(0, 10**6) | st.decimals(0, 1000, places=4), min_size=1, max_size=20))
def test_shares_add_up_and_are_fair(value: Money, parts: list[Decimal | int]) -> None:
    if not any(parts):
        with pytest.raises(ValueError, match="nought"):
            value.allocate(parts)
        return
    shares = value.allocate(parts)
    assert sum((share.minor for share in shares), 0) == value.minor
    total = sum(map(Decimal, parts))
    for share, part in zip(shares, parts, strict=True):
        assert abs(share.minor - value.minor * Decimal(part) / total) < Decimal("1.001")


def test_the_remainder_goes_to_the_largest_remainders_then_to_the_first() -> None:
    assert [share.minor for share in Money(100, "EUR").allocate([1] * 3)] == [34, 33, 33]
    assert [share.minor for share in Money(-100, "EUR").allocate([1, 0, 5])] == [-17, 0, -83]
    with pytest.raises(ValueError, match="nought"):
        Money(1, "EUR").allocate([2, -1])
    with pytest.raises(ValueError, match="nought"):
        Money(1, "EUR").allocate([])


@given(MONIES)
def test_major_units_and_back(value: Money) -> None:
    assert Money.of(value.amount, value.currency) == value
    assert -value.amount.as_tuple().exponent == decimals(value.currency)  # type: ignore[operator]


def test_exchange_moves_between_currencies_of_different_decimals() -> None:
    assert convert(Money(1000, "EUR"), "JPY", Decimal("163.25")) == Money(1633, "JPY")
    assert convert(Money(1633, "JPY"), "EUR", Decimal("0.0061256")) == Money(1000, "EUR")
    assert convert(Money(1000, "EUR"), "KWD", Decimal("0.3333")) == Money(3333, "KWD")
    for rate in ("0", "-1", "NaN", "Infinity"):
        with pytest.raises(ValueError, match="exchange rate"):
            convert(Money(1, "EUR"), "USD", Decimal(rate))


@given(MONIES, CURRENCIES, st.decimals("0.0001", "10000", places=6))
def test_exchange_is_off_by_half_a_minor_unit_at_most(value: Money, to: str, rate: Decimal) -> None:
    assert abs(convert(value, to, rate).amount - value.amount * rate) * 2 <= Decimal(1).scaleb(-decimals(to)) * Decimal(
        "1.01"
    )


def test_decimals_of_currencies_stay_what_stored_amounts_were_written_with() -> None:
    pinned = {
        0: "JPY KRW ISK CLP VND",
        2: "EUR USD GBP CHF DKK SEK NOK PLN CZK HUF RUB TRY CNY INR AED SAR",
        3: "KWD BHD TND JOD OMR",
    }
    assert {code: decimals(code) for codes in pinned.values() for code in codes.split()} == {
        code: places for places, codes in pinned.items() for code in codes.split()
    }


def test_arabic_amounts_do_not_begin_with_a_direction_mark() -> None:
    assert money.format(Money(-1234567, "EUR"), "ar") == "-12,345.67\u00a0€"


@pytest.mark.parametrize("text", ["1" * 100_000, "1," * 50_000, "-" * 100_000, " " * 100_000, "1,111" * 12, "€" * 60])
def test_hostile_amounts_are_refused_at_once(text: str) -> None:
    def refused() -> None:
        with pytest.raises(ValueError, match=r"\.$"):
            parse(text, "en", "EUR")

    assert cpu.seconds(refused) <= 0.05
