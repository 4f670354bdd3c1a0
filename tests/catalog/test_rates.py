"""Exchange rates through their page; what a price is in another currency, and what a product costs."""

from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmlite.auth.models import Organisation
from crmlite.catalog.models import ExchangeRate, Product
from crmlite.catalog.models.products import Worth
from crmlite.catalog.prices import price_for
from crmlite.catalog.rates import NoRate, convert
from crmlite.extensions import db
from crmlite.journal import Operation
from crmlite.numbers import MICRO

DAY = date(2026, 6, 1)


@pytest.fixture
def rates(stage):
    """1 USD is 0.92 EUR since January and 0.90 since July; 100 JPY are 0.62; in a context."""
    with stage.writes("manager"):
        ExchangeRate.set("USD", 900_000, date(2026, 7, 1))
        ExchangeRate.set("JPY", 620_000, date(2026, 1, 1), per=100)
        ExchangeRate.set("KZT", 16_440_000, date(2026, 1, 1), per=10_000)
    with stage.app.app_context():
        yield stage


def micro(amount: str) -> int:
    whole, _point, fraction = amount.partition(".")
    return int(whole + fraction.ljust(MICRO, "0"))


@pytest.mark.parametrize(
    ("amount", "source", "target", "day", "result"),
    [
        ("100", "EUR", "EUR", DAY, "100"),
        ("100", "USD", "EUR", DAY, "92"),
        ("100", "USD", "EUR", date(2026, 7, 1), "90"),
        ("92", "EUR", "USD", DAY, "100"),
        ("1000", "JPY", "EUR", DAY, "6.2"),
        ("1", "KZT", "EUR", DAY, "0.001644"),
        ("1000000", "KZT", "EUR", DAY, "1644"),
        ("9.2", "USD", "JPY", DAY, "1365.161290"),
        ("1", "EUR", "USD", DAY, "1.086957"),
    ],
)
def test_worth_in_another_currency(rates, amount, source, target, day, result):
    assert convert(micro(amount), source, target, day) == micro(result)


def test_without_a_rate_there_is_a_sentence(rates):
    with rates.app.test_request_context():
        for source, target, day in (("GBP", "EUR", DAY), ("EUR", "GBP", DAY), ("USD", "EUR", date(2025, 12, 31))):
            with pytest.raises(
                NoRate, match=r"There is no exchange rate for (GBP|USD) on .*202[56]. A manager can add"
            ):
                convert(1, source, target, day)


def test_rates_in_a_currency_that_the_firm_left_do_not_count(stage, rates):
    with stage.writes("admin"):
        Organisation.get().change(name="Fluisterhout", currency="USD")
    with stage.app.test_request_context(), pytest.raises(NoRate):
        convert(1, "JPY", "USD", DAY)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60)
@given(st.integers(0, 10**15), st.sampled_from(["USD", "JPY", "KZT"]))
def test_there_and_back_is_the_same_but_for_the_last_digit(rates, amount, currency):
    there = convert(amount, "EUR", currency, DAY)
    assert abs(convert(there, currency, "EUR", DAY) - amount) <= 1


# --- what a product costs


@pytest.fixture
def priced(rates):
    def make(**prices) -> Product:
        with rates.writes("manager"):
            product = Product.create(None, "Booth", prices=prices)
        db.session.rollback()  # else this context still reads what was there before
        return product

    return make


def test_its_own_price_goes_first(rates, priced):
    product = priced(EUR=Worth(micro("100")), USD=Worth(micro("105"), includes_tax=True))
    assert price_for(product, "USD", DAY) == (micro("105"), True)
    assert price_for(product, "EUR", DAY) == (micro("100"), False)


def test_else_ours_is_converted_and_no_finer_than_it_was(rates, priced):
    product = priced(EUR=Worth(micro("12.50"), includes_tax=True))
    assert price_for(product, "USD", DAY) == (micro("13.59"), True)
    assert price_for(product, "JPY", DAY) == (micro("2016"), True)
    fine = priced(EUR=Worth(micro("0.0035")))
    assert price_for(fine, "USD", DAY) == (micro("0.0038"), False)


def test_nothing_is_rounded_to_nothing(rates, priced):
    product = priced(KZT=Worth(micro("1")))
    assert price_for(product, "EUR", DAY) == (1644, False)


def test_without_a_price_or_a_way_there_is_a_sentence(rates, priced):
    with rates.app.test_request_context():
        with pytest.raises(NoRate, match="Booth has no price yet."):
            price_for(priced(), "EUR", DAY)
        with pytest.raises(NoRate, match="no exchange rate for GBP"):
            price_for(priced(EUR=Worth(1)), "GBP", DAY)


# --- the page

RATE = {"currency": "DKK", "per": "100", "rate": "13.4", "valid_from": "2026-11-01"}


def test_a_rate_is_set_and_set_again_on_the_same_day(stage):
    manager = stage.client("manager")
    assert manager.post("/catalog/rates", data=RATE).status_code == 303
    assert manager.post("/catalog/rates", data={**RATE, "rate": "13.393"}).status_code == 303
    page = manager.get("/catalog/rates").text
    assert "13.393 EUR" in page
    assert "13.4 EUR" not in page
    with stage.app.app_context():
        assert convert(micro("100"), "DKK", "EUR", date(2026, 11, 2)) == micro("13.393")


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"rate": ""}, "Please fill this in."),
        ({"rate": "0"}, "Write a number above zero."),
        ({"rate": "-1"}, "This cannot be less than zero."),
        ({"rate": "13,4 kr"}, "This is not a number."),
        ({"rate": "13.4 EUR"}, "Only a number belongs here: leave out “EUR”."),
        ({"currency": "EUR"}, "Choose one of the answers"),
        ({"currency": "ZZZ"}, "Choose one of the answers"),
        ({"per": "7"}, "Choose one of the answers"),
        ({"valid_from": ""}, "Please fill this in."),
        ({"valid_from": "soon"}, "That is not a date."),
    ],
)
def test_a_bad_rate_says_what_is_wrong(stage, typed, complaint):
    answer = stage.client("manager").post("/catalog/rates", data={**RATE, **typed})
    assert answer.status_code == 422
    assert complaint in answer.text


def test_the_history_of_one_currency(stage, rates):
    page = stage.client("manager").get("/catalog/rates?currency=USD").text
    assert page.index("0.9 EUR") < page.index("0.92 EUR")
    assert stage.client("manager").get("/catalog/rates?currency=" + "x" * 500).status_code == 200
    assert "0.92 EUR" not in stage.client("manager").get("/catalog/rates").text, "only what holds, and what comes"


def test_a_rate_is_removed_and_brought_back(stage):
    manager = stage.client("manager")
    url = f"/catalog/rates/{stage.ids['rate']}/remove"
    assert manager.post(url).status_code == 303
    assert manager.post(url).status_code == 404
    with stage.app.app_context():
        last = db.session.scalar(sa.select(sa.func.max(Operation.id)))
    assert manager.post(f"/records/undo/{last}").status_code == 303
    assert "0.92 EUR" in manager.get("/catalog/rates").text
