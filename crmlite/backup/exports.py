"""Exports of everything that an administrator asked for on a page: made by a job apart, kept for a day, then removed."""

import secrets
import shutil
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from crmlite import events, jobs
from crmlite.auth.models import User
from crmlite.backup.jobs import export_all
from crmlite.config import Settings
from crmlite.extensions import db, utcnow
from crmlite.jobs import Job

KEPT = timedelta(days=1)
_LISTED = timedelta(days=30)


class OneIsMade(Exception):
    """One is being made already: two would take twice the time and the disk."""


@dataclass(frozen=True)
class Export:
    job: Job
    size: int | None
    """Bytes; None where there is no file, yet or any more."""

    @property
    def user_id(self) -> int:
        return int(self.job.args["user_id"])

    @property
    def is_on_its_way(self) -> bool:
        return self.job.state in {"queued", "running"}


def ask(user: User) -> None:
    """Lets one be made. Final: what was fetched cannot be taken back. Raises OneIsMade."""
    open_ = sa.select(Job.id).where(_ours(), Job.state.in_(["queued", "running"])).limit(1)
    db.session.execute(sa.select(User.id).where(User.id == user.id).with_for_update())
    if db.session.scalar(open_) is not None:
        raise OneIsMade
    jobs.enqueue(export_all, name=secrets.token_hex(16), user_id=user.id)
    events.emit(events.USER_EXPORTED, user)


def latest(settings: Settings) -> list[Export]:
    """Who asked for one lately and what became of it, the newest first."""
    query = sa.select(Job).where(_ours(), Job.created_at > utcnow() - _LISTED).order_by(Job.id.desc()).limit(20)
    return [Export(job, _size(path_of(settings, job.args["name"]))) for job in db.session.scalars(query)]


def file_of(settings: Settings, job_id: int) -> Path | None:
    job = db.session.scalar(sa.select(Job).where(_ours(), Job.id == job_id, Job.state == "done"))
    path = path_of(settings, job.args["name"]) if job is not None else None
    return path if path is not None and _size(path) is not None else None


def path_of(settings: Settings, name: str) -> Path:
    """Beside the stored files, which all servers of an instance see; their folders have names of two letters."""
    return Path(settings.files_folder) / "exports" / f"{name}.zip"


def forget_old(settings: Settings) -> None:
    """Also what one that was killed left behind."""
    limit = time.time() - KEPT.total_seconds()
    for path in path_of(settings, "any").parent.glob("*"):
        if path.stat().st_mtime < limit:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _ours() -> sa.ColumnElement[bool]:
    return Job.name == jobs.name_of(export_all)


def _size(path: Path) -> int | None:
    """None also where it is past its day and was not removed yet."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size if found.st_mtime > time.time() - KEPT.total_seconds() else None
