"""Saving what is as it was: no event, no operation, nothing to undo, and a sentence that says so."""

import json

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from crmlite import events, journal
from crmlite.auth.models import Role
from crmlite.contacts.models import Contact
from crmlite.extensions import db
from crmlite.journal import Event, Operation
from tests.typed import typed

PAGES = {
    "contact": ("/contacts/{seller.contact}/edit", "/contacts/{seller.contact}/edit", "seller"),
    "company": ("/companies/{seller.company}/edit", "/companies/{seller.company}/edit", "seller"),
    "lead": ("/leads/{seller.lead}/edit", "/leads/{seller.lead}/edit", "seller"),
    "deal": ("/deals/{seller.deal}/edit", "/deals/{seller.deal}/edit", "seller"),
    "pipeline": ("/deals/pipelines/{pipeline}", "/deals/pipelines/{pipeline}", "manager"),
    "job": (
        "/contacts/{seller.contact}",
        "/contacts/{seller.contact}/companies/{seller.contact.affiliation}",
        "seller",
    ),
    "note": (
        "/records/contact/{seller.contact}/notes/{seller.contact.note}/edit",
        "/records/contact/{seller.contact}/notes/{seller.contact.note}/edit",
        "seller",
    ),
    "user": ("/auth/team/{user.colleague}", "/auth/team/{user.colleague}", "admin"),
    "role": ("/auth/roles/{role.service}", "/auth/roles/{role.service}", "admin"),
    "organisation": ("/auth/organisation", "/auth/organisation", "admin"),
    "profile": ("/auth/profile", "/auth/profile", "seller"),
}
FIELDS = ("salutation", "email", "phone", "owner", "birthday", "instructions")


def counts(stage) -> tuple[int, int]:
    with stage.app.app_context():
        return (
            db.session.scalar(sa.select(sa.func.count(Event.id))),
            db.session.scalar(sa.select(sa.func.count(Operation.id))),
        )


def put(text: str, stage) -> str:
    for name, number in stage.ids.items():
        text = text.replace("{" + name + "}", str(number))
    return text


@pytest.mark.parametrize("name", PAGES)
def test_a_whole_form(stage, name):
    page, action, actor = PAGES[name]
    page, action, client = put(page, stage), put(action, stage), stage.client(actor)
    if name == "organisation":  # the first time there is no row yet
        client.post(action, data=MultiDict(typed(client.get(page).text, action) | {"name": ["Firm"]}))
    sent = typed(client.get(page).text, action)
    before = counts(stage)
    answer = client.post(action, data=MultiDict(sent))
    assert answer.status_code == 303, answer.text
    assert counts(stage) == before
    shown = client.get(answer.headers["Location"]).text
    assert "Nothing was changed." in shown
    assert "/records/undo/" not in shown


def test_a_form_with_points_and_addresses(stage):
    with stage.writes("seller"):
        db.session.get(Contact, stage.ids["seller.contact"]).change(
            points=[
                {"kind": "phone", "value": "06 1234 5678", "label": "mobile"},
                {"kind": "url", "value": "https://example.com", "label": "work"},
            ],
            addresses=[{"lines": "Kade 1\nachter", "city": "Utrecht", "country": "NL", "label": "home"}],
        )
    client, url = stage.client("seller"), put("/contacts/{seller.contact}/edit", stage)
    sent = typed(client.get(url).text, url)
    before = counts(stage)
    client.post(url, data=MultiDict(sent))
    assert counts(stage) == before
    client.post(url, data=MultiDict(sent | {"addresses-0-city": ["Delft"]}))
    assert counts(stage)[0] == before[0] + 1, "an address is a part of the contact"
    sent = typed(client.get(url).text, url)
    client.post(url, data=MultiDict(sent | {"phones-0-label": ["direct"]}))
    assert counts(stage)[0] == before[0] + 2


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_in_place(stage, name):
    client, url = stage.client("seller"), put("/records/contact/{seller.contact}/field/", stage) + name
    sent = typed(client.get(url + "?edit=1").text, url)
    before = counts(stage)
    answer = client.post(url, data=MultiDict(sent), headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert answer.status_code == 200
    assert counts(stage) == before
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert (toast["message"], toast["undo"]) == ("Nothing was changed.", None)


# --- verbs ------------------------------------------------------------------------------------------------------------

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
VERBS = {
    "member": ("/records/contact/{shared.contact}/members", "manager", {"user_id": "{user.seller}", "role": "helps"}),
    "owner": ("/records/contact/{seller.contact}/owner", "seller", {"user_id": "{user.seller}", "note": ""}),
    "user": ("/auth/team/{user.seller}", "admin", {"role_id": "{role.seller}", "team_id": "{team.Europe}"}),
    "team": ("/auth/team/teams/{team.Europe}", "admin", {"name": "Europe"}),
    "role": ("/auth/roles/{role.seller}", "admin", {"contact.view": "team", "contact.edit": "team"}),
}


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_that_changes_nothing(stage, name):
    action, actor, form = VERBS[name]
    before = counts(stage)
    answer = stage.client(actor).post(
        put(action, stage), data={field: put(value, stage) for field, value in form.items()}, headers=HTMX
    )
    assert answer.status_code == 204
    assert counts(stage) == before
    if "HX-Redirect" in answer.headers:
        page = stage.client(actor)
        page.post(put(action, stage), data={field: put(value, stage) for field, value in form.items()})
        shown = page.get(answer.headers["HX-Redirect"]).text
        assert "Nothing was changed." in shown
        assert "/records/undo/" not in shown
    else:
        toast = json.loads(answer.headers["HX-Trigger"])["toast"]
        assert (toast["message"], toast["undo"]) == ("Nothing was changed.", None)


def test_a_note_for_the_owner_who_stays_is_a_note(stage):
    form = {"user_id": str(stage.ids["user.seller"]), "note": "Call on Friday"}
    answer = stage.client("seller").post(put(VERBS["owner"][0], stage), data=form, headers=HTMX)
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert toast["message"] == "Note added."
    assert toast["undo"]


def test_who_leaves_a_record_for_good_is_told_so(stage):
    """A member of another team does not see it any more: no undo that would be refused, and no page that is not there."""
    url = put("/records/contact/{shared.contact}/members/{user.seller}/remove", stage)
    seller = stage.client("seller")
    answer = seller.post(url, headers=HTMX)
    assert answer.headers["HX-Redirect"] == "/contacts/"
    shown = seller.get("/contacts/").text
    assert "That is final" in shown
    assert "/records/undo/" not in shown


# --- undo links -------------------------------------------------------------------------------------------------------


def test_the_timeline_offers_no_undo_that_would_be_refused(stage):
    url = put("/records/contact/{seller.contact}", stage)
    client = stage.client("colleague")
    client.post(url + "/field/salutation", data={"salutation": "Dr"})
    with stage.app.app_context():
        operation = db.session.scalar(sa.select(sa.func.max(Operation.id)))
    link = f"/records/undo/{operation}"
    assert link in client.get(url + "/timeline").text
    with stage.writes("admin"):
        role = db.session.get_one(Role, stage.ids["role.seller"])
        role.give({("contact", "edit"): "own"})
    assert link not in client.get(url + "/timeline").text
    assert client.post(link, headers=HTMX).status_code == 403


def test_the_timeline_offers_no_undo_of_what_is_final_in_part(stage):
    url = put("/records/contact/{seller.contact}", stage)
    with stage.writes("seller"):
        one = db.session.get_one(Contact, stage.ids["seller.contact"]).change(salutation="Ms")
        events.emit(events.MAIL_QUEUED, one, to="a@example.com", title="Hello")
        operation = journal.operation()
    client = stage.client("seller")
    assert f"/records/undo/{operation}" not in client.get(url + "/timeline").text
    assert client.post(f"/records/undo/{operation}", headers=HTMX).status_code == 409
