"""Writing and sending quotes, through their pages."""

import html
import re
import subprocess
from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from crmlite import journal
from crmlite.catalog.models import Product, TaxClass
from crmlite.catalog.models.taxes import Rate
from crmlite.contacts.models import Contact
from crmlite.extensions import db, utcnow
from crmlite.mail.models import Message
from crmlite.sales.models import Line, Quote
from crmlite.sales.rows import as_quoted
from tests.cast import forbidden_to, make_sent_quote, quote_lines
from tests.oracles import canaries_in
from tests.records.purging import purge

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
ITEM = {"lines-0-kind": "item", "lines-0-product-text": "Booth", "lines-0-quantity": "2", "lines-0-price": "1250"}


def form(stage, **more):
    return {
        "name": "Two booths", "currency": "EUR", "language": "en", "time_zone": "Europe/Amsterdam",
        "valid_until": "2099-12-31", "row_version": str(version(stage)), **ITEM, "lines-0-tax": str(stage.ids["tax"]), **more,
    }  # fmt: skip


def version(stage, key="seller.quote"):
    with stage.app.app_context():
        return db.session.get_one(Quote, stage.ids[key]).row_version


def path(stage, key="seller.quote"):
    return f"/quotes/{stage.ids[key]}"


def calculated(stage, **more):
    answer = stage.client("seller").post(f"{path(stage)}/calculate", data=form(stage, **more), headers=HTMX)
    assert answer.status_code == 200
    return html.unescape(re.sub(r"[\u2066-\u2069]", "", answer.text))


# --- a new one --------------------------------------------------------------------------------------------------------


def test_a_quote_begins_on_a_deal_and_takes_over_what_is_known(own_stage):
    seller = own_stage.client("seller")
    page = seller.get(f"/quotes/new?deal={own_stage.ids['seller.deal']}").text
    assert f'value="{own_stage.ids["seller.contact"]}"' in page
    answer = seller.post(
        "/quotes/new",
        data={"name": "Booths", "contact_id": own_stage.ids["seller.contact"], "deal_id": own_stage.ids["seller.deal"]},
    )
    assert re.fullmatch(r"/quotes/\d+/edit", answer.headers["Location"])
    assert seller.get(answer.headers["Location"]).status_code == 200


def test_numbers_go_up_and_are_never_given_twice(own_stage):
    seller, given = own_stage.client("seller"), []
    for _n in range(3):
        seller.post("/quotes/new", data={"name": "Booths", "contact_id": own_stage.ids["seller.contact"]})
        with own_stage.app.app_context():
            quote = db.session.scalars(sa.select(Quote).order_by(Quote.id.desc())).first()
            given.append(quote.number)
            undo = db.session.scalar(sa.select(sa.func.max(journal.Operation.id)))
        assert seller.post(f"/records/undo/{undo}", data={"next": "/quotes/"}).status_code == 303
    assert given == sorted(set(given))
    assert all(number.startswith(f"Q-{utcnow().year}-") for number in given)


# --- the grid ---------------------------------------------------------------------------------------------------------


def test_the_server_adds_up_while_one_types_and_saves_nothing(stage):
    before = version(stage)
    page = calculated(stage)
    assert "€2,500.00" in page
    assert "€3,025.00" in page
    assert version(stage) == before


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"lines-0-quantity": "2 pieces"}, "Only a number belongs here: leave out “pieces”."),
        ({"lines-0-quantity": "-1"}, "This cannot be less than zero."),
        ({"lines-0-quantity": "0"}, "Write a number above zero."),
        ({"lines-0-quantity": "99999999"}, "This is too large"),
        ({"lines-0-price": "a lot"}, "This is not an amount"),
        ({"lines-0-discount": "120"}, "This is too large: at most 100 fits here."),
    ],
)
def test_what_cannot_be_is_said_beside_the_field_and_kept(stage, typed, complaint):
    page = calculated(stage, **typed)
    assert complaint in page
    assert f'value="{next(iter(typed.values()))}"' in page
    refused = stage.client("seller").post(f"{path(stage)}/edit", data=form(stage, **typed))
    assert refused.status_code == 422
    assert complaint in html.unescape(re.sub(r"[\u2066-\u2069]", "", refused.text))


def test_numbers_are_typed_the_way_of_the_language(own_stage):
    own_stage.client("seller").post("/auth/language", data={"language": "nl"})
    answer = own_stage.client("seller").post(
        f"{path(own_stage)}/edit", data=form(own_stage, **{"lines-0-quantity": "1,5", "lines-0-price": "1.250,50"})
    )
    assert answer.status_code == 303
    with own_stage.app.app_context():
        line = db.session.get_one(Quote, own_stage.ids["seller.quote"]).draft.lines[0]
        assert (line.qty_micro, line.unit_micro, line.amount_minor) == (1_500_000, 1_250_500_000, 187575)


def test_an_absurd_total_is_refused_and_nothing_is_lost(stage):
    absurd = {"lines-0-quantity": "1000000", "lines-0-price": "900000000"}
    refused = stage.client("seller").post(f"{path(stage)}/edit", data=form(stage, **absurd))
    assert refused.status_code == 422
    assert "This adds up to more than can be quoted" in refused.text
    assert 'value="900000000"' in refused.text


def test_totals_that_a_browser_sends_are_not_looked_at(own_stage):
    forged = {"gross_minor": "1", "lines-0-amount_minor": "1", "lines-0-tax_rate_bp": "0", "state": "accepted"}
    assert own_stage.client("seller").post(f"{path(own_stage)}/edit", data=form(own_stage, **forged)).status_code == 303
    with own_stage.app.app_context():
        quote = db.session.get_one(Quote, own_stage.ids["seller.quote"])
        assert (quote.gross_minor, quote.state) == (302500, "draft")


def test_a_product_fills_its_line_and_stays_when_it_is_changed(own_stage):
    product = own_stage.ids["seller.product"]
    rows = {"lines-0-product": str(product), "lines-0-product-text": "x", "lines-0-price": "", "lines-0-quantity": ""}
    page = calculated(own_stage, **rows)
    assert 'value="1250.00"' in page
    assert f'name="lines-0-filled" value="{product}"' in page
    again = calculated(own_stage, **{**rows, "lines-0-filled": str(product), "lines-0-price": "99"})
    assert 'value="99"' in again


def test_another_currency_changes_the_prices_with_it(own_stage):
    """What the catalogue says is taken from there, what somebody wrote goes by the rate, and what cannot be known is asked for."""
    stage, product = own_stage, own_stage.ids["seller.product"]
    rows = {
        "priced": "EUR net", "lines-0-product": str(product), "lines-0-filled": str(product), "lines-0-price": "1250",
        "lines-1-kind": "item", "lines-1-place": "1", "lines-1-product-text": "Own", "lines-1-quantity": "1", "lines-1-price": "92",
    }  # fmt: skip
    dollars = calculated(stage, **rows, currency="USD")
    assert 'name="priced" value="USD net"' in dollars
    assert 'name="lines-1-price" value="100.00"' in dollars, "92 euro at 0.92"
    pounds = calculated(stage, **rows, currency="GBP")
    assert 'name="lines-0-price" value="909.0909"' in pounds, "1,100 with 21 % tax in the catalogue"
    assert "There is no exchange rate for GBP" in pounds
    with_tax = calculated(stage, **rows, includes_tax="y")
    assert 'name="lines-1-price" value="92.00"' in with_tax, "it has no tax"
    assert 'name="lines-0-price" value="1512.50"' in with_tax


def test_what_was_removed_in_the_middle_is_saved_as_it_stands(own_stage):
    rows = {"lines-2-kind": "item", "lines-2-product-text": "Lamp", "lines-2-quantity": "1", "lines-2-price": "80"}
    gap = {name: value for name, value in form(own_stage, **rows).items() if not name.startswith("lines-0-")}
    assert own_stage.client("seller").post(f"{path(own_stage)}/edit", data=gap).status_code == 303
    assert [name for name, _qty, _price in lines(own_stage, "seller.quote")] == ["Lamp"]


@pytest.mark.parametrize(
    ("price", "wanted", "quoted"),
    [("24.95", False, "22.8899"), ("100", True, "109"), ("0.0001", False, "0.0001")],
)
def test_a_price_with_tax_in_a_quote_without_it(price, wanted, quoted):
    micro = int(Decimal(price) * 10**6)
    assert as_quoted(micro, not wanted, wanted, 900, "EUR") == int(Decimal(quoted) * 10**6)


def test_a_product_deleted_while_it_is_quoted(own_stage):
    product = own_stage.ids["seller.product"]
    rows = {"lines-0-product": str(product), "lines-0-product-text": "Booth", "lines-0-filled": str(product)}
    with own_stage.writes("manager"):
        db.session.get_one(Product, product).trash()
    refused = own_stage.client("seller").post(f"{path(own_stage)}/edit", data=form(own_stage, **rows))
    assert refused.status_code == 422
    assert "This product is not in the catalogue any more." in refused.text
    kept = form(own_stage, **{**rows, "lines-0-product": ""})
    assert own_stage.client("seller").post(f"{path(own_stage)}/edit", data=kept).status_code == 303


def test_a_currency_without_a_rate(stage):
    product = stage.ids["seller.product"]
    rows = {"lines-0-product": str(product), "lines-0-product-text": "Booth", "lines-0-price": "", "currency": "JPY"}
    assert "There is no exchange rate for JPY" in calculated(stage, **rows)


def test_buttons_of_the_grid_do_once_what_they_say(stage):
    rows = {**ITEM, "lines-1-kind": "section", "lines-1-product-text": "Extras", "lines-1-place": "1"}
    added = calculated(stage, **rows, _do="add text 2")
    assert added.count('id="row-') == 3
    assert calculated(stage, **rows, _do="add text 1").count('id="row-') == 2, "asked for when there was one row"
    moved = calculated(stage, **rows, _do="up 1 2")
    assert moved.index("Extras") < moved.index("Booth")
    removed = calculated(stage, **rows, _do="remove 0 2")
    assert "Booth" not in removed
    for nonsense in ("up 0 2", "down 1 2", "remove 9 2", "explode 0 2", "add", "", "up x 2"):
        assert calculated(stage, **rows, _do=nonsense).count('id="row-') == 2


def test_two_who_write_one_quote_see_it(own_stage):
    old = form(own_stage)
    assert own_stage.client("seller").post(f"{path(own_stage)}/edit", data=form(own_stage)).status_code == 303
    late = own_stage.client("manager").post(f"{path(own_stage)}/edit", data={**old, "name": "Mine"})
    assert late.status_code == 409
    assert "Somebody saved this quote while you were writing" in late.text
    assert 'value="Mine"' in late.text


def test_special_instructions_are_seen_while_one_writes(own_stage):
    product = own_stage.ids["seller.product"]
    with own_stage.writes("seller"):
        db.session.get_one(Contact, own_stage.ids["seller.contact"]).change(instructions="Call first")
    rows = {"lines-0-product": str(product), "lines-0-product-text": "Booth"}
    own_stage.client("seller").post(f"{path(own_stage)}/edit", data=form(own_stage, **rows))
    page = own_stage.client("seller").get(f"{path(own_stage)}/edit").text
    assert "Call first" in page
    assert "zcsellerproductqx" in page, "the product's instructions"


# --- sending ----------------------------------------------------------------------------------------------------------


def sent(stage, **more):
    form = {"to": "buyer@example.com", "subject": "Our quote", "message": "Dear buyer", **more}
    return stage.client("seller").post(f"{path(stage)}/send", data={"row_version": str(version(stage)), **form})


def test_sending_freezes_the_version_and_queues_the_mail_with_its_file(own_stage):
    assert sent(own_stage).status_code == 303
    with own_stage.app.app_context():
        quote = db.session.get_one(Quote, own_stage.ids["seller.quote"])
        version = quote.live
        assert (quote.state, version.sha256) == ("sent", version.file.sha256)
        assert version.file.read().startswith(b"%PDF")
        mail = db.session.scalars(sa.select(Message).where(Message.purpose == "quote")).one()
        assert (mail.to, mail.subject, mail.reply_to) == ("buyer@example.com", "Our quote", "seller@demo.example")
        assert [file.file_id for file in mail.files] == [version.file_id]
        assert f"/p/quote/{own_stage.token('seller.quote')}" in mail.text
    assert own_stage.client("seller").get(f"{path(own_stage)}/edit").status_code == 409
    assert sent(own_stage).status_code == 409, "twice is once"


@pytest.mark.parametrize(
    ("form", "complaint"),
    [
        ({"to": "nobody"}, "That is not an e-mail address"),
        ({"message": ""}, "Please fill this in."),
        ({"to": "a@b@c.example"}, "That is not an e-mail address"),
    ],
)
def test_a_mail_that_cannot_go_is_not_sent(stage, form, complaint):
    answer = sent(stage, **form)
    assert answer.status_code == 422
    assert complaint in answer.text


def test_a_quote_without_lines_or_past_its_day_is_not_sent(own_stage):
    with own_stage.writes("seller"):
        quote = db.session.get_one(Quote, own_stage.ids["seller.quote"])
        quote.draft.valid_until = utcnow().date() - timedelta(days=3)
        quote.write(name=quote.name, lines=[])
    answer = sent(own_stage)
    assert answer.status_code == 422
    assert "The quote has no lines yet" in answer.text
    assert "valid until a day that has passed" in answer.text


def test_what_was_changed_since_the_page_was_opened_is_not_sent_unseen(own_stage):
    old = str(version(own_stage))
    own_stage.client("colleague").post(f"{path(own_stage)}/edit", data=form(own_stage))
    assert sent(own_stage, row_version=old).status_code == 409


def test_without_a_renderer_nothing_is_sent_and_the_page_says_so(own_stage, monkeypatch):
    from crmlite.pdf import wire

    (own_stage.app.extensions["crmlite.settings"].instance / wire.SOCKET).unlink(missing_ok=True)
    monkeypatch.setattr("crmlite.pdf._START_WITHIN", 0.0)
    answer = sent(own_stage)
    assert answer.status_code == 503
    assert "the renderer does not run" in answer.text
    assert "Dear buyer" in answer.text
    with own_stage.app.app_context():
        assert db.session.get_one(Quote, own_stage.ids["seller.quote"]).state == "draft"


def test_a_total_below_zero_or_another_rate_of_tax_is_not_sent(own_stage):
    client = own_stage.client("seller")
    client.post(f"{path(own_stage)}/edit", data=form(own_stage, **{"lines-0-price": "-10"}))
    assert "The total is below zero." in sent(own_stage).text
    client.post(f"{path(own_stage)}/edit", data=form(own_stage))
    with own_stage.writes("manager"):
        tax = db.session.get_one(TaxClass, own_stage.ids["tax"])
        tax.change(rates=[Rate(2500, date(2012, 10, 1))])
    refused = sent(own_stage)
    assert refused.status_code == 422
    assert "The rate of Standard is another one by now." in refused.text
    client.post(f"{path(own_stage)}/edit", data=form(own_stage))
    assert sent(own_stage).status_code == 303


def test_what_a_customer_has_is_not_deleted(own_stage):
    client = own_stage.client("seller")
    assert client.post(f"/records/quote/{own_stage.ids['sent.quote']}/delete").status_code == 409
    ids = [own_stage.ids["sent.quote"], own_stage.ids["seller.quote"]]
    client.post("/records/quote/bulk", data={"id": ids, "action": "delete"})
    with own_stage.app.app_context():
        assert db.session.get_one(Quote, ids[0]).deleted_at is None
        assert db.session.get_one(Quote, ids[1]).deleted_at is not None


def test_neither_the_paper_nor_the_mail_shows_what_the_sender_may_not_see(own_stage, tmp_path):
    """The contact works at a company of the rival's too, and so does the seller's own."""
    with own_stage.writes("seller"):
        db.session.get_one(Quote, own_stage.ids["seller.quote"]).company_id = own_stage.ids["seller.company"]
    assert sent(own_stage).status_code == 303
    with own_stage.app.app_context():
        quote = db.session.get_one(Quote, own_stage.ids["seller.quote"])
        mail = db.session.scalars(sa.select(Message).where(Message.purpose == "quote")).one()
        file = tmp_path / "quote.pdf"
        file.write_bytes(quote.live.file.read())
        written = f"{mail.subject} {mail.text} {mail.from_name}"
    printed = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True).stdout
    assert "zcsellerquoteqx" in printed, "it is the quote's own text"
    assert canaries_in(printed + written, forbidden_to("seller")) == []
    assert canaries_in(printed, {"zcsellerproductqx"}) == [], "instructions are not for customers"


def test_an_undo_never_touches_what_was_sent(own_stage):
    """The lines were written in one step that could be undone until the quote went out."""
    with own_stage.writes("seller"):
        quote = db.session.get_one(Quote, own_stage.ids["seller.quote"])
        quote.write(name=quote.name, lines=quote_lines("New", db.session.get_one(TaxClass, own_stage.ids["tax"])))
    with own_stage.app.app_context():
        operation = db.session.scalar(sa.select(sa.func.max(journal.Operation.id)))
        before = lines(own_stage, "seller.quote")
    assert sent(own_stage).status_code == 303
    own_stage.client("seller").post(f"/records/undo/{operation}", headers=HTMX)
    assert lines(own_stage, "seller.quote") == before


def lines(stage, key):
    with stage.app.app_context():
        quote = db.session.get_one(Quote, stage.ids[key])
        rows = db.session.scalars(sa.select(Line).where(Line.version_id == quote.latest.id).order_by(Line.position))
        return [(row.name, row.qty_micro, row.unit_micro) for row in rows]


def test_undoing_one_of_two_changes_adds_up_anew(own_stage):
    """The totals follow from the lines that are left, not from either of the two."""
    stage, operations = own_stage, []
    for quantity in (3_000_000, None):
        with stage.writes("seller"):
            quote = db.session.get_one(Quote, stage.ids["seller.quote"])
            rows = [
                {
                    "id": x.id,
                    "kind": x.kind,
                    "name": x.name,
                    "qty_micro": x.qty_micro,
                    "unit_micro": x.unit_micro,
                    "tax_rate_bp": 0,
                }
                for x in quote.draft.lines
            ]
            if quantity:
                rows[1]["qty_micro"] = quantity
            else:
                rows[2]["unit_micro"] = 1_000_000
                rows[2]["optional"] = False
            quote.write(name=quote.name, lines=rows)
            operations.append(journal.operation())
    stage.client("seller").post(f"/records/undo/{operations[0]}", headers=HTMX)
    with stage.app.app_context():
        quote = db.session.get_one(Quote, stage.ids["seller.quote"])
        assert quote.gross_minor == quote.draft.totals().gross_minor == quote.draft.gross_minor


def test_a_quote_in_the_trash_goes_for_good_with_its_versions_and_lines(own_stage):
    with own_stage.writes("seller"):
        db.session.get_one(Quote, own_stage.ids["seller.quote"]).trash()
    with own_stage.writes():
        purge(utcnow() + timedelta(days=31))
    with own_stage.app.app_context():
        assert db.session.get(Quote, own_stage.ids["seller.quote"]) is None
        assert db.session.scalar(sa.select(Line.id).where(Line.name.contains("zcsellerquoteqx"))) is None


def test_a_new_version_replaces_the_one_before_when_it_is_sent(own_stage):
    stage = own_stage
    assert stage.client("seller").post(f"{path(stage, 'sent.quote')}/rewrite").status_code == 303
    with stage.app.app_context():
        quote = db.session.get_one(Quote, stage.ids["sent.quote"])
        assert [version.state for version in quote.versions] == ["sent", "draft"]
        assert lines(stage, "sent.quote") == [(x.name, x.qty_micro, x.unit_micro) for x in quote.live.lines]
    again = stage.client("seller").post(f"{path(stage, 'sent.quote')}/rewrite")
    assert again.status_code == 409, "there is a draft already"
    form = {
        "to": "b@example.com",
        "subject": "Again",
        "message": "See",
        "row_version": str(version(stage, "sent.quote")),
    }
    assert stage.client("seller").post(f"{path(stage, 'sent.quote')}/send", data=form).status_code == 303
    with stage.app.app_context():
        quote = db.session.get_one(Quote, stage.ids["sent.quote"])
        assert [version.state for version in quote.versions] == ["replaced", "sent"]


def test_a_withdrawal_can_be_undone(own_stage):
    stage = own_stage
    answer = stage.client("seller").post(f"{path(stage, 'sent.quote')}/withdraw", headers=HTMX)
    assert answer.status_code == 204
    with stage.app.app_context():
        operation = db.session.scalar(sa.select(sa.func.max(journal.Operation.id)))
        assert db.session.get_one(Quote, stage.ids["sent.quote"]).state == "withdrawn"
    stage.client("seller").post(f"/records/undo/{operation}", headers=HTMX)
    with stage.app.app_context():
        quote = db.session.get_one(Quote, stage.ids["sent.quote"])
        assert (quote.state, quote.live.state) == ("sent", "sent")


def test_the_mails_fate_is_on_the_quotes_page_with_a_button_where_it_is_unknown(own_stage):
    assert sent(own_stage).status_code == 303
    with own_stage.writes("seller"):
        mail = db.session.scalars(sa.select(Message).where(Message.purpose == "quote")).one()
        mail.state, mail_id = "unknown", mail.id
    page = own_stage.client("seller").get(path(own_stage)).text
    assert "The mail server did not say whether it took it" in page
    assert f'action="/mail/{mail_id}/send-again"' in page
    answer = own_stage.client("seller").post(f"/mail/{mail_id}/send-again", data={"next": path(own_stage)})
    assert answer.headers["Location"] == path(own_stage)


def test_the_customers_order_date_is_theirs(own_stage):
    """Kiritimati is a day ahead of Amsterdam for most of the day: what counts is the customer's."""
    stage = own_stage
    with stage.writes("seller"):
        contact = db.session.get_one(Contact, stage.ids["shared.contact"])
        user = stage_user(stage)
        quote = make_sent_quote(user, contact, db.session.get_one(TaxClass, stage.ids["tax"]))
        quote.live.time_zone = "Pacific/Kiritimati"
        order = quote.accept(quote.live, [], name="A")
        assert order.ordered_on in {(utcnow() + timedelta(hours=14)).date()}


def stage_user(stage):
    from crmlite.auth.models import User

    return db.session.get_one(User, stage.ids["user.seller"])


def test_more_lines_than_there_may_be_are_said_beside_the_grid(own_stage, monkeypatch):
    monkeypatch.setattr("crmlite.sales.grid.MOST_LINES", 3)
    monkeypatch.setattr("crmlite.sales.grid.QuoteForm.lines.kwargs", {"max_entries": 3}, raising=False)
    row = {f"lines-{n}-{name}": value for n in range(4) for name, value in (
        ("kind", "item"), ("place", str(n)), ("product-text", f"Own {n}"), ("quantity", "1"), ("price", "1")
    )}  # fmt: skip
    three = {name: value for name, value in row.items() if not name.startswith("lines-3-")}
    page = calculated(own_stage, **three)
    assert "A quote has at most 3 lines." in page
    assert 'value="add item' not in page
    two = {name: value for name, value in three.items() if not name.startswith("lines-2-")}
    assert 'value="add item 2"' in calculated(own_stage, **two), "the control"
