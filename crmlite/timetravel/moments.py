"""Moments: how addresses and people say them, and which ones a record has."""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest

from crmlite import web
from crmlite.extensions import db, utcnow
from crmlite.journal import Change, Event, EventLink, Operation


def read(text: str | None) -> datetime | None:
    """The moment of an address or a form; a day without a time is its end, what is to come is now. Raises BadRequest."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
        found = datetime.fromisoformat(text) if day is None else datetime.combine(day, time.max)
        if found.tzinfo is None:
            found = found.replace(tzinfo=ZoneInfo(web.time_zone()))
        if not 1970 < found.year < 9990:
            raise ValueError(text)
        return min(found.astimezone(UTC), utcnow())
    except (ValueError, OverflowError) as error:
        said = _("“%(text)s” is no day and no time. Choose one, or write it like 2026-05-31.", text=text[:40])
        raise BadRequest(said) from error


def written(at: datetime) -> str:
    """As addresses hold it, to the last digit."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def for_picker(at: datetime) -> str:
    """As a field for date and time holds it, in the reader's time."""
    return web.local_time(at).strftime("%Y-%m-%dT%H:%M:%S")


class Steps:
    """When something happened to a record, around a moment."""

    def __init__(self, record: Any, at: datetime) -> None:
        queries = [query for source in _happened(record) for query in _around(source, at)]
        found = sorted({when for (when,) in db.session.execute(sa.union_all(*queries))})
        earlier = [when for when in found if when <= at]
        self.before = earlier[-2] if len(earlier) > 1 else None
        """What was done last is what is shown: this is the one before it."""
        self.after = next((when for when in found if when > at), None)


def _happened(record: Any) -> tuple[Any, Any]:
    """When its fields were changed, and when something was done about it."""
    own = sa.select(Operation.at).join(Change, Change.operation_id == Operation.id)
    linked = sa.select(Operation.at).join(Event, Event.operation_id == Operation.id)
    linked = linked.join(EventLink, EventLink.event_id == Event.id)
    return (
        own.where(Change.record_type == record.__tablename__, Change.record_id == record.id).distinct(),
        linked.where(EventLink.record_type == record.__tablename__, EventLink.record_id == record.id).distinct(),
    )


def _around(source: Any, at: datetime) -> tuple[Any, Any]:
    earlier = source.where(Operation.at <= at).order_by(Operation.at.desc()).limit(2).subquery()
    later = source.where(Operation.at > at).order_by(Operation.at).limit(1).subquery()
    return sa.select(earlier.c.at), sa.select(later.c.at)
