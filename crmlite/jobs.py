"""Job rows, @job, and the worker loop that runs them: no queue library, the rows are the truth.

A job's work and its being done are one transaction, so that what it writes is there once or not at all. `attempts` is
committed before the work starts: a job that kills its worker is parked instead of killing the next one for ever.
"""

import logging
import random
import threading
import time
import traceback
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Mapped, mapped_column

from crmlite import events, journal, schema
from crmlite.extensions import Base, db, insert, reading, utcnow, writing

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=1)
"""After which a claimed job whose worker is gone is taken by another. One that still works is safe for longer: its
transaction holds the row (PostgreSQL) or the writer's lock (SQLite)."""
MAX_ATTEMPTS = 5
BACKOFF = (timedelta(seconds=2), timedelta(seconds=30), timedelta(minutes=5), timedelta(minutes=30))
IDLE = 0.5
BEAT = 10.0
PLAN = 60.0

_functions: dict[str, Callable[..., None]] = {}
_apart: set[str] = set()
"""Names of those that take minutes, and so run outside a transaction and beside the others: apart.py."""


class Job(Base):
    """Work to be done. queued -> running -> done, or parked after too many attempts; people run it again or give it up."""

    __tablename__ = "job"
    __table_args__ = (
        sa.Index(
            "ix_job_open",
            "due_at",
            "id",
            sqlite_where=sa.text("state IN ('queued', 'running')"),
            postgresql_where=sa.text("state IN ('queued', 'running')"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    args: Mapped[dict[str, Any]]
    key: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default="queued")
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    @property
    def has_failed(self) -> bool:
        """Whether it is for people to decide about."""
        return self.state == "parked" or (self.state == "queued" and self.attempts > 0)

    def run_again(self) -> None:
        """Puts it back into the queue, due now, with all of its attempts. Final."""
        self.state, self.due_at, self.attempts, self.lease_until = "queued", utcnow(), 0, None
        events.emit(events.JOB_RUN_AGAIN, self, job=self.name)

    def give_up(self) -> None:
        """It is not tried any more. Final."""
        self.state, self.lease_until = "given_up", None
        events.emit(events.JOB_GIVEN_UP, self, job=self.name)


class Heartbeat(Base):
    """When a process of ours, or work that comes every night, was last seen."""

    __tablename__ = "heartbeat"
    name: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]


def job(function: Callable[..., None]) -> Callable[..., None]:
    """Makes a function runnable by name. Its arguments are ids and plain values; it changes the database and does not commit."""
    _functions[name_of(function)] = function
    return function


def apart(function: Callable[..., None]) -> Callable[..., None]:
    """Makes a function runnable by name that takes minutes and manages its transactions itself, if it needs any.

    Its being done is written afterwards: killed in between it runs again, so running twice must do no harm.
    """
    _apart.add(name_of(function))
    return job(function)


def names_apart() -> list[str]:
    return sorted(_apart)


def name_of(function: Callable[..., None]) -> str:
    return f"{function.__module__.removeprefix('crmlite.')}.{function.__name__}"


def enqueue(
    function: Callable[..., None], *, key: str | None = None, due_at: datetime | None = None, **args: Any
) -> None:
    """Writes the job into this transaction: it runs if, and only if, the change that caused it is committed.

    With a `key` that was used before nothing is written, so the same cause never runs twice.
    """
    name = name_of(function)
    if name not in _functions:
        raise ValueError(f"{name} is not a job")
    values = {"name": name, "args": args, "key": key, "due_at": due_at or utcnow(), "created_at": utcnow()}
    row = insert(Job.__table__).values(state="queued", attempts=0, **values)
    # past the session's own bookkeeping, which costs more than the row
    db.session.connection().execute(row.on_conflict_do_nothing(index_elements=["key"]))


def keep_working(app: Flask, stop: threading.Event, plan: Callable[[], None]) -> None:
    """The worker: runs what is due until told to stop, says that it is alive, and calls `plan` for periodic work.

    Told to stop, it ends the job it is at. A database that does not answer is waited for. It returns when the database gets
    another schema, which this code does not know.
    """
    beaten = planned = -1e9
    while not stop.is_set():
        with app.app_context():
            try:
                if time.monotonic() - beaten > BEAT:
                    if schema.version() != schema.newest():
                        return
                    beat("worker")
                    beaten = time.monotonic()
                if time.monotonic() - planned > PLAN:
                    plan()
                    planned = time.monotonic()
                done = run_due(1, beside=names_apart())
            except Exception:
                log.exception("worker is held up")
                stop.wait(2)
                continue
        if not done:
            stop.wait(IDLE)


def run_due(limit: int = 100, beside: Collection[str] = ()) -> int:
    """Runs what is due, one job after the other; returns how many were run. Called by the worker, and by tests.

    Those whose name is in `beside` are left to others.
    """
    for done in range(limit):
        claimed = claim(Job.name.not_in(beside))
        if claimed is None:
            return done
        _run(*claimed)
    return limit


def _is_due(which: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    now = utcnow()
    return sa.and_(
        which,
        Job.state.in_(["queued", "running"]),
        sa.or_(
            sa.and_(Job.state == "queued", Job.due_at <= now),
            sa.and_(Job.state == "running", Job.lease_until < now),
        ),
    )


def claim(which: sa.ColumnElement[bool]) -> tuple[int, int] | None:
    """Takes the oldest due job of these: (id, attempt), committed before its work starts. Asks the reader first: an idle worker
    never takes the write lock."""
    reading()
    is_any = db.session.scalar(sa.select(Job.id).where(_is_due(which)).limit(1)) is not None
    writing()
    if not is_any:
        return None
    query = sa.select(Job).where(_is_due(which)).order_by(Job.due_at, Job.id).limit(1)
    found = db.session.scalar(query.with_for_update(skip_locked=True).execution_options(populate_existing=True))
    if found is None:
        db.session.rollback()
        return None
    found.attempts += 1
    if found.attempts > MAX_ATTEMPTS:
        found.state = "parked"
        found.error = found.error or "its worker ended while it ran"
        log.error("job parked", extra={"job": found.name, "job_id": found.id})
        db.session.commit()
        return claim(which)
    found.state, found.lease_until = "running", utcnow() + LEASE
    db.session.commit()
    return found.id, found.attempts


def _run(job_id: int, attempt: int) -> None:
    journal.act_as("system")
    row = ours(job_id, attempt)
    if row is None:
        return
    name, args = row.name, dict(row.args)
    try:
        if name in _apart:
            reading()
            call(name, args)
            row = ours(job_id, attempt)
        else:
            call(name, args)
        if row is not None:
            row.state, row.lease_until, row.error = "done", None, None
        db.session.commit()
    except Exception:
        db.session.rollback()
        log.exception("job failed", extra={"job": name, "job_id": job_id, "attempt": attempt})
        postpone(job_id, attempt, traceback.format_exc(limit=-3)[-2000:])


def call(name: str, args: dict[str, Any]) -> None:
    """Runs a job's function, here and now."""
    _functions[name](**args)


def ours(job_id: int, attempt: int) -> Job | None:
    """The row, to be written; None where somebody else took it over meanwhile."""
    writing()
    row = db.session.get(Job, job_id, with_for_update=True, populate_existing=True)
    if row is None or row.state != "running" or row.attempts != attempt:
        db.session.rollback()
        return None
    return row


def postpone(job_id: int, attempt: int, error: str) -> None:
    row = ours(job_id, attempt)
    if row is None:
        return
    row.error, row.lease_until = error, None
    if attempt >= MAX_ATTEMPTS:
        row.state = "parked"
    else:
        row.state = "queued"
        row.due_at = utcnow() + BACKOFF[attempt - 1] * random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries
    db.session.commit()


def beat(name: str) -> None:
    """Says that this process is alive."""
    writing()
    note_seen(name)
    db.session.commit()


def note_seen(name: str) -> None:
    """The same as part of what is being written."""
    row = insert(Heartbeat.__table__).values(name=name, seen_at=utcnow())
    row = row.on_conflict_do_update(index_elements=["name"], set_={"seen_at": row.excluded.seen_at})
    db.session.connection().execute(row)


def last_seen(name: str) -> datetime | None:
    return db.session.scalar(sa.select(Heartbeat.seen_at).where(Heartbeat.name == name))


def oldest_due_age() -> float:
    """Seconds since the oldest job that should have run by now was due; 0 when nothing waits."""
    due_at = db.session.scalar(sa.select(sa.func.min(Job.due_at)).where(Job.state == "queued", Job.due_at <= utcnow()))
    if due_at is None:
        return 0.0
    return max(0.0, (utcnow() - due_at).total_seconds())
