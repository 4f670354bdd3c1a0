"""Comparing: what changed, soon after it did; and all that was there before crmlite knew how, once.

Little is compared by the worker, at once. Much is done in a process of its own that reads and compares while nobody waits, and whose
transactions only write: a million contacts may take minutes, and whoever saves meanwhile waits for none of them.
"""

from functools import cache
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app

from crmlite import jobs
from crmlite.duplicates import finding, keeping
from crmlite.duplicates.finding import Comparison
from crmlite.duplicates.keeping import AT_ONCE
from crmlite.duplicates.models import DuplicateCard
from crmlite.extensions import db, reading, writing
from crmlite.second import Second

PART = 200
LITTLE = keeping.MANY
"""So many records are compared within the worker's transaction: in a few milliseconds."""


def are_waiting() -> bool:
    """Whether there is something to compare, and nobody was told to yet."""
    waits = sa.select(DuplicateCard.record_id).where(DuplicateCard.waiting).limit(1)
    if db.session.scalar(waits) is None:
        return False
    names = [jobs.name_of(look) for look in (look_through_new, look_through, look_through_all)]
    told = sa.select(jobs.Job.id).where(jobs.Job.name.in_(names))
    return db.session.scalar(told.where(jobs.Job.state.in_(["queued", "running"])).limit(1)) is None


@jobs.job
def look_through_new() -> None:
    """What waits, where it is little."""
    for name in keeping.MODELS:
        ids = _waiting(name, LITTLE)
        if len(ids) == LITTLE:
            jobs.enqueue(look_through)
            return
        if ids:
            keeping.renew_stale(name, ids)
            finding.keep(finding.compare(name, ids))


@jobs.apart
def look_through() -> None:
    """What waits, however much it is. Killed in between it goes on with what still waits."""
    with Second(f"{__name__}:{compared.__name__}") as other:
        for name in keeping.MODELS:
            while _go_through(name, other):
                pass


@jobs.apart
def look_through_all() -> None:
    """The same, and before it says of all that have no card that they need one. Killed in between it goes on with what has none."""
    for name in keeping.MODELS:
        last = 0
        while ids := _mark_some(name, last):
            last = ids[-1]
    look_through()


def _go_through(name: str, other: Second) -> bool:
    """What waits, from the lowest id to the highest, and whether that was anything. A second process compares a batch while cards
    are made here for the next, and written what came of the last."""
    settings = current_app.extensions["crmlite.settings"]
    where = str(settings.instance), settings.database_url
    ids = _ready(name, 0)
    if not ids:
        return False
    if len(ids) == AT_ONCE:  # for less it is not worth a process
        other.ask(*where, name, ids)
    while ids:
        further = _ready(name, ids[-1])
        comparison = other.answer(*where, name, ids)
        if comparison is not None and further:
            other.ask(*where, name, further)
        if comparison is None:
            reading()
            comparison = finding.compare(name, ids)
        writing()
        finding.keep(comparison)
        db.session.commit()
        ids = further
    return True


def compared(instance: str, database_url: str, name: str, ids: list[int]) -> Comparison:
    """finding.compare() in a process of its own."""
    with _app(instance, database_url).app_context():
        reading()
        try:
            return finding.compare(name, ids)
        finally:
            db.session.remove()


@cache
def _app(instance: str, database_url: str) -> Flask:
    from crmlite import create_app

    return create_app({"instance": instance, "database_url": database_url})


def _ready(name: str, after: int) -> list[int]:
    """The next that wait, with their cards made: all below them have theirs by then, and are found by their keys."""
    reading()
    ids = _waiting(name, AT_ONCE, after)
    for part in _parts(_stale(name, ids)):
        writing()
        keeping.renew_stale(name, part)
        db.session.commit()
    return ids


def _waiting(name: str, limit: int, after: int = 0) -> list[int]:
    waiting = sa.select(DuplicateCard.record_id).where(DuplicateCard.record_type == name, DuplicateCard.waiting)
    waiting = waiting.where(DuplicateCard.record_id > after)
    return list(db.session.scalars(waiting.order_by(DuplicateCard.record_id).limit(limit)))


def _stale(name: str, ids: list[int]) -> list[int]:
    card = DuplicateCard
    query = sa.select(card.record_id).where(card.record_type == name, card.record_id.in_(ids), card.stale)
    return list(db.session.scalars(query.order_by(card.record_id)))


def _parts(ids: list[int]) -> list[list[int]]:
    """So small that making them takes the lock for a few hundredths of a second, and many enough to share pages of the index."""
    return [ids[start : start + PART] for start in range(0, len(ids), PART)]


def _mark_some(name: str, after: int) -> list[int]:
    reading()
    ids = list(db.session.scalars(_without_card(name).where(keeping.MODELS[name].id > after).limit(AT_ONCE)))
    if ids:
        writing()
        keeping.mark(db.session(), name, ids)
        db.session.commit()
    return ids


def _without_card(name: str) -> sa.Select[Any]:
    model = keeping.MODELS[name]
    has_one = sa.exists().where(DuplicateCard.record_type == name, DuplicateCard.record_id == model.id)
    return sa.select(model.id).where(model.deleted_at.is_(None), ~has_one).order_by(model.id)
