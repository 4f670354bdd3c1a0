"""Two people edit the same at the same time: what one left alone stays as the other wrote it, what both changed is asked about."""

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from crmlite.auth.models import Role, User
from crmlite.companies.models import Company
from crmlite.contacts.models import Affiliation, Contact
from crmlite.extensions import db
from crmlite.records import points
from crmlite.records.notes import Note
from crmlite.records.points import Address, Point, of
from tests.typed import typed

MODELS = {"contact": (Contact, "/contacts/{}/edit"), "company": (Company, "/companies/{}/edit")}
PLAIN = {"contact": "salutation", "company": "industry"}


class Open:
    """The edit form as somebody has it open."""

    def __init__(self, stage, actor: str, url: str) -> None:
        self.client, self.url = stage.client(actor), url
        self.sent: dict[str, Any] = typed(self.client.get(self.url).text, self.url)

    def save(self, **changes: str) -> Any:
        answer = self.client.post(self.url, data=MultiDict({**self.sent, **{k: [v] for k, v in changes.items()}}))
        if answer.status_code in {409, 422}:
            self.sent = typed(answer.text, self.url)
        return answer

    def named(self, text: str) -> str:
        """The name of the field that says `text`."""
        return next(name for name, values in self.sent.items() if values == [text] and not name.endswith("-was"))


@pytest.fixture(params=["contact", "company"])
def kind(request, stage) -> str:
    model, _url = MODELS[request.param]
    with stage.writes("seller"):
        record = db.session.get_one(model, stage.ids[f"seller.{request.param}"])
        points.add(record, "email", "second@example.com")
        points.set_main(record, "phone", "+31 20 555 01 00")
        points.set_addresses(
            record, [*rows(record), {"lines": "Kade 1", "city": "Utrecht", "country": "NL", "label": "home"}]
        )
    return request.param


def rows(record) -> list[dict[str, Any]]:
    return [{"id": a.id, "lines": a.lines, "main": a.main} for a in of(record, Address)]


def both(stage, kind: str) -> tuple[Open, Open]:
    url = MODELS[kind][1].format(stage.ids[f"seller.{kind}"])
    return Open(stage, "manager", url), Open(stage, "seller", url)


def values(stage, kind: str, of_kind: str = "email") -> set[tuple[str, bool]]:
    with stage.app.app_context():
        record = db.session.get_one(MODELS[kind][0], stage.ids[f"seller.{kind}"])
        return {(p.value, p.main) for p in of(record, Point) if p.kind == of_kind}


OLD = {"contact": "zcsellercontactqx@example.com", "company": "zcsellercompanyqx@example.com"}


def test_what_the_other_left_alone_stays(stage, kind):
    manager, seller = both(stage, kind)
    changes = {
        manager.named(OLD[kind]): "new@example.com",
        manager.named("second@example.com"): "",
        manager.named("+31 20 555 01 00"): "+31 20 555 01 77",
        manager.named("Kade 1"): "Gracht 2",
    }
    assert manager.save(**changes).status_code == 303
    assert seller.save(**{PLAIN[kind]: "Changed"}).status_code == 303
    assert values(stage, kind) == {("new@example.com", True)}
    assert values(stage, kind, "phone") == {("+31 20 555 01 77", True)}
    with stage.app.app_context():
        record = db.session.get_one(MODELS[kind][0], stage.ids[f"seller.{kind}"])
        assert "Gracht 2" in {address.lines for address in of(record, Address)}
        assert (record.main_email, record.main_phone) == ("new@example.com", "+31 20 555 01 77")
        assert getattr(record, PLAIN[kind]) == "Changed"


def test_a_plain_field_that_the_other_left_alone_stays(stage, kind):
    manager, seller = both(stage, kind)
    assert manager.save(**{PLAIN[kind]: "Theirs"}).status_code == 303
    assert seller.save(instructions="Call after ten").status_code == 303
    with stage.app.app_context():
        record = db.session.get_one(MODELS[kind][0], stage.ids[f"seller.{kind}"])
        assert (getattr(record, PLAIN[kind]), record.instructions) == ("Theirs", "Call after ten")


def test_what_both_changed_is_asked_about(stage, kind):
    manager, seller = both(stage, kind)
    email = manager.named(OLD[kind])
    assert manager.save(**{email: "theirs@example.com"}).status_code == 303
    answer = seller.save(**{email: "mine@example.com", PLAIN[kind]: "Changed"})
    assert answer.status_code == 409
    assert "now: theirs@example.com" in answer.text
    assert "Somebody changed this to “theirs@example.com” meanwhile." in answer.text
    assert 'value="mine@example.com"' in answer.text
    assert ("theirs@example.com", True) in values(stage, kind)
    assert seller.save().status_code == 303, "saving again writes it"
    assert ("mine@example.com", True) in values(stage, kind)


def test_what_both_made_the_same_is_no_question(stage, kind):
    manager, seller = both(stage, kind)
    email = manager.named(OLD[kind])
    assert manager.save(**{email: "same@example.com"}).status_code == 303
    assert seller.save(**{email: "same@example.com"}).status_code == 303


def test_what_one_changed_and_the_other_removed(stage, kind):
    manager, seller = both(stage, kind)
    assert manager.save(**{manager.named("second@example.com"): ""}).status_code == 303
    answer = seller.save(**{seller.named("second@example.com"): "mine@example.com"})
    assert answer.status_code == 409
    assert "Somebody removed this meanwhile" in answer.text
    assert ("mine@example.com", False) not in values(stage, kind)
    assert seller.save().status_code == 303
    assert values(stage, kind) == {(OLD[kind], True), ("mine@example.com", False)}


def test_what_one_removed_and_the_other_changed(stage, kind):
    manager, seller = both(stage, kind)
    assert manager.save(**{manager.named("second@example.com"): "theirs@example.com"}).status_code == 303
    assert seller.save(**{seller.named("second@example.com"): ""}).status_code == 409
    assert ("theirs@example.com", False) in values(stage, kind)
    assert seller.save().status_code == 303
    assert values(stage, kind) == {(OLD[kind], True)}


def test_an_address_is_one_thing(stage, kind):
    manager, seller = both(stage, kind)
    street = manager.named("Kade 1")
    assert manager.save(**{street: "Gracht 2"}).status_code == 303
    answer = seller.save(**{street.replace("lines", "city"): "Delft"})
    assert answer.status_code == 409
    assert "Gracht 2, Utrecht, NL" in answer.text


def test_the_main_one_is_whom_the_user_chooses(stage, kind):
    _manager, seller = both(stage, kind)
    main = seller.named("second@example.com").replace("value", "main")
    assert seller.save(**{main: "y"}).status_code == 303
    assert values(stage, kind) == {(OLD[kind], False), ("second@example.com", True)}


def test_two_people_choose_another_main_one(stage, kind):
    manager, seller = both(stage, kind)
    second = seller.named("second@example.com")
    new = second.replace("1-value", "2-value")
    more = {new: "third@example.com", new.replace("value", "main"): "y", new.replace("value", "label"): "work"}
    assert manager.save(**more).status_code == 303
    assert ("third@example.com", True) in values(stage, kind)
    answer = seller.save(**{second.replace("value", "main"): "y"})
    assert answer.status_code == 409
    assert "Somebody made “third@example.com” the main one meanwhile." in answer.text
    assert seller.save().status_code == 303
    assert {value for value, main in values(stage, kind) if main} == {"second@example.com"}


def test_what_the_other_added_stays(stage, kind):
    manager, seller = both(stage, kind)
    new = seller.named("second@example.com").replace("1-value", "2-value")
    assert manager.save(**{new: "third@example.com", new.replace("value", "label"): "work"}).status_code == 303
    assert seller.save(**{PLAIN[kind]: "Changed"}).status_code == 303
    assert ("third@example.com", False) in values(stage, kind)


def test_a_row_that_does_not_say_what_it_showed_is_asked_about(stage, kind):
    _manager, seller = both(stage, kind)
    email = seller.named(OLD[kind])
    del seller.sent[email.replace("value", "was")]
    assert seller.save(**{email: "mine@example.com"}).status_code == 409


def test_a_lead_keeps_what_the_other_left_alone(stage):
    url = f"/leads/{stage.ids['seller.lead']}/edit"
    colleague, seller = Open(stage, "colleague", url), Open(stage, "seller", url)
    assert colleague.save(source="Fair").status_code == 303
    assert seller.save(need="Two hundred chairs").status_code == 303
    assert 'value="Fair"' in stage.client("seller").get(url).text


# --- jobs and notes ---------------------------------------------------------------------------------------------------


def jobs(stage) -> tuple[Open, Open, str]:
    contact, link = stage.ids["seller.contact"], stage.ids["seller.contact.affiliation"]
    found = []
    for actor in ("manager", "seller"):
        one = Open.__new__(Open)
        one.client, one.url = stage.client(actor), f"/contacts/{contact}/companies/{link}"
        one.sent = typed(one.client.get(f"/contacts/{contact}").text, one.url)
        found.append(one)
    return found[0], found[1], f"a{link}-"


def test_a_job_is_not_written_over(stage):
    manager, seller, prefix = jobs(stage)
    assert manager.save(**{f"{prefix}title": "Director"}).status_code == 303
    assert seller.save(**{f"{prefix}buying_role": "uses"}).status_code == 303
    with stage.app.app_context():
        link = db.session.get_one(Affiliation, stage.ids["seller.contact.affiliation"])
        assert (link.title, link.buying_role) == ("Director", "uses")


def test_a_job_that_both_changed_is_asked_about(stage):
    manager, seller, prefix = jobs(stage)
    assert manager.save(**{f"{prefix}title": "Director", f"{prefix}buying_role": "blocks"}).status_code == 303
    answer = seller.save(**{f"{prefix}title": "Chair", f"{prefix}buying_role": "uses"})
    assert answer.status_code == 409
    assert "now: Director" in answer.text
    assert "now: Is against it" in answer.text, "in words, not as the database has it"
    assert 'value="Chair"' in answer.text
    assert seller.save().status_code == 303
    with stage.app.app_context():
        assert db.session.get_one(Affiliation, stage.ids["seller.contact.affiliation"]).title == "Chair"


def test_a_note_is_not_written_over(stage):
    note = stage.ids["seller.contact.note"]
    url = f"/records/contact/{stage.ids['seller.contact']}/notes/{note}/edit"
    admin, seller = Open(stage, "admin", url), Open(stage, "seller", url)
    assert admin.save(text="Called back on Monday").status_code == 303
    answer = seller.save(text="Called back on Tuesday")
    assert answer.status_code == 409
    assert "Called back on Monday" in answer.text
    assert ">\nCalled back on Tuesday" in answer.text.replace("\r", "") or "Called back on Tuesday<" in answer.text
    with stage.app.app_context():
        assert db.session.get_one(Note, note).text == "Called back on Monday"
    assert seller.save().status_code == 303
    with stage.app.app_context():
        assert db.session.get_one(Note, note).text == "Called back on Tuesday"


# --- roles and teams --------------------------------------------------------------------------------------------------


def two_administrators(stage, url: str) -> tuple[Open, Open]:
    with stage.writes("admin"):
        manager = db.session.get_one(User, stage.ids["user.manager"])
        manager.role = db.session.get_one(Role, stage.ids["role.administrator"])
    return Open(stage, "manager", url), Open(stage, "admin", url)


def test_a_team_is_changed_without_the_role(stage):
    other, admin = two_administrators(stage, f"/auth/team/{stage.ids['user.seller']}")
    assert other.save(role_id=str(stage.ids["role.service"])).status_code == 303
    assert admin.save(team_id=str(stage.ids["team.Service"])).status_code == 303
    with stage.app.app_context():
        seller = db.session.get_one(User, stage.ids["user.seller"])
        assert (seller.role_id, seller.team_id) == (stage.ids["role.service"], stage.ids["team.Service"])


def test_a_role_that_two_administrators_gave_is_asked_about(stage):
    other, admin = two_administrators(stage, f"/auth/team/{stage.ids['user.seller']}")
    assert other.save(role_id=str(stage.ids["role.service"])).status_code == 303
    answer = admin.save(role_id=str(stage.ids["role.marketing"]))
    assert answer.status_code == 409
    assert "Somebody changed this to “Service” meanwhile." in answer.text
    assert admin.save(role_id=str(stage.ids["role.marketing"])).status_code == 303


def test_what_a_role_may_do_is_changed_cell_by_cell(stage):
    other, admin = two_administrators(stage, f"/auth/roles/{stage.ids['role.service']}")
    assert other.save(**{"contact.edit": "all"}).status_code == 303
    assert admin.save(**{"company.edit": "own"}).status_code == 303
    with stage.app.app_context():
        role = db.session.get_one(Role, stage.ids["role.service"])
        given = {(grant.record_type, grant.action): grant.scope for grant in role.grants}
        assert (given["contact", "edit"], given["company", "edit"]) == ("all", "own")
    answer = other.save(**{"company.edit": "all"})
    assert answer.status_code == 409
    assert "Somebody changed this to “Own” meanwhile." in answer.text
    assert other.save(**{"company.edit": "all"}).status_code == 303
