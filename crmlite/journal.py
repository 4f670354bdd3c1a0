"""Who changed what, as which step: operation, event, event link, change; and undo.

The session writes the change rows itself after every flush, so that no view can forget. One request or job is one
operation; what is undone is an operation, and an undo is an operation too.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

import sqlalchemy as sa
from flask import g, has_request_context
from sqlalchemy import event
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import LoaderCallableStatus, Mapped, Session, SessionTransaction, mapped_column

from crmlite.extensions import Base, db, utcnow


class current_tx(sa.sql.expression.FunctionElement[int]):  # noqa: N801 - it is written like the SQL function it becomes
    """The writing transaction's number on PostgreSQL, where ids become visible out of order; 0 on SQLite, where they do not."""

    type = sa.BigInteger()
    inherit_cache = True


@compiles(current_tx)
def _no_tx(_element: Any, _compiler: Any, **_kw: Any) -> str:
    return "0"


@compiles(current_tx, "postgresql")
def _postgresql_tx(_element: Any, _compiler: Any, **_kw: Any) -> str:
    return "pg_current_xact_id()::text::bigint"


class Operation(Base):
    """One thing somebody did: a request, a job, a bulk edit, an import, a merge, an undo."""

    __tablename__ = "operation"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    actor_id: Mapped[int | None] = mapped_column(index=True)
    actor_kind: Mapped[str]
    request_id: Mapped[str | None]
    at: Mapped[datetime]
    undone_by_id: Mapped[int | None]


class Event(Base):
    """What an operation meant: `contact.created`, linked to every record it concerns."""

    __tablename__ = "event"
    id: Mapped[int] = mapped_column(primary_key=True)
    tx: Mapped[int] = mapped_column(sa.BigInteger, default=current_tx())
    operation_id: Mapped[int] = mapped_column(index=True)
    name: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[int]
    at: Mapped[datetime]
    data: Mapped[dict[str, Any]]


class EventLink(Base):
    __tablename__ = "event_link"
    record_type: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(primary_key=True)


class Change(Base):
    """One row of one table as it changed: only the fields that did, old and new, in JSON's own types."""

    __tablename__ = "change"
    __table_args__ = (sa.Index(None, "record_type", "record_id", "id"), sa.Index(None, "tx", "id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    tx: Mapped[int] = mapped_column(sa.BigInteger, default=current_tx())
    operation_id: Mapped[int] = mapped_column(index=True)
    record_type: Mapped[str]
    record_id: Mapped[int]
    action: Mapped[str]
    old: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    new: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))


class Journaled:
    """Mixin of models whose every change is written down. Their `id` is one integer; `record_type` in the journal is the table's name."""

    if TYPE_CHECKING:
        __tablename__: Any

    id: Mapped[int] = mapped_column(primary_key=True)
    derived: ClassVar[frozenset[str]] = frozenset()
    """Names of the fields that derive() sets: an undo does not ask who changed them last."""

    is_copied: ClassVar[bool] = True
    """Whether derive() of the records that it is part of looks at it."""

    def derive(self) -> None:
        """Sets what follows from its other fields and from its parts. Verbs do it, and undo for all that it touched."""

    def may_become(self, _name: str, _value: Any) -> bool:
        """Whether an undo may set that field back to that: what was right then may be wrong beside what others did since."""
        return True

    def may_be_undone(self) -> bool:
        """Whether an undo may take it away again, or bring it back."""
        return True

    def concerns(self) -> list[tuple[str, int]]:
        """(record type, id) of the records it is a part of: what is copied from it is renewed when it changes, and it stays
        when an undo leaves one of them."""
        return []


class NotJournaled(Exception):
    """A statement would have changed a journaled table past the journal."""


# --- operations -------------------------------------------------------------------------------------------------------


@dataclass
class Actor:
    """Who acts in this session: a user, a customer on a public page, a rule, or the system itself."""

    kind: str = "system"
    id: int | None = None


def act_as(kind: str, user_id: int | None = None) -> None:
    """Says who the changes of this session are by."""
    db.session().info["actor"] = Actor(kind, user_id)


def operation() -> int:
    """The id of this transaction's operation, begun if there is none yet."""
    return _current(db.session())


def label(kind: str) -> None:
    """Names the kind of the operation to come, for callers that have not changed anything yet."""
    db.session().info["operation_kind"] = kind


def last_operation() -> int | None:
    """The operation of this session that was committed last: what an Undo button will name."""
    value: int | None = db.session().info.get("last_operation")
    return value


def _current(session: Session) -> int:
    known: int | None = session.info.get("operation")
    if known is not None:
        return known
    actor = session.info.get("actor") or Actor()
    row = session.connection().execute(
        sa.insert(Operation.__table__).returning(Operation.__table__.c.id),
        {
            "kind": session.info.pop("operation_kind", None) or ("request" if has_request_context() else "job"),
            "actor_id": actor.id,
            "actor_kind": actor.kind,
            "request_id": g.get("request_id") if has_request_context() else None,
            "at": utcnow(),
        },
    )
    session.info["operation"] = number = row.scalar_one()
    return number


@event.listens_for(db.session, "after_commit")
def _close(session: Session) -> None:
    if not session.in_nested_transaction() and "operation" in session.info:
        session.info["last_operation"] = session.info.pop("operation")


@event.listens_for(db.session, "after_transaction_create")
def _remember(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        known = session.info.get("operation"), set(session.info.get("touched", ()))
        session.info.setdefault("savepoints", []).append(known)


@event.listens_for(db.session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        session.info["savepoints"].pop()


@event.listens_for(db.session, "after_rollback")
def _abandon(session: Session) -> None:
    """Of a savepoint only what was begun inside it is given up; the operation around it goes on."""
    operation_id, touched = session.info["savepoints"][-1] if session.in_nested_transaction() else (None, set())
    if operation_id is None:
        session.info.pop("operation", None)
    session.info["touched"] = touched


# --- changes ----------------------------------------------------------------------------------------------------------

_hooks: list[Callable[[Session, set[tuple[str, int]]], None]] = []


def before_commit(hook: Callable[[Session, set[tuple[str, int]]], None]) -> None:
    """Registers what keeps copies of records up to date (search, custom values): called once per transaction with the
    (record type, id) pairs that changed, inside it."""
    if hook not in _hooks:
        _hooks.append(hook)


def models() -> dict[str, type]:
    """Journaled models by table name."""
    return {m.class_.__tablename__: m.class_ for m in Base.registry.mappers if issubclass(m.class_, Journaled)}


def journaled_columns(model: Any) -> list[sa.Column[Any]]:
    return [c for c in sa.inspect(model).columns if c.info.get("journal", True) and c.name != "id"]


def to_json(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    return value


def from_json(column: sa.Column[Any], value: Any) -> Any:
    if value is None:
        return None
    kind = column.type.python_type
    if kind in {datetime, date}:
        return kind.fromisoformat(value)
    if kind is Decimal:
        return Decimal(value)
    if kind is bytes:
        return bytes.fromhex(value)
    return value


@event.listens_for(db.session, "before_flush")
def _load_olds(session: Session, _context: Any, _instances: Any) -> None:
    """Setting an attribute that was never read leaves no old value behind: fetch it while it is still there."""
    for instance in session.dirty:
        if not isinstance(instance, Journaled):
            continue
        state = sa.inspect(instance)
        unread = [
            key
            for key, value in state.committed_state.items()
            if isinstance(value, LoaderCallableStatus) and key in state.mapper.column_attrs
        ]
        if unread and state.identity:
            columns = [state.mapper.columns[key] for key in unread]
            row = session.execute(sa.select(*columns).where(state.mapper.columns["id"] == state.identity[0])).one()
            state.committed_state.update(zip(unread, row, strict=True))


@event.listens_for(db.session, "after_flush")
def _write_changes(session: Session, _context: Any) -> None:
    dirty = sorted(session.dirty, key=_in_order)  # the session keeps them in a set, in another order every time
    rows = [
        row
        for instances, describe in ((session.new, _created), (dirty, _updated), (session.deleted, _deleted))
        for instance in instances
        if isinstance(instance, Journaled) and (row := describe(instance))
    ]
    if not rows:
        return
    operation_id = _current(session)
    for row in rows:
        row["operation_id"] = operation_id
    session.connection().execute(sa.insert(Change.__table__), rows)
    touched = session.info.setdefault("touched", set())
    touched.update((row["record_type"], row["record_id"]) for row in rows)
    for instance in (*session.new, *session.dirty, *session.deleted):
        if isinstance(instance, Journaled):
            touched.update(instance.concerns())


@event.listens_for(db.session, "before_commit")
def _call_hooks(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    touched = session.info.pop("touched", None)
    if touched:
        for hook in _hooks:
            hook(session, touched)


def _in_order(instance: Any) -> tuple[str, str]:
    return instance.__tablename__, str(sa.inspect(instance).identity)


def _row(instance: Any, action: str, old: dict[str, Any] | None, new: dict[str, Any] | None) -> dict[str, Any]:
    return {"record_type": instance.__tablename__, "record_id": instance.id, "action": action, "old": old, "new": new}


def _values(instance: Any) -> dict[str, Any]:
    mapper = sa.inspect(type(instance))
    values = (
        (c.name, getattr(instance, mapper.get_property_by_column(c).key)) for c in journaled_columns(type(instance))
    )
    return {name: to_json(value) for name, value in values if value is not None}


def _created(instance: Any) -> dict[str, Any]:
    return _row(instance, "created", None, _values(instance))


def _deleted(instance: Any) -> dict[str, Any]:
    return _row(instance, "deleted", _values(instance), None)


def _updated(instance: Any) -> dict[str, Any] | None:
    state = sa.inspect(instance)
    names = {c.name for c in journaled_columns(type(instance))}
    old, new = {}, {}
    for key, before in state.committed_state.items():
        if key not in state.mapper.column_attrs or (name := state.mapper.columns[key].name) not in names:
            continue
        was, now = to_json(before), to_json(getattr(instance, key))
        if was != now:
            old[name], new[name] = was, now
    return _row(instance, "updated", old, new) if new else None


@event.listens_for(db.session, "do_orm_execute")
def _refuse_unjournaled(state: Any) -> None:
    if state.is_select or state.execution_options.get("journaled"):
        return
    table = getattr(state.statement, "table", None)
    if table is not None and table.name in models():
        raise NotJournaled(
            f"change {table.name} through its objects, or write the change rows yourself and say journaled=True"
        )


# --- undo -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Conflict:
    """What an undo left alone, because somebody changed it since."""

    record_type: str
    record_id: int
    field: str | None
    now: Any = None


@dataclass(frozen=True)
class Undone:
    operation_id: int
    records: int
    conflicts: tuple[Conflict, ...]
    changed: bool
    """Whether anything was set back at all."""


class CannotUndo(Exception):
    """The operation is unknown, undone already, or changed nothing."""


def undo(operation_id: int) -> Undone:
    """Sets back what `operation_id` changed and nobody changed since; the rest is listed, never overwritten.

    What it created goes whole, with all its parts, or not at all. Flushes, does not commit. Raises CannotUndo.
    """
    session = db.session()
    done = session.get(Operation, operation_id, with_for_update=True, populate_existing=True)
    if done is None or done.undone_by_id is not None:
        raise CannotUndo
    changes = session.scalars(
        sa.select(Change).where(Change.operation_id == operation_id).order_by(Change.id.desc())
    ).all()
    if not changes:
        raise CannotUndo
    label("undo")
    number = _current(session)
    step = _set_all_back(session, operation_id, changes)
    _derive(session, step.touched)
    done.undone_by_id = number
    session.flush()
    changed = session.scalar(sa.select(Change.id).where(Change.operation_id == number).limit(1)) is not None
    return Undone(number, len({(c.record_type, c.record_id) for c in changes}), tuple(step.conflicts), changed)


def touched_by(operation_id: int, besides: frozenset[str] = frozenset()) -> set[tuple[str, int]]:
    """The (record type, id) pairs an operation changed, without those of which only the fields `besides` did."""
    rows = db.session.execute(
        sa.select(Change.record_type, Change.record_id, Change.action, Change.new).where(
            Change.operation_id == operation_id
        )
    )
    return {(name, number) for name, number, action, new in rows if action != "updated" or set(new or {}) - besides}


def subjects_of(operation_id: int, besides: frozenset[str] = frozenset()) -> set[tuple[str, int]]:
    """What the events of an operation are of, without events of the names `besides`: a note that was deleted is the record's
    matter."""
    rows = db.session.execute(
        sa.select(Event.subject_type, Event.subject_id)
        .where(Event.operation_id == operation_id, Event.name.not_in(besides))
        .distinct()
    )
    return {(record_type, record_id) for record_type, record_id in rows}


Key = tuple[str, int]


@dataclass
class _Step:
    """One try at an undo, in a savepoint: what has to stay is known only when it was tried to take it away."""

    session: Session
    stays: frozenset[Key]
    conflicts: list[Conflict] = field(default_factory=list)
    in_use: set[Key] = field(default_factory=set)
    """What was to go, and something points at it."""
    touched: set[Key] = field(default_factory=set)

    def set_back(self, change: Change) -> None:
        model: Any = models().get(change.record_type)
        if model is None:
            return
        row = self.session.get(model, change.record_id, with_for_update=True, populate_existing=True)
        if (change.record_type, change.record_id) in self.stays:
            self.conflicts += (
                [Conflict(change.record_type, change.record_id, None)] if change.action == "created" else []
            )
            return
        self._touch(row)
        if change.action == "created":
            self._uncreate(change, row)
        elif change.action == "deleted":
            self._undelete(change, model, row)
        elif row is None:
            self.conflicts.append(Conflict(change.record_type, change.record_id, None))
        else:
            self.conflicts += _unchange(change, model, row)
            self.session.flush()
            self._touch(row)

    def _touch(self, row: Any) -> None:
        if row is not None:
            self.touched.update([(row.__tablename__, row.id), *(row.concerns() if row.is_copied else ())])

    def _uncreate(self, change: Change, row: Any) -> None:
        if row is None:
            return
        try:
            with self.session.begin_nested():
                self.session.delete(row)
                self.session.flush()
        except sa.exc.IntegrityError:  # something points at it by now
            self.session.expire(row)
            self.in_use.add((change.record_type, change.record_id))

    def _undelete(self, change: Change, model: Any, row: Any) -> None:
        mapper = sa.inspect(model)
        values = {
            mapper.get_property_by_column(c).key: from_json(c, (change.old or {}).get(c.name))
            for c in journaled_columns(model)
        }
        again = model(id=change.record_id, **values)
        if (
            row is not None
            or change.old is None
            or not again.may_be_undone()
            or not _has_its_place(self.session, again)
        ):
            self.conflicts.append(Conflict(change.record_type, change.record_id, None))
            return
        try:
            with self.session.begin_nested():
                self.session.add(again)
                self.session.flush()
        except sa.exc.IntegrityError:  # what it belonged to is gone, or its place is taken
            self.conflicts.append(Conflict(change.record_type, change.record_id, None))
        else:
            self._touch(again)


def _set_all_back(session: Session, operation_id: int, changes: Sequence[Change]) -> _Step:
    """Tries until nothing that goes is pointed at: what turns out to be in use stays the next time, with its parts."""
    made = _made_by(changes)
    parts = _parts_of(session, made)
    stays = {key for key, values in made.items() if _stays(session, operation_id, key, values)}
    while True:
        step = _Step(session, _whole(stays, parts))
        savepoint = session.begin_nested()
        for change in changes:
            step.set_back(change)
        if not step.in_use:
            savepoint.commit()
            return step
        savepoint.rollback()
        stays |= step.in_use


def _made_by(changes: Sequence[Change]) -> dict[Key, dict[str, Any]]:
    """What an operation created, with the values it left there. `changes` come newest first."""
    made: dict[Key, dict[str, Any]] = {}
    for change in reversed(changes):
        key = (change.record_type, change.record_id)
        if change.action == "created" or key in made:
            made[key] = made.get(key, {}) | (change.new or {})
    return made


def _parts_of(session: Session, made: Iterable[Key]) -> dict[Key, set[Key]]:
    """Of what an operation created, those that are part of others that it created, with which."""
    rows: dict[Key, Any] = {key: session.get(models()[key[0]], key[1]) for key in made if key[0] in models()}
    found = {key: set(row.concerns()) & rows.keys() for key, row in rows.items() if row is not None}
    return {key: whole for key, whole in found.items() if whole}


def _whole(stays: set[Key], parts: dict[Key, set[Key]]) -> frozenset[Key]:
    """What stays, with its parts and with what it is part of."""
    found, before = set(stays), -1
    while len(found) != before:
        before = len(found)
        for part, whole in parts.items():
            if part in found or not whole.isdisjoint(found):
                found |= {part, *whole}
    return frozenset(found)


def _has_its_place(session: Session, row: Any) -> bool:
    """Whether the records that it is part of are still there: they may be gone for good."""
    return all(session.get(models()[name], number) is not None for name, number in row.concerns() if name in models())


def _derive(session: Session, keys: Iterable[Key]) -> None:
    for name, number in sorted(keys):
        model: Any = models().get(name)
        row = session.get(model, number, with_for_update=True, populate_existing=True) if model is not None else None
        if row is not None:
            row.derive()
            session.flush()


def _stays(session: Session, operation_id: int, key: Key, made: dict[str, Any]) -> bool:
    """Whether what was created is more by now than what was created."""
    model: Any = models().get(key[0])
    row = session.get(model, key[1], with_for_update=True, populate_existing=True) if model is not None else None
    if row is None:
        return False
    is_same = _values(row) == {name: value for name, value in made.items() if value is not None}
    return not is_same or not row.may_be_undone() or _was_used_since(session, operation_id, *key)


def _was_used_since(session: Session, operation_id: int, record_type: str, record_id: int) -> bool:
    """Whether something was done about the record afterwards, such as a note, and still stands."""
    about = (
        sa.select(Event.id)
        .join(EventLink, EventLink.event_id == Event.id)
        .join(Operation, Operation.id == Event.operation_id)
        .where(EventLink.record_type == record_type, EventLink.record_id == record_id)
        .where(Operation.id > operation_id, Operation.undone_by_id.is_(None), Operation.kind != "undo")
    )
    return session.scalar(about.limit(1)) is not None


def _unchange(change: Change, model: Any, row: Any) -> Iterator[Conflict]:
    mapper = sa.inspect(model)
    for name, old in (change.old or {}).items():
        column = model.__table__.c.get(name)
        if column is None:
            continue
        key = mapper.get_property_by_column(column).key
        now = to_json(getattr(row, key))
        if now == (change.new or {}).get(name) and row.may_become(key, from_json(column, old)):
            setattr(row, key, from_json(column, old))
        elif now != old and key not in row.derived:
            yield Conflict(change.record_type, change.record_id, name, now)


# --- as of ------------------------------------------------------------------------------------------------------------


def as_of(record_type: str, record_id: int, when: datetime) -> dict[str, Any] | None:
    """The record's fields as they were at `when` (JSON's own types), or None where it did not exist then."""
    model: Any = models()[record_type]
    row = db.session.get(model, record_id)
    values: dict[str, Any] | None = _values(row) if row is not None else None
    later = (
        sa.select(Change)
        .join(Operation, Operation.id == Change.operation_id)
        .where(Change.record_type == record_type, Change.record_id == record_id, Operation.at > when)
        .order_by(Change.id.desc())
    )
    return replay_back(values, db.session.scalars(later))


def replay_back(values: dict[str, Any] | None, changes: Iterable[Change]) -> dict[str, Any] | None:
    """Takes back `changes`, newest first, from a record's `values`."""
    for change in changes:
        if change.action == "created":
            values = None
        elif change.action == "deleted":
            values = dict(change.old or {})
        else:
            values = {**(values or {}), **(change.old or {})}
            values = {name: value for name, value in values.items() if value is not None}
    return values
