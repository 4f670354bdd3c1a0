"""Rows that are written in bulk: who keeps copies of records hears of them as of those that the session writes."""

import sqlalchemy as sa

from crmlite.contacts.models import Contact
from crmlite.duplicates.models import DuplicateCard
from crmlite.extensions import db
from crmlite.journal import bulk
from crmlite.records.custom_fields import CustomField
from crmlite.records.custom_values import CustomValue

PERSON = {"given": "Wil", "family": "Bulk", "name": "Wil Bulk", "sort_name": "bulk wil", "custom": {"shoe": "42"}}


def copies(stage, number: int) -> tuple[int, int]:
    with stage.app.app_context():
        cards = sa.select(sa.func.count()).where(
            DuplicateCard.record_type == "contact", DuplicateCard.record_id == number
        )
        values = sa.select(sa.func.count()).where(CustomValue.record_id == number, CustomValue.text == "42")
        return db.session.scalar(cards) or 0, db.session.scalar(values) or 0


def test_copies_are_kept_of_what_is_written_and_removed_in_bulk(stage):
    with stage.writes("admin") as admin:
        CustomField.create(admin, record_type="contact", label="Shoe", kind="text")
    with stage.writes("admin"):
        [number] = bulk.create(Contact, [dict(PERSON)])
    assert copies(stage, number) == (1, 1)
    with stage.writes("admin"):
        bulk.remove(Contact, Contact.__table__.c.id == number)
    assert copies(stage, number) == (0, 0)


def test_nothing_is_left_of_what_was_taken_back_before_the_commit(stage):
    """The control: it is the commit that tells them."""
    with stage.writes("admin"):
        [number] = bulk.create(Contact, [dict(PERSON)])
        db.session.rollback()
    assert copies(stage, number) == (0, 0)
