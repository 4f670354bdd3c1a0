"""After a purge nothing is left of what a record and its parts said, and nothing of it comes back."""

import json
from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa

from crmlite import journal
from crmlite.contacts.models import Affiliation, Contact
from crmlite.extensions import db, utcnow, writing
from crmlite.journal import Change, Event
from crmlite.records import files, points, tags
from crmlite.records.files import Attachment, File
from crmlite.records.jobs import sweep_files
from crmlite.records.notes import Note
from crmlite.records.points import Point
from tests import oracles
from tests.records.purging import forget
from tests.records.purging import purge as empty_trash

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
WORD = "zqpersonal"


@pytest.fixture
def person(stage) -> int:
    with stage.writes("seller") as s:
        one = Contact.create(s.user, given=f"{WORD}name", email=f"{WORD}@example.com")
        points.set_main(one, "phone", "+31 6 1234 5678")
        points.set_addresses(one, [{"lines": f"{WORD} street", "city": f"{WORD}town"}])
        return one.id


def remove_all(stage, contact_id: int) -> dict[str, int]:
    """Operations that took parts off the contact: everything that it had, one after the other."""
    operations = {}
    for name in ("note", "file", "tag", "points", "job"):
        with stage.writes("seller") as s:
            one = db.session.get_one(Contact, contact_id)
            if name == "note":
                Note.write(one, s.user.id, f"{WORD} note").edit(one, f"{WORD} another note")
            elif name == "file":
                stored = File.store(BytesIO(b"words"), f"{WORD}.pdf", "application/pdf")
                files.attach(one, stored, s.user.id)
            elif name == "tag":
                tags.add(one, "Brand new")
            elif name == "job":
                company = db.session.scalar(sa.select(Affiliation)).company
                one.join(company, title=f"{WORD} job").change(f"{WORD} other job", "", None, None, main=True)
        with stage.writes("seller"):
            one = db.session.get_one(Contact, contact_id)
            mine = {"record_type": "contact", "record_id": contact_id}
            if name == "note":
                db.session.scalars(sa.select(Note).filter_by(**mine)).one().delete(one)
            elif name == "file":
                files.detach(one, db.session.scalars(sa.select(Attachment).filter_by(**mine)).one())
            elif name == "tag":
                tags.take(one, "Brand new")
            elif name == "points":
                rows = db.session.scalars(sa.select(Point).where(Point.contact_id == contact_id)).all()
                one.change(points=[{"id": row.id, "kind": row.kind, "value": ""} for row in rows])
            elif name == "job":
                db.session.scalars(sa.select(Affiliation).where(Affiliation.contact_id == contact_id)).one().remove()
            operations[name] = journal.operation()
    return operations


def purge(stage, contact_id: int) -> None:
    with stage.writes("seller"):
        db.session.get_one(Contact, contact_id).trash()
    with stage.app.app_context():
        writing()
        empty_trash(utcnow() + timedelta(days=31))
        db.session.commit()
        assert db.session.get(Contact, contact_id) is None


def said(stage) -> list[str]:
    """What the journal still says of it."""
    with stage.app.app_context():
        changes = db.session.execute(sa.select(Change.record_type, Change.old, Change.new)).all()
        events = db.session.execute(sa.select(Event.name, Event.data)).all()
        rows = [json.dumps(list(row)) for row in (*changes, *events)]
    return [row for row in rows if any(word in row for word in (WORD, "6 1234 5678", "612345678"))]


def test_the_journal_forgets_what_was_removed_before(stage, person):
    remove_all(stage, person)
    assert len(said(stage)) > 5
    purge(stage, person)
    assert said(stage) == []


def test_what_others_said_is_kept(stage, person):
    """Also of a record that an operation was about too."""

    def kept() -> int:
        company = (Change.record_type == "company") & (Change.record_id == stage.ids["seller.company"])
        mine = (Change.record_type == "contact") & (Change.record_id == stage.ids["seller.contact"])
        with stage.app.app_context():
            return db.session.scalar(sa.select(sa.func.count(Change.id)).where(company | mine, Change.new.is_not(None)))

    with stage.writes("seller"):
        for contact_id in (person, stage.ids["seller.contact"]):
            tags.add(db.session.get_one(Contact, contact_id), "Fair")
    remove_all(stage, person)
    before = kept()
    purge(stage, person)
    assert kept() == before


def test_a_file_that_is_forgotten_later_leaves_no_name(stage, person):
    with stage.writes("seller") as s:
        one = db.session.get_one(Contact, person)
        files.attach(one, File.store(BytesIO(b"words"), f"{WORD}.pdf", "application/pdf"), s.user.id)
    purge(stage, person)
    with stage.app.app_context():
        writing()
        db.session.execute(
            sa.update(File).values(detached_at=utcnow() - timedelta(days=31)).where(File.name == f"{WORD}.pdf"),
            execution_options={"journaled": True},
        )
        assert forget("files", utcnow()) == 1
        sweep_files()
        db.session.commit()
    assert said(stage) == []


@pytest.mark.parametrize("name", ["note", "file", "tag", "points", "job"])
def test_what_was_taken_off_a_record_that_is_gone_does_not_come_back(stage, person, name):
    operation = remove_all(stage, person)[name]
    purge(stage, person)
    before = oracles.dump(stage.engines["reader"])
    answer = stage.client("seller").post(f"/records/undo/{operation}", headers=HTMX)
    assert answer.status_code == 409
    message = json.loads(answer.headers["HX-Trigger"])["toast"]["message"]
    assert message == "Nothing was undone: the record was removed for good."
    assert oracles.differences(before, oracles.dump(stage.engines["reader"])) == []


@pytest.mark.parametrize("name", ["note", "tag"])
def test_the_journal_itself_brings_nothing_back_to_what_is_gone(stage, person, name):
    operation = remove_all(stage, person)[name]
    purge(stage, person)
    with stage.writes("seller"):
        assert not journal.undo(operation).changed
        db.session.rollback()
