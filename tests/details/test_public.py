"""A person's own page: what they see of themselves, what becomes of what they send, and what strangers get."""

from datetime import date

import sqlalchemy as sa

from crmlite.contacts.models import Contact
from crmlite.details import asking
from crmlite.details.models import Correction
from crmlite.extensions import db
from crmlite.records import links
from tests.details.forms import fields_of


def link(stage, key="seller.contact", **more) -> str:
    """The address of their page."""
    with stage.writes("seller"):
        contact = db.session.get_one(Contact, stage.ids[key])
        return f"/p/details/{links.make('details', contact, expires_on=more.get('until', asking.last_day())).token}"


def send(stage, url, **changed):
    """What a browser posts after these fields were typed into."""
    client = stage.client()
    data = fields_of(client.get(url).text)
    for name, value in changed.items():
        assert name in data, sorted(data)
        data[name] = value
    return client.post(url, data=data)


def contact_of(stage, key="seller.contact") -> Contact:
    return db.session.get_one(Contact, stage.ids[key])


def test_they_see_what_we_hold_and_not_what_we_say_of_them(stage):
    page = stage.client().get(link(stage))
    assert page.status_code == 200
    data = fields_of(page.text)
    word = "zcsellercontactqx"
    assert data["given"] == f"{word}given"
    assert data["emails-0-value"] == f"{word}@example.com"
    assert data["addresses-0-city"] == word
    assert data["birthday"] == "1980-01-02"
    assert "Decides" not in page.text
    assert f"{word} note" not in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in page.headers
    assert "<script" not in page.text


def test_what_they_send_waits_and_is_accepted_field_by_field(stage):
    url = link(stage)
    answer = send(stage, url, **{"given": "Nadia", "emails-0-value": "nadia@new.example", "birthday": ""})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{url}?sent")
    with stage.app.app_context():
        contact = contact_of(stage)
        assert contact.given == "zcsellercontactqxgiven"
        correction = db.session.scalars(sa.select(Correction)).one()
        parts = {part.field: part for part in correction.parts}
        assert {name: part.now for name, part in parts.items()} == {
            "given": "Nadia", "email": {"value": "nadia@new.example", "label": "work"}, "birthday": None,
        }  # fmt: skip
        number, ids = correction.id, {name: part.id for name, part in parts.items()}
    seller = stage.client("seller")
    assert f"/details/{number}" in seller.get("/details/").text
    data = fields_of(seller.get(f"/details/{number}").text)
    data |= {f"part-{ids['given']}": "accept", f"part-{ids['birthday']}": "refuse"}
    assert seller.post(f"/details/{number}", data=data).status_code == 303
    with stage.app.app_context():
        contact = contact_of(stage)
        assert (contact.given, contact.birthday) == ("Nadia", date(1980, 1, 2))
        assert contact.main_email == "zcsellercontactqx@example.com"
        assert db.session.get_one(Correction, number).state == "waiting"
    data = {**fields_of(seller.get(f"/details/{number}").text), "_all": "accept"}
    assert seller.post(f"/details/{number}", data=data).status_code == 303
    with stage.app.app_context():
        assert contact_of(stage).main_email == "nadia@new.example"
        assert db.session.get_one(Correction, number).state == "done"
