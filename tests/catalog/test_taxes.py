"""Taxes through their pages, and which rate holds on which day."""

from datetime import date

import pytest

from crmlite import journal
from crmlite.catalog.models import TaxClass
from crmlite.catalog.models.taxes import Rate
from crmlite.extensions import db

REDUCED = {
    "name": "Reduced",
    "kind": "normal",
    "active": "y",
    "rates-0-rate": "6 %",
    "rates-0-valid_from": "1986-10-01",
    "rates-0-valid_to": "2018-12-31",
    "rates-1-rate": "9",
    "rates-1-valid_from": "2019-01-01",
}


def stored(stage, number: int | None = None) -> TaxClass:
    with stage.app.app_context():
        return db.session.get(TaxClass, number or stage.ids["tax"])


def test_a_tax_is_added_with_its_rates_and_the_day_decides(stage):
    assert stage.client("manager").post("/catalog/taxes/new", data=REDUCED).status_code == 303
    tax = stored(stage, stage.ids["tax"] + 1)
    assert [tax.rate_on(date(*day)) for day in [(1986, 9, 30), (1986, 10, 1), (2018, 12, 31), (2019, 1, 1)]] == [
        None, 600, 600, 900,
    ]  # fmt: skip
    page = stage.client("manager").get("/catalog/taxes").text
    assert "9%" in page


def test_a_rate_holds_until_the_next_one_begins_or_its_last_day(stage):
    with stage.writes("manager"):
        tax = db.session.get(TaxClass, stage.ids["tax"])
        tax.change(rates=[Rate(2100, date(2012, 10, 1)), Rate(2200, date(2027, 1, 1), date(2027, 6, 30))])
    tax = stored(stage)
    days = [date(2012, 9, 30), date(2026, 12, 31), date(2027, 1, 1), date(2027, 6, 30), date(2027, 7, 1)]
    assert [tax.rate_on(day) for day in days] == [None, 2100, 2200, 2200, 2100]
    assert tax.next_rate(date(2026, 11, 1)).rate_bp == 2200
    assert "22% from Jan 1, 2027" in stage.client("manager").get("/catalog/taxes").text


@pytest.mark.parametrize("kind", ["reverse", "exempt"])
def test_what_is_not_charged_is_nought_on_every_day(stage, kind):
    answer = stage.client("manager").post(
        "/catalog/taxes/new", data={"name": "Other", "kind": kind, "note": "Article 196", "active": "y"}
    )
    assert answer.status_code == 303
    tax = stored(stage, stage.ids["tax"] + 1)
    assert (tax.rate_on(date(1900, 1, 1)), tax.rates, tax.note) == (0, [], "Article 196")


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"name": ""}, "Please fill this in."),
        ({"rates-1-rate": "21 euro"}, "Only a number belongs here: leave out “euro”."),
        ({"rates-1-rate": "2100"}, "This is too large: at most 100 fits here."),
        ({"rates-1-rate": "-9"}, "This cannot be less than zero."),
        ({"rates-1-rate": "9.001"}, "This has too many decimals: at most 2 fit here."),
        ({"rates-1-rate": ""}, "Please fill this in."),
        ({"rates-1-valid_from": ""}, "Please fill this in."),
        ({"rates-1-valid_from": "tomorrow"}, "That is not a date."),
        ({"rates-1-valid_from": "1986-10-01"}, "Another rate begins on this day."),
        ({"rates-0-valid_to": "1980-01-01"}, "This is before the day it begins."),
        ({"kind": "none"}, "Choose one of the answers"),
    ],
)
def test_a_bad_form_says_what_is_wrong_and_loses_nothing(stage, typed, complaint):
    answer = stage.client("manager").post("/catalog/taxes/new", data={**REDUCED, "note": "Kept", **typed})
    assert answer.status_code == 422
    assert complaint in answer.text
    assert "Kept" in answer.text
    for name, value in typed.items():
        assert name in answer.text
        if not name.endswith(("kind", "valid_from")):
            assert value in answer.text


def test_a_normal_tax_has_a_rate(stage):
    answer = stage.client("manager").post("/catalog/taxes/new", data={"name": "Empty", "kind": "normal"})
    assert answer.status_code == 422
    assert "Write at least one rate" in answer.text


def test_another_row_is_asked_for_without_saving(stage):
    answer = stage.client("manager").post("/catalog/taxes/new", data={**REDUCED, "_add": "rates"})
    assert 'name="rates-2-rate"' in answer.text
    assert 'value="6 %"' in answer.text


def test_two_people_change_one_tax(stage):
    """Also where only a rate was changed, which is a row of its own."""
    tax = stored(stage)
    url = f"/catalog/taxes/{tax.id}"
    form = {"name": "Standard", "kind": "normal", "active": "y", "rates-0-id": tax.rates[0].id,
            "rates-0-rate": "22", "rates-0-valid_from": "2012-10-01", "row_version": tax.row_version}  # fmt: skip
    assert stage.client("admin").post(url, data=form).status_code == 303
    answer = stage.client("manager").post(url, data={**form, "rates-0-rate": "23"})
    assert answer.status_code == 409
    assert "Somebody changed this tax" in answer.text
    assert 'value="23"' in answer.text
    assert [(rate.id, rate.rate_bp) for rate in stored(stage).rates] == [(tax.rates[0].id, 2200)]
    again = {**form, "rates-0-rate": "23", "row_version": stored(stage).row_version}
    assert stage.client("manager").post(url, data=again).status_code == 303
    assert stored(stage).rates[0].rate_bp == 2300


def test_a_form_without_its_version_is_refused(stage):
    answer = stage.client("manager").post(f"/catalog/taxes/{stage.ids['tax']}", data=REDUCED)
    assert answer.status_code == 422


def test_a_tax_that_cannot_be_chosen_any_more_stays_where_it_is(stage):
    with stage.writes("manager"):
        db.session.get(TaxClass, stage.ids["tax"]).change(active=False)
    manager = stage.client("manager")
    assert "Standard" not in manager.get("/products/new").text
    number = stage.ids["seller.product"]
    assert "Standard" in manager.get(f"/products/{number}/edit").text
    kept = {"tax_class_id": str(stage.ids["tax"]), "was": str(stage.ids["tax"])}
    assert manager.post(f"/records/product/{number}/field/tax", data=kept).status_code == 200
    new = stage.client("manager").post("/products/new", data={"name": "New", "tax_class_id": stage.ids["tax"]})
    assert new.status_code == 422


def test_only_who_may_edit_taxes_takes_a_change_back(stage):
    with stage.writes("seller"):
        db.session.get(TaxClass, stage.ids["tax"]).change(name="Mine")
        operation = journal.operation()
    assert stage.client("seller").post(f"/records/undo/{operation}").status_code == 403
    assert stored(stage).name == "Mine"
