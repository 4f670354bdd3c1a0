"""A walk of changes, with a phone that syncs after each: what it holds is always what a new phone would be given.

What happens is drawn: people and companies come, change, go, come back, are handed over, shared, merged, taken apart, undone and
purged. Whatever is told to be gone was there before: nothing is said of records that the phone's owner never saw.
"""

import random
from datetime import timedelta

import pytest
import sqlalchemy as sa

from crmlite import journal
from crmlite.addressbook import changes
from crmlite.auth.models import Absence, User
from crmlite.companies.models import Company
from crmlite.companies.types import COMPANY
from crmlite.contacts.models import Affiliation, Contact
from crmlite.contacts.types import CONTACT
from crmlite.duplicates import merging
from crmlite.extensions import db, utcnow
from crmlite.records import members, points
from tests.addressbook.conftest import BOOK, Phone, data_of
from tests.records.purging import purge

LETTERS = "abcdefghij"


class Walk:
    """Each method that begins with a verb is a step; it may find nothing to do."""

    def __init__(self, stage, seed: int) -> None:
        self.stage, self.random = stage, random.Random(seed)

    def some(self, model, trashed: bool = False, count: int = 1):
        where = model.deleted_at.is_not(None) if trashed else model.deleted_at.is_(None)
        found = list(
            db.session.scalars(sa.select(model).where(where, model.merged_into_id.is_(None)).order_by(model.id))
        )
        return self.random.sample(found, count) if len(found) >= count else [None] * count

    def either(self, trashed: bool = False):
        return self.some(self.random.choice((Contact, Company)), trashed)[0]

    def word(self) -> str:
        return "".join(self.random.choices(LETTERS, k=6)).title()

    def user(self) -> User:
        return db.session.get_one(
            User, self.stage.ids[f"user.{self.random.choice(('seller', 'colleague', 'rival', 'manager'))}"]
        )

    def add(self) -> None:
        company = Company.create(self.user(), name=self.word())
        contact = Contact.create(self.user(), given=self.word(), family=self.word(), email=f"{self.word()}@example.com")
        contact.join(company, title=self.word())

    def rename(self) -> None:
        self.some(Contact)[0].change(given=self.word())
        self.some(Company)[0].change(name=self.word())

    def reach(self) -> None:
        record = self.either()
        for _ in range(2):  # only the first one is copied to the record
            points.add(record, "phone", f"+31 6 {self.random.randrange(10**7, 10**8)}")
        points.set_addresses(self.either(), [{"lines": self.word(), "city": self.word(), "country": "NL"}])

    def move(self) -> None:
        link = self.random.choice(list(db.session.scalars(sa.select(Affiliation).order_by(Affiliation.id))))
        self.random.choice(
            (link.remove, lambda: link.end(utcnow().date()), lambda: link.change(self.word(), "", None, None, True))
        )()

    def trash(self) -> None:
        if record := self.either():
            record.trash()

    def restore(self) -> None:
        if record := self.either(trashed=True):
            record.restore()

    def purge(self) -> None:
        purge(utcnow() + timedelta(days=365))

    def assign(self) -> None:
        self.either().assign(self.random.choice((self.user(), None)))

    def share(self) -> None:
        members.join(self.either(), db.session.get_one(User, self.stage.ids["user.seller"]), "helps")

    def unshare(self) -> None:
        members.leave(self.either(), self.stage.ids["user.seller"])

    def merge(self) -> None:
        kind = self.random.choice((CONTACT, COMPANY))
        winner, loser = self.some(kind.model, count=2)
        if loser is not None:
            merging.merge(kind, winner, [loser], {}, self.user())

    def undo(self) -> None:
        last = db.session.scalars(
            sa.select(journal.Change.operation_id).order_by(journal.Change.id.desc()).limit(1)
        ).one()
        journal.undo(last)

    def away(self) -> None:
        today = utcnow().date()
        Absence.create(
            *(db.session.get_one(User, self.stage.ids[f"user.{name}"]) for name in ("rival", "seller")), today, today
        )

    def back(self) -> None:
        for absence in db.session.scalars(sa.select(Absence).where(Absence.ended_at.is_(None))):
            absence.end()

    def step(self) -> str:
        name = self.random.choice(STEPS)
        try:
            with self.stage.writes("manager"):
                getattr(self, name)()
        except (journal.CannotUndo, sa.exc.IntegrityError):
            pass
        return name


STEPS = (
    "add",
    "rename",
    "reach",
    "move",
    "trash",
    "trash",
    "restore",
    "assign",
    "assign",
    "share",
    "unshare",
    "merge",
    "undo",
    "purge",
)


def follow(stage, seed: int, steps: int) -> None:
    walk, phone = Walk(stage, seed), Phone(stage)
    phone.sync()
    done, known = [], set(phone.cards)
    for _ in range(steps):
        done.append(walk.step())
        _changed, gone = phone.sync()
        known |= set(phone.cards)
        answer = phone.report("addressbook-query", "<D:prop><C:address-data/></D:prop>")
        assert phone.cards == dict(data_of(answer)), done
        assert {f"{BOOK}{name}.vcf" for name in gone} <= known, done


@pytest.mark.parametrize("seed", [2])
def test_a_phone_follows_whatever_happens(stage, seed, pytestconfig):
    follow(stage, seed, 300 if pytestconfig.getoption("--long") else 40)


@pytest.mark.parametrize(
    ("deaf", "steps"), [("point", ("reach",)), ("member", ("share", "unshare")), ("company", ("rename",))], ids=str
)
def test_the_walk_would_notice(stage, monkeypatch, deaf, steps):
    """Negative control: what is not asked for in the journal does not reach the phone."""
    monkeypatch.setattr(changes, "_WATCHED", tuple(name for name in changes._WATCHED if name != deaf))
    monkeypatch.setattr("tests.addressbook.test_following.STEPS", steps)
    with pytest.raises(AssertionError):
        follow(stage, 1, 40)
