"""Writing the journal: the session does it after every flush, so that no view can forget."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import g, has_request_context
from sqlalchemy import event
from sqlalchemy.orm import LoaderCallableStatus, Session, SessionTransaction

from crmlite.extensions import db, utcnow
from crmlite.journal.models import Change, Journaled, Operation, journaled_columns, models, values_of, written


class NotJournaled(Exception):
    """A statement would have changed a journaled table past the journal."""


# --- operations -------------------------------------------------------------------------------------------------------


@dataclass
class Actor:
    """Who acts in this session: a user, a customer on a public page, a rule, or the system itself."""

    kind: str = "system"
    id: int | None = None
    stands_in: dict[tuple[str, int], int] = field(default_factory=dict)
    """Records that they act on for an absent colleague, with whose id."""


def act_as(kind: str, user_id: int | None = None) -> None:
    """Says who the changes of this session are by."""
    db.session().info["actor"] = Actor(kind, user_id)


def actor() -> Actor:
    """Who the changes of this session are by."""
    found: Actor = db.session().info.setdefault("actor", Actor())
    return found


def act_for(record: Any, user_id: int | None) -> None:
    """Says that what is done to `record` is done for that absent colleague; None: for oneself."""
    key = (record.__tablename__, record.id)
    if user_id is not None:
        actor().stands_in[key] = user_id
    else:
        actor().stands_in.pop(key, None)


def acted_for(record: Any) -> int | None:
    return actor().stands_in.get((record.__tablename__, record.id))


def go_on(operation_id: int) -> None:
    """For work in batches: this transaction is one more part of that operation, by whoever began it."""
    session = db.session()
    begun = session.get_one(Operation, operation_id)
    session.info["actor"] = Actor(begun.actor_kind, begun.actor_id)
    session.info["operation"] = operation_id


def operation() -> int:
    """The id of this transaction's operation, begun if there is none yet."""
    return current(db.session())


def label(kind: str) -> None:
    """Names the kind of the operation to come, for callers that have not changed anything yet."""
    db.session().info["operation_kind"] = kind


def last_operation() -> int | None:
    """The operation of this session that was committed last: what an Undo button will name."""
    value: int | None = db.session().info.get("last_operation")
    return value


def current(session: Session) -> int:
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
    if not session.in_nested_transaction():
        session.info.pop("touched_in_bulk", None)
    session.info["touched"] = touched


# --- changes ----------------------------------------------------------------------------------------------------------

_hooks: dict[Callable[[Session, set[tuple[str, int]]], None], bool] = {}


def before_commit(hook: Callable[[Session, set[tuple[str, int]]], None], *, bulk: bool = True) -> None:
    """Registers what keeps copies of records up to date (search, custom values): called once per transaction with the
    (record type, id) pairs that changed, inside it. `bulk` is False where who writes in bulk (bulk.py) keeps those copies."""
    if hook not in _hooks:
        _hooks[hook] = bulk


def renew(record: Any) -> None:
    """Lets them look at a record of which no field changed, but something that they copy."""
    db.session().info.setdefault("touched", set()).add((record.__tablename__, record.id))


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
    operation_id = current(session)
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
    touched, in_bulk = (session.info.pop(name, set()) for name in ("touched", "touched_in_bulk"))
    for hook, bulk in _hooks.items():
        if looked_at := touched | in_bulk if bulk else touched:
            hook(session, looked_at)


def _in_order(instance: Any) -> tuple[str, str]:
    return instance.__tablename__, str(sa.inspect(instance).identity)


def _row(instance: Any, action: str, old: dict[str, Any] | None, new: dict[str, Any] | None) -> dict[str, Any]:
    return {"record_type": instance.__tablename__, "record_id": instance.id, "action": action, "old": old, "new": new}


def _created(instance: Any) -> dict[str, Any]:
    return _row(instance, "created", None, values_of(instance))


def _deleted(instance: Any) -> dict[str, Any]:
    return _row(instance, "deleted", values_of(instance), None)


def _updated(instance: Any) -> dict[str, Any] | None:
    state = sa.inspect(instance)
    names = {c.name for c in journaled_columns(type(instance))}
    old, new = {}, {}
    for key, before in state.committed_state.items():
        if key not in state.mapper.column_attrs or (column := state.mapper.columns[key]).name not in names:
            continue
        was, now = written(column, before), written(column, getattr(instance, key))
        for name in {**was, **now}:
            if was.get(name) != now.get(name):
                old[name], new[name] = was.get(name), now.get(name)
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
