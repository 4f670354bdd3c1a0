"""What goes when its time is over, or with the record that it was about."""

from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from crmlite.desk.models import Notice
from crmlite.extensions import db
from crmlite.records import favourites, seen
from crmlite.records.seen import Seen
from crmlite.retention import Kind


def kept() -> Iterable[Kind]:
    """What retention knows of the desk."""
    yield Kind(
        "notices",
        _l("Notices that were read"),
        _l("From when they were read. What they are about stays where it is."),
        "inside",
        90,
        lambda before: sa.select(Notice.id).where(Notice.read_at < before),
        _forget(Notice),
        for_ever=False,
    )
    yield Kind(
        "unread",
        _l("Notices that nobody read"),
        _l("From when they were made."),
        "inside",
        365,
        lambda before: sa.select(Notice.id).where(Notice.read_at.is_(None), Notice.at < before),
        _forget(Notice),
        for_ever=False,
    )
    yield Kind(
        "seen",
        _l("What people looked at last"),
        _l("From when they looked. Of each person the last 50 records are known at most."),
        "inside",
        None,
        lambda before: sa.select(Seen.id).where(Seen.at < before),
        _forget(Seen),
    )


def _forget(model: Any) -> Callable[[list[int]], None]:
    def forget(ids: list[int]) -> None:
        db.session.execute(sa.delete(model).where(model.id.in_(ids)))

    return forget


def forget_record(record: Any) -> None:
    """For good, with the record."""
    name, number = record.__tablename__, record.id
    db.session.execute(sa.delete(Notice).where(Notice.record_type == name, Notice.record_id == number))
    favourites.forget(name, number)
    seen.forget(name, number)
