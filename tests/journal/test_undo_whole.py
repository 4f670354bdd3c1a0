"""An undo leaves whole records: with their parts, one main of each kind, and copies that say what is so."""

import json
from datetime import date

import pytest
import sqlalchemy as sa

from crmlite import journal
from crmlite.auth.models import User
from crmlite.companies.models import Company
from crmlite.contacts.models import Affiliation, Contact
from crmlite.extensions import db
from crmlite.leads.models import Lead
from crmlite.records.notes import Note
from crmlite.records.points import Address, Point, of
from tests import oracles

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
WHOLE = {
    "email": "info@noordlicht.example",
    "phone": "+31 20 555 01 99",
    "addresses": [{"lines": "Kade 1", "city": "Utrecht", "country": "NL"}],
}


def made(stage, model, **values) -> tuple[int, int]:
    """(operation, id) of a new record of the seller with all that one can have."""
    with stage.writes("seller") as s:
        record = model.create(s.user, **values, **WHOLE)
        other = db.session.get_one(Company, stage.ids["seller.company"])
        if model is Contact:
            record.join(other, title="Buyer")
        else:
            db.session.get_one(Contact, stage.ids["seller.contact"]).join(record, title="Adviser")
        return journal.operation(), record.id


def used(stage, model, record_id, how) -> None:
    with stage.writes("colleague") as s:
        record = db.session.get_one(model, record_id)
        if how == "note":
            Note.write(record, s.user.id, "Called back")
        elif how == "field":
            record.change(instructions="Call after ten")
        elif how == "part":
            record.change(phone="+31 20 555 01 98")
        elif model is Company:
            db.session.get_one(Company, stage.ids["colleague.company"]).change(parent_id=record_id)
        else:
            Lead.create(s.user, contact=record, need="Chairs")


@pytest.mark.parametrize("how", ["note", "field", "part", "pointed at"])
@pytest.mark.parametrize(("model", "values"), [(Company, {"name": "Noordlicht"}), (Contact, {"given": "Anna"})])
def test_what_was_added_and_is_used_keeps_its_parts(stage, model, values, how):
    operation, record_id = made(stage, model, **values)
    used(stage, model, record_id, how)
    before = oracles.dump(stage.engines["reader"])
    answer = stage.client("seller").post(f"/records/undo/{operation}", headers=HTMX)
    assert answer.status_code == 409
    assert json.loads(answer.headers["HX-Trigger"])["toast"]["message"].startswith("Nothing was undone")
    assert oracles.differences(before, oracles.dump(stage.engines["reader"])) == []


@pytest.mark.parametrize(("model", "values"), [(Company, {"name": "Noordlicht"}), (Contact, {"given": "Anna"})])
def test_what_was_added_and_is_not_used_goes_with_its_parts(stage, model, values):
    before = oracles.dump(stage.engines["reader"], {*oracles.WRITTEN_WHEN_REFUSED, *JOURNAL})
    operation, record_id = made(stage, model, **values)
    assert stage.client("seller").post(f"/records/undo/{operation}", headers=HTMX).status_code == 204
    with stage.app.app_context():
        assert db.session.get(model, record_id) is None
        key = getattr(Point, f"{model.__tablename__}_id")
        assert db.session.scalar(sa.select(Point.id).where(key == record_id)) is None
    after = oracles.dump(stage.engines["reader"], {*oracles.WRITTEN_WHEN_REFUSED, *JOURNAL})
    assert {name for name in before if before[name] != after[name]} <= {"contact", "company", "search"}, (
        "only versions of rows"
    )


JOURNAL = {"operation", "event", "event_link", "change"}


def test_a_person_and_their_new_company_stay_together(stage):
    with stage.writes("seller") as s:
        person, firm = Contact.create(s.user, given="Anna"), Company.create(s.user, name="Noordlicht")
        person.join(firm)
        operation = journal.operation()
    used(stage, Contact, person.id, "note")
    with stage.writes("seller"):
        undone = journal.undo(operation)
        assert not undone.changed
    with stage.app.app_context():
        assert db.session.get_one(Contact, person.id).main_company_id == firm.id


def test_the_rest_of_an_operation_is_undone_beside_what_stays(stage):
    with stage.writes("seller") as s:
        one = Contact.create(s.user, given="Anna", email="anna@example.com")
        other = Contact.create(s.user, given="Berta", email="berta@example.com")
        operation = journal.operation()
    used(stage, Contact, one.id, "note")
    answer = stage.client("seller").post(f"/records/undo/{operation}", headers=HTMX)
    assert answer.status_code == 204
    assert "except for" in answer.headers["HX-Trigger"]
    with stage.app.app_context():
        assert db.session.get(Contact, other.id) is None
        assert db.session.get_one(Contact, one.id).main_email == "anna@example.com"


def test_what_is_as_it_was_before_is_not_undone_again(stage):
    with stage.writes("seller"):
        contact(stage).change(salutation="Ms")
        operation = journal.operation()
    with stage.writes("colleague"):
        contact(stage).change(salutation="zcsellercontactqx")
    answer = stage.client("seller").post(f"/records/undo/{operation}", headers=HTMX)
    assert answer.status_code == 409
    assert "as it was before already" in answer.headers["HX-Trigger"]


# --- what follows from other fields -----------------------------------------------------------------------------------


def contact(stage) -> Contact:
    return db.session.get_one(Contact, stage.ids["seller.contact"])


def in_turn(stage, *steps) -> list[int]:
    """Operations, one for each step."""
    found = []
    for step in steps:
        with stage.writes("seller"):
            step()
            found.append(journal.operation())
    return found


def undo(stage, operation: int) -> journal.Undone:
    with stage.writes("seller"):
        return journal.undo(operation)


def test_a_name_is_put_together_anew(stage):
    first, _second = in_turn(
        stage, lambda: contact(stage).change(given="Gabi"), lambda: contact(stage).change(family="Fabi")
    )
    assert undo(stage, first).conflicts == (), "nobody touched the first name since"
    with stage.app.app_context():
        person = contact(stage)
        assert (person.name, person.sort_name) == ("zcsellercontactqxgiven Fabi", "fabi zcsellercontactqxgiven")


def test_a_lead_is_called_after_its_need(stage):
    def lead() -> Lead:
        return db.session.get_one(Lead, stage.ids["seller.lead"])

    first, second = in_turn(stage, lambda: lead().change(need="Chairs"), lambda: lead().change(need="chairs"))
    undo(stage, first)
    with stage.app.app_context():
        assert (lead().name, lead().sort_name) == ("chairs", "chairs")
    undo(stage, second)
    with stage.app.app_context():
        assert (lead().need, lead().name, lead().sort_name) == ("Chairs", "Chairs", "chairs")


def test_a_company_sorts_as_it_is_called(stage):
    def firm() -> Company:
        return db.session.get_one(Company, stage.ids["seller.company"])

    first, _second = in_turn(stage, lambda: firm().change(name="Nord"), lambda: firm().change(name="NORD"))
    undo(stage, first)
    with stage.app.app_context():
        assert (firm().name, firm().sort_name) == ("NORD", "nord")


def mains(stage, kind: str) -> list[str]:
    return [point.value for point in of(contact(stage), Point) if point.kind == kind and point.main]


def row(stage, email: str, **more) -> dict:
    point = next(point for point in of(contact(stage), Point) if point.value == email)
    return {"id": point.id, "kind": point.kind, "value": point.value, "label": point.label, "main": point.main, **more}


OLD = "zcsellercontactqx@example.com"


def test_one_e_mail_is_the_main_one(stage):
    def take_away() -> None:
        contact(stage).change(points=[row(stage, OLD, value="")])

    def add_another() -> None:
        rows = [{"kind": "email", "value": "b@example.com", "label": "work", "main": True}]
        contact(stage).change(points=rows)

    first, _second = in_turn(stage, take_away, add_another)
    undo(stage, first)
    with stage.app.app_context():
        assert mains(stage, "email") == ["b@example.com"]
        assert contact(stage).main_email == "b@example.com"
        assert {point.value for point in of(contact(stage), Point) if point.kind == "email"} == {OLD, "b@example.com"}


def test_what_is_left_becomes_the_main_one(stage):
    def add(value: str) -> None:
        rows = [row(stage, email, main=False) for email in mains(stage, "email")]
        contact(stage).change(points=[*rows, {"kind": "email", "value": value, "label": "work", "main": True}])

    first, second = in_turn(stage, lambda: add("b@example.com"), lambda: add("c@example.com"))
    undo(stage, second)
    undo(stage, first)
    with stage.app.app_context():
        assert mains(stage, "email") == [OLD]
        assert contact(stage).main_email == OLD


def test_one_address_is_the_main_one(stage):
    def add(town: str) -> None:
        rows = [{"id": a.id, "main": False, "lines": a.lines} for a in of(contact(stage), Address)]
        new = {"lines": "Kade 1", "city": town, "country": "BE", "main": True}
        contact(stage).change(addresses=[*rows, new])

    def take_away() -> None:
        address = next(a for a in of(contact(stage), Address) if a.main)
        contact(stage).change(addresses=[{"id": address.id}])

    first, _second = in_turn(stage, take_away, lambda: add("Gent"))
    undo(stage, first)
    with stage.app.app_context():
        assert [a.city for a in of(contact(stage), Address) if a.main] == ["Gent"]
        assert (contact(stage).city, contact(stage).country) == ("Gent", "BE")


def test_one_company_is_the_main_one(stage):
    def link() -> Affiliation:
        return db.session.get_one(Affiliation, stage.ids["seller.contact.affiliation"])

    def another() -> None:
        new = contact(stage).join(db.session.get_one(Company, stage.ids["colleague.company"]))
        new.change("", "", None, None, main=True)

    first, _second = in_turn(stage, lambda: link().end(date(2024, 1, 1)), another)
    undo(stage, first)
    with stage.app.app_context():
        links = db.session.scalars(sa.select(Affiliation).where(Affiliation.contact_id == contact(stage).id)).all()
        assert [one.company_id for one in links if one.main] == [contact(stage).main_company_id]
        assert contact(stage).main_company_id == stage.ids["colleague.company"]


# --- where one is afterwards ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "form", "to"),
    [
        ("/contacts/new", {"given": "Anna", "owner_id": ""}, "/contacts/"),
        ("/companies/new", {"name": "Noordlicht", "language": "", "owner_id": ""}, "/companies/"),
    ],
)
def test_undo_right_after_adding_leads_to_the_list(stage, url, form, to):
    seller = stage.client("seller")
    page = seller.post(url, data=form).headers["Location"]
    undo_url = seller.get(page).text.split('action="/records/undo/')[1].split('"')[0]
    answer = seller.post(f"/records/undo/{undo_url}", data={"next": page})
    assert answer.headers["Location"] == to
    assert "Undone." in seller.get(to).text


def test_undo_on_the_timeline_leads_to_the_list_where_the_record_is_gone(stage):
    seller = stage.client("seller")
    page = seller.post("/contacts/new", data={"given": "Anna", "owner_id": ""}).headers["Location"]
    undo_url = seller.get(page).text.split('action="/records/undo/')[1].split('"')[0]
    here = {**HTMX, "HX-Current-URL": f"http://localhost{page}"}
    assert seller.post(f"/records/undo/{undo_url}", headers=here).headers["HX-Redirect"] == "/contacts/"


def test_undo_leads_back_to_the_page_that_is_still_there(stage):
    seller, page = stage.client("seller"), f"/contacts/{stage.ids['seller.contact']}"
    operation = in_turn(stage, lambda: Note.write(contact(stage), stage.ids["user.seller"], "Called back"))[0]
    assert seller.post(f"/records/undo/{operation}", data={"next": page}).headers["Location"] == page


def test_undo_of_a_new_web_form_leads_to_the_forms(stage):
    admin = stage.client("admin")
    form = {"name": "Fair", "language": "en", "theme": "light", "active": "y", "field": ["f1"], "f1-label": "E-mail",
            "f1-kind": "email", "f1-required": "y", "f1-fills": "contact.email"}  # fmt: skip
    page = admin.post("/forms/new", data=form).headers["Location"]
    operation = admin.get(page).text.split('action="/records/undo/')[1].split('"')[0]
    answer = admin.post(f"/records/undo/{operation}", data={"next": page})
    assert answer.status_code == 303
    assert admin.get(answer.headers["Location"]).status_code == 200


def test_who_added_for_somebody_else_goes_to_the_list_and_can_take_it_back(stage):
    seller = stage.client("seller")
    form = {"given": "Anna", "owner_id": str(stage.ids["user.rival"])}
    answer = seller.post("/contacts/new", data=form)
    assert answer.headers["Location"] == "/contacts/"
    operation = seller.get("/contacts/").text.split('action="/records/undo/')[1].split('"')[0]
    assert seller.post(f"/records/undo/{operation}", data={"next": "/contacts/"}).status_code == 303
    with stage.app.app_context():
        assert db.session.scalar(sa.select(Contact.id).where(Contact.given == "Anna")) is None


def test_handing_over_to_another_team_leads_to_the_list(stage):
    url, rival = f"/records/contact/{stage.ids['seller.contact']}/owner", {"user_id": str(stage.ids["user.rival"])}
    answer = stage.client("seller").post(url, data=rival, headers=HTMX)
    assert answer.headers["HX-Redirect"] == "/contacts/"


def test_a_refused_undo_says_why_on_a_page_too(stage):
    operation = in_turn(stage, lambda: contact(stage).change(salutation="Ms"))[0]
    with stage.writes("admin"):
        contact(stage).assign(db.session.get_one(User, stage.ids["user.rival"]))
    answer = stage.client("seller").post(f"/records/undo/{operation}")
    assert answer.status_code == 403
    assert "You may not change this any more" in answer.text
