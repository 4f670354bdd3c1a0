"""Taking an operation back: whole where it can be, and never over what somebody else did since."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crmlite.extensions import db
from crmlite.journal.models import (
    Change,
    Event,
    EventLink,
    Operation,
    column_of_part,
    from_json,
    journaled_columns,
    models,
    read_back,
    to_json,
    values_of,
)
from crmlite.journal.recording import current, label


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
    keys: frozenset[tuple[str, int]] = frozenset()
    """Of what rows this part of it was."""
    rest: int | None = None
    """Where undo_on() goes on, if there is more."""
    left_most: bool = False
    """Whether most of its records were left alone: then it can be undone once more, when what was done since is taken back. So a
    chain of hand-overs comes back from its end."""


class CannotUndo(Exception):
    """The operation is unknown, undone already, or changed nothing."""


def undo(
    operation_id: int,
    most: int | None = None,
    besides: frozenset[int] = frozenset(),
    stays: Callable[[Sequence[Change]], Set[int]] | None = None,
) -> Undone:
    """Sets back what `operation_id` changed and nobody changed since; the rest is listed, never overwritten.

    What it created goes whole, with all its parts, or not at all. With `most`, only so many changes, the newest ones: undo_on()
    sets back the others, as one more part of the same undo. Changes with the ids `besides` were set back by the caller, who knows
    how to do thousands at once; `stays` says of a part's changes which ones are not for this user to take back. Flushes, does not
    commit. Raises CannotUndo.
    """
    session = db.session()
    done = session.get(Operation, operation_id, with_for_update=True, populate_existing=True)
    if done is None or done.undone_by_id is not None:
        raise CannotUndo
    changes, rest = _part(session, operation_id, None, most)
    if not changes:
        raise CannotUndo
    left_alone = besides | (stays(changes) if stays is not None else frozenset())
    changes = [change for change in changes if change.id not in left_alone]
    label("undo")
    number = done.undone_by_id = current(session)
    undone = _undone(session, operation_id, number, changes, rest)
    left = {(conflict.record_type, conflict.record_id) for conflict in undone.conflicts} - touched_by(number)
    if rest is None and undone.records > 1 and 2 * len(left) > undone.records:
        done.undone_by_id = None
        return replace(undone, left_most=True)
    return undone


def undo_on(
    operation_id: int, before: int, most: int, stays: Callable[[Sequence[Change]], Set[int]] | None = None
) -> Undone:
    """The next part of an undo, of changes older than `before`; for a job that said go_on() with the undo's operation."""
    session = db.session()
    changes, rest = _part(session, operation_id, before, most)
    if stays is not None:
        left_alone = stays(changes)
        changes = [change for change in changes if change.id not in left_alone]
    return _undone(session, operation_id, current(session), changes, rest)


def undo_of(operation_id: int, keys: Collection["Key"]) -> Undone:
    """One part of an undo: what of the operation is about these rows, whoever chose them. All parts are of one undo: a job says
    go_on() with the first one's. Flushes, does not commit. Raises CannotUndo where another undo took it back."""
    session = db.session()
    number = begin_undo(operation_id)
    changes = _changes_of(session, operation_id, keys)
    step = _set_all_back(session, operation_id, changes)
    _derive(session, step.touched)
    session.flush()
    touched = frozenset((change.record_type, change.record_id) for change in changes)
    return Undone(number, len(touched), tuple(step.conflicts), bool(changes), touched)


def begin_undo(operation_id: int) -> int:
    """The id of the undo of that operation, begun if it is not this transaction's yet. Raises CannotUndo."""
    session = db.session()
    done = session.get(Operation, operation_id, with_for_update=True, populate_existing=True)
    if done is None or (done.undone_by_id is not None and done.undone_by_id != session.info.get("operation")):
        raise CannotUndo
    if done.undone_by_id is None:
        label("undo")
        done.undone_by_id = current(session)
    return done.undone_by_id


def _changes_of(session: Session, operation_id: int, keys: Collection["Key"]) -> list[Change]:
    """The newest first."""
    found: list[Change] = []
    for record_type in sorted({name for name, _number in keys}):
        numbers = [number for name, number in keys if name == record_type]
        found += session.scalars(
            sa.select(Change).where(
                Change.record_type == record_type, Change.record_id.in_(numbers), Change.operation_id == operation_id
            )
        )
    return sorted(found, key=lambda change: -change.id)


def _part(
    session: Session, operation_id: int, before: int | None, most: int | None
) -> tuple[Sequence[Change], int | None]:
    """Changes, the newest first, and where the next part begins."""
    query = sa.select(Change).where(Change.operation_id == operation_id).order_by(Change.id.desc())
    if before is not None:
        query = query.where(Change.id < before)
    changes = session.scalars(query.limit(most + 1) if most is not None else query).all()
    if most is None or len(changes) <= most:
        return changes, None
    return changes[:most], changes[most - 1].id


def _undone(session: Session, operation_id: int, number: int, changes: Sequence[Change], rest: int | None) -> Undone:
    step = _set_all_back(session, operation_id, changes)
    _derive(session, step.touched)
    session.flush()
    keys = frozenset((change.record_type, change.record_id) for change in changes)
    return Undone(number, len(keys), tuple(step.conflicts), _has_changed(session, number), keys, rest)


def _has_changed(session: Session, operation_id: int) -> bool:
    """Whether something is other than before: what is set back may be derived anew, to what it was."""
    was: dict[tuple[Key, str], Any] = {}
    now: dict[tuple[Key, str], Any] = {}
    changes = sa.select(Change).where(Change.operation_id == operation_id).order_by(Change.id)
    for change in session.scalars(changes):
        if change.action != "updated":
            return True
        for name, value in (change.new or {}).items():
            at = ((change.record_type, change.record_id), name)
            was.setdefault(at, (change.old or {}).get(name))
            now[at] = value
    return was != now


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
            mapper.get_property_by_column(c).key: read_back(c, change.old or {}) for c in journaled_columns(model)
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
    is_same = values_of(row) == {name: value for name, value in made.items() if value is not None}
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
            yield from _unchange_part(change, model, row, name)
            continue
        key = mapper.get_property_by_column(column).key
        now = to_json(getattr(row, key))
        if now == (change.new or {}).get(name) and row.may_become(key, from_json(column, old)):
            setattr(row, key, from_json(column, old))
        elif now != old and key not in row.derived:
            yield Conflict(change.record_type, change.record_id, name, now)


def _unchange_part(change: Change, model: Any, row: Any, name: str) -> Iterator[Conflict]:
    """One value of a column that is written value by value."""
    column = column_of_part(model, name)
    if column is None:
        return
    key = sa.inspect(model).get_property_by_column(column).key
    values, part = dict(getattr(row, key) or {}), name.partition(".")[2]
    now, old = values.get(part), (change.old or {}).get(name)
    if now == (change.new or {}).get(name) and row.may_become(name, old):
        values[part] = old
        setattr(row, key, {part: value for part, value in values.items() if value is not None} or None)
    elif now != old:
        yield Conflict(change.record_type, change.record_id, name, now)
