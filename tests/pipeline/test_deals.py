"""Deals through their pages: adding, changing, moving, winning, losing, and what becomes of the lifecycle."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
import sqlalchemy as sa

from crmlite import journal
from crmlite.companies.models import Company
from crmlite.contacts.models import Contact
from crmlite.extensions import db, pretending, utcnow
from crmlite.journal import Event, EventLink
from crmlite.pipeline.models import Deal, Pipeline, Stage, WrongState

NEW = {
    "name": "Two hundred chairs", "contact_id-text": "Ёлка Ёлкина", "company_id-text": "Ёлка Trade",
    "amount_minor": "1.234,50 €", "currency": "EUR", "recurring_minor": "99", "close_on": "2027-01-31", "kind": "renewal",
    "owner_id": "",
}  # fmt: skip


def add(stage, actor="colleague", **more):
    """The colleague reads Dutch."""
    data = {**NEW, "stage_id": str(stage.ids["stage.second"]), **more}
    return stage.client(actor).post("/deals/new", data=data)


def deal_of(stage, name="seller.deal") -> Deal:
    return db.session.get_one(Deal, stage.ids[name])


def test_a_new_deal_has_all_that_was_typed_and_makes_who_is_new(stage):
    answer = add(stage)
    assert answer.status_code == 303, answer.text
    with stage.app.app_context():
        deal = db.session.get_one(Deal, int(answer.headers["Location"].rsplit("/", 1)[1]))
        assert (deal.name, deal.amount_minor, deal.recurring_minor, deal.currency) == (
            "Two hundred chairs", 123_450, 9900, "EUR",
        )  # fmt: skip
        assert (deal.close_on, deal.kind, deal.owner_id) == (date(2027, 1, 31), "renewal", None)
        assert (deal.contact.given, deal.contact.family, deal.company.name) == ("Ёлка", "Ёлкина", "Ёлка Trade")
        assert deal.contact.main_company_id == deal.company_id
        assert (deal.contact.lifecycle, deal.company.lifecycle) == ("prospect", "prospect")
        assert (deal.stage_id, deal.pipeline_id, deal.is_open) == (
            stage.ids["stage.second"], stage.ids["pipeline"], True,
        )  # fmt: skip


def test_without_a_company_it_is_where_the_person_works(stage):
    answer = add(
        stage, **{"contact_id-text": "x", "contact_id": str(stage.ids["seller.contact"]), "company_id-text": ""}
    )
    with stage.app.app_context():
        deal = db.session.get_one(Deal, int(answer.headers["Location"].rsplit("/", 1)[1]))
        assert deal.company_id == stage.ids["seller.company"]


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("amount_minor", "1,234.50", "1.234,50"),
        ("amount_minor", "-5", "nul"),
        ("amount_minor", "12 stuks", ""),
        ("amount_minor", "99999999999999999", ""),
        ("amount_minor", "12,345", ""),
        ("currency", "XXQ", ""),
        ("close_on", "31-31-2027", ""),
        ("name", " ", ""),
        ("contact_id-text", "", ""),
        ("stage_id", "", ""),
        ("kind", "gift", ""),
    ],
)
def test_nonsense_is_a_sentence_beside_the_field_and_nothing_is_lost(stage, field, typed, said):
    answer = add(stage, **{field: typed})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert said in answer.text
    assert "Two hundred chairs" in answer.text or field == "name"
    with stage.app.app_context():
        assert db.session.scalar(sa.select(Deal.id).where(Deal.name == NEW["name"])) is None


def test_a_stage_that_is_not_open_is_none_for_a_new_deal(stage):
    assert add(stage, stage_id=str(stage.ids["stage.won"])).status_code == 422


def test_the_form_knows_from_where_it_was_opened(stage):
    page = stage.client("seller").get(f"/deals/new?contact={stage.ids['seller.contact']}").text
    assert "zcsellercontactqxgiven" in page
    assert "zcsellercompanyqx Ltd" in page
    page = stage.client("seller").get(f"/deals/new?company={stage.ids['seller.company']}").text
    assert "zcsellercontactqxgiven" in page
    page = stage.client("seller").get(f"/deals/new?contact={stage.ids['rival.contact']}").text
    assert "zcrival" not in page


def test_a_qualified_lead_goes_on_as_a_deal_without_being_typed_again(stage):
    client = stage.client("seller")
    client.post(f"/leads/{stage.ids['seller.lead']}/qualify")
    page = client.get(f"/leads/{stage.ids['seller.lead']}").text
    form = client.get(unescape(re.search(r'href="(/deals/new[^"]+)"', page)[1])).text
    for word in ("zcsellerleadqx need", "zcsellercontactqxgiven", "zcsellercompanyqx Ltd"):
        assert f'value="{word}' in form


def test_contacts_and_companies_show_their_deals_and_a_way_to_one_more(stage):
    for kind in ("contact", "company"):
        record_id = stage.ids[f"seller.{kind}"]
        box = stage.client("seller").get(f"/records/{kind}/{record_id}/around").text
        assert "zcsellerdealqx" in box
        assert f"/deals/new?{kind}={record_id}" in box


def test_a_company_out_of_sight_stays_when_the_deal_is_saved(stage):
    """The crossed deal is the seller's, with somebody and a firm that only the rival's team may see."""
    url = f"/deals/{stage.ids['crossed.deal']}/edit"
    client = stage.client("seller")
    page = client.get(url).text
    assert "zcrival" not in page
    data = {
        "name": "Renamed", "contact_id": stage.ids["rival.contact"], "contact_id-text": "x", "currency": "EUR",
        "company_id": stage.ids["rival.company"], "company_id-text": "y", "kind": "new", "row_version": "1",
        "owner_id": stage.ids["user.seller"], "amount_minor": "12",
    }  # fmt: skip
    answer = client.post(url, data=data)
    assert answer.status_code == 303, answer.text
    with stage.app.app_context():
        deal = deal_of(stage, "crossed.deal")
        assert (deal.name, deal.contact_id, deal.company_id) == (
            "Renamed", stage.ids["rival.contact"], stage.ids["rival.company"],
        )  # fmt: skip


def test_one_amount_in_place_is_read_in_the_deals_currency(stage):
    client, url = stage.client("seller"), f"/records/deal/{stage.ids['seller.deal']}/field/amount"
    assert 'value="1234.00"' in client.get(url + "?edit=1").text
    answer = client.post(url, data={"amount_minor": "2,500.75", "was": "1234.00"})
    assert "€2,500.75" in answer.text
    assert client.post(url, data={"amount_minor": "3", "was": "1234.00"}).status_code == 409
    assert client.post(url, data={"amount_minor": "2.755", "was": "2500.75"}).status_code == 422
    timeline = client.get(f"/records/deal/{stage.ids['seller.deal']}/timeline").text
    assert "€1,234.00" in timeline
    assert "€2,500.75" in timeline


def test_yens_have_no_decimals(stage):
    with stage.writes("seller"):
        deal_of(stage).change(amount_minor=5000, currency="JPY")
    url = f"/records/deal/{stage.ids['seller.deal']}/field/amount"
    client = stage.client("seller")
    assert 'value="5000"' in client.get(url + "?edit=1").text
    assert client.post(url, data={"amount_minor": "12.5", "was": "5000"}).status_code == 422


# --- the way to the end -----------------------------------------------------------------------------------------------


def test_a_deal_goes_its_way_and_every_timeline_tells_it(stage):
    client, url = stage.client("seller"), f"/deals/{stage.ids['seller.deal']}"
    assert client.post(f"{url}/move", data={"stage": stage.ids["stage.second"]}).status_code == 303
    assert client.post(f"{url}/win").status_code == 303
    assert client.post(f"{url}/reopen").status_code == 303
    assert client.post(f"{url}/lose", data={"reason": "Went to somebody else"}).status_code == 303
    for kind in ("deal", "contact", "company"):
        timeline = client.get(f"/records/{kind}/{stage.ids[f'seller.{kind}']}/timeline").text
        told = ("moved the deal from New to Proposal", "won the deal", "opened the deal again in Negotiation",
                "lost the deal: Went to somebody else")  # fmt: skip
        places = [timeline.find(sentence) for sentence in told]
        assert -1 not in places, (kind, places)
        assert places == sorted(places, reverse=True)


def test_lost_without_a_reason_is_asked_for_one(stage):
    answer = stage.client("seller").post(f"/deals/{stage.ids['seller.deal']}/lose", data={"reason": " "})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


def test_an_open_deal_makes_a_prospect_until_it_is_lost(stage):
    def lifecycles():
        with stage.app.app_context():
            contact = db.session.get_one(Contact, stage.ids["seller.contact"])
            company = db.session.get_one(Company, stage.ids["seller.company"])
            return contact.lifecycle, company.lifecycle

    client, url = stage.client("seller"), f"/deals/{stage.ids['seller.deal']}"
    with stage.app.app_context():
        others = db.session.scalars(
            sa.select(Deal.id).where(Deal.contact_id == stage.ids["seller.contact"], Deal.closed_at.is_(None))
        )
        assert set(others) >= {stage.ids["seller.deal"]}
    assert lifecycles()[1] == "prospect"
    client.post(f"{url}/lose", data={"reason": "No budget"})
    assert lifecycles()[1] == "lead"
    client.post(f"{url}/reopen")
    assert lifecycles()[1] == "prospect"
    client.post(f"/records/deal/{stage.ids['seller.deal']}/delete")
    assert lifecycles()[1] == "lead"


def test_who_is_no_longer_in_the_deal_is_no_prospect_by_it(stage):
    with stage.writes("seller") as session:
        person = Contact.create(session.user, given="Anna")
        other = Contact.create(session.user, given="Bert")
        deal = Deal.create(
            session.user, name="Chairs", contact=person, stage=db.session.get_one(Stage, stage.ids["stage.first"])
        )
        assert person.lifecycle == "prospect"
        deal.change(contact_id=other.id)
        assert (person.lifecycle, other.lifecycle) == (None, "prospect")


def test_what_is_won_cannot_be_won_again(stage):
    with stage.writes("seller"):
        deal = deal_of(stage)
        deal.win()
        with pytest.raises(WrongState):
            deal.win()
        deal.lose("They cancelled the order")
        assert (deal.reason, deal.stage.kind) == ("They cancelled the order", "lost")
        with pytest.raises(WrongState):
            deal.lose("Again")


def test_undo_leaves_a_deal_open_or_closed_as_its_stage_is(stage):
    """Won, opened again elsewhere: undoing the win has nothing left to set back."""
    with stage.writes("seller"):
        deal_of(stage).win()
        won = journal.operation()
    with stage.writes("seller"):
        deal_of(stage).reopen(db.session.get_one(Stage, stage.ids["stage.third"]))
    with stage.writes("seller"):
        journal.undo(won)
        deal = deal_of(stage)
        assert (deal.stage_id, deal.closed_at) == (stage.ids["stage.third"], None)


def test_undo_does_not_bring_a_deal_back_to_a_stage_that_is_gone(stage):
    with stage.writes("manager") as session:
        other = db.session.get_one(Stage, stage.ids["stage.other"])
        deal = Deal.create(
            session.user, name="Renewal", contact=db.session.get_one(Contact, stage.ids["seller.contact"]), stage=other
        )
        deal_id = deal.id
    with stage.writes("manager"):
        db.session.get_one(Deal, deal_id).win()
        won = journal.operation()
    with stage.writes("manager"):
        pipeline = db.session.get_one(Pipeline, stage.ids["pipeline.empty"])
        rows = [
            {"name": s.name, "kind": s.kind, "id": s.id, "probability_bp": 0} for s in pipeline.stages if not s.is_open
        ]
        pipeline.change(pipeline.name, [{"name": "Other", "kind": "open", "probability_bp": 100}, *rows])
    with stage.writes("manager"):
        undone = journal.undo(won)
        deal = db.session.get_one(Deal, deal_id)
        assert {"stage_id", "closed_at"} <= {conflict.field for conflict in undone.conflicts}
        assert (deal.stage.kind, deal.closed_at is not None) == ("won", True)


def test_idle_and_late(stage):
    later = utcnow() + timedelta(days=9)
    with stage.writes("seller"), pretending(later):
        deal = deal_of(stage)
        assert (deal.is_stale, deal.days_idle) == (True, 9)
        deal.touch()
        assert not deal.is_stale
    with stage.writes("seller"), pretending(utcnow() + timedelta(days=300)):
        assert deal_of(stage).is_late
        deal_of(stage).win()
        assert not deal_of(stage).is_late


def test_events_name_the_records_they_concern(stage):
    with stage.writes("seller"):
        deal_of(stage).move(db.session.get_one(Stage, stage.ids["stage.third"]))
        event = db.session.scalars(sa.select(Event).order_by(Event.id.desc()).limit(1)).one()
        links = db.session.execute(
            sa.select(EventLink.record_type, EventLink.record_id).where(EventLink.event_id == event.id)
        )
        assert set(map(tuple, links)) == {(k, stage.ids[f"seller.{k}"]) for k in ("deal", "contact", "company")}
        assert event.data == {"was": "New", "now": "Negotiation"}
