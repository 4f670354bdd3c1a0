"""Backups: one file that holds all of an instance, made by night, tried by restoring it, and restored when it is needed.

    backup.latest(settings)       # what the last one was, and whether it was tried: for the doctor
    making.make(settings, path)   # one file, tried
    restoring.restore(path, ...)  # an instance out of it

What a backup holds: archive.py. How it is encrypted: sealed.py.
"""

import contextlib
import json
import os
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask
from flask_babel import lazy_gettext as _l

from crmlite import web
from crmlite.config import Settings

STATUS = "latest.json"


def init_app(app: Flask) -> None:
    from crmlite.backup import views  # which asks this package for what is below

    app.register_blueprint(views.bp)
    web.add_nav(
        app, "/backup/export", "archive", _l("Export everything"), group="firm", order=80, roles=("administrator",)
    )


class Refused(Exception):
    """It cannot be done, and nothing was changed; the message is a sentence that says why and what to do."""


LATE = timedelta(hours=36)
"""One is made every night."""


@dataclass(frozen=True)
class Made:
    """The newest backup, as `latest.json` in the instance's folder `backups` says it."""

    at: datetime | None
    """When it was made. None where the first one failed."""
    verified_at: datetime | None
    """When it was restored into a temporary instance and found whole."""
    size: int
    path: str
    problem: str | None
    """What went wrong the last time, in a sentence; the rest then tells of the last one that was made."""
    may_be_tried: bool = True
    """False where PostgreSQL lets us make no database to try it in, so that none ever is."""


def latest(settings: Settings) -> Made | None:
    """None where none was ever tried to make."""
    found = [path for folder in status_folders(settings) if (path := folder / STATUS).is_file()]
    return _read(max(found, key=lambda path: path.stat().st_mtime)) if found else None


def _read(path: Path) -> Made:
    try:
        found = json.loads(path.read_text("utf-8"))
        at, verified_at = (
            datetime.fromisoformat(text) if text else None for text in (found["at"], found["verified_at"])
        )
        return Made(at, verified_at, int(found["size"]), str(found["path"]), found["problem"])
    except (OSError, ValueError, KeyError, TypeError):
        return Made(None, None, 0, "", f"{path} cannot be read: make a backup anew.")


def remember(settings: Settings, made: Made) -> None:
    own, *shared = status_folders(settings)
    for folder in shared:
        with contextlib.suppress(OSError):  # it may be what is wrong
            _write(folder / STATUS, made)
    _write(own / STATUS, made)


def remember_problem(settings: Settings, problem: str) -> None:
    """The last one that was made stays the last one."""
    before = latest(settings) or Made(None, None, 0, "", None)
    remember(settings, replace(before, problem=problem))


def status_folders(settings: Settings) -> list[Path]:
    """Where latest.json lies: in the instance, and beside the backups, where another host with the same folder finds it."""
    return list(dict.fromkeys([settings.instance / "backups", settings.backups_path]))


def _write(path: Path, made: Made) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    values = asdict(made) | {"at": _iso(made.at), "verified_at": _iso(made.verified_at)}
    beside = path.with_suffix(".new")
    with contextlib.suppress(FileNotFoundError):
        beside.unlink()
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(values, file)
    os.replace(beside, path)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
