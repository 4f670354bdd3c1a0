"""Erasing somebody: nothing of them is left, in no table and in no byte; what law wants kept is, and is named."""

import pytest
import sqlalchemy as sa

from crmlite import jobs
from crmlite.contacts import suppression
from crmlite.contacts.models import Contact
from crmlite.extensions import Base, db, reading
from crmlite.jobs import Job
from crmlite.privacy import erasing
from crmlite.privacy.models import Erasure
from tests.privacy.seeding import EMAIL, WORD, places, seed


def begin(stage, contact_id: int) -> int:
    with stage.writes("manager") as as_:
        return erasing.begin(db.session.get_one(Contact, contact_id), as_.user).id


def work(stage) -> None:
    with stage.app.app_context():
        jobs.run_due()
        failed = sa.select(Job.error).where(Job.error.is_not(None), Job.id != stage.ids["job"])
        assert db.session.scalars(failed).all() == []
        reading()


def rows_with(stage, word: str = WORD) -> list[str]:
    """Tables that hold the word, by all their columns as text."""
    found = []
    with stage.app.app_context():
        for table in Base.metadata.sorted_tables:
            texts = [sa.cast(column, sa.Text) for column in table.c]
            for row in db.session.execute(sa.select(table).where(sa.or_(*(t.ilike(f"%{word}%") for t in texts)))):
                found.append(f"{table.name}: {row}")
    return found


@pytest.fixture
def url(own_stage) -> str:
    return own_stage.app.extensions["crmlite.settings"].database_url


@pytest.mark.only_on("sqlite")
def test_not_a_byte_is_left(own_stage, url):
    ids = seed(own_stage)
    tables = {row.partition(":")[0] for row in rows_with(own_stage)}
    assert {"contact", "point", "address", "note", "message", "submission", "lead", "deal", "quote", "search", "change",
            "event", "import", "file", "custom_value", "duplicate_card", "consent", "message_file"} <= tables  # fmt: skip
    assert len(places(own_stage, url)) >= 4, "the control: before, they are found in the database and in files"
    erasure_id = begin(own_stage, ids.contact)
    work(own_stage)
    assert rows_with(own_stage) == []
    assert places(own_stage, url) == []
    with own_stage.app.app_context():
        erasure = db.session.get_one(Erasure, erasure_id)
        assert (erasure.is_done, erasure.files, erasure.kept) == (True, [], [])
        assert erasure.counts["contact"] == 2
        assert db.session.scalars(sa.select(Contact).where(Contact.id.in_([ids.contact, ids.other]))).all() == []
        assert suppression.suppressed([("email", EMAIL), ("email", "jan@x.example")]).keys() == {("email", EMAIL)}
        assert db.session.scalar(sa.select(Contact.id).where(Contact.main_email == "jan@x.example")) is not None
