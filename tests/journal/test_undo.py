"""Every verb is done and taken back; what somebody changed since is listed and never overwritten."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from crmlite import events, journal
from crmlite.auth.models import Role, User, UserSession, hash_secret
from crmlite.contacts.models import Contact
from crmlite.extensions import db, utcnow
from crmlite.journal import Conflict, Event
from crmlite.leads.models import Lead
from crmlite.records import tags
from crmlite.records.notes import Note
from crmlite.records.search import SearchRow
from tests import oracles
from tests.journal.verbs import CASES, case, contact, rows


def test_every_event_that_can_be_undone_has_a_case():
    undoable = {kind.name for kind in events.all_types() if kind.inverse != events.FINAL}
    assert undoable - set(CASES) == set(), "write a case in tests/journal/verbs.py, or say inverse=FINAL in events.py"
    assert set(CASES) - undoable == set(), (
        "these events are gone or final; take their cases out of tests/journal/verbs.py"
    )


def test_a_new_event_without_a_case_is_seen(monkeypatch):
    monkeypatch.setitem(events._types, "new.event", events.EventType("new.event", "", "x"))
    with pytest.raises(AssertionError, match=r"new\.event"):
        test_every_event_that_can_be_undone_has_a_case()


@pytest.mark.parametrize("name", sorted(CASES))
def test_do_and_undo(stage, name):
    tables = db.metadata.tables
    with stage.app.app_context():
        before = rows(tables)
    with stage.writes("seller"):
        CASES[name](stage.ids)
        operation = journal.operation()
    with stage.app.app_context():
        emitted = set(db.session.scalars(sa.select(Event.name).where(Event.operation_id == operation)))
        assert name in emitted, f"the case of {name} does not emit it but {emitted}"
        assert rows(tables) != before, f"the case of {name} changes nothing"
    with stage.writes("seller"):
        undone = journal.undo(operation)
    assert undone.conflicts == ()
    with stage.app.app_context():
        after = rows(tables)
    for table in before:
        assert after[table] == before[table], f"undoing {name} leaves {table} changed"


NOT_AGAIN = {"user.created"}
"""Passwords are not journaled: a user who was taken back has to be added anew."""


@pytest.mark.parametrize("name", sorted(set(CASES) - NOT_AGAIN))
def test_undo_of_the_undo_does_it_again(stage, name):
    tables = db.metadata.tables
    with stage.writes("seller"):
        CASES[name](stage.ids)
        operation = journal.operation()
    with stage.app.app_context():
        done = rows(tables)
    with stage.writes("seller"):
        undone = journal.undo(operation)
    with stage.writes("seller"):
        again = journal.undo(undone.operation_id)
    assert again.conflicts == ()
    with stage.app.app_context():
        assert rows(tables) == done


# --- what somebody changed since --------------------------------------------------------------------------------------


@pytest.fixture
def changed(stage):
    """An operation of the seller that set two fields, one of which the colleague has changed since."""
    with stage.writes("seller"):
        contact(stage.ids).change(salutation="Ms", instructions="Call after ten")
        operation = journal.operation()
    with stage.writes("colleague"):
        contact(stage.ids).change(salutation="Dr")
    return operation


def test_a_later_change_is_listed_and_kept(stage, changed):
    with stage.writes("seller"):
        undone = journal.undo(changed)
    assert undone.conflicts == (Conflict("contact", stage.ids["seller.contact"], "salutation", "Dr"),)
    with stage.app.app_context():
        kept = contact(stage.ids)
        assert kept.salutation == "Dr"
        assert kept.instructions == "zcsellercontactqx"


def test_what_was_set_back_by_hand_is_no_conflict(stage):
    with stage.writes("seller"):
        contact(stage.ids).change(salutation="Ms")
        operation = journal.operation()
    with stage.writes("colleague"):
        contact(stage.ids).change(salutation="zcsellercontactqx")
    with stage.writes("seller"):
        assert journal.undo(operation).conflicts == ()


def test_what_was_made_and_then_used_stays(stage):
    """A new contact that somebody wrote to since is not thrown away with what they wrote."""
    with stage.writes("seller") as s:
        made = Contact.create(s.user, given="Anna")
        operation, contact_id = journal.operation(), made.id
    with stage.writes("colleague"):
        db.session.get_one(Contact, contact_id).change(salutation="Dr")
    with stage.writes("seller"):
        assert journal.undo(operation).conflicts == (Conflict("contact", contact_id, None),)
    with stage.app.app_context():
        assert db.session.get_one(Contact, contact_id).salutation == "Dr"


def test_what_somebody_wrote_a_note_about_stays(stage):
    """The second note of a lead changes nothing of the lead itself; the event still says that it is used."""
    with stage.writes("seller") as s:
        made = Lead.create(s.user, contact=contact(stage.ids), need="Chairs")
        Note.write(made, s.user.id, "first")
        operation, lead_id = journal.operation(), made.id
    with stage.writes("colleague") as s:
        Note.write(db.session.get_one(Lead, lead_id), s.user.id, "second")
    with stage.writes("seller"):
        undone = journal.undo(operation)
        assert Conflict("lead", lead_id, None) in undone.conflicts
    with stage.app.app_context():
        assert db.session.get(Lead, lead_id) is not None


def test_what_others_did_and_undid_is_no_conflict(stage):
    with stage.writes("seller") as s:
        made = Contact.create(s.user, given="Anna")
        operation, contact_id = journal.operation(), made.id
    with stage.writes("colleague") as s:
        Note.write(db.session.get_one(Contact, contact_id), s.user.id, "a note")
        later = journal.operation()
    with stage.writes("colleague"):
        journal.undo(later)
    with stage.writes("seller"):
        assert journal.undo(operation).conflicts == ()
    with stage.app.app_context():
        assert db.session.get(Contact, contact_id) is None


def test_what_was_undone_and_done_again_is_a_conflict(stage):
    with stage.writes("seller") as s:
        made = Contact.create(s.user, given="Anna")
        operation, contact_id = journal.operation(), made.id
    with stage.writes("colleague"):
        db.session.get_one(Contact, contact_id).change(salutation="Dr")
        later = journal.operation()
    with stage.writes("colleague"):
        undo = journal.undo(later)
    with stage.writes("colleague"):
        journal.undo(undo.operation_id)
    with stage.writes("seller"):
        assert journal.undo(operation).conflicts == (Conflict("contact", contact_id, None),)


def test_a_new_tag_that_others_use_by_now_stays(stage):
    """The row that is in the way is found by the database itself; the rest of the undo goes on, as one operation."""
    with stage.writes("seller"):
        contact(stage.ids).change(salutation="Ms")
        tags.add(contact(stage.ids), "Brand new")
        operation = journal.operation()
    with stage.writes("colleague"):
        tags.add(db.session.get_one(Contact, stage.ids["colleague.contact"]), "Brand new")
    with stage.writes("seller"):
        undone = journal.undo(operation)
        assert journal.operation() == undone.operation_id
    assert [conflict.record_type for conflict in undone.conflicts] == ["tag"]
    with stage.app.app_context():
        assert contact(stage.ids).salutation == "zcsellercontactqx"
        found = tags.of("contact", [stage.ids["colleague.contact"], stage.ids["seller.contact"]])
        assert [name for _id, name, _hue in found[stage.ids["colleague.contact"]]] == ["Brand new", "customer"]
        assert [name for _id, name, _hue in found[stage.ids["seller.contact"]]] == ["customer"]


def test_an_operation_is_undone_once(stage, changed):
    with stage.writes("seller"):
        journal.undo(changed)
    with stage.writes("seller"), pytest.raises(journal.CannotUndo):
        journal.undo(changed)


def test_what_does_not_exist_cannot_be_undone(stage):
    with stage.writes("seller"), pytest.raises(journal.CannotUndo):
        journal.undo(999_999)


# --- through the URL --------------------------------------------------------------------------------------------------


def test_undo_by_the_button_names_what_it_left_alone(stage, changed):
    answer = stage.client("seller").post(f"/records/undo/{changed}", headers={"HX-Request": "true"})
    assert answer.status_code < 400
    assert "changed since" in answer.headers["HX-Trigger"]
    with stage.app.app_context():
        assert contact(stage.ids).salutation == "Dr"


def test_undo_by_the_button_goes_on_after_a_row_that_has_to_stay(stage):
    """Inside a request a savepoint's rollback must leave the session a writer and the operation one."""
    with stage.writes("seller"):
        Note.write(contact(stage.ids), stage.ids["user.seller"], "Called back")
        tags.add(contact(stage.ids), "Brand new")
        operation = journal.operation()
    with stage.writes("colleague"):
        tags.add(db.session.get_one(Contact, stage.ids["colleague.contact"]), "Brand new")
    answer = stage.client("seller").post(f"/records/undo/{operation}", headers={"HX-Request": "true"})
    assert answer.status_code < 400
    assert "changed since" in answer.headers["HX-Trigger"]
    with stage.app.app_context():
        texts = db.session.scalars(sa.select(Note.text).where(Note.record_id == stage.ids["seller.contact"]))
        assert "Called back" not in list(texts)
        names = [
            name for _id, name, _hue in tags.of("contact", [stage.ids["seller.contact"]])[stage.ids["seller.contact"]]
        ]
        assert names == ["customer"]


def test_undone_twice_by_the_button_says_so(stage, changed):
    client = stage.client("seller")
    client.post(f"/records/undo/{changed}", headers={"HX-Request": "true"})
    answer = client.post(f"/records/undo/{changed}", headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert answer.status_code == 409
    assert "undone already" in answer.headers["HX-Trigger"]


def test_search_follows_an_undo(stage):
    with stage.writes("seller"):
        contact(stage.ids).change(given="Xenophon")
        operation = journal.operation()
    with stage.writes("seller"):
        journal.undo(operation)
    with stage.app.app_context():
        row = db.session.scalars(
            sa.select(SearchRow).where(
                SearchRow.record_type == "contact", SearchRow.record_id == stage.ids["seller.contact"]
            )
        ).one()
        assert "xenophon" not in row.text


def test_undo_needs_the_record_that_it_changes(stage):
    """Somebody who may no longer edit the record cannot change it by undoing what he once did."""
    with stage.writes("seller"):
        contact(stage.ids).change(salutation="Ms")
        operation = journal.operation()
    with stage.writes("admin"):
        contact(stage.ids).assign(db.session.get_one(User, stage.ids["user.rival"]))
    assert stage.client("seller").post(f"/records/undo/{operation}").status_code in {403, 404}
    with stage.app.app_context():
        assert contact(stage.ids).salutation == "Ms"


def test_case_registers():
    assert case(events.CONTACT_CREATED)(CASES["contact.created"]) is CASES["contact.created"]


def take_away(stage, record) -> None:
    """The administrator gives the record to the rival: the seller may not even see it any more."""
    with stage.writes("admin"):
        row = db.session.get_one(record, stage.ids[f"seller.{record.__tablename__}"])
        row.assign(db.session.get_one(User, stage.ids["user.rival"]))


@pytest.mark.parametrize(
    "name",
    ["note.deleted", "note.edited", "tag.added", "tag.removed", "file.removed", "contact.updated", "member.joined"],
)
def test_what_one_may_no_longer_change_one_cannot_change_by_undoing(stage, name):
    """Also where the operation touched only what belongs to the record, such as a note."""
    with stage.writes("seller"):
        CASES[name](stage.ids)
        operation = journal.operation()
    take_away(stage, Contact)
    before = oracles.dump(stage.engines["reader"])
    assert stage.client("seller").post(f"/records/undo/{operation}").status_code in {403, 404}
    assert oracles.differences(before, oracles.dump(stage.engines["reader"])) == []


def test_who_may_no_longer_change_web_forms_cannot_by_undoing(stage):
    with stage.writes("marketing"):
        CASES["web_form.updated"](stage.ids)
        operation = journal.operation()
    with stage.writes("admin"):
        db.session.get_one(Role, stage.ids["role.marketing"]).give({("web_form", "edit"): "none"})
    assert stage.client("marketing").post(f"/records/undo/{operation}").status_code in {403, 404}


def test_an_administrator_who_is_one_no_longer_cannot_undo_that(stage):
    with stage.writes("admin"):
        seller = db.session.get_one(User, stage.ids["user.seller"])
        seller.assign(db.session.get_one(Role, stage.ids["role.administrator"]), None)
    with stage.writes("admin"):
        admin = db.session.get_one(User, stage.ids["user.admin"])
        admin.assign(db.session.get_one(Role, stage.ids["role.seller"]), None)
        operation = journal.operation()
    with stage.writes("admin"):  # a role change signs people out: give the session back that the client has
        user_id, until = stage.ids["user.admin"], utcnow() + timedelta(days=1)
        db.session.add(UserSession(user_id=user_id, secret_hash=hash_secret("session-of-admin"), expires_at=until))
    assert stage.client("admin").post(f"/records/undo/{operation}").status_code in {403, 404}
    with stage.app.app_context():
        assert db.session.get_one(User, stage.ids["user.admin"]).role.name == "seller"


def test_who_gave_a_record_away_can_take_it_back(stage):
    """The undo in the toast of handing over works, although the record is somebody else's by now; later it does not."""
    url = f"/records/contact/{stage.ids['seller.contact']}/owner"
    client = stage.client("seller")
    answer = client.post(url, data={"user_id": str(stage.ids["user.rival"])}, headers={"HX-Request": "true"})
    link = re.search(r'action="(/records/undo/\d+)"', client.get(answer.headers["HX-Redirect"]).text)[1]
    assert client.get(f"/contacts/{stage.ids['seller.contact']}").status_code == 404
    assert client.post(link, headers={"HX-Request": "true"}).status_code == 204
    with stage.app.app_context():
        assert contact(stage.ids).owner_id == stage.ids["user.seller"]


def test_what_was_given_on_meanwhile_is_not_taken_back(stage):
    client, url = stage.client("seller"), f"/records/contact/{stage.ids['seller.contact']}/owner"
    answer = client.post(url, data={"user_id": str(stage.ids["user.rival"])}, headers={"HX-Request": "true"})
    link = re.search(r'action="(/records/undo/\d+)"', client.get(answer.headers["HX-Redirect"]).text)[1]
    with stage.writes("admin"):
        contact(stage.ids).assign(db.session.get_one(User, stage.ids["user.admin"]))
    assert client.post(link, headers={"HX-Request": "true"}).status_code == 403
