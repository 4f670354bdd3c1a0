"""Contacts through their pages: adding, changing, where they work, lifecycle."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from crmlite import events
from crmlite.companies.models import Company
from crmlite.contacts.jobs import leave_companies, renew_lifecycles
from crmlite.contacts.models import Affiliation, Contact
from crmlite.extensions import db, utcnow
from crmlite.journal import Event
from crmlite.leads.models import Lead
from crmlite.records.points import Address, Point, of

NEW = {
    "given": "Ёлка",
    "family": "Ёлкина",
    "language": "ru",
    "owner_id": "",
    "emails-0-value": "elkina@example.com",
    "emails-0-label": "work",
    "emails-1-value": "home@example.com",
    "emails-1-label": "home",
    "phones-0-value": "06 1234 5678",
    "phones-0-label": "mobile",
    "addresses-0-lines": "Kade 1",
    "addresses-0-city": "Utrecht",
    "addresses-0-country": "NL",
    "company-text": "Ёлка Trade",
    "title": "Buyer",
}


def add(stage, actor="seller", **more) -> int:
    answer = stage.client(actor).post("/contacts/new", data={**NEW, **more})
    assert answer.status_code == 303, answer.text
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def test_a_new_contact_has_all_that_was_typed(stage):
    contact_id = add(stage)
    with stage.app.app_context():
        contact = db.session.get(Contact, contact_id)
        points = {(p.kind, p.value, p.normal, p.label, p.main) for p in of(contact, Point)}
        assert points == {
            ("email", "elkina@example.com", "elkina@example.com", "work", True),
            ("email", "home@example.com", "home@example.com", "home", False),
            ("phone", "06 1234 5678", "+31612345678", "mobile", True),
        }
        assert (contact.main_email, contact.main_phone, contact.city, contact.country) == (
            "elkina@example.com", "06 1234 5678", "Utrecht", "NL",
        )  # fmt: skip
        assert [a.lines for a in of(contact, Address)] == ["Kade 1"]
        company = db.session.get(Company, contact.main_company_id)
        assert (company.name, company.owner_id) == ("Ёлка Trade", stage.ids["user.seller"])
    page = stage.client("seller").get(f"/contacts/{contact_id}").text
    assert "Ёлка Ёлкина" in page
    assert "Buyer" in page
    assert "elkina@example.com" in stage.client("seller").get("/contacts/?_q=elkina").text


def test_a_known_company_is_joined_not_made_again(stage):
    name = "zcsellercompanyqx Ltd"
    contact_id = add(stage, **{"company-text": name})
    with stage.app.app_context():
        assert db.session.get(Contact, contact_id).main_company_id == stage.ids["seller.company"]


def test_a_company_of_others_is_not_found_by_its_name_nor_by_its_id(stage):
    contact_id = add(stage, **{"company-text": "zcrivalcompanyqx Ltd"})
    with stage.app.app_context():
        assert db.session.get(Contact, contact_id).main_company_id != stage.ids["rival.company"]
    answer = stage.client("seller").post(
        "/contacts/new", data={**NEW, "company": stage.ids["rival.company"], "company-text": "x"}
    )
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        (
            {"given": "", "family": "", "emails-0-value": "", "emails-1-value": "", "phones-0-value": ""},
            "Say who it is",
        ),
        ({"emails-0-value": "nobody"}, "not an e-mail address"),
        ({"phones-0-value": "call me"}, "not a phone number"),
        ({"urls-0-value": "javascript:alert(1)", "urls-0-label": "work"}, "not a web address"),
        ({"given": "x" * 101}, "too long"),
        ({"birthday": "yesterday"}, "That is not a date."),
        ({"customer_since": "2025-01-02", "customer_until": "2025-01-01"}, "before the day"),
        ({"owner_id": "999999"}, "Choose one of the answers"),
    ],
)
def test_a_bad_form_comes_back_as_it_was_typed(stage, typed, complaint):
    answer = stage.client("seller").post("/contacts/new", data={**NEW, **typed})
    assert answer.status_code == 422
    assert complaint in answer.text
    assert 'value="home@example.com"' in answer.text or "emails-1-value" in typed
    assert 'aria-invalid="true"' in answer.text


def test_another_row_is_added_without_saving(stage):
    answer = stage.client("seller").post("/contacts/new", data={**NEW, "_add": "phones"})
    assert answer.status_code == 200
    assert 'name="phones-1-value"' in answer.text
    with stage.app.app_context():
        assert db.session.scalar(sa.select(Contact.id).where(Contact.family == "Ёлкина")) is None


def save(stage, actor, contact_id, **more):
    return stage.client(actor).post(f"/contacts/{contact_id}/edit", data={**NEW, **more})


def test_two_people_change_one_contact(stage):
    contact_id = add(stage)
    first = stage.client("seller").get(f"/contacts/{contact_id}/edit").text
    version = first.split('name="row_version" value="')[1].split('"')[0]
    assert save(stage, "colleague", contact_id, row_version=version, salutation="Dr").status_code == 303
    answer = save(stage, "seller", contact_id, row_version=version, salutation="Prof")
    assert answer.status_code == 409
    assert "now: Dr" in answer.text
    assert 'value="Prof"' in answer.text
    again = answer.text.split('name="row_version" value="')[1].split('"')[0]
    assert save(stage, "seller", contact_id, row_version=again, salutation="Prof").status_code == 303
    with stage.app.app_context():
        assert db.session.get(Contact, contact_id).salutation == "Prof"


def test_a_person_works_in_several_places_over_time(stage):
    contact_id = add(stage)
    seller = stage.client("seller")
    job = {"company-text": "Second", "title": "Adviser", "buying_role": "influences", "since": "2025-03-01"}
    assert seller.post(f"/contacts/{contact_id}/companies", data=job).status_code == 303
    with stage.app.app_context():
        first, second = db.session.scalars(
            sa.select(Affiliation).where(Affiliation.contact_id == contact_id).order_by(Affiliation.id)
        )
        assert (first.main, second.main, second.since) == (True, False, date(2025, 3, 1))
    assert seller.post(f"/contacts/{contact_id}/companies/{first.id}/end").status_code == 303
    with stage.app.app_context():
        contact = db.session.get(Contact, contact_id)
        assert contact.main_company_id == second.company_id, "who left is not found at the old company any more"
        assert not db.session.get(Affiliation, first.id).is_current
        newest = sa.select(Event.name).where(Event.subject_type == "contact", Event.subject_id == contact_id)
        assert db.session.scalars(newest.order_by(Event.id.desc())).first() == events.AFFILIATION_ENDED.name
    page = seller.get(f"/contacts/{contact_id}").text
    assert "until" in page
    assert stage.client("rival").post(f"/contacts/{contact_id}/companies/{second.id}/remove").status_code == 404
    assert seller.post(f"/contacts/{contact_id}/companies/{second.id}/remove").status_code == 303
    with stage.app.app_context():
        assert db.session.get(Contact, contact_id).main_company_id is None


def test_a_company_that_one_may_not_see_is_not_shown_with_its_people(stage):
    with stage.writes("rival"):
        shared = db.session.get(Contact, stage.ids["shared.contact"])
        shared.join(db.session.get(Company, stage.ids["rival.company"]), title="Secret job")
    page = stage.client("seller").get(f"/contacts/{stage.ids['shared.contact']}").text
    assert "Shared Person" in page
    assert "zcrivalcompanyqx" not in page
    assert "Secret job" not in page
    assert "Secret job" in stage.client("rival").get(f"/contacts/{stage.ids['shared.contact']}").text


def test_the_company_page_lists_its_people_and_who_is_missing(stage):
    url = f"/records/company/{stage.ids['seller.company']}/around"
    seller = stage.client("seller")
    assert "Nobody here decides yet" not in seller.get(url).text
    with stage.writes("seller"):
        there = Affiliation.company_id == stage.ids["seller.company"]
        link = db.session.scalar(
            sa.select(Affiliation).where(Affiliation.contact_id == stage.ids["seller.contact"], there)
        )
        link.change(link.title, "uses", None, None, main=True)
    page = seller.get(url).text
    assert "zcsellercontactqx" in page
    assert "Nobody here decides yet" in page


def test_lifecycle_follows_leads_and_the_dates_of_being_a_customer(stage):
    contact_id = add(stage)

    def lifecycle() -> str | None:
        with stage.app.app_context():
            return db.session.get(Contact, contact_id).lifecycle

    assert lifecycle() is None
    with stage.writes("seller") as w:
        lead = Lead.create(w.user, contact=db.session.get(Contact, contact_id), need="Chairs")
    assert lifecycle() == "lead"
    with stage.writes("seller") as w:
        db.session.get(Lead, lead.id).qualify(by=w.user)
    assert lifecycle() == "prospect"
    field = f"/records/contact/{contact_id}/field/"
    assert (
        stage.client("seller").post(field + "customer_since", data={"customer_since": "2024-05-01"}).status_code == 200
    )
    assert lifecycle() == "customer"
    stage.client("seller").post(field + "customer_until", data={"customer_until": "2025-05-01"})
    assert lifecycle() == "former"
    assert (
        "Lifecycle is now: Former customer"
        in stage.client("seller").get(f"/records/contact/{contact_id}/timeline").text
    )


def test_nobody_is_born_tomorrow(stage):
    """In the reader's own time zone."""
    field, seller = f"/records/contact/{stage.ids['seller.contact']}/field/birthday", stage.client("seller")
    answer = seller.post(field, data={"birthday": (utcnow().date() + timedelta(days=2)).isoformat()})
    assert (answer.status_code, "This day is still to come." in answer.text) == (422, True)
    assert seller.post(field, data={"birthday": "1985-12-30"}).status_code == 200


def test_instructions_of_person_and_company_are_pinned(stage):
    page = stage.client("colleague").get(f"/contacts/{stage.ids['seller.contact']}").text
    assert page.count("cx-pinned") == 2


def test_the_day_itself_makes_a_customer_former(stage):
    contact_id = add(
        stage, customer_since="2024-01-01", customer_until=(utcnow().date() + timedelta(days=1)).isoformat()
    )
    with stage.writes():
        assert db.session.get(Contact, contact_id).lifecycle == "customer"
        db.session.get(Contact, contact_id).customer_until = utcnow().date()
    with stage.writes():
        renew_lifecycles()
    with stage.app.app_context():
        assert db.session.get(Contact, contact_id).lifecycle == "former"


def test_who_leaves_on_a_day_known_before_has_left_on_that_day(stage):
    contact_id = add(stage)
    with stage.writes("seller"):
        link = db.session.scalar(sa.select(Affiliation).where(Affiliation.contact_id == contact_id))
        link.change(link.title, "", None, utcnow().date() + timedelta(days=1), main=True)
        assert db.session.get(Contact, contact_id).main_company_id == link.company_id
        link.until = utcnow().date()
    with stage.writes():
        leave_companies()
    with stage.app.app_context():
        assert db.session.get(Contact, contact_id).main_company_id is None


def test_the_region_of_the_main_address_is_a_column(stage):
    """And on the page an address stands in the order of its country."""
    with stage.writes("seller") as who:
        row = {
            "lines": "1 Main St",
            "postcode": "94103",
            "city": "San Francisco",
            "region": "California",
            "country": "US",
        }
        contact = Contact.create(who.user, given="Regina", addresses=[row])
        contact_id = contact.id
    seller = stage.client("seller")
    assert "Regina" in seller.get("/contacts/?region=California&_columns=name,region").text
    assert "Regina" not in seller.get("/contacts/?region=Texas").text
    page = seller.get(f"/contacts/{contact_id}").text
    assert "1 Main St<br>San Francisco, CA 94103<br>United States" in page


def test_a_page_shows_of_an_address_also_what_its_country_does_not_write(stage):
    with stage.writes("seller") as who:
        row = {"lines": "Hauptstr. 1", "postcode": "80331", "city": "München", "region": "Bayern", "country": "DE"}
        contact_id = Contact.create(who.user, given="Bavaria", addresses=[row]).id
    assert (
        "Hauptstr. 1<br>80331 München<br>Bayern<br>Germany"
        in stage.client("seller").get(f"/contacts/{contact_id}").text
    )
