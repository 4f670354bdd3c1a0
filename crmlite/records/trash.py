"""The trash: what was deleted stays for a while, to be brought back by whoever might delete it; then it is gone for good."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, cached_property, partial
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from crmlite import events, journal, retention
from crmlite.auth.models import Member, Viewer
from crmlite.extensions import Base, db, utcnow
from crmlite.files import File
from crmlite.journal import Change, Event, EventLink
from crmlite.records import links, offers, types
from crmlite.records.colleagues import users
from crmlite.records.files import Attachment
from crmlite.records.links import Link
from crmlite.records.notes import Note
from crmlite.records.offers import TrashOffer
from crmlite.records.tags import Tagging
from crmlite.records.types import Record, RecordType
from crmlite.retention import Kind

KEEP = 30
"""Days, unless an administrator says otherwise."""
PAGE = 50


@dataclass(frozen=True)
class Trashed:
    kind: RecordType
    id: int
    name: str
    deleted_at: datetime
    owner: dict[str, Any] | None
    kept: int | None
    """For how many days; None is for ever."""
    is_booked: bool
    """Whether bookkeeping law wants it kept for now, however long it has been in the trash."""

    @property
    def days_left(self) -> int | None:
        """Begun ones too: what was deleted a moment ago stays for all of its days."""
        if self.kept is None:
            return None
        return max(0, math.ceil((self.deleted_at + timedelta(days=self.kept) - utcnow()) / timedelta(days=1)))


class Page:
    """Deleted records that `user` might delete, newest first; `before` is the time of the last one of the page before.

    Raises ValueError for a `before` that is no time.
    """

    def __init__(self, user: Viewer, kind: RecordType | None, before: str | None) -> None:
        self.user, self.type = user, kind
        self.before = datetime.fromisoformat(before) if before else None
        if self.before is not None and (self.before.tzinfo is None or not 1970 < self.before.year < 9999):
            raise ValueError(before)

    @property
    def types(self) -> list[RecordType]:
        return [kind for kind in types.registered().values() if kind.may(self.user, "delete")]

    @cached_property
    def rows(self) -> list[Trashed]:
        return self._found[:PAGE]

    @cached_property
    def offers(self) -> dict[str, list[TrashOffer]]:
        """What else can be done with the rows, by type of record."""
        return defaultdict(list, offers.in_trash())

    @cached_property
    def next_before(self) -> str | None:
        return self._found[PAGE - 1].deleted_at.isoformat() if len(self._found) > PAGE else None

    @cached_property
    def _limits(self) -> dict[str, int | None]:
        return retention.limits()

    @cached_property
    def _found(self) -> list[Trashed]:
        kinds = [kind for kind in self.types if self.type is None or self.type is kind]
        found = [row for kind in kinds for row in self._of(kind)]
        return sorted(found, key=lambda row: row.deleted_at, reverse=True)[: PAGE + 1]

    def _of(self, kind: RecordType) -> list[Trashed]:
        model = kind.model
        kept, booked = self._limits[kept_as(kind)], model.booked_since(_first_day(self._limits.get(BOOKS)))
        query = sa.select(model.id, model.name, model.deleted_at, model.owner_id, booked.label("booked")).where(
            model.deleted_at.is_not(None), ~model.is_merged(), kind.policy.rows(self.user, "delete")
        )
        if self.before is not None:
            query = query.where(model.deleted_at < self.before)
        rows = db.session.execute(query.order_by(model.deleted_at.desc()).limit(PAGE + 1))
        return [Trashed(kind, i, name, at, users().get(owner), kept, bool(law)) for i, name, at, owner, law in rows]


def said(kind: RecordType, name: str) -> str:
    """What is said after the deletion of `name`."""
    days = retention.limit(kept_as(kind))
    if days is None:
        return _("%(name)s is in the trash.", name=name)
    return ngettext(
        "%(name)s is in the trash for %(num)d day.", "%(name)s is in the trash for %(num)d days.", days, name=name
    )


# --- for good ---------------------------------------------------------------------------------------------------------


BOOKS = "books"
"""The limit of what bookkeeping law asks to keep, in years; there is one where a module has such records."""


def kept_as(kind: RecordType) -> str:
    """What retention calls the type's part of the trash."""
    return f"trash.{kind.name}"


def kept() -> Iterable[Kind]:
    """What retention knows of the trash: a kind for each type of record."""
    books = cache(lambda: _first_day(retention.limit(BOOKS)))  # asked once for all of them, where somebody asks
    for kind in types.registered().values():
        yield Kind(
            kept_as(kind),
            _l("%(records)s in the trash", records=kind.label_plural),
            _l("With all that belongs to them, from when they were deleted."),
            "trash",
            KEEP,
            partial(_old, kind, books),
            partial(purge, kind),
        )


def _old(kind: RecordType, books: Callable[[], date], before: datetime) -> sa.Select[int]:
    model = kind.model
    return sa.select(model.id).where(model.deleted_at < before, ~model.is_merged(), ~model.booked_since(books()))


def books_begin() -> date:
    """The first day of what bookkeeping law asks to keep now."""
    return _first_day(retention.limit(BOOKS))


def _first_day(years: int | None) -> date:
    """Of what has to be kept for so many years after the one it is of."""
    return date(max(1, utcnow().year - years), 1, 1) if years is not None else date.min


def purge(kind: RecordType, ids: list[int]) -> int:
    """Removes these records, with all that belongs to them. What another record cannot do without stays until that one is
    purged. Flushes, does not commit. Returns how many went."""
    model = kind.model
    trashed = sa.select(model).where(model.id.in_(ids), model.deleted_at.is_not(None)).order_by(model.deleted_at)
    return sum(_purge(record) for record in db.session.scalars(trashed).all())


def _purge(record: Any) -> bool:
    try:
        with db.session.begin_nested():
            _purge_merged(record)
            events.emit(events.RECORD_PURGED, record)
            others = record.goes_along()
            gone = _take_parts(record)
            db.session.delete(record)
            db.session.flush()
            for other in others:
                db.session.delete(other)
            db.session.flush()
            forget_values(gone)
    except sa.exc.IntegrityError:
        return False
    return True


def strip(record: Any) -> None:
    """Removes all that belongs to a record that another one cannot do without, and what the journal says of it; its own row
    stays, for whoever erases it to empty. Flushes, does not commit."""
    forget_values(_take_parts(record))


def _take_parts(record: Any) -> set[tuple[str, int]]:
    """Removes what is nothing without the record. Returns what the journal has to forget: the record too."""
    parts = [part for part in _parts(record) if part is not None]
    _unlink(record)
    for part in parts:
        if (file := getattr(part, "file", None)) is not None:  # an attachment's, or a quote's paper
            file.detached_at = file.detached_at or record.deleted_at or utcnow()
        if isinstance(part, Link):
            links.forget_hits(part)
        _remove_what_needs(part)
        db.session.delete(part)
    db.session.flush()
    return {(row.__tablename__, row.id) for row in (record, *parts)} | _former_parts(record)


def _purge_merged(record: Any) -> None:
    """With whatever was merged into it: nobody could reach that any more."""
    model: Any = type(record)
    if hasattr(model, "merged_into_id"):
        for other in db.session.scalars(sa.select(model).where(model.merged_into_id == record.id)).all():
            if not _purge(other):  # it is needed elsewhere, and so is not gone for good
                other.merged_into_id = None


def _parts(record: Any) -> list[Any]:
    """Rows that are nothing without the record: its points, affiliations, notes, tags, attachments, members, private links."""
    name = record.__tablename__
    found: list[Any] = []
    for model in (Note, Tagging, Attachment, Member, Link):
        found += db.session.scalars(
            sa.select(model).where(model.record_type == name, model.record_id == record.id)
        ).all()
    return found + _rows_of(record)


def _rows_of(record: Any) -> list[Any]:
    """Journaled rows that point at it, with those that point at them: the versions of a quote with their lines."""
    found: list[Any] = []
    for model, column in _pointing_at(record.__tablename__):
        if issubclass(model, journal.Journaled) and not issubclass(model, Record):
            for part in db.session.scalars(sa.select(model).where(column == record.id)):
                found += [*_rows_of(part), part]
    return found


def _remove_what_needs(part: Any) -> None:
    """Rows that are not journaled and are nothing without it, such as what a customer decided about a version of a quote."""
    for model, column in _pointing_at(part.__tablename__):
        if not issubclass(model, journal.Journaled) and not column.property.columns[0].nullable:
            db.session.execute(sa.delete(model).where(column == part.id))


def _unlink(record: Any) -> None:
    """Other records, and rows that are not journaled, forget that it was; but for rows that the database removes with it."""
    for model, column in _pointing_at(record.__tablename__):
        there = column.property.columns[0]
        if not there.nullable or any(key.ondelete == "CASCADE" for key in there.foreign_keys):
            continue
        if issubclass(model, Record):
            for other in db.session.scalars(sa.select(model).where(column == record.id)):
                setattr(other, column.key, None)
        elif not issubclass(model, journal.Journaled):
            db.session.execute(sa.update(model).where(column == record.id).values({column.key: None}))
    db.session.flush()


def _pointing_at(table: str) -> list[tuple[Any, Any]]:
    """(model, attribute) of every foreign key to that table."""
    return [
        (mapper.class_, getattr(mapper.class_, mapper.get_property_by_column(column).key))
        for mapper in Base.registry.mappers
        for column in mapper.local_table.columns
        if any(key.column.table.name == table for key in column.foreign_keys)
    ]


def _former_parts(record: Any) -> set[tuple[str, int]]:
    """What was a part of the record and was removed before: the journal still says what it was. Looked for among the operations
    that were about the record; there are too many changes to look through them all."""
    about = (
        sa.select(Event.operation_id)
        .join(EventLink, EventLink.event_id == Event.id)
        .where(EventLink.record_type == record.__tablename__, EventLink.record_id == record.id)
    )
    its = [
        sa.and_(Change.record_type == table, side[column].as_integer() == record.id, *more(side))
        for table, column, more in _owned_by(record)
        for side in (Change.old, Change.new)
    ]
    query = sa.select(Change.record_type, Change.record_id).where(Change.operation_id.in_(about), sa.or_(*its))
    found = {(name, number) for name, number in db.session.execute(query.distinct())}
    return found | _files_of(found)


def _owned_by(record: Any) -> list[tuple[str, str, Callable[[Any], list[Any]]]]:
    """(table, column that names the record, what else holds) of rows that are nothing without it, as _parts() has them."""
    name = record.__tablename__
    parts = {table: model.__table__.c for table, model in journal.models().items() if not issubclass(model, Record)}  # type: ignore[attr-defined]
    shared = [
        (table, "record_id", lambda side: [side["record_type"].as_string() == name])
        for table, columns in parts.items()
        if {"record_type", "record_id"} <= set(columns.keys())
    ]
    own: list[tuple[str, str, Callable[[Any], list[Any]]]] = [
        (table, column.name, lambda _side: [])
        for table, columns in parts.items()
        for column in columns
        if any(key.column.table.name == name for key in column.foreign_keys)
    ]
    return own + shared


def _files_of(parts: set[tuple[str, int]]) -> set[tuple[str, int]]:
    """The files of former attachments, unless another record has them now."""
    ids = [number for name, number in parts if name == Attachment.__tablename__]
    changes = db.session.scalars(
        sa.select(Change).where(Change.record_type == Attachment.__tablename__, Change.record_id.in_(ids))
    )
    files = {values["file_id"] for change in changes if (values := change.old or change.new or {}).get("file_id")}
    kept = set(db.session.scalars(sa.select(Attachment.file_id).where(Attachment.file_id.in_(files))))
    return {(File.__tablename__, number) for number in files - kept}


def forget_values(keys: set[tuple[str, int]]) -> None:
    """The journal keeps that there was something, not what it said."""
    for name, number in sorted(keys):
        linked = sa.select(EventLink.event_id).where(EventLink.record_type == name, EventLink.record_id == number)
        db.session.execute(
            sa.update(Event)
            .where(Event.id.in_(linked), Event.subject_type == name, Event.subject_id == number)
            .values(data={})
        )
        db.session.execute(
            sa.update(Change)
            .where(Change.record_type == name, Change.record_id == number)
            .values(old=sa.null(), new=sa.null())
        )


def forget_gone_files() -> None:
    """The journal keeps no names of files that are gone: their bytes do not come back."""
    db.session.flush()
    db.session.execute(
        sa.update(Change)
        .where(
            Change.record_type == File.__tablename__,
            Change.record_id.not_in(sa.select(File.id)),
            sa.or_(Change.old.is_not(None), Change.new.is_not(None)),
        )
        .values(old=sa.null(), new=sa.null())
    )


def was_purged(keys: Iterable[tuple[str, int]]) -> bool:
    """Whether one of these records was removed for good."""
    purges = sa.select(Event.id).join(EventLink, EventLink.event_id == Event.id)
    return any(
        db.session.scalar(
            purges.where(
                EventLink.record_type == name, EventLink.record_id == number, Event.name == events.RECORD_PURGED.name
            ).limit(1)
        )
        is not None
        for name, number in sorted(keys)
    )
