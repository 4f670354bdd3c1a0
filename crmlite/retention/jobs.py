"""The nightly work: what is older than its limit is forgotten, a batch in each transaction."""

import logging
from datetime import datetime, timedelta

from crmlite import jobs
from crmlite.extensions import db, utcnow
from crmlite.retention.kinds import get, kinds
from crmlite.retention.models import limit, limits

log = logging.getLogger(__name__)

BATCH = 500
"""Rows that go in one transaction: somebody else wants to write in between."""
NIGHT, GAP = timedelta(hours=20), timedelta(days=14)
"""So long after the night before it is another one: what a clock that jumps sets off at once and what it plans next are one. Whose
server is on once a week forgets all the same; a clock that is wrong by less takes nothing before its time but what is kept for less."""


@jobs.job
def obey() -> None:
    """Sees which kinds have something that is too old; each is forgotten by jobs of its own, so that one that fails does not
    keep the others.

    Nothing is forgotten in the first night after a gap: where the clock ran far ahead for a while, everything looked old.
    """
    if not _follows_a_night():
        log.warning("Nothing is forgotten now, as no night before is known from the last %s days.", GAP.days)
        return
    now, told = utcnow(), limits()
    for name, kind in kinds().items():
        older = kind.older(told[name], now)
        if older is not None and db.session.scalar(older.limit(1)) is not None:
            jobs.enqueue(forget, kind=name, until=now.isoformat())


def _follows_a_night() -> bool:
    before, now = jobs.last_seen("retention"), utcnow()
    jobs.note_seen("retention")
    return before is not None and NIGHT <= now - before <= GAP


@jobs.job
def forget(kind: str, after: int = 0, until: str = "") -> None:
    """Forgets a batch of what was too old at that moment, and says to go on behind it: what cannot go yet does not stand in the way
    of others. Jobs of before an upgrade do not say when."""
    found = get(kind)
    if found is None or found.forget is None:
        return
    older = found.older(limit(kind), datetime.fromisoformat(until) if until else utcnow())
    if older is None:
        return
    column = older.selected_columns[0]
    batch = older.where(column > after).order_by(column).limit(BATCH).with_for_update(skip_locked=True)
    ids = list(db.session.scalars(batch))
    if not ids:
        return
    found.forget(ids)
    if len(ids) == BATCH:
        jobs.enqueue(forget, kind=kind, after=ids[-1], until=until)
