"""Modules that an administrator switches off: no page, link or right for anybody, and all as before when they are on again."""

import pytest

from crmlite import MODULES
from crmlite.auth.models import Organisation, User
from crmlite.auth.signin import viewers
from crmlite.extensions import db
from crmlite.leads.models import Lead, WebForm

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def switch(stage, name: str, to: str, actor: str = "admin"):
    return stage.client(actor).post(f"/auth/modules/{name}/{to}")


def answers(stage, form: str) -> dict[str, int]:
    urls = ("/leads/", "/leads/new", "/forms/", f"/f/{form}")
    return {url: stage.client("stranger" if url.startswith("/f/") else "manager").get(url).status_code for url in urls}


@pytest.fixture
def form(stage) -> str:
    with stage.app.app_context():
        return str(db.session.scalars(db.select(WebForm.public_id)).first())


def test_what_is_off_is_gone_for_everybody_and_comes_back_as_it_was(stage, form):
    client = stage.client("manager")
    with stage.app.app_context():
        before = db.session.query(Lead).count()
    assert set(answers(stage, form).values()) == {200}, "the control"
    assert 'href="/leads/"' in client.get("/contacts/").text

    assert switch(stage, "leads", "off").status_code == 303

    assert set(answers(stage, form).values()) == {404}
    page = client.get("/contacts/").text
    assert 'href="/leads/"' not in page
    assert 'href="/forms/"' not in page
    assert "/leads" not in client.get("/records/search?q=lead", headers=HTMX).text
    assert "Web forms" not in stage.client("admin").get("/auth/roles").text
    assert stage.client("stranger").post(f"/f/{form}", data={"f1": "Somebody"}).status_code == 404

    assert switch(stage, "leads", "on").status_code == 303
    assert set(answers(stage, form).values()) == {200}
    with stage.app.app_context():
        assert db.session.query(Lead).count() == before


def test_boxes_and_things_to_do_of_a_module_go_with_it(stage):
    """Also of a module that has no records of its own."""
    contact = stage.ids["seller.contact"]
    assert stage.client("manager").get("/duplicates/").status_code == 200
    assert "Find duplicates" in stage.client("manager").get("/records/search?q=find+dup", headers=HTMX).text
    switch(stage, "duplicates", "off")
    assert stage.client("manager").get("/duplicates/").status_code == 404
    assert "Find duplicates" not in stage.client("manager").get("/records/search?q=find+dup", headers=HTMX).text
    assert "Possible duplicates" not in stage.client("manager").get(f"/records/contact/{contact}/around").text


def test_nobody_is_held_up_by_duplicates_that_are_off(stage):
    known = {"given": "Zq", "family": "Twin", "emails-0-value": "zq.twin@example.com", "emails-0-label": "work"}
    client = stage.client("seller")
    assert client.post("/contacts/new", data=known).status_code == 303
    assert client.post("/contacts/new", data=known).status_code != 303, "the control"
    assert "/duplicates/contact/alike" in client.get("/contacts/new").text
    switch(stage, "duplicates", "off")
    assert "/duplicates/" not in client.get("/contacts/new").text
    assert client.post("/contacts/new", data=known).status_code == 303


def test_who_may_do_everything_may_do_nothing_with_what_is_off(stage):
    with stage.app.app_context():
        [admin] = viewers(User.email == "admin@demo.example")
    assert admin.may("lead", "view"), "the control"
    switch(stage, "leads", "off")
    with stage.app.app_context():
        [admin] = viewers(User.email == admin.email)
    assert not admin.may("lead", "view")
    assert admin.may("contact", "view")
    assert stage.client("admin").get(f"/records/lead/{stage.ids['seller.lead']}/around").status_code == 404


def test_what_others_need_stays_until_they_are_off(stage):
    refused = switch(stage, "contacts", "off")
    assert refused.status_code == 409
    assert "Switch off what needs it first" in refused.text
    for name in reversed(MODULES):  # what needs another stands behind it
        assert switch(stage, name, "off").status_code == 303, name
    assert stage.client("manager").get("/contacts/").status_code == 404
    assert stage.client("manager").get("/desk/").status_code == 200
    refused = switch(stage, "contacts", "on")
    assert refused.status_code == 409
    assert "Switch on what it needs first: Companies" in refused.text


def test_only_administrators_switch_and_it_is_undone(stage):
    assert switch(stage, "leads", "off", actor="manager").status_code == 403
    assert stage.client("manager").get("/auth/modules").status_code == 403
    client = stage.client("admin")
    client.post("/auth/modules/sales/off")
    client.get("/auth/modules")
    client.post("/auth/modules/leads/off")
    page = client.get("/auth/modules").text
    assert "Switch on" in page
    undo = page.split("/records/undo/")[1].split('"')[0]
    assert client.post(f"/records/undo/{undo}", headers=HTMX).status_code == 204
    with stage.app.app_context():
        assert Organisation.get().modules_off == ["sales"]
    assert switch(stage, "nothing", "off").status_code == 404
