"""Consent that comes with a form; and who was erased does not come back unnoticed."""

import sqlalchemy as sa

from crmlite import jobs
from crmlite.contacts import consents, suppression
from crmlite.contacts.models import Contact
from crmlite.extensions import db, reading
from crmlite.journal import Event
from crmlite.leads import fields, intake
from crmlite.leads.fields import Field
from crmlite.leads.models import Visitor
from tests.imports.conftest import Mover


def fill_in(stage, key: str, email: str, *more: dict[str, str]) -> int:
    """Sends the form; returns the id of the contact it became."""
    answers = [
        {"key": "f1", "label": "Name", "kind": "text", "fills": "contact.name", "value": "Anna Lindqvist"},
        {"key": "f2", "label": "E-mail", "kind": "email", "fills": "contact.email", "value": email},
        *more,
    ]
    with stage.writes():
        intake.receive(stage.ids["form"], key, answers, None, Visitor("192.0.2.7", "", ""))
    with stage.app.app_context():
        jobs.run_due()
        reading()
        return db.session.scalar(sa.select(Contact.id).where(Contact.main_email == email))


def test_a_box_on_a_form_becomes_evidence(stage):
    target = f"consent.{stage.ids['purpose']}"
    box = {"key": "f3", "label": "Yes, mail me your news.", "kind": "checkbox", "fills": target, "value": "yes"}
    with stage.app.app_context():
        email = Field("f2", "E-mail", "email", True, "contact.email")
        assert fields.check([email, Field("f3", "Yes", "checkbox", fills=target)]) == {}
        assert set(fields.check([email, Field("f3", "Yes", "text", fills=target)])) == {"f3"}
        assert set(fields.check([email, Field("f3", "Yes", "checkbox", fills="consent.99999")])) == {"f3"}
    ticked = fill_in(stage, "key1", "anna@example.com", box)
    silent = fill_in(stage, "key2", "other@example.com")
    with stage.app.app_context():
        row = consents.history(db.session.get(Contact, ticked))[0]
        assert (row.text, row.source, row.point, row.how, row.version) == (
            "Yes, mail me your news.", "form", "anna@example.com", "Contact us", None,
        )  # fmt: skip
        assert consents.history(db.session.get(Contact, silent)) == []
    page = stage.client("manager").get(f"/contacts/{ticked}/consents").text
    assert "Yes, mail me your news." in page
    assert "Consent: Newsletter" in stage.client("admin").get(f"/forms/{stage.ids['form']}").text


def remember(stage, email: str) -> None:
    """As an erasure does."""
    with stage.writes():
        suppression.suppress([("email", email)], stage.ids["erasure"])


def test_an_import_brings_nobody_back_who_was_erased(stage):
    remember(stage, "erased@example.com")
    done = Mover(stage).move_in("Name,E-mail\nAnna,ERASED@example.com\nBert,bert@example.com\n")
    assert done.outcomes == {2: "refused", 3: "new"}
    assert "asked to be erased" in stage.client("manager").get(f"/imports/{done.id}?show=refused").text


def test_whoever_comes_back_by_themselves_is_taken_in_and_it_is_said(stage):
    remember(stage, "erased@example.com")
    contact_id = fill_in(stage, "key1", "erased@example.com")
    assert "asked to be erased on" in stage.client("manager").get(f"/contacts/{contact_id}?_whole=1").text
    with stage.app.app_context():
        said = sa.select(sa.func.count()).where(Event.name == "contact.came_back", Event.subject_id == contact_id)
        assert db.session.scalar(said) == 1
    form = {"given": "Anna", "emails-0-value": "erased@example.com", "emails-0-label": "work", "_anyway": "1"}
    client = stage.client("manager")
    page = client.post("/contacts/new", data=form, follow_redirects=True).text
    assert "make sure that they want to be here" in page
