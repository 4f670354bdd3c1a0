"""What is somebody's own: removed with all its parts and files, or emptied where what law wants kept points at it."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from flask import current_app

from crmlite import events, files, journal
from crmlite.contacts.consents import Consent
from crmlite.contacts.models import Contact
from crmlite.extensions import db, utcnow
from crmlite.files import File
from crmlite.journal import Event
from crmlite.privacy.models import Erasure
from crmlite.privacy.people import Words, without
from crmlite.records import trash, types
from crmlite.records.files import Attachment
from crmlite.records.notes import Note
from crmlite.records.points import Address, Point
from crmlite.sales.models import Decision, Quote, QuoteVersion

PAST_THE_JOURNAL: dict[str, Any] = {"journaled": True, "synchronize_session": False}
"""What is erased must not be written down as what it was before."""
BESIDES = {"contact": ("salutation", "instructions", "sort_name", "language", "country")}
"""Columns that say something of a person without being marked so."""


def purge(record: Any, erasure: Erasure) -> bool:
    """Removes it with all that belongs to it. False where something that stays points at it."""
    kind = types.of(record)
    ids = files_of(record)
    counts = _parts(record)
    if record.deleted_at is None:
        record.deleted_at = utcnow()
        db.session.flush()
    if isinstance(record, Quote):
        _forget_decisions(record)
    if not trash.purge(kind, [record.id]):
        return False
    for name, number in {kind.name: 1, **counts}.items():
        erasure.count(name, number)
    forget_files(ids, erasure)
    return True


def empty(record: Any, erasure: Erasure) -> None:
    """Takes all that belongs to it away and empties it; the row stays, for what points at it."""
    ids, counts = files_of(record), _parts(record)
    trash.strip(record)
    blank(record)
    for name, number in {record.__tablename__: 1, **counts}.items():
        erasure.count(name, number)
    forget_files(ids, erasure)


def blank(record: Any) -> None:
    """Empties what of a row is about a person."""
    table = record.__table__
    columns = [
        column for column in table.c if column.info.get("personal") or column.name in BESIDES.get(table.name, ())
    ]
    values = {column.name: _nothing(column) for column in columns}
    db.session.flush()
    db.session.execute(
        sa.update(table).where(table.c.id == record.id).values(values), execution_options=PAST_THE_JOURNAL
    )
    db.session.expire(record)
    journal.renew(record)


def scrub(record: Any, words: Words) -> bool:
    """Takes these words out of all texts of a row. Whether there were any."""
    table, found = record.__table__, {}
    for column in table.c:
        if isinstance(column.type, sa.String | sa.JSON):
            was = db.session.scalar(sa.select(column).where(table.c.id == record.id))
            now = without(was, words)
            if now != was:
                found[column.name] = now
    if found:
        change = sa.update(table).where(table.c.id == record.id).values(found)
        db.session.execute(change, execution_options=PAST_THE_JOURNAL)
        db.session.expire(record)
        journal.renew(record)
    return bool(found)


def files_of(record: Any) -> set[int]:
    """Every file that it has or had."""
    name, number = record.__tablename__, record.id
    its = sa.select(Attachment.file_id).where(Attachment.record_type == name, Attachment.record_id == number)
    found = set(db.session.scalars(its))
    had = sa.select(Event.data["file_id"].as_integer()).where(
        Event.subject_type == name,
        Event.subject_id == number,
        Event.name.in_([events.FILE_ATTACHED.name, events.FILE_REMOVED.name]),
    )
    found |= set(db.session.scalars(had))
    if isinstance(record, Quote):
        found |= set(db.session.scalars(sa.select(QuoteVersion.file_id).where(QuoteVersion.quote_id == number)))
    return {one for one in found if one}


def forget_files(ids: Iterable[int], erasure: Erasure) -> None:
    """Removes the rows of those that nothing has any more; their bytes go at the end."""
    query = sa.select(File).where(File.id.in_(list(ids)))
    for column in files.pointing_here():
        query = query.where(~sa.exists().where(column == File.id))
    gone = list(db.session.scalars(query))
    erasure.files = [*erasure.files, *[path for file in gone for path in (file.path, file.thumbnail) if path]]
    erasure.count("file", len(gone))
    for file in gone:
        db.session.delete(file)
    db.session.flush()
    trash.forget_values({("file", file.id) for file in gone})


def remove_bytes(paths: Iterable[str]) -> None:
    """Of files whose rows are gone."""
    folder = current_app.extensions["crmlite.settings"].files_path
    for path in paths:
        (folder / path).unlink(missing_ok=True)


def _parts(record: Any) -> dict[str, int]:
    """How many of what the certificate counts belong to it."""
    shared = sa.and_(Note.record_type == record.__tablename__, Note.record_id == record.id)
    counted = {"note": sa.select(sa.func.count()).select_from(Note).where(shared)}
    if isinstance(record, Contact):
        for model in (Point, Address, Consent):
            counted[model.__tablename__] = (
                sa.select(sa.func.count()).select_from(model).where(model.contact_id == record.id)
            )
    return {name: db.session.scalar(query) or 0 for name, query in counted.items()}


def _forget_decisions(quote: Quote) -> None:
    versions = sa.select(QuoteVersion.id).where(QuoteVersion.quote_id == quote.id)
    db.session.execute(sa.delete(Decision).where(Decision.version_id.in_(versions)))


def _nothing(column: sa.Column[Any]) -> Any:
    if column.nullable:
        return None
    empty: dict[type, Any] = {list: [], dict: {}}
    return empty.get(column.type.python_type, "")
