"""All periodic work on one page. Each run is a job row with its time, so that it survives restarts and runs once, however
many workers there are; what was missed while crmlite was off runs once when it is back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from flask import current_app

from crmlite import jobs
from crmlite.auth import jobs as auth
from crmlite.backup import jobs as backup
from crmlite.contacts import jobs as contacts
from crmlite.desk import openings
from crmlite.duplicates import jobs as duplicates
from crmlite.extensions import db, reading, utcnow, writing
from crmlite.records import jobs as records
from crmlite.retention import jobs as retention

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Periodic:
    job: Callable[..., None]
    every: timedelta
    at: timedelta = timedelta()
    """How long after the full hour, or after midnight UTC, so that not everything runs at the same moment."""

    def next_time(self, now: datetime) -> datetime:
        """The first of its times after `now`."""
        begin = datetime(2020, 1, 1, tzinfo=UTC) + self.at
        return begin + ((now - begin) // self.every + 1) * self.every


@jobs.job
def optimize() -> None:
    """Lets SQLite count again what changed much, so that it plans well; PostgreSQL does so by itself.

    The limit keeps it from reading whole tables, and from statistics that lead it to skip-scans. Of tables with few rows nothing is
    kept: a firm that moves in on the second day would have every row of its new million read for each batch, as there were ten when
    it was counted. Not counted, SQLite takes a table for large.
    """
    if db.engines[None].dialect.name == "sqlite":
        connection = db.session.connection()
        connection.exec_driver_sql("PRAGMA analysis_limit=1000")
        connection.exec_driver_sql("PRAGMA optimize=0x10002")
        if connection.scalar(sa.text("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'")):
            connection.execute(_FORGET_FEW, {"few": FEW})
            connection.exec_driver_sql("ANALYZE sqlite_schema")


FEW = 10_000
_FORGET_FEW = sa.text(
    "DELETE FROM sqlite_stat1 WHERE tbl IN "
    "(SELECT tbl FROM sqlite_stat1 GROUP BY tbl HAVING max(CAST(stat AS INTEGER)) < :few)"
)


SCHEDULE = (
    Periodic(auth.forget_throttles, HOUR, timedelta(minutes=10)),
    Periodic(auth.forget_resets, HOUR, timedelta(minutes=12)),
    Periodic(backup.forget_exports, HOUR, timedelta(minutes=14)),
    Periodic(retention.obey, DAY, timedelta(hours=1, minutes=15)),
    Periodic(records.sweep_files, DAY, timedelta(hours=1, minutes=50)),
    Periodic(contacts.renew_lifecycles, DAY, timedelta(minutes=1)),
    Periodic(contacts.leave_companies, DAY, timedelta(minutes=2)),
    Periodic(optimize, DAY, timedelta(hours=2)),
)


def in_force() -> tuple[Periodic, ...]:
    """The schedule with the nightly backup, whose time is a setting."""
    at = current_app.extensions["crmlite.settings"].backup_at
    if not at:
        return SCHEDULE
    hours, minutes = map(int, at.split(":"))
    return (*SCHEDULE, Periodic(backup.nightly, DAY, timedelta(hours=hours, minutes=minutes)))


def plan() -> None:
    """Writes the next run of whatever has none waiting, and what customers set off by looking. Called by every worker; the key
    lets only one row be made.

    A run that waits for a time beyond its next one was planned while the clock was wrong: it is not waited for.
    """
    names = {jobs.name_of(periodic.job): periodic for periodic in in_force()}
    waiting = sa.select(jobs.Job.name, sa.func.min(jobs.Job.due_at)).group_by(jobs.Job.name)
    waiting = waiting.where(jobs.Job.name.in_(names), jobs.Job.state.in_(["queued", "running"]))
    reading()
    found = dict(db.session.execute(waiting).all())
    opened, are_new = openings.waiting(), duplicates.are_waiting()
    db.session.rollback()
    now = utcnow()
    next_times = {name: periodic.next_time(now) for name, periodic in names.items()}
    missing = {name: due_at for name, due_at in next_times.items() if name not in found or found[name] > due_at}
    if not missing and not opened and not are_new:
        return
    writing()
    for name, due_at in sorted(missing.items()):
        jobs.enqueue(names[name].job, key=f"schedule:{name}:{due_at:%Y-%m-%dT%H:%M}", due_at=due_at)
    openings.plan(opened)
    if are_new:
        jobs.enqueue(duplicates.look_through_new)
    db.session.commit()
