"""What keeps a server from its database: told apart, so that a page can say what to do about it."""

import errno
import shutil
from pathlib import Path

import sqlalchemy as sa

from crmlite import files
from crmlite.config import Settings
from crmlite.extensions import Busy
from crmlite.upgrading import snapshots
from crmlite.upgrading.states import State

TROUBLES = (sa.exc.SQLAlchemyError, OSError, RuntimeError, Busy)
"""What a look at a database raises that cannot be used; RuntimeError where SQLite does not take a setting of ours."""
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
_TOO_LITTLE = 1024**2
"""SQLite says "disk I/O error" or "unable to open" where there is no room for what it keeps beside a database."""
_CLOSED = ("unable to open", "i/o error", "locked", "readonly", "protocol")
"""What SQLite says of a file that cannot be used now."""


def state_of(error: Exception, settings: Settings) -> State:
    """What the page says; FAILED where it is nothing that we know."""
    text = cause(error).lower()
    if settings.is_sqlite and ("malformed" in text or "not a database" in text):
        return State.DAMAGED
    if _is_full(error, text, settings):
        return State.FULL
    if (
        isinstance(error, sa.exc.OperationalError) and settings.is_sqlite
    ):  # which is what a wrong statement raises there, too
        return State.UNREACHABLE if any(words in text for words in _CLOSED) else State.FAILED
    known = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError, OSError, RuntimeError, Busy)
    return State.UNREACHABLE if isinstance(error, known) else State.FAILED


def _is_full(error: BaseException | None, text: str, settings: Settings) -> bool:
    while error is not None:
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            return True
        error = error.__cause__
    if "is full" in text or "no space left" in text:
        return True
    return settings.is_sqlite and _free(settings.sqlite_path) < _TOO_LITTLE


def _free(path: Path) -> int:
    try:
        return shutil.disk_usage(path.parent).free
    except OSError:
        return _TOO_LITTLE


def cause(error: BaseException) -> str:
    """The first line of what was said: databases add the values of a row in the next."""
    said = error.orig if isinstance(error, sa.exc.DBAPIError) and error.orig else error
    text = next(iter(str(said).strip().splitlines()), "") or type(said).__name__
    return text if text.endswith(".") else f"{text}."


def sentence(state: State, error: Exception, settings: Settings) -> str:
    """For the log, which only the administrator reads: what is wrong with which database, and what to type."""
    where = str(settings.sqlite_path) if settings.is_sqlite else "PostgreSQL"
    why = cause(error)
    if state is State.DAMAGED:
        return (
            f"The database {where} is damaged: {why} Nothing was changed. Stop crmlite, restore the newest backup with "
            f"`crmlite restore {_newest_backup(settings) or 'FILE'}`, and start it again; what is there now is set aside, not deleted."
        )
    if state is State.FULL:
        return f"The disk with {where} is full: {why} Make room, then try again; `crmlite serve` goes on by itself."
    if state is State.UNREACHABLE:
        return f"The database does not answer ({where}): {why} Look whether it runs and whether database_url is right."
    return f"The database cannot be made ready ({where}): {why}"


def is_lost(settings: Settings) -> bool:
    """For a database that is empty: whether there was one before. What is left of it would not outlive a new one: its stored
    files are swept away when no row names them, and its backups when newer ones come."""
    has_copies = _newest_backup(settings) is not None or bool(snapshots.all_of(settings.instance / "snapshots"))
    return has_copies or next(files.stored(settings.files_path), None) is not None


def lost(settings: Settings) -> str:
    """The sentence for the log."""
    where = str(settings.sqlite_path) if settings.is_sqlite else "of PostgreSQL"
    return (
        f"The database {where} is missing or empty, though backups, snapshots or stored files of this instance are there, so no new one "
        "is begun. Look whether its disk is mounted and whether database_url is right. To have the rows back, stop crmlite, run "
        f"`crmlite restore {_newest_backup(settings) or 'FILE'}`, and start it again; to begin with an empty one, run `crmlite upgrade`."
    )


def _newest_backup(settings: Settings) -> Path | None:
    """By the time of the file: what latest.json says may be as damaged as the database is."""
    try:
        found = [
            (path.stat().st_mtime, path)
            for path in settings.backups_path.iterdir()
            if ".tar" in path.name and path.is_file()
        ]
    except OSError:
        found = []
    return max(found)[1] if found else None
