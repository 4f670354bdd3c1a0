"""One record as it was: its fields and its parts."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from werkzeug.exceptions import NotFound

from crmlite import journal
from crmlite.auth.models import Viewer
from crmlite.extensions import db
from crmlite.journal import Change, Event, EventLink, Operation
from crmlite.journal.history import Values
from crmlite.records.types import RecordType

PARTS = ("point", "address", "affiliation", "tagging")
"""Tables of what belongs to a record, as far as modules that are on have them."""
Parts = dict[str, dict[int, Values]]
Key = tuple[str, int]


@dataclass(frozen=True)
class Snapshot:
    """A record at one moment, in the journal's own types."""

    values: Values | None
    """None where it was not there."""
    parts: Parts
    unknown: bool = False
    """Whether the journal does not know any more what some of its parts were."""

    @property
    def is_there(self) -> bool:
        return self.values is not None

    @property
    def is_deleted(self) -> bool:
        return self.values is not None and self.values.get("deleted_at") is not None


def seen(kind: RecordType, user: Viewer) -> sa.ColumnElement[bool]:
    """Of which records `user` may see the past: of those they see now, of what they might take out of the trash, and of those
    that are part of another one now. Never of those that are being erased."""
    model = kind.model
    may_restore = sa.or_(model.is_merged(), kind.policy.rows(user, "delete"))
    is_there = sa.or_(model.deleted_at.is_(None), sa.and_(may_restore, ~model.is_erased()))
    return sa.and_(kind.policy.rows(user), is_there)


def find(kind: RecordType, user: Viewer, record_id: int) -> Any:
    """The record, be it in the trash or merged by now. Raises NotFound."""
    found = find_all(kind, user, [record_id])
    if not found:
        raise NotFound
    return found[0]


def find_all(kind: RecordType, user: Viewer, ids: Collection[int], *, lock: bool = False) -> list[Any]:
    query = sa.select(kind.model).where(kind.model.id.in_(ids), seen(kind, user)).order_by(kind.model.id)
    return list(db.session.scalars(query.with_for_update(of=kind.model) if lock else query))


class History:
    """What a record and its parts were at any moment since `start`, read at once in a few statements."""

    def __init__(self, kind: RecordType, record: Any, start: datetime) -> None:
        self.kind, self.record, self.start = kind, record, start
        self.tables = _tables(kind)
        gone, self.has_holes = _gone(kind, record, self.tables, _operations(record, start))
        self._today: dict[Key, Values | None] = {(kind.name, record.id): journal.values_of(record)}
        for name in self.tables:
            self._today |= {(name, number): None for number in gone.get(name, ())}
            self._today |= _rows(kind, record, name, gone.get(name, set()))
        self.changes = _changes(self._today, start)

    @property
    def now(self) -> Snapshot:
        return self._snapshot(self._today)

    def at(self, moment: datetime) -> Snapshot:
        """Raises ValueError for one before `start`."""
        if moment < self.start:
            raise ValueError(moment)
        later: dict[Key, list[Change]] = {}
        for change, operation in self.changes:
            if operation.at > moment:
                later.setdefault((change.record_type, change.record_id), []).append(change)
        found = {key: journal.replay_back(values, later.get(key, ())) for key, values in self._today.items()}
        return self._snapshot(found)

    def between(self, start: datetime, end: datetime) -> list[tuple[Change, Operation]]:
        """What was done after `start` until `end`, the newest first."""
        return [(change, operation) for change, operation in self.changes if start < operation.at <= end]

    def _snapshot(self, found: dict[Key, Values | None]) -> Snapshot:
        parts: Parts = {name: {} for name in self.tables}
        for (name, number), values in sorted(found.items()):
            if name in parts and values is not None and _is_held(self.kind, self.record, name, values):
                parts[name][number] = values
        return Snapshot(found[self.kind.name, self.record.id], parts, self.has_holes)


def digest(snapshot: Snapshot) -> str:
    """What two looks at the same state share: a form says with it what its reader saw."""
    text = json.dumps([snapshot.values, snapshot.parts], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


# --- parts ------------------------------------------------------------------------------------------------------------


def _tables(kind: RecordType) -> list[str]:
    known = journal.models()
    return [name for name in PARTS if name in known and (_columns(name) & {f"{kind.name}_id", "record_id"})]


def _columns(name: str) -> set[str]:
    model: Any = journal.models()[name]
    return set(model.__table__.c.keys())


def holder(kind: RecordType, name: str) -> str:
    """The column that says whose part it is."""
    return "record_id" if "record_type" in _columns(name) else f"{kind.name}_id"


def _rows(kind: RecordType, record: Any, name: str, also: set[int]) -> dict[Key, Values | None]:
    """Its parts of today, and those rows that were its parts and may be another's now."""
    model: Any = journal.models()[name]
    held = getattr(model, holder(kind, name)) == record.id
    if "record_type" in _columns(name):
        held = sa.and_(held, model.record_type == kind.name)
    query = sa.select(model).where(sa.or_(held, model.id.in_(also)) if also else held)
    return {(name, row.id): journal.values_of(row) for row in db.session.scalars(query)}


def _is_held(kind: RecordType, record: Any, name: str, values: Values) -> bool:
    is_type = values.get("record_type", kind.name) == kind.name
    return is_type and bool(values.get(holder(kind, name)) == record.id)


def _operations(record: Any, at: datetime) -> Any:
    """Operations after that moment that were about the record: its parts went in one of them."""
    about = (
        sa.select(Event.operation_id)
        .join(EventLink, EventLink.event_id == Event.id)
        .join(Operation, Operation.id == Event.operation_id)
        .where(EventLink.record_type == record.__tablename__, EventLink.record_id == record.id, Operation.at > at)
    )
    own = (
        sa.select(Change.operation_id)
        .join(Operation, Operation.id == Change.operation_id)
        .where(Change.record_type == record.__tablename__, Change.record_id == record.id, Operation.at > at)
    )
    undone = (  # an undo of what was about it is about it too
        sa.select(Operation.undone_by_id)
        .join(Event, Event.operation_id == Operation.id)
        .join(EventLink, EventLink.event_id == Event.id)
        .where(EventLink.record_type == record.__tablename__, EventLink.record_id == record.id)
        .where(Operation.undone_by_id.is_not(None))
    )
    return sa.union(about, own, undone)


def _gone(kind: RecordType, record: Any, tables: list[str], operations: Any) -> tuple[dict[str, set[int]], bool]:
    """What left the record in these operations, by table; and whether something was in them of which nobody knows any more whose
    it was. Imports, which are large, take nothing from a record."""
    found: dict[str, set[int]] = {}
    is_moved = sa.and_(Change.action == "updated", Operation.kind != "import")
    is_forgotten = sa.and_(Change.action == "created", Operation.kind != "import", Change.new.is_(None))
    query = (
        sa.select(Change.record_type, Change.record_id, Change.old)
        .join(Operation, Operation.id == Change.operation_id)
        .where(Change.operation_id.in_(operations), Change.record_type.in_(tables))
        .where(sa.or_(Change.action == "deleted", is_moved, sa.and_(is_forgotten, Change.record_type == "affiliation")))
        .where(sa.or_(Change.old.is_(None), *_names(record, {holder(kind, name) for name in tables})))
    )
    has_holes = False
    for name, number, old in db.session.execute(query):
        if old is None:
            has_holes = True
        elif _is_held(kind, record, name, {holder(kind, name): None, **old}):
            found.setdefault(name, set()).add(number)
    return found, has_holes


def _names(record: Any, columns: set[str]) -> list[sa.ColumnElement[bool]]:
    """Whether a line of the journal may name the record: the undo of an import has them by the hundred thousand."""
    told = sa.cast(Change.old, sa.Text)
    return [told.contains(f'"{column}":{gap}{record.id}') for column in sorted(columns) for gap in ("", " ")]


def _changes(keys: Collection[Key], start: datetime) -> list[tuple[Change, Operation]]:
    """What was done to these rows since, the newest first."""
    ids: dict[str, set[int]] = {}
    for name, number in keys:
        ids.setdefault(name, set()).add(number)
    these = [
        sa.and_(Change.record_type == name, Change.record_id.in_(numbers)) for name, numbers in sorted(ids.items())
    ]
    query = sa.select(Change, Operation).join(Operation, Operation.id == Change.operation_id)
    query = query.where(sa.or_(*these), Operation.at > start).order_by(Change.id.desc())
    return [(change, operation) for change, operation in db.session.execute(query)]
