"""Too late, there and back again, and by the wrong person: nothing that was written is lost, nothing goes out that should not."""

import html
import io
import re

import pytest
import sqlalchemy as sa

from crmlite import journal
from crmlite.extensions import db, utcnow, writing
from crmlite.files import File
from crmlite.mail import outbox, sending
from crmlite.mail.models import Message
from crmlite.records import links
from crmlite.sales import paper
from crmlite.sales.models import Order, Quote
from tests.sales.test_quotes import HTMX, form, path


def send(quote: Quote) -> links.Link:
    """The draft, with a file of its own, and its mail."""
    draft, file = quote.draft, File.store(io.BytesIO(b"%PDF-1.7 not a real one"), "quote.pdf", "application/pdf")
    db.session.flush()
    link = quote.send(file, paper.parties(quote, "en"), "anna@example.com")
    outbox.send(
        "quote", "anna@example.com", language="en", purpose="quote", about=quote, files=[file], quote_subject=draft.name,
        message="Here it is.", url=link.url, day="",
    )  # fmt: skip
    return link


def make_sent(stage) -> str:
    """The seller's draft is sent; the address of its customer's page."""
    with stage.writes("seller"):
        return f"/p/quote/{send(db.session.get_one(Quote, stage.ids['seller.quote'])).token}"


def hidden(page: str, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1]


def price(page: str) -> str:
    return re.search(r'name="lines-0-price" value="([^"]*)"', page)[1]


def recalculated(stage, page: str | None = None, **more) -> str:
    """The grid with the price as `page` shows it."""
    values = {} if page is None else {
        "lines-0-price": html.unescape(price(page)),
        "lines-0-kept": hidden(page, "lines-0-kept"),
        "priced": hidden(page, "priced"),
    }  # fmt: skip
    answer = stage.client("seller").post(
        f"{path(stage)}/calculate", data=form(stage, **{**values, **more}), headers=HTMX
    )
    assert answer.status_code == 200
    return answer.text


def test_a_price_without_a_rate_comes_back_with_its_currency(stage):
    there = recalculated(stage, priced="EUR net", currency="FJD")
    assert price(there) == ""
    assert "There is no exchange rate" in there
    still = recalculated(stage, there, currency="FJD", name="Another subject")
    assert price(still) == ""
    assert "There is no exchange rate" in still, "it does not vanish at the next key"
    back = recalculated(stage, still, currency="EUR")
    assert price(back) == "1250.00"
    assert "There is no exchange rate" not in back


def test_what_is_typed_in_the_new_currency_counts(stage):
    there = recalculated(stage, priced="EUR net", currency="FJD")
    typed = recalculated(stage, there, currency="FJD", **{"lines-0-price": "99"})
    assert "There is no exchange rate" not in typed
    back = recalculated(stage, typed, currency="EUR", **{"lines-0-price": "99"})
    assert price(back) == "", "99 Fiji dollars have no rate either"


def test_with_tax_and_back_is_the_same_price(stage):
    gross = recalculated(stage, priced="EUR net", includes_tax="y", **{"lines-0-price": "33.33"})
    assert price(gross) not in {"33.33", ""}
    assert price(recalculated(stage, gross)) == "33.33"


def test_what_was_written_while_it_was_sent_becomes_a_new_version(own_stage):
    seller, url = own_stage.client("seller"), path(own_stage)
    sent = form(own_stage, name="Written too late")
    make_sent(own_stage)
    answer = seller.post(f"{url}/edit", data=sent)
    assert answer.status_code == 409
    assert "Written too late" in answer.text
    assert "Save as a new version" in answer.text
    assert seller.post(f"{url}/calculate", data=sent, headers=HTMX).status_code == 200
    assert seller.post(f"{url}/edit", data={**sent, "then": "rewrite"}).status_code == 303
    with own_stage.app.app_context():
        quote = db.session.get_one(Quote, own_stage.ids["seller.quote"])
        assert (quote.state, quote.draft.n, quote.draft.name) == ("sent", 2, "Written too late")


def test_what_was_accepted_meanwhile_gets_no_new_version(own_stage):
    sent = form(own_stage, name="Written too late")
    url = make_sent(own_stage)
    assert own_stage.client().post(f"{url}/accept", data={"name": "Anna", "agree": "y"}).status_code == 303
    answer = own_stage.client("seller").post(f"{path(own_stage)}/edit", data={**sent, "then": "rewrite"})
    assert answer.status_code == 409
    assert "Written too late" in answer.text
    assert "Save as a new version" not in answer.text


@pytest.mark.parametrize("end", ["withdraw", "send another version"])
def test_a_mail_that_waits_is_not_sent_when_its_version_ended(own_stage, end):
    make_sent(own_stage)
    with own_stage.app.app_context():
        message = db.session.scalar(sa.select(sa.func.max(Message.id)))
        assert message in claimed(), "the control: while it is offered, it goes out"
        writing()
        db.session.execute(sa.update(Message).where(Message.id == message).values(state="deferred", due_at=utcnow()))
        db.session.commit()
    with own_stage.writes("seller"):
        quote = db.session.get_one(Quote, own_stage.ids["seller.quote"])
        if end == "withdraw":
            quote.withdraw()
        else:
            quote.rewrite()
            send(quote)
    with own_stage.app.app_context():
        assert message not in claimed()
        assert db.session.get(Message, message, populate_existing=True).state == "cancelled"
    assert "withdrawn or replaced" in own_stage.client("manager").get(f"/mail/{message}").text


def claimed() -> set[int]:
    found = set()
    while (one := sending.claim()) is not None:
        found.add(one[0].id)
    return found


@pytest.mark.parametrize("verb", ["accept", "decline"])
def test_only_the_customer_decides(own_stage, verb):
    url = make_sent(own_stage)
    seller = own_stage.client("seller")
    assert "Only they can accept or decline" in seller.get(url).text
    data = {"name": "Anna", "agree": "y", "reason": "Too late"}
    assert seller.post(f"{url}/{verb}", data=data).status_code == 403
    assert own_stage.client().post(f"{url}/{verb}", data=data).status_code == 303


def test_an_order_is_not_deleted(own_stage):
    assert (
        own_stage.client().post(f"{make_sent(own_stage)}/accept", data={"name": "Anna", "agree": "y"}).status_code
        == 303
    )
    with own_stage.app.app_context():
        order = db.session.scalar(sa.select(Order.id).where(Order.quote_id == own_stage.ids["seller.quote"]))
    manager = own_stage.client("manager")
    assert manager.post(f"/records/order/{order}/delete").status_code == 409
    answer = manager.post("/records/order/bulk", data={"id": order, "action": "delete"}, headers=HTMX)
    assert answer.status_code == 409
    assert "What a customer ordered is not deleted" in answer.headers["HX-Trigger"]
    with own_stage.app.app_context():
        assert db.session.get_one(Order, order).deleted_at is None


def test_an_undo_that_changes_nothing_says_so(own_stage):
    seller = own_stage.client("seller")
    seller.post(f"{path(own_stage)}/edit", data=form(own_stage, **{"lines-0-price": "77"}))
    with own_stage.app.app_context():
        saved = db.session.scalar(sa.select(sa.func.max(journal.Operation.id)))
    make_sent(own_stage)
    answer = seller.post(f"/records/undo/{saved}", headers=HTMX)
    assert answer.status_code == 409
    assert "Nothing was undone" in answer.headers["HX-Trigger"]


def test_a_quote_whose_day_has_passed_says_so_inside_too(own_stage):
    make_sent(own_stage)
    with own_stage.writes("seller"):
        quote = db.session.get_one(Quote, own_stage.ids["seller.quote"])
        quote.valid_until = quote.live.valid_until = utcnow().date().replace(year=2020, day=1)
        name = quote.name
    seller = own_stage.client("seller")
    assert "Expired" in seller.get(path(own_stage)).text
    assert name in seller.get("/quotes/?state=sent&valid_until.before=today").text
    assert name not in seller.get("/quotes/?state=sent&valid_until.after=today").text


def test_what_is_refused_leads_back(own_stage):
    page = f"http://localhost{path(own_stage)}"
    answer = own_stage.client("seller").post(f"{path(own_stage)}/withdraw", headers={"Referer": page})
    assert answer.status_code == 409
    assert f'href="{path(own_stage)}"' in answer.text
    answer = own_stage.client("seller").post(
        f"{path(own_stage)}/withdraw", headers={"Referer": "https://evil.example/x"}
    )
    assert "evil" not in answer.text


def test_strangers_are_not_sent_to_our_door(own_stage):
    answer = own_stage.client().get(f"/p/quote/{'A' * 44}")
    assert answer.status_code == 404
    assert 'href="/"' not in answer.text
