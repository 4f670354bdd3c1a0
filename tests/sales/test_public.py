"""The customer's page: what it shows, and what becomes of a decision, however often and late it is sent."""

import re
import threading
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from crmlite.auth.models import Organisation
from crmlite.catalog.models import TaxClass
from crmlite.companies.models import Company
from crmlite.contacts.models import Contact
from crmlite.extensions import db, pretending
from crmlite.journal import Operation
from crmlite.mail.models import Message
from crmlite.pipeline.models import Deal
from crmlite.sales.models import Decision, Order, Quote
from tests.cast import VERSION, make_sent_quote, quote_lines

YES = {"_choice": "1", "name": "Ada Buyer", "agree": "y"}


def url(stage, key="sent.quote", version=1):
    return f"/p/quote/{stage.token(key, version)}"


def look(stage, **more):
    return stage.client().get(url(stage, **more))


@pytest.fixture
def sold(own_stage):
    """A sent quote of the seller to their own contact and company, which belongs to a deal."""
    stage = own_stage
    with stage.writes("seller"):
        deal = db.session.get_one(Deal, stage.ids["seller.deal"])
        quote = make_sent_quote(stage_user(stage), db.session.get_one(Contact, stage.ids["seller.contact"]), tax(stage))
        quote.company_id, quote.deal_id = deal.company_id, deal.id
        stage.ids["sold"] = quote.id
    return stage


def stage_user(stage):
    from crmlite.auth.models import User

    return db.session.get_one(User, stage.ids["user.seller"])


def tax(stage):
    return db.session.get_one(TaxClass, stage.ids["tax"])


def option_of(stage, key="sold"):
    with stage.app.app_context():
        return db.session.get_one(Quote, stage.ids[key]).live.options[0].id


# --- reading ----------------------------------------------------------------------------------------------------------


def test_it_shows_the_offer_without_signing_in(stage):
    page = look(stage)
    assert page.status_code == 200
    assert "Sent quote" in page.text
    assert "€3,025.00" in page.text  # two booths of 1,250.00 and 21 %
    assert "Accept and order" in page.text
    assert "Set-Cookie" not in page.headers
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_other_totals_for_other_options(stage):
    line = option_of(stage, "sent.quote")
    chosen = stage.client().get(f"{url(stage)}?_choice=1&line={line}")
    assert "€3,121.80" in chosen.text  # with two lamps of 40.00
    assert "€3,025.00" in stage.client().get(f"{url(stage)}?_choice=1").text


def test_the_file_is_the_one_that_was_sent(stage):
    answer = stage.client().get(f"{url(stage)}/pdf")
    with stage.app.app_context():
        assert answer.data == db.session.get_one(Quote, stage.ids["sent.quote"]).live.file.location.read_bytes()
    assert answer.mimetype == "application/pdf"


def test_a_withdrawn_one_says_so_and_cannot_be_accepted(stage):
    assert "We have withdrawn this quote." in look(stage, key="withdrawn.quote").text
    answer = stage.client().post(f"{url(stage, 'withdrawn.quote')}/accept", data=YES)
    assert answer.status_code == 409
    assert "We have withdrawn this quote." in answer.text


def test_an_older_version_says_that_there_is_a_newer_one(own_stage):
    stage = own_stage
    older = url(stage)
    with stage.writes("seller"):
        quote = db.session.get_one(Quote, stage.ids["sent.quote"])
        quote.rewrite()
        quote.send(quote.live.file, quote.live.parties, "buyer@example.com")
    assert "There is a newer version of this quote." in stage.client().get(older).text
    assert stage.client().post(f"{older}/accept", data=YES).status_code == 409
    assert stage.client().post(f"{url(stage, version=2)}/accept", data=YES).status_code == 303


def test_a_draft_is_nobodys_business(own_stage):
    """Its subject does not show on what was sent, and once one version is accepted it is not sent any more."""
    stage = own_stage
    with stage.writes("seller"):
        quote = db.session.get_one(Quote, stage.ids["sent.quote"])
        quote.rewrite()
        quote.write(name="Secret subject", lines=quote_lines("New", tax(stage)))
    assert "Secret subject" not in look(stage).text
    assert stage.client().post(f"{url(stage)}/accept", data=YES).status_code == 303
    seller, page = stage.client("seller"), f"/quotes/{stage.ids['sent.quote']}"
    assert seller.get(f"{page}/edit").status_code == 409
    form = {"to": "b@example.com", "subject": "Again", "message": "See", "row_version": "1"}
    assert seller.post(f"{page}/send", data=form).status_code == 409
    assert "/send" not in seller.get(page).text
    with stage.app.app_context():
        assert [
            order.name
            for order in db.session.scalars(sa.select(Order).where(Order.quote_id == stage.ids["sent.quote"]))
        ] == ["Sent quote"]


def test_a_deal_that_was_given_up_is_won_at_what_was_ordered(sold):
    with sold.writes("seller"):
        db.session.get_one(Deal, sold.ids["seller.deal"]).lose("price")
    sold.client().post(f"{url(sold, 'sold')}/accept", data=YES)
    with sold.app.app_context():
        deal = db.session.get_one(Deal, sold.ids["seller.deal"])
        assert (deal.stage.kind, deal.amount_minor, deal.reason) == ("won", 250000, "")


def test_one_that_expired_yesterday_where_the_customer_is(own_stage):
    stage = own_stage
    with stage.writes("seller"):
        quote = db.session.get_one(Quote, stage.ids["sent.quote"])
        quote.live.valid_until = date(2020, 1, 1)
    assert "This quote has expired." in look(stage).text
    assert stage.client().post(f"{url(stage)}/accept", data=YES).status_code == 409


def test_one_in_the_trash_is_not_there(own_stage):
    stage, path = own_stage, url(own_stage, "withdrawn.quote")
    with stage.writes("seller"):
        db.session.get_one(Quote, stage.ids["withdrawn.quote"]).trash()
    assert stage.client().get(path).status_code == 404


def test_what_is_not_there_is_said_in_the_firms_name_and_not_in_ours(own_stage):
    with own_stage.writes("admin"):
        Organisation.get().change(name="Verhoef Booths")
    page = own_stage.client().get("/p/quote/no-such-token-at-all").text
    assert "Verhoef Booths" in page
    assert "crmlite" not in re.sub(r"<(link|meta|script)[^>]*>|<template.*?</template>", "", page, flags=re.DOTALL)
    ours = own_stage.client().get("/no/such/page").text
    assert "crmlite" in re.sub(r"<(link|meta|script)[^>]*>", "", ours), "the control"


def test_opening_and_downloading_are_on_record(own_stage):
    stage = own_stage
    stage.client().get(url(stage), headers={"User-Agent": "Mozilla/5.0 (iPhone)"})
    stage.client().get(f"{url(stage)}/pdf", headers={"User-Agent": "Mozilla/5.0 (X11)"})
    page = stage.client("seller").get(f"/quotes/{stage.ids['sent.quote']}").text
    assert "Opened" in page
    assert "on a phone" in page
    assert "Downloaded" in page


# --- accepting --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("back", ["trash", "undo"])
def test_a_deal_in_the_trash_comes_back_as_won(sold, back):
    seller, deal_id = sold.client("seller"), sold.ids["seller.deal"]
    seller.post(f"/records/deal/{deal_id}/delete")
    with sold.app.app_context():
        operation = db.session.scalar(sa.select(sa.func.max(Operation.id)))
    assert sold.client().post(f"{url(sold, 'sold')}/accept", data={**YES, "line": option_of(sold)}).status_code == 303
    path = f"/records/undo/{operation}" if back == "undo" else f"/records/deal/{deal_id}/restore"
    assert seller.post(path).status_code == 303
    with sold.app.app_context():
        deal = db.session.get_one(Deal, deal_id)
        order = db.session.scalars(sa.select(Order).where(Order.quote_id == sold.ids["sold"])).one()
        assert deal.deleted_at is None
        assert deal.stage.kind == "won"
        assert deal.amount_minor == order.net_minor
    assert seller.get(f"/deals/{deal_id}").status_code == 200


def test_accepting_makes_the_order_wins_the_deal_and_makes_a_customer(sold):
    answer = sold.client().post(f"{url(sold, 'sold')}/accept", data={**YES, "line": option_of(sold)})
    assert answer.status_code == 303
    with sold.app.app_context():
        quote = db.session.get_one(Quote, sold.ids["sold"])
        order = db.session.scalars(sa.select(Order).where(Order.quote_id == quote.id)).one()
        assert quote.state == "accepted"
        assert (order.gross_minor, order.currency) == (312180, "EUR")
        assert [line.name for line in order.lines] == ["Sent booth", "Sent lamp"]
        assert quote.deal.stage.kind == "won"
        assert db.session.get_one(Contact, quote.contact_id).lifecycle == "customer"
        assert db.session.get_one(Company, quote.company_id).lifecycle == "customer"
        told = db.session.scalars(sa.select(Message).where(Message.purpose == "quote_accepted")).one()
        assert told.to == "seller@demo.example"
    page = sold.client().get(url(sold, "sold")).text
    assert "Accepted. Thank you." in page
    assert order.number in page


def test_what_was_not_chosen_is_not_ordered(sold):
    sold.client().post(f"{url(sold, 'sold')}/accept", data=YES)
    with sold.app.app_context():
        order = db.session.scalars(sa.select(Order).where(Order.quote_id == sold.ids["sold"])).one()
        assert [line.name for line in order.lines] == ["Sent booth"]
        assert order.gross_minor == 302500


def test_the_evidence_is_kept(sold):
    agent = {"User-Agent": "Mozilla/5.0 (iPhone)"}
    sold.client().post(f"{url(sold, 'sold')}/accept", data=YES, headers=agent)
    with sold.app.app_context():
        version = db.session.get_one(Quote, sold.ids["sold"]).live
        decision = db.session.scalars(sa.select(Decision)).one()
        assert (decision.verdict, decision.name, decision.address) == ("accepted", "Ada Buyer", "127.0.0.1")
        assert decision.sha256 == version.file.sha256 == version.sha256
        assert decision.user_agent == agent["User-Agent"]
        assert decision.gross_minor == version.gross_minor


def test_the_page_says_when_in_the_customers_time(sold):
    with pretending(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)):
        sold.client().post(f"{url(sold, 'sold')}/accept", data=YES)
    assert "on Jul 2, 2026, 12:30" in sold.client().get(url(sold, "sold")).text


def test_timelines_tell_it_in_order(sold):
    sold.client().post(f"{url(sold, 'sold')}/accept", data=YES)
    for kind, key in (
        ("quote", "sold"),
        ("contact", "seller.contact"),
        ("company", "seller.company"),
        ("deal", "seller.deal"),
    ):
        said = sold.client("seller").get(f"/records/{kind}/{sold.ids[key]}/timeline").text
        words = re.sub(r"<[^>]+>", "", said)
        assert "Ada Buyer accepted" in words, kind
        if kind == "deal":
            assert words.index("The deal is won") < words.index("Ada Buyer accepted"), "the newest comes first"


@pytest.mark.parametrize(
    ("form", "complaint"),
    [
        ({"_choice": "1", "agree": "y"}, "Please fill this in."),
        ({"_choice": "1", "name": "Ada"}, "Tick this to accept."),
        ({"_choice": "1", "name": "A" * 200, "agree": "y"}, "That is too long"),
    ],
)
def test_an_incomplete_yes_is_asked_for_again(stage, form, complaint):
    answer = stage.client().post(f"{url(stage)}/accept", data=form)
    assert answer.status_code == 422
    assert complaint in answer.text


def test_options_of_other_quotes_and_made_up_totals_change_nothing(sold):
    other = option_of(sold, "sent.quote")
    form = {**YES, "line": [str(other), "999999", "x"], "total": "0.01", "gross_minor": "1"}
    sold.client().post(f"{url(sold, 'sold')}/accept", data=form)
    with sold.app.app_context():
        order = db.session.scalars(sa.select(Order).where(Order.quote_id == sold.ids["sold"])).one()
        assert order.gross_minor == 302500


def test_a_total_that_the_customer_did_not_see_is_not_accepted(sold):
    """Without script a tick changes the total only when the form is sent."""
    form = {**YES, "line": option_of(sold), "_total": "302500"}
    answer = sold.client().post(f"{url(sold, 'sold')}/accept", data=form)
    assert answer.status_code == 422
    assert "With what you ticked the total is another one." in answer.text
    assert 'name="_total" value="312180"' in answer.text
    assert sold.client().post(f"{url(sold, 'sold')}/accept", data={**form, "_total": "312180"}).status_code == 303


def test_accepting_twice_is_said_clearly_and_makes_one_order(sold):
    path = f"{url(sold, 'sold')}/accept"
    assert sold.client().post(path, data=YES).status_code == 303
    again = sold.client().post(path, data=YES)
    assert again.status_code == 409
    assert "Accepted. Thank you." in again.text
    with sold.app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).where(Order.quote_id == sold.ids["sold"])) == 1


def test_two_who_accept_at_the_same_moment_make_one_order(sold):
    path, answers = f"{url(sold, 'sold')}/accept", []
    barrier = threading.Barrier(4)

    def accept() -> None:
        client = sold.client()
        barrier.wait()
        answers.append(client.post(path, data=YES).status_code)

    threads = [threading.Thread(target=accept) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 409, 409, 409]
    with sold.app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).where(Order.quote_id == sold.ids["sold"])) == 1


# --- declining --------------------------------------------------------------------------------------------------------


def test_declining_asks_for_a_reason_and_tells_the_owner(sold):
    path = f"{url(sold, 'sold')}/decline"
    assert sold.client().post(path, data={}).status_code == 422
    assert sold.client().post(path, data={"reason": "Too expensive"}).status_code == 303
    assert "This quote was declined." in sold.client().get(url(sold, "sold")).text
    assert sold.client().post(f"{url(sold, 'sold')}/accept", data=YES).status_code == 409
    with sold.app.app_context():
        assert db.session.get_one(Deal, sold.ids["seller.deal"]).is_open
        told = db.session.scalars(sa.select(Message).where(Message.purpose == "quote_declined")).one()
        assert "Too expensive" in told.text


def test_the_page_is_in_the_customers_language(own_stage):
    stage = own_stage
    with stage.writes("seller"):
        Organisation.get().change(name="شركة")
        quote = Quote.create(
            stage_user(stage),
            name="عرض",
            contact=db.session.get_one(Contact, stage.ids["shared.contact"]),
            **{**VERSION, "language": "ar"},
        )
        quote.write(name=quote.name, lines=quote_lines("Sent", tax(stage)))
        quote.send(
            db.session.get_one(Quote, stage.ids["sent.quote"]).live.file,
            {"from": {"name": "شركة"}, "to": {"name": "A"}},
            "a@example.com",
        )
        stage.ids["arabic"] = quote.id
    page = look(stage, key="arabic").text
    assert '<html lang="ar" dir="rtl">' in page
