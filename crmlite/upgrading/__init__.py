"""Bringing a database of an older crmlite to this version's schema: snapshot, one transaction, checks, or all as it was.

A server that starts with an older database serves a page that says so (`gate.py`) until this is done.
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
from crmlite.extensions import Busy, migrator, writer_lock
from crmlite.schema import Standing
from crmlite.upgrading import checks, snapshots
from crmlite.upgrading.gate import Gate, State, guard, init_app, reason

__all__ = [
    "Done",
    "Gate",
    "NotUpgraded",
    "State",
    "guard",
    "init_app",
    "look",
    "reason",
    "upgrade",
    "upgrade_behind",
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
            extra={"before": before, "after": schema.newest(), "snapshot": snapshot, "why": _why(error)},
        )
        raise NotUpgraded(
            State.FAILED,
            f"The upgrade from {before or 'an empty database'} to {schema.newest()} failed: {_why(error)} The database is as it was.{kept} "
            "Install the version you had, or put right what is said here and start again.",
        ) from error


def _why(error: Exception) -> str:
    """The first line: databases add the values of a row in the next."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) and error.orig else error
    text = next(iter(str(cause).strip().splitlines()), type(cause).__name__)
    return text if text.endswith(".") else f"{text}."


# --- a server's start -------------------------------------------------------------------------------------------------


def look(app: Flask, gate: Gate) -> bool:
    """How the database stands, for the pages to say; whether something quick is to be done before the first of them:
    making the schema in an empty database, or nothing but the standard roles."""
    with app.app_context():
        try:
            standing, found = schema.standing(), schema.version()
        except sa.exc.SQLAlchemyError:
            return True  # which says what is wrong
    if standing in {Standing.EMPTY, Standing.OURS}:
        return True
    if standing is Standing.BEHIND:
        gate.state = State.UPGRADING
        return False
    error = not_ours(standing, found)
    gate.state = error.state
    log.error("closed: the database is not this version's", extra={"why": str(error)})
    return False


def upgrade_behind(gate: Gate) -> None:
    """Upgrades while the pages say so, and opens them or lets them say why not."""
    if not gate.count_try():
        log.error("the upgrade ended its process each time, so it is not tried again before the next start")
        gate.state = State.FAILED
        return
    try:
        upgrade()
    except NotUpgraded as error:
        gate.state = error.state
    except sa.exc.SQLAlchemyError:
        log.exception("upgrade failed")
        gate.state = State.FAILED
    else:
        gate.state = State.OPEN


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
        stop.wait(1)
