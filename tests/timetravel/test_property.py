"""Whatever is done to people: as of each moment they are what they were, setting them back makes them so again, and undo takes
that back."""

from datetime import date, timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings

from crmlite import events, journal
from crmlite.companies.models import Company
from crmlite.contacts.models import Affiliation, Contact
from crmlite.contacts.types import CONTACT
from crmlite.extensions import db, pretending, utcnow
from crmlite.journal import Change, Operation
from crmlite.records import points, types
from crmlite.records.points import Address, Point
from crmlite.records.tags import Tagging
from crmlite.timetravel import past
from crmlite.timetravel.past import History
from crmlite.timetravel.restoring import Restoration
from crmlite.timetravel.saying import settable_fields
from tests import cast
from tests.journal import test_property as walk
from tests.records.who import viewer

text, people = walk.text, st.sampled_from(["seller.contact", "shared.contact"])
steps = st.one_of(
    st.tuples(st.just("edit"), people, text, walk.days),
    st.tuples(st.just("edit_unread"), people, text),
    st.tuples(st.just("tag"), people, st.sampled_from(["VIP", "Fair", "customer"])),
    st.tuples(st.just("untag"), people),
    st.tuples(st.just("reach"), people, st.sampled_from(["a@example.com", "b@example.com", ""])),
    st.tuples(st.just("trash"), people),
    st.tuples(st.just("restore"), people),
    st.tuples(st.just("given_up"), people, text),
    st.tuples(st.just("undo"), st.integers(0, 9)),
    st.tuples(
        st.just("move_house"), people, st.sampled_from(["Oslo", "Bergen", ""]), st.sampled_from(["NO", "NL", ""])
    ),
    st.tuples(st.just("second_phone"), people, st.sampled_from(["+31201234567", "+31612345678"])),
    st.tuples(st.just("memo"), people, text),
    st.tuples(st.just("work_at"), people, st.sampled_from(["seller.company", "rival.company", "manager.company"])),
    st.tuples(st.just("leave"), people),
    st.tuples(st.just("unlink"), people),
    st.tuples(st.just("hand_over"), people, st.sampled_from(["colleague", "rival", "manager"])),
    st.tuples(st.just("set_back"), people, st.integers(0, 12)),
)


class Script(walk.Script):
    def __init__(self, stage: cast.Stage) -> None:
        super().__init__(stage)
        self.stage = stage

    def undo(self, number: int) -> None:
        """As the button does it: what it was about is told."""
        operations = list(db.session.scalars(sa.select(Operation.id).order_by(Operation.id)))
        operation_id = operations[-1 - number % len(operations)]
        about = journal.touched_by(operation_id) | journal.subjects_of(operation_id)
        try:
            journal.undo(operation_id)
        except journal.CannotUndo:
            db.session.rollback()
            return
        for key in sorted(about):
            if (record := types.load(*key)) is not None:
                events.emit(events.OPERATION_UNDONE, record, operation_id=operation_id)

    def move_house(self, key: str, city: str, country: str) -> None:
        if person := self.contact(key):
            known = points.of(person, Address)
            row = {"id": known[0].id} if known else {}
            points.set_addresses(person, [{**row, "city": city, "country": country}])

    def second_phone(self, key: str, number: str) -> None:
        if person := self.contact(key):
            points.add(person, "phone", number, "mobile")

    def memo(self, key: str, words: str) -> None:
        if person := self.contact(key):
            person.set_custom(memo=words)

    def work_at(self, key: str, company: str) -> None:
        if person := self.contact(key):
            person.join(db.session.get_one(Company, self.ids[company]), title="Adviser")

    def leave(self, key: str) -> None:
        if person := self.contact(key):
            for link in self._links(person):
                link.end(date(2020, 1, 1))

    def unlink(self, key: str) -> None:
        if (person := self.contact(key)) and (links := self._links(person)):
            links[0].remove()

    def hand_over(self, key: str, who: str) -> None:
        if person := self.contact(key):
            person.hand_over(self.ids[f"user.{who}"])

    def set_back(self, key: str, back: int) -> None:
        if self.contact(key):
            restored(self.stage, self.ids[key], utcnow() - timedelta(minutes=back, seconds=30))

    @staticmethod
    def _links(person: Contact) -> list[Affiliation]:
        links = sa.select(Affiliation).where(Affiliation.contact_id == person.id).order_by(Affiliation.id)
        return list(db.session.scalars(links))


def restored(stage: Any, contact_id: int, at: Any) -> Restoration:
    done = Restoration(CONTACT, viewer(stage, "admin"), [contact_id], at)
    done.carry_out()
    db.session.flush()
    return done


def kept_by_the_test(contact_id: int) -> dict[str, Any]:
    """What the tables hold of one person, read without the code under test."""
    own = [Point.contact_id == contact_id], [Address.contact_id == contact_id], [Affiliation.contact_id == contact_id]
    tagged = [Tagging.record_type == "contact", Tagging.record_id == contact_id]
    found: dict[str, Any] = {}
    for model, where in zip((Point, Address, Affiliation, Tagging), (*own, tagged), strict=True):
        rows = db.session.scalars(sa.select(model).where(*where))
        found[model.__tablename__] = {row.id: journal.values_of(row) for row in rows}
    person = db.session.get(Contact, contact_id)
    return found | {"contact": journal.values_of(person) if person is not None else None}


def comparable(found: dict[str, Any]) -> dict[str, Any]:
    """Of what was set back: the fields that can be, and the parts."""
    names = {*settable_fields(CONTACT), "name", "sort_name", "main_email", "main_phone", "city", "country", "team_id"}
    names |= {"main_company_id"}
    own = {name: found["contact"].get(name) or None for name in names}
    tags = {values["tag_id"] for values in found["tagging"].values()}
    return {"own": own, "tags": tags, **{name: found[name] for name in ("point", "address", "affiliation")}}


@pytest.mark.parametrize("break_it", [False, True], ids=["journal", "without a change row"])
def test_as_of_each_moment_and_back_again(stage, databases, pytestconfig, break_it):
    url = stage.app.extensions["crmlite.settings"].database_url.replace("+psycopg", "")
    script = Script(stage)
    begin = utcnow() + timedelta(days=1)
    few, many = (15, 25) if not pytestconfig.getoption("long") else (15, 400)

    @settings(
        max_examples=few if break_it else many,
        database=None,
        derandomize=True,
        phases=(Phase.generate,)
        if break_it
        else (Phase.generate, Phase.shrink)
        if pytestconfig.getoption("long")
        else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(steps, min_size=4, max_size=10), people, st.integers(0, 8))
    def run(script_steps: list[tuple[Any, ...]], key: str, back_to: int) -> None:
        databases.reset(url)
        contact_id, kept = stage.ids[key], {}
        for number, step in enumerate(script_steps):
            at = begin + timedelta(minutes=number)
            with pretending(at), stage.writes("admin"):
                script.do(step)
            with stage.app.app_context():
                kept[at] = kept_by_the_test(contact_id)
        if break_it:
            forget_a_change(stage, contact_id)
        with stage.app.app_context():
            person = db.session.get_one(Contact, contact_id)
            history = History(CONTACT, person, begin - timedelta(seconds=1))
            for at, was in kept.items():
                then = history.at(at)
                assert {"contact": then.values, **then.parts} == was
            assert past.digest(history.now) == past.digest(then)
        back_and_forth(stage, contact_id, list(kept.items())[back_to % len(kept)])

    if break_it:
        with pytest.raises((AssertionError, ExceptionGroup)):
            run()
    else:
        run()


def back_and_forth(stage: Any, contact_id: int, kept: tuple[Any, dict[str, Any]]) -> None:
    at, was = kept
    with stage.app.app_context():
        before = walk.now()
    with stage.writes("admin"):
        done = restored(stage, contact_id, at)
        operation = journal.operation() if done.count else None
        problems = done.plans[0].problems
    with stage.app.app_context():
        if not problems:
            assert comparable(kept_by_the_test(contact_id)) == comparable(was)
    if operation is not None:
        with stage.writes("admin"):
            undone = journal.undo(operation)
            assert undone.conflicts == ()
        with stage.app.app_context():
            assert walk.now() == before


def forget_a_change(stage: Any, contact_id: int) -> None:
    with stage.engines[None].begin() as connection:
        change = Change.__table__
        newest = sa.select(sa.func.max(change.c.id)).where(
            change.c.record_type == "contact", change.c.record_id == contact_id
        )
        connection.execute(sa.delete(change).where(change.c.id == connection.scalar(newest)))
