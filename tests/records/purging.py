"""The nightly work of retention, done at once: for tests that want something gone for good."""

from datetime import datetime

from crmlite import retention
from crmlite.extensions import db, pretending, utcnow


def forget(name: str, now: datetime) -> int:
    """Forgets what of that kind is too old then, in this transaction; returns how many rows were looked at."""
    with pretending(now):
        kind = retention.get(name)
        older = kind.older(retention.limit(name), utcnow())
        ids = [] if older is None else list(db.session.scalars(older))
        kind.forget(ids)
        return len(ids)


def purge(now: datetime) -> int:
    """Empties the trash of what is too old then."""
    return sum(forget(name, now) for name in retention.kinds() if name.startswith("trash."))
