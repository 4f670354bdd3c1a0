"""Bringing a database of an older crmlite to this version's schema: snapshot, one transaction, checks, or all as it was.

A server that starts with an older database serves a page that says so (`gate.py`) until this is done (`starting.py`).
"""

import contextlib
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from flask import Flask, current_app

from crmlite import schema
from crmlite.extensions import Busy, db, migrator, writer_lock
from crmlite.schema import Standing
from crmlite.upgrading import checks, snapshots, trouble
from crmlite.upgrading.gate import Gate, guard, init_app, is_reachable, reason
from crmlite.upgrading.states import State

__all__ = [
    "Done",
    "Gate",
    "NotUpgraded",
    "State",
    "guard",
    "init_app",
    "is_reachable",
    "not_ours",
    "reason",
    "upgrade",
    "wait_until_ours",
]

log = logging.getLogger(__name__)

_LOCK = 0x63726D6C  # "crml": one number for this purpose among the database's advisory locks
_WAIT_FOR_TABLES = "30s"


class NotUpgraded(Exception):
    """The database is as it was. The message says why and what to do; `state` is what the server's page says meanwhile."""

    def __init__(self, state: State, sentence: str) -> None:
        super().__init__(sentence)
        self.state = state


@dataclass(frozen=True)
class Done:
    before: str | None
    after: str
    snapshot: Path | None


def upgrade(*, without_snapshot: bool = False) -> Done | None:
    """Brings the database to this code's schema; None where it has it. Raises NotUpgraded; then nothing was changed.

    Of several that do this at once, on one host or on two, one does it and the others wait and find it done.
    """
    if schema.standing() is Standing.OURS:
        return None
    with migrator() as engine, engine.connect() as connection, _alone(connection):
        before = schema.version(connection)
        standing = schema.standing(connection)
        connection.rollback()
        if standing is Standing.OURS:
            return None
        if standing in {Standing.NEWER, Standing.FOREIGN}:
            raise not_ours(standing, before)
        snapshot = None
        if standing is Standing.BEHIND and not without_snapshot:
            snapshot = _take_snapshot(before)
        _migrate(connection, before, snapshot)
    done = Done(before, schema.newest(), snapshot)
    log.info("schema upgraded", extra={"before": before, "after": done.after, "snapshot": snapshot})
    return done


def not_ours(standing: Standing, found: str | None) -> NotUpgraded:
    if standing is Standing.NEWER:
        return NotUpgraded(
            State.NEWER,
            f"The database has the schema {found} of a newer crmlite; this version knows {schema.newest()} at most. Install "
            "the newer version again, or restore a backup that this version made. Nothing was changed.",
        )
    what = f"the schema {found}, which no version of crmlite has" if found else "tables, but none of crmlite's"
    return NotUpgraded(
        State.FOREIGN,
        f"The database has {what}: it seems to be another program's. Name a database of crmlite or an empty one in the "
        "setting database_url. Nothing was changed.",
    )


@contextlib.contextmanager
def _alone(connection: sa.Connection) -> Iterator[None]:
    """Nobody else upgrades this database; on SQLite nobody else of crmlite's writes to it either."""
    lock = writer_lock()
    if lock is None:
        connection.execute(sa.text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        connection.commit()  # the lock is the session's: it ends with the connection
        yield
        return
    while True:
        try:
            lock.acquire()
            break
        except Busy:
            log.info("the upgrade waits for another process that writes to the database")
    try:
        yield
    finally:
        connection.rollback()
        lock.release()


def _take_snapshot(before: str | None) -> Path:
    settings = current_app.extensions["crmlite.settings"]
    try:
        return snapshots.take(settings, before or "")
    except snapshots.CannotTake as error:
        state = State.NO_PROGRAM if isinstance(error, snapshots.NoProgram) else State.NO_SNAPSHOT
        log.error("no snapshot, so no upgrade", extra={"why": str(error), "before": before})
        raise NotUpgraded(state, f"{error} The database was not upgraded and is as it was.") from error


def _migrate(connection: sa.Connection, before: str | None, snapshot: Path | None) -> None:
    kept = f" The snapshot {snapshot} holds the same." if snapshot else ""
    try:
        with connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text(f"SET LOCAL lock_timeout = '{_WAIT_FOR_TABLES}'"))
            was = checks.Looked.at(connection)
            schema.migrate(connection)
            checks.require_sound(connection, was, shrinks=schema.declared("shrinks", before))
    except Exception as error:
        log.exception(
            "upgrade failed and was rolled back",
            extra={"before": before, "after": schema.newest(), "snapshot": snapshot, "why": trouble.cause(error)},
        )
        raise NotUpgraded(
            _state_after(error, before),
            f"The upgrade from {before or 'an empty database'} to {schema.newest()} failed: {trouble.cause(error)} "
            f"The database is as it was.{kept} "
            "Install the version you had, or put right what is said here and start again.",
        ) from error


def _state_after(error: Exception, before: str | None) -> State:
    """A new database is tried again when there is room. One with rows is not: each try writes a snapshot of all of them."""
    state = trouble.state_of(error, current_app.extensions["crmlite.settings"])
    return state if state is State.FULL and before is None else State.FAILED


def wait_until_ours(app: Flask, stop: threading.Event) -> None:
    """For the worker: what this code writes belongs into this code's schema."""
    said = False
    while not stop.is_set():
        with app.app_context(), contextlib.suppress(sa.exc.SQLAlchemyError):
            if schema.standing() is Standing.OURS:
                return
            if not said:
                log.warning("the worker waits until the database has this version's schema")
                said = True
            db.engines["reader"].dispose()  # the file may become another one
        stop.wait(1)
