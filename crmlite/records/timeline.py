"""What happened to a record, newest first: its events with the notes and changes that belong to them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from crmlite import events
from crmlite.extensions import db
from crmlite.journal import Event, EventLink, Operation
from crmlite.records.listing import users
from crmlite.records.notes import Note

PAGE = 50


@dataclass(frozen=True)
class Entry:
    """One event as people read it; `text` is the note it is about."""

    at: datetime
    sentence: str
    icon: str
    text: str
    is_undone: bool


def timeline(record: Any) -> list[Entry]:
    """The newest PAGE events that are about this record itself."""
    rows = db.session.execute(
        sa.select(Event, Operation)
        .join(EventLink, EventLink.event_id == Event.id)
        .join(Operation, Operation.id == Event.operation_id)
        .where(
            EventLink.record_type == record.__tablename__,
            EventLink.record_id == record.id,
            Event.subject_type == record.__tablename__,
            Event.subject_id == record.id,
        )
        .order_by(Event.id.desc())
        .limit(PAGE)
    ).all()
    ids = {event.data["note_id"] for event, _operation in rows if "note_id" in event.data}
    texts: dict[int, str] = {}
    if ids:
        texts = {row.id: row.text for row in db.session.execute(sa.select(Note.id, Note.text).where(Note.id.in_(ids)))}
    return [entry for event, operation in rows if (entry := _entry(event, operation, texts))]


def _entry(event: Event, operation: Operation, texts: dict[int, str]) -> Entry | None:
    kind = events.get(event.name)
    if kind is None or kind.hidden:
        return None
    actor = users().get(operation.actor_id or 0, {}).get("name") or _("Somebody")
    sentence = str(kind.sentence) % {**dict.fromkeys(kind.payload, ""), **event.data, "actor": actor}
    return Entry(
        event.at, sentence, kind.icon, texts.get(event.data.get("note_id", 0), ""), operation.undone_by_id is not None
    )
