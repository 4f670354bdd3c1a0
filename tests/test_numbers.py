import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import StringField

from crmlite import money, numbers
from crmlite.forms import Form
from crmlite.number_fields import AboveZero, DecimalMicroField, MoneyField, PercentField, PriceField
from crmlite.numbers import MICRO, Unreadable, parse_decimal, parse_percent
from crmlite.web import speaking
from tests import cpu

LOCALES = st.sampled_from(["en", "nl", "it", "ru", "da", "ar", "ar_EG", "fr", "de_CH", "en_IN", "pl", "tr", "sv"])
MICROS = st.integers(-(10**15), 10**15)


def read(text: str, locale: str, places: int = MICRO) -> int:
    return parse_decimal(text, locale, places, at_most=10**9, may_be_negative=True)


@pytest.mark.parametrize(
    ("text", "locale", "micro"),
    [
        ("1.234,5", "nl", 1_234_500_000),
        ("1234,5", "nl", 1_234_500_000),
        ("1,234.5", "en", 1_234_500_000),
        (" 3 ", "en", 3_000_000),
        (".25", "en", 250_000),
        ("٣٫٥", "ar", 3_500_000),
        ("١٬٢٣٤", "ar_EG", 1_234_000_000),
        ("1\u202f234,5", "fr", 1_234_500_000),
        ("1'234.5", "de_CH", 1_234_500_000),
        ("-2", "en", -2_000_000),
        ("−2,5", "sv", -2_500_000),
        ("0.000001", "en", 1),
    ],
)
def test_numbers_are_read_the_local_way(text: str, locale: str, micro: int) -> None:
    assert read(text, locale) == micro


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("3 kg", "kg"),
        ("3kg", "kg"),
        ("2 hours", "hours"),
        ("3 m²", "m²"),
        ("€ 5", "€"),
        ("5 %", "%"),
        ("٣ كغ", "كغ"),
        ("kg 3", "kg"),
        ("3 kg.", "kg."),
    ],
)
def test_a_unit_is_named_rather_than_dropped(text: str, unit: str) -> None:
    with pytest.raises(Unreadable, match="leave out") as problem:
        read(text, "en")
    assert problem.value.values == {"unit": unit}


@pytest.mark.parametrize(
    ("text", "locale", "sentence"),
    [
        ("", "en", "This is not a number. Write it like 1,234.5."),
        ("1.5", "nl", "This is not a number. Write it like 1.234,5."),
        ("three", "en", "This is not a number."),
        ("1e5", "en", "This is not a number."),
        ("2 hours 30", "en", "This is not a number."),
        ("--5", "en", "This is not a number."),
        ("3 - 5", "en", "This is not a number."),
        ("3/5", "en", "This is not a number."),
        ("3²", "en", "This is not a number."),
        ("2½", "en", "This is not a number."),
        ("0.0000001", "en", "This has too many decimals: at most 6 fit here."),
        ("1000000001", "en", "This is too large: at most 1,000,000,000 fits here."),
        ("1" * 61, "en", "This is too long for a number."),
    ],
)
def test_what_is_no_number_is_refused_with_a_sentence(text: str, locale: str, sentence: str) -> None:
    with pytest.raises(Unreadable) as problem:
        read(text, locale)
    assert str(problem.value).startswith(sentence)


def test_whole_numbers_and_numbers_from_zero_on() -> None:
    assert parse_decimal("12", "en", 0, at_most=20) == 12
    assert parse_decimal("-0", "en", 0, at_most=20) == 0
    with pytest.raises(Unreadable, match="whole number"):
        parse_decimal("1.5", "en", 0, at_most=20)
    with pytest.raises(Unreadable, match="less than zero"):
        parse_decimal("-1", "en", 0, at_most=20)
    with pytest.raises(Unreadable, match="at most 20"):
        parse_decimal("21", "en", 0, at_most=20)


@pytest.mark.parametrize(
    ("text", "locale", "points"),
    [
        ("21 %", "en", 2100),
        ("21%", "en", 2100),
        ("21", "en", 2100),
        ("%21", "tr", 2100),
        ("٢١٪", "ar", 2100),
        ("5,5 %", "nl", 550),
        ("0", "en", 0),
        ("100 %", "en", 10000),
    ],
)
def test_percentages_are_basis_points(text: str, locale: str, points: int) -> None:
    assert parse_percent(text, locale) == points


@pytest.mark.parametrize("text", ["101", "-1", "21 %%", "%", "0.001", "21 euro"])
def test_what_is_no_percentage_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match=r"^[A-Z].*\.$"):
        parse_percent(text, "en")


@given(MICROS, LOCALES)
def test_what_is_shown_is_read_back(micro: int, locale: str) -> None:
    assert read(numbers.show_decimal(micro, locale, MICRO), locale) == micro
    assert read(numbers.editable(micro, locale, MICRO, 2), locale) == micro


@given(st.integers(0, 10000), LOCALES)
def test_percentages_are_read_back(points: int, locale: str) -> None:
    assert parse_percent(numbers.show_percent(points, locale), locale) == points


@given(MICROS, LOCALES, st.sampled_from(["EUR", "JPY", "KWD"]))
def test_prices_are_read_back(micro: int, locale: str, currency: str) -> None:
    assert money.parse_price(money.format_price(micro, currency, locale), locale, currency) == micro


@given(st.text(max_size=70), LOCALES)
def test_reading_gives_a_number_or_says_why_not(text: str, locale: str) -> None:
    with contextlib.suppress(Unreadable):
        assert abs(read(text, locale)) <= 10**15
    with contextlib.suppress(Unreadable):
        assert 0 <= parse_percent(text, locale) <= 10000


@pytest.mark.parametrize("text", ["1" * 100_000, "1," * 50_000, "-" * 60, "kg " * 20, "1,111" * 12, "%" * 60])
def test_hostile_numbers_are_refused_at_once(text: str) -> None:
    def refused() -> None:
        for reader in (read, parse_percent):
            with pytest.raises(Unreadable):
                reader(text, "en")

    assert cpu.seconds(refused) <= 0.05


def test_prices_are_shown_with_the_decimals_they_have() -> None:
    assert money.format_price(12_500_000, "EUR", "nl") == "€\u00a012,50"
    assert money.format_price(3_500, "EUR", "nl") == "€\u00a00,0035"
    assert money.format_price(12_000_000, "JPY", "en") == "¥12"
    with pytest.raises(Unreadable, match="at most 6"):
        money.parse_price("0.0000001", "en", "EUR")
    with pytest.raises(Unreadable, match="too large"):
        money.parse_price("1000000001", "en", "EUR")


class OfferForm(Form):
    amount = MoneyField("Amount")
    price = PriceField("Price", [AboveZero()], currency="KWD")
    quantity = DecimalMicroField("Quantity", [AboveZero()], places=3)
    discount = PercentField("Discount")
    currency = StringField("Currency", default="EUR")


Made = Callable[..., OfferForm]


@pytest.fixture
def offer(stage) -> Made:
    def make(language: str = "en", **typed: str) -> OfferForm:
        with stage.app.test_request_context(), speaking(language):
            form = OfferForm(MultiDict(typed))
            form.validate()
            form.shown = {field.name: field._value() for field in form}  # type: ignore[attr-defined]
            return form

    return make


def test_fields_read_the_readers_language_and_keep_what_was_typed(offer: Made) -> None:
    form = offer("nl", amount="1.234,5", price="0,0035", quantity="2,125", discount="5,5 %", currency="EUR")
    assert not form.errors
    assert (form.amount.data, form.price.data, form.quantity.data, form.discount.data) == (123450, 3500, 2125000, 550)
    wrong = offer("en", amount="1.234,5", price="0", quantity="3 kg", discount="105 %", currency="EUR")
    assert set(wrong.errors) == {"amount", "price", "quantity", "discount"}
    assert "3 kg" in wrong.shown.values()  # type: ignore[attr-defined]
    assert wrong.quantity.errors == ["Only a number belongs here: leave out “kg”."]
    assert wrong.price.errors == ["Write a number above zero."]
    assert wrong.data["amount"] is None


def test_an_amount_is_of_the_currency_that_was_chosen_with_it(offer: Made) -> None:
    assert offer(amount="1234", currency="JPY").amount.data == 1234
    assert offer(amount="12.345", currency="KWD").amount.data == 12345
    assert offer(amount="12.345", currency="EUR").amount.errors
    assert offer(amount="12", currency="XYZ").amount.errors == ["There is no currency with this code."]
    assert offer(amount="-12", currency="EUR").amount.errors == ["This cannot be less than zero."]
    assert offer(amount="").amount.data is None


def test_fields_show_what_is_stored(stage) -> None:
    with stage.app.test_request_context(), speaking("nl"):
        form = OfferForm(
            data={"amount": 123450, "price": 3500, "quantity": 1_500_000, "discount": 550, "currency": "EUR"}
        )
        assert [form[name]._value() for name in ("amount", "price", "quantity", "discount")] == [
            "1234,50",
            "0,0035",
            "1,5",
            "5,5",
        ]
        assert OfferForm(data={"amount": 1200, "currency": "JPY"}).amount._value() == "1200"
        assert 'inputmode="decimal"' in form.quantity()
