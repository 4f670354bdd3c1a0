"""Products through their pages: adding, prices in several currencies, codes, offering and not."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from crmlite import journal
from crmlite.catalog.models import Price, Product
from crmlite.catalog.models.products import Worth
from crmlite.extensions import db, utcnow
from crmlite.journal import Operation
from tests.records.purging import purge

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
BOOTH = {"name": "Booth", "code": "B-1", "unit": "piece", "owner_id": ""}
EUR = {"prices-0-currency": "EUR", "prices-0-amount": "1,250.00"}


def add(stage, **more) -> int:
    form = {**BOOTH, **EUR, "tax_class_id": stage.ids["tax"], **more}
    answer = stage.client("manager").post("/products/new", data=form)
    assert answer.status_code == 303, answer.text
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def prices(stage, number: int) -> dict[str, Worth]:
    with stage.app.app_context():
        return {price.currency: price.worth for price in db.session.get(Product, number).prices}


def save(stage, number: int, actor: str = "manager", **more):
    form = {**BOOTH, "tax_class_id": stage.ids["tax"], "row_version": 1, **more}
    return stage.client(actor).post(f"/products/{number}/edit", data=form)


def test_a_product_is_added_with_its_prices(stage):
    more = {"prices-1-currency": "JPY", "prices-1-amount": "200000", "prices-1-includes_tax": "y"}
    number = add(stage, **more, description="Oak and felt")
    assert prices(stage, number) == {"EUR": Worth(1_250_000_000), "JPY": Worth(200_000_000_000, includes_tax=True)}
    page = stage.client("seller").get(f"/products/{number}").text
    assert "€1,250.00" in page
    assert "¥200,000" in page
    assert "tax included" in page
    assert "21%" in page
    assert "/edit" not in page, "sellers look at products and leave them alone"


def test_prices_are_typed_the_local_way(stage):
    with stage.writes("manager") as w:
        w.user.locale = "nl"
    number = add(stage, **{"prices-0-amount": "€ 1.250,0035"})
    assert prices(stage, number) == {"EUR": Worth(1_250_003_500)}
    assert 'value="1250,0035"' in stage.client("manager").get(f"/products/{number}/edit").text


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"name": ""}, "Please fill this in."),
        ({"prices-0-amount": "12 kg"}, "This is not an amount. Write it like €1,234.50."),
        ({"prices-0-amount": "-5"}, "This cannot be less than zero."),
        ({"prices-0-amount": "9999999999"}, "This amount is too large."),
        ({"prices-0-currency": "XXQ"}, "Choose one of the answers"),
        ({"prices-1-currency": "EUR", "prices-1-amount": "5"}, "Each currency has one price."),
        ({"code": "ZCsellerproductqx"}, "Another product has this code."),
        ({"tax_class_id": "999"}, "Choose one of the answers"),
        ({"owner_id": "999"}, "Choose one of the answers"),
    ],
)
def test_a_bad_form_says_what_is_wrong_and_loses_nothing(stage, typed, complaint):
    answer = stage.client("manager").post("/products/new", data={**BOOTH, **EUR, "unit": "pair of", **typed})
    assert answer.status_code == 422
    assert complaint in answer.text
    assert 'value="pair of"' in answer.text
    for name, value in typed.items():
        assert value in answer.text or name.endswith(("currency", "_id")), "what no list has cannot be shown in one"


def test_another_row_is_asked_for_without_saving(stage):
    answer = stage.client("manager").post("/products/new", data={**BOOTH, **EUR, "_add": "prices"}, headers=HTMX)
    assert answer.status_code == 200
    assert 'name="prices-1-amount"' in answer.text
    assert 'value="1,250.00"' in answer.text, "what was typed stays as it was typed"


def test_a_price_is_changed_taken_away_and_undone(stage):
    number = add(stage)
    manager = stage.client("manager")
    seen = {"prices-0-was": "EUR 1250000000 0", "prices-0-currency": "EUR"}
    form = {**BOOTH, "tax_class_id": stage.ids["tax"], "row_version": 1}
    assert save(stage, number, **{**seen, "prices-0-amount": "1300"}).status_code == 303
    assert prices(stage, number) == {"EUR": Worth(1_300_000_000)}
    gone = {**form, **seen, "prices-0-was": "EUR 1300000000 0", "prices-0-amount": ""}
    answer = manager.post(f"/products/{number}/edit", data=gone, headers=HTMX)
    assert prices(stage, number) == {}
    timeline = manager.get(f"/records/product/{number}/timeline").text
    assert "set the price to €1,300.00" in timeline
    assert "took away the price of €1,300.00" in timeline
    assert answer.status_code < 400
    with stage.app.app_context():
        last = db.session.scalar(sa.select(sa.func.max(Operation.id)))
    assert manager.post(f"/records/undo/{last}", headers=HTMX).status_code == 204
    assert prices(stage, number) == {"EUR": Worth(1_300_000_000)}


def test_a_row_is_moved_to_another_currency(stage):
    number = add(stage)
    answer = save(
        stage, number, **{"prices-0-was": "EUR 1250000000 0", "prices-0-currency": "USD", "prices-0-amount": "1400"}
    )
    assert answer.status_code == 303
    assert prices(stage, number) == {"USD": Worth(1_400_000_000)}


def test_two_people_change_one_price(stage):
    """The second is told what the first wrote, keeps what he typed, and may save it after all."""
    number = add(stage)
    mine = {"prices-0-was": "EUR 1250000000 0", "prices-0-currency": "EUR", "prices-0-amount": "1300"}
    assert save(stage, number, "admin", **{**mine, "prices-0-amount": "1400"}).status_code == 303
    answer = save(stage, number, **mine)
    assert answer.status_code == 409
    assert "Somebody changed this to €1,400.00 meanwhile." in answer.text
    assert 'value="1300"' in answer.text
    assert 'value="EUR 1400000000 0"' in answer.text
    assert prices(stage, number) == {"EUR": Worth(1_400_000_000)}
    assert save(stage, number, **{**mine, "prices-0-was": "EUR 1400000000 0"}).status_code == 303
    assert prices(stage, number) == {"EUR": Worth(1_300_000_000)}


def test_two_people_add_a_price_in_one_currency(stage):
    number = add(stage)
    new = {"prices-0-was": "", "prices-0-currency": "USD"}
    assert save(stage, number, "admin", **{**new, "prices-0-amount": "1400"}).status_code == 303
    assert save(stage, number, **{**new, "prices-0-amount": "1500"}).status_code == 409
    assert save(stage, number, **{**new, "prices-0-amount": "1400"}).status_code == 303, "they agree"
    assert prices(stage, number)["EUR"] == Worth(1_250_000_000), "a price that the form does not show stays"


def test_a_price_that_was_taken_away_meanwhile_is_said(stage):
    number = add(stage)
    seen = {"prices-0-was": "EUR 1250000000 0", "prices-0-currency": "EUR"}
    assert save(stage, number, "admin", **{**seen, "prices-0-amount": ""}).status_code == 303
    answer = save(stage, number, **{**seen, "prices-0-amount": "1300"})
    assert answer.status_code == 409
    assert "took this price away" in answer.text


def test_two_people_change_two_fields(stage):
    number = add(stage)
    seen = {"prices-0-was": "EUR 1250000000 0", **EUR}
    assert save(stage, number, "admin", **seen, unit="pair").status_code == 303
    answer = save(stage, number, **seen, unit="box")
    assert answer.status_code == 409
    assert "now: pair" in answer.text


@pytest.mark.parametrize("was", ["EUR", "EUR x y", "XXX 1 0", "€" * 200, "EUR 1250000000 0 1"])
def test_nonsense_in_the_hidden_field_changes_nothing(stage, was):
    number = add(stage)
    answer = save(stage, number, **{"prices-0-was": was, "prices-0-currency": "EUR", "prices-0-amount": "7"})
    assert answer.status_code == 409
    assert prices(stage, number) == {"EUR": Worth(1_250_000_000)}


def test_a_code_is_free_again_when_its_product_is_deleted_and_not_before(stage):
    first, manager = add(stage), stage.client("manager")
    assert manager.post(f"/records/product/{first}/delete").status_code == 303
    second = add(stage)
    assert second != first
    answer = manager.post(f"/records/product/{first}/restore")
    assert answer.status_code == 409
    assert "Another product has the code B-1." in answer.text
    with stage.writes("manager"):
        db.session.get(Product, second).change(code="B-2")
    assert manager.post(f"/records/product/{first}/restore").status_code == 303


def test_an_undo_does_not_bring_a_taken_code_back(stage):
    first, manager = add(stage), stage.client("manager")
    with stage.writes("manager"):
        db.session.get(Product, first).change(code="B-2")
        operation = journal.operation()
    second = add(stage)
    answer = manager.post(f"/records/undo/{operation}", headers=HTMX)
    assert answer.status_code == 409, "what the other product has by now is not taken from it"
    with stage.app.app_context():
        assert (db.session.get(Product, first).code, db.session.get(Product, second).code) == ("B-2", "B-1")


def test_products_without_a_code_are_as_many_as_one_likes(stage):
    assert add(stage, code="") != add(stage, code="")


def test_the_index_lets_one_of_two_in_who_looked_at_the_same_time(stage, monkeypatch):
    add(stage)
    monkeypatch.setattr("crmlite.catalog.models.products.is_taken", lambda *_args: False)
    monkeypatch.setattr("crmlite.catalog.forms.is_taken", lambda *_args: False)
    answer = stage.client("manager").post("/products/new", data={**BOOTH, **EUR, "name": "The other booth"})
    assert answer.status_code == 422
    assert "Another product has the code B-1." in answer.text
    assert "The other booth" in answer.text


def test_what_is_not_offered_any_more_says_so_and_can_be_offered_again(stage):
    number, manager = stage.ids["seller.product"], stage.client("manager")
    assert manager.post(f"/products/{number}/withdraw").status_code == 303
    assert "Not offered" in stage.client("seller").get(f"/products/{number}").text
    shown = f'href="/products/{number}"'
    assert shown in manager.get("/products/?active=no").text
    assert shown not in manager.get("/products/?active=yes").text
    assert manager.post(f"/products/{number}/offer").status_code == 303
    assert shown in manager.get("/products/?active=yes").text
    assert manager.get("/products/?active=perhaps").status_code == 400


def test_the_list_shows_our_price_and_filters_by_tax(stage):
    page = stage.client("seller").get(f"/products/?tax={stage.ids['tax']}").text
    assert "€1,250.00" in page
    assert "£1,100.00" not in page
    assert "Old booth" not in page, "it has no tax"
    assert "Old booth" in stage.client("seller").get("/products/?tax.empty=1").text
    assert stage.client("seller").get("/products/?tax=x").status_code == 400


def test_it_is_found_by_its_code_and_its_text(stage):
    number = add(stage, code="FH-77/b", description="With a window of oak")
    for text in ("FH-77", "window"):
        assert f'href="/products/{number}"' in stage.client("rival").get(f"/products/?_q={text}").text


def test_a_field_is_changed_in_place(stage):
    number, manager = add(stage), stage.client("manager")
    url = f"/records/product/{number}/field"
    was = {"tax_class_id": "", "was": str(stage.ids["tax"])}
    assert manager.post(f"{url}/tax", data=was).status_code == 200
    assert manager.post(f"{url}/unit", data={"unit": "pair", "was": "piece"}).status_code == 200
    with stage.app.app_context():
        product = db.session.get(Product, number)
        assert (product.unit, product.tax_class_id) == ("pair", None)
    assert "Standard" in manager.get(f"/records/product/{number}/timeline").text, "the name of the tax, not its number"


def test_a_purged_product_takes_its_prices_along(stage):
    number = add(stage)
    with stage.writes():
        db.session.get(Product, number).trash()
    with stage.writes():
        assert purge(utcnow() + timedelta(days=31)) > 0
    with stage.app.app_context():
        assert db.session.get(Product, number) is None
        assert db.session.scalars(sa.select(Price).where(Price.product_id == number)).all() == []
