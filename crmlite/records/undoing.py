"""Taking back what was done to very many records: in parts of one undo, so that others can save in between."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from crmlite import events, jobs, journal
from crmlite.auth import signin
from crmlite.auth.models import Viewer
from crmlite.extensions import db
from crmlite.jobs import Job
from crmlite.journal import Change, Event, Operation, Undone
from crmlite.records import types

LARGE = 600
"""Changes. Bulk changes of a whole page of records, with what follows from them, are undone at once."""
PART = 25
FOLLOWS = frozenset({"lifecycle", "last_activity_at"})
FOLLOWING = frozenset({events.LIFECYCLE_CHANGED.name})
"""What follows from what somebody did to another record, and needs no right of its own to be taken back."""

Key = tuple[str, int]


def is_large(operation_id: int) -> bool:
    counted = sa.select(Change.id).where(Change.operation_id == operation_id).limit(LARGE + 1).subquery()
    return (db.session.scalar(sa.select(sa.func.count()).select_from(counted)) or 0) > LARGE


def tables_of(operation_id: int) -> set[str]:
    """Whose rows it changed."""
    return set(db.session.scalars(sa.select(Change.record_type).where(Change.operation_id == operation_id).distinct()))


def begin(operation_id: int, user: Viewer) -> None:
    """The first part, and a job for the others. What `user` may not take back stays. Does not commit. Raises CannotUndo."""
    _say_and_go_on(operation_id, journal.undo(operation_id, PART, stays=_not_for(user, operation_id)))


@jobs.job
def go_on(operation_id: int, undo_id: int, before: int) -> None:
    """The next part, unless the undo was taken back meanwhile."""
    undo = db.session.get(Operation, undo_id, with_for_update=True, populate_existing=True)
    if undo is None or undo.undone_by_id is not None:
        return
    user = signin.viewer(undo.actor_id) if undo.actor_id is not None else None
    if user is None:
        return
    journal.go_on(undo_id)
    _say_and_go_on(operation_id, journal.undo_on(operation_id, before, PART, stays=_not_for(user, operation_id)))


def _say_and_go_on(operation_id: int, undone: Undone) -> None:
    for record_type, number in sorted(undone.keys):
        if (record := types.load(record_type, number)) is not None:
            events.emit(events.OPERATION_UNDONE, record, operation_id=operation_id)
    if undone.rest is not None:
        key = f"undo:{undone.operation_id}:{undone.rest}"
        jobs.enqueue(go_on, key=key, operation_id=operation_id, undo_id=undone.operation_id, before=undone.rest)


# --- how far it is ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Progress:
    """Of an undo in parts: how many changes are set back, of how many, and whether a job is at it."""

    done: int
    total: int
    is_busy: bool
    is_stuck: bool = False
    """Whether its job failed too often: people decide about it (doctor)."""


def progress(operation_id: int, undo_id: int) -> Progress:
    changes = sa.select(sa.func.count()).where(Change.operation_id == operation_id)
    total = db.session.scalar(changes) or 0
    key, open_states = f"undo:{undo_id}:%", ["queued", "running", "parked", "given_up"]
    waits = db.session.execute(
        sa.select(Job.args, Job.state).where(Job.key.like(key), Job.state.in_(open_states))
    ).first()
    if waits is None:
        return Progress(total, total, is_busy=False)
    done = db.session.scalar(changes.where(Change.id >= waits.args["before"])) or 0
    busy = waits.state in {"queued", "running"}
    return Progress(done, total, is_busy=busy, is_stuck=not busy)


# --- who may ----------------------------------------------------------------------------------------------------------


def may_take_back(user: Viewer, record: Any, operation_id: int) -> bool:
    """Whether the user may change the record as it is, or as it was before: who gave it away can take it back, also who
    added it for somebody else."""
    kind = types.known(record.__tablename__)
    if kind is None or kind.policy.may(user, "edit", record):
        return True
    before = {"owner_id": record.owner_id, "team_id": record.team_id}
    changes = db.session.scalars(
        sa.select(Change)
        .where(
            Change.operation_id == operation_id,
            Change.record_type == record.__tablename__,
            Change.record_id == record.id,
            Change.action != "deleted",
        )
        .order_by(Change.id.desc())
    )
    for change in changes:
        if change.action == "created":
            return True
        before |= {
            name: (change.old or {})[name] for name in before if (change.new or {}).get(name, "") == before[name]
        }
    return kind.policy.may(user, "edit", SimpleNamespace(id=record.id, **before))


def _not_for(user: Viewer, operation_id: int) -> Any:
    """Of a part's changes those that `user` may not take back: none for administrators."""

    def stays(changes: Sequence[Change]) -> set[int]:
        if user.is_administrator:
            return set()
        own, parts = {change.id: _own(change) for change in changes}, {change.id: _whole(change) for change in changes}
        asked = set().union(*own.values()) | _subjects(operation_id, set().union(*parts.values()))
        barred = {key for key in asked if not _may(user, key, operation_id)}
        return {number for number in own if (own[number] | parts[number]) & barred}

    return stays


def _own(change: Change) -> set[Key]:
    """The record that a change is of, if it is one, and more of it changed than what follows from others."""
    if types.known(change.record_type) is None or (change.action == "updated" and set(change.new or {}) <= FOLLOWS):
        return set()
    return {(change.record_type, change.record_id)}


def _whole(change: Change) -> set[Key]:
    """The records that a row, which is none itself, is a part of."""
    if types.known(change.record_type) is not None:
        return set()
    values = {**(change.old or {}), **(change.new or {})}
    if "record_type" in values:
        return {(str(values["record_type"]), int(values["record_id"]))}
    model: Any = journal.models().get(change.record_type)
    row = db.session.get(model, change.record_id) if model is not None else None
    named = {(name, values.get(f"{name}_id")) for name in types.registered()}
    found = {(name, number) for name, number in named if isinstance(number, int)}
    return set(row.concerns()) | found if row is not None else found


def _subjects(operation_id: int, keys: set[Key]) -> set[Key]:
    """Those that the operation did something to of its own, and not only because of something else."""
    found: set[Key] = set()
    for name in {name for name, _number in keys}:
        ids = [number for of, number in keys if of == name]
        said = sa.select(Event.subject_id).where(
            Event.operation_id == operation_id,
            Event.subject_type == name,
            Event.subject_id.in_(ids),
            Event.name.not_in(FOLLOWING),
        )
        found |= {(name, number) for number in db.session.scalars(said)}
    return found


def _may(user: Viewer, key: Key, operation_id: int) -> bool:
    record = types.load(*key)
    return record is None or may_take_back(user, record, operation_id)
