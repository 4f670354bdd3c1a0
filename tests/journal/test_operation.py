"""One request or job is one operation, also where a savepoint inside it is rolled back; nothing changes past the journal."""

import pytest
import sqlalchemy as sa

from crmlite import journal
from crmlite.contacts.models import Contact
from crmlite.extensions import ReadOnly, db, writing
from crmlite.journal import Change, Event, Operation
from crmlite.records import search, tags
from crmlite.records.search import SearchRow
from tests.journal.verbs import contact


def test_a_savepoint_given_up_keeps_the_operation(stage):
    with stage.writes("seller"):
        contact(stage.ids).change(given="Before")
        operation = journal.operation()
        savepoint = db.session.begin_nested()
        contact(stage.ids).change(given="Inside")
        savepoint.rollback()
        assert journal.operation() == operation
        contact(stage.ids).change(family="After")
    with stage.app.app_context():
        person = contact(stage.ids)
        assert (person.given, person.family) == ("Before", "After")
        assert db.session.scalar(sa.select(sa.func.max(Operation.id))) == operation
        assert set(db.session.scalars(sa.select(Event.operation_id).where(Event.operation_id >= operation))) == {
            operation
        }


def test_an_operation_begun_inside_a_savepoint_goes_with_it(stage):
    with stage.writes("seller"):
        newest = db.session.scalar(sa.select(sa.func.max(Operation.id)))
        savepoint = db.session.begin_nested()
        contact(stage.ids).change(given="Inside")
        savepoint.rollback()
        contact(stage.ids).change(family="After")
        operation = journal.operation()
    with stage.app.app_context():
        assert list(db.session.scalars(sa.select(Operation.id).where(Operation.id > newest))) == [operation]
        assert set(db.session.scalars(sa.select(Change.operation_id).where(Change.operation_id > newest))) == {
            operation
        }


def test_search_knows_what_changed_around_a_savepoint(stage):
    """What was changed before it is indexed all the same, what was given up inside it is not."""
    with stage.writes("seller"):
        contact(stage.ids).change(given="Xenophon")
        savepoint = db.session.begin_nested()
        db.session.get_one(Contact, stage.ids["colleague.contact"]).change(given="Inside")
        savepoint.rollback()
    with stage.app.app_context():
        texts = dict(
            db.session.execute(
                sa.select(SearchRow.record_id, SearchRow.text).where(SearchRow.record_type == "contact")
            ).all()
        )
        assert "xenophon" in texts[stage.ids["seller.contact"]]
        assert "inside" not in texts[stage.ids["colleague.contact"]]


def test_nested_savepoints(stage):
    with stage.writes("seller"):
        contact(stage.ids).change(given="One")
        operation = journal.operation()
        outer = db.session.begin_nested()
        tags.add(contact(stage.ids), "Outer")
        inner = db.session.begin_nested()
        tags.add(contact(stage.ids), "Inner")
        inner.rollback()
        outer.commit()
        assert journal.operation() == operation
    with stage.app.app_context():
        person_id = stage.ids["seller.contact"]
        assert [name for _id, name, _hue in tags.of("contact", [person_id])[person_id]] == ["Outer", "customer"]


def test_a_savepoint_in_a_request_goes_on_writing(own_stage):
    app = own_stage.app

    @app.post("/probe")
    def probe():
        contact(own_stage.ids).change(given="Before")
        savepoint = db.session.begin_nested()
        contact(own_stage.ids).change(given="Inside")
        savepoint.rollback()
        assert not db.session().reading
        contact(own_stage.ids).change(family="After")
        db.session.commit()
        assert db.session().reading
        return str(journal.last_operation())

    answer = own_stage.client("seller").post("/probe")
    assert answer.status_code == 200
    with app.app_context():
        assert contact(own_stage.ids).given == "Before"
        done = db.session.get_one(Operation, int(answer.text))
        assert done.actor_id == own_stage.ids["user.seller"]
        assert done.kind == "request"


def test_a_rolled_back_request_reads(own_stage):
    @own_stage.app.post("/probe")
    def probe():
        contact(own_stage.ids).change(given="Lost")
        db.session.rollback()
        assert db.session().reading
        with pytest.raises(ReadOnly):
            contact(own_stage.ids).change(given="Lost again")
        return "ok"

    assert own_stage.client("seller").post("/probe").text == "ok"


@pytest.mark.parametrize(
    "statement",
    [
        lambda ids: sa.update(Contact).values(given="Past"),
        lambda ids: sa.delete(Contact),
        lambda ids: sa.insert(Contact).values(given="Past"),
    ],
    ids=["update", "delete", "insert"],
)
def test_statements_past_the_journal_are_refused(stage, statement):
    with stage.app.app_context():
        writing()
        with pytest.raises(journal.NotJournaled):
            db.session.execute(statement(stage.ids))


def test_change_rows_hold_only_what_changed(stage):
    with stage.writes("seller"):
        person = contact(stage.ids)
        person.salutation = person.salutation  # the same again
        person.instructions = "Call after ten"
        db.session.flush()
        operation = journal.operation()
    with stage.app.app_context():
        change = db.session.scalars(sa.select(Change).where(Change.operation_id == operation)).one()
        assert change.old == {"instructions": "zcsellercontactqx"}
        assert change.new == {"instructions": "Call after ten"}


def test_secrets_are_not_journaled(stage):
    with stage.app.app_context():
        written = " ".join(str(change.new) for change in db.session.scalars(sa.select(Change)))
    assert "argon2" not in written


def test_search_finds_nothing_of_what_was_given_up(stage):
    with stage.app.app_context():
        writing()
        contact(stage.ids).change(given="Xenophon")
        db.session.rollback()
        assert not db.session().info.get("touched")
        assert search.SearchRow  # the hook did not run: nothing was committed
        found = db.session.scalars(sa.select(SearchRow.text).where(SearchRow.text.like("%xenophon%")))
        assert list(found) == []
