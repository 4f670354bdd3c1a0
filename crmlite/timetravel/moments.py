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
        self.name, self.id, self.at = record.__tablename__, record.id, at
        current = self._last(Operation.at <= at)
        self.before = None if current is None else self._last(Operation.at < current)
        self.after = self._first(Operation.at > at)

    def _last(self, when: Any) -> datetime | None:
        found = [self._one(query.where(when).order_by(Operation.at.desc())) for query in self._queries()]
        return max((at for at in found if at is not None), default=None)

    def _first(self, when: Any) -> datetime | None:
        found = [self._one(query.where(when).order_by(Operation.at)) for query in self._queries()]
        return min((at for at in found if at is not None), default=None)

    def _one(self, query: Any) -> datetime | None:
        found: datetime | None = db.session.scalar(query.limit(1))
        return found

    def _queries(self) -> tuple[Any, Any]:
        own = sa.select(Operation.at).join(Change, Change.operation_id == Operation.id)
        linked = sa.select(Operation.at).join(Event, Event.operation_id == Operation.id)
        linked = linked.join(EventLink, EventLink.event_id == Event.id)
        return (
            own.where(Change.record_type == self.name, Change.record_id == self.id),
            linked.where(EventLink.record_type == self.name, EventLink.record_id == self.id),
        )
