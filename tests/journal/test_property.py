"""Random sequences of verbs, edits, creations, deletions and undos, replayed backwards, give what there was at the start."""

from datetime import date, timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings

from crmlite import journal
from crmlite.auth.models import User
from crmlite.contacts.models import Contact
from crmlite.extensions import db
from crmlite.journal import Change, Operation
from crmlite.records import members, points, tags
from crmlite.records.notes import Note
from crmlite.records.points import Point
from tests import cast

PEOPLE = ("seller.contact", "colleague.contact", "rival.contact", "shared.contact", "seller.trash.contact")
text = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=20)
days = st.none() | st.integers(0, 20_000).map(lambda n: date(1950, 1, 1) + timedelta(days=n))
people = st.sampled_from(PEOPLE)

steps = st.one_of(
    st.tuples(st.just("edit"), people, text, days),
    st.tuples(st.just("edit_unread"), people, text),
    st.tuples(st.just("create"), text),
    st.tuples(st.just("note"), people, text),
    st.tuples(st.just("tag"), people, st.sampled_from(["VIP", "Fair", "customer"])),
    st.tuples(st.just("untag"), people),
    st.tuples(st.just("join"), people, st.sampled_from(["colleague", "service"])),
    st.tuples(st.just("reach"), people, st.sampled_from(["a@example.com", "b@example.com", ""])),
    st.tuples(st.just("trash"), people),
    st.tuples(st.just("restore"), people),
    st.tuples(st.just("delete"), st.integers(0, 9)),
    st.tuples(st.just("two_at_once"), people, people, text),
    st.tuples(st.just("given_up"), people, text),
    st.tuples(st.just("savepoint"), people, text),
    st.tuples(st.just("undo"), st.integers(0, 30)),
)


class Script:
    """Does the steps, one operation each."""

    def __init__(self, stage: cast.Stage) -> None:
        self.ids = stage.ids

    def contact(self, key: str) -> Contact | None:
        return db.session.get(Contact, self.ids[key])

    def do(self, step: tuple[Any, ...]) -> None:
        name, *values = step
        getattr(self, name)(*values)

    def edit(self, key: str, words: str, birthday: date | None) -> None:
        if person := self.contact(key):
            person.change(given=words, birthday=birthday)

    def edit_unread(self, key: str, words: str) -> None:
        """Sets an attribute of an object whose values were never loaded."""
        if person := self.contact(key):
            db.session.flush()
            db.session.expire(person)
            person.salutation = words

    def create(self, words: str) -> None:
        Contact.create(db.session.get(User, self.ids["user.seller"]), given=words, email="new@example.com")

    def note(self, key: str, words: str) -> None:
        if person := self.contact(key):
            Note.write(person, None, words)

    def tag(self, key: str, word: str) -> None:
        if person := self.contact(key):
            tags.add(person, word)

    def untag(self, key: str) -> None:
        if person := self.contact(key):
            for tag_id, _name, _hue in tags.of("contact", [person.id]).get(person.id, []):
                tags.remove(person, tag_id)

    def join(self, key: str, who: str) -> None:
        if person := self.contact(key):
            members.join(person, db.session.get_one(User, self.ids[f"user.{who}"]), "helps")

    def reach(self, key: str, address: str) -> None:
        if person := self.contact(key):
            points.set_main(person, "email", address)

    def trash(self, key: str) -> None:
        if person := self.contact(key):
            person.trash()

    def restore(self, key: str) -> None:
        if person := self.contact(key):
            person.restore()

    def delete(self, number: int) -> None:
        """For good, of what nothing points at."""
        rows = db.session.scalars(sa.select(Note).order_by(Note.id)).all()
        if rows:
            db.session.delete(rows[number % len(rows)])

    def two_at_once(self, one: str, other: str, words: str) -> None:
        self.edit(one, words, None)
        self.edit(other, words + "!", None)

    def given_up(self, key: str, words: str) -> None:
        self.edit(key, words, None)
        db.session.flush()
        db.session.rollback()

    def savepoint(self, key: str, words: str) -> None:
        """What is inside is rolled back, what is around it stays."""
        self.edit(key, words, None)
        savepoint = db.session.begin_nested()
        self.note(key, words)
        db.session.flush()
        savepoint.rollback()
        self.tag(key, "VIP")

    def undo(self, number: int) -> None:
        operations = list(db.session.scalars(sa.select(Operation.id).order_by(Operation.id)))
        try:
            journal.undo(operations[-1 - number % len(operations)])
        except journal.CannotUndo:
            db.session.rollback()


Values = dict[tuple[str, int], dict[str, Any]]


def now() -> Values:
    """The journaled fields of all journaled rows, in the journal's own types."""
    found = {}
    for name, model in journal.models().items():
        for row in db.session.scalars(sa.select(model)):
            found[name, row.id] = journal.values_of(row)
    return found


def replayed_back(values: Values, after: int) -> Values:
    """What the journal says there was before the changes with larger ids."""
    changes: dict[tuple[str, int], list[Change]] = {}
    for change in db.session.scalars(sa.select(Change).where(Change.id > after).order_by(Change.id.desc())):
        changes.setdefault((change.record_type, change.record_id), []).append(change)
    found = dict(values)
    for key, newest_first in changes.items():
        before = journal.replay_back(found.pop(key, None), newest_first)
        if before is not None:
            found[key] = before
    return found


@pytest.mark.parametrize("break_it", [False, True], ids=["journal", "without a change row"])
def test_the_journal_replayed_backwards(stage, databases, break_it):
    url = stage.app.extensions["crmlite.settings"].database_url.replace("+psycopg", "")
    script = Script(stage)
    with stage.app.app_context():
        start = now()
        newest = db.session.scalar(sa.select(sa.func.max(Change.id)))

    @settings(
        max_examples=10 if break_it else 60,
        database=None,
        derandomize=True,
        phases=(Phase.generate,) if break_it else tuple(Phase),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(steps, min_size=3, max_size=12))
    def run(script_steps: list[tuple[Any, ...]]) -> None:
        databases.reset(url)
        for step in script_steps:
            with stage.writes("seller"):
                script.do(step)
        if break_it:
            with stage.engines[None].begin() as connection:
                lost = connection.scalar(sa.select(sa.func.max(Change.id)))
                if lost == newest:
                    return
                connection.execute(sa.delete(Change.__table__).where(Change.__table__.c.id == lost))
        with stage.app.app_context():
            assert replayed_back(now(), newest) == start

    if break_it:
        with pytest.raises(AssertionError):
            run()
    else:
        run()


def test_as_of_is_what_was(stage):
    """The record as it was between two changes."""
    with stage.writes("seller"):
        stage_contact = db.session.get_one(Contact, stage.ids["seller.contact"])
        stage_contact.change(given="First")
        first = journal.operation()
    with stage.writes("seller"):
        db.session.get_one(Contact, stage.ids["seller.contact"]).change(given="Second")
    with stage.app.app_context():
        when = db.session.get_one(Operation, first).at
        then = journal.as_of("contact", stage.ids["seller.contact"], when)
        assert then is not None
        assert then["given"] == "First"
        assert journal.as_of("contact", stage.ids["seller.contact"], when - timedelta(days=400)) is None


def test_points_are_journaled(stage):
    with stage.writes("seller"):
        points.set_main(db.session.get_one(Contact, stage.ids["seller.contact"]), "email", "new@example.com")
        operation = journal.operation()
    with stage.app.app_context():
        kinds = set(db.session.scalars(sa.select(Change.record_type).where(Change.operation_id == operation)))
        assert Point.__tablename__ in kinds
