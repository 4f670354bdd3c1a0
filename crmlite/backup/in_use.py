"""Who works with an instance folder: any number of servers, workers and commands, or one restore.

A restore exchanges the instance by renaming. What it is going to rename it writes down first; killed on the way, the next start
goes on where it was. Where the database is PostgreSQL its tables are exchanged in one transaction, which leaves a token; the next
start looks for it and goes on, or takes back what was prepared.
"""

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from crmlite.backup import Refused

_LOCK, _PLAN = "in_use.lock", "restoring.json"

Move = tuple[Path, Path]


def enter(instance: Path) -> IO[str] | None:
    """Says that this process works with the instance as long as the returned file is open. Raises Refused while it is being restored.

    Ends a restore that was killed. Where there is no instance yet there is nothing to say.
    """
    if not instance.is_dir() or not os.access(instance, os.W_OK):
        return None
    lock = _open(instance)
    try:
        if (instance / _PLAN).exists():
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            finish(instance)
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise Refused(f"A backup is being restored into {instance}: wait until it is done.") from None
    return lock


def _open(instance: Path) -> IO[str]:
    """Another user's, such as one that root made, may be read at least, and that is enough to lock it."""
    try:
        return open(instance / _LOCK, "a")
    except PermissionError:
        return open(instance / _LOCK)


@contextlib.contextmanager
def alone(instance: Path, what: str) -> Iterator[None]:
    """Inside, nobody else works with the instance. Raises Refused while somebody does."""
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _open(instance) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(
                f"crmlite is running with {instance}: stop it (systemctl stop crmlite), then {what} again. Nothing was changed."
            ) from None
        finish(instance)
        yield


def exchange(instance: Path, moves: Sequence[Move]) -> None:
    """Renames all, or, killed on the way, all at the next start."""
    _write(instance, moves, None)
    finish(instance)


@dataclass(frozen=True)
class Outside:
    """What a restore changes in a database that is not in the folder: whether it was changed says the token in it."""

    token: str
    settings: str
    """The settings.toml that names the database, until the instance has its own."""
    aside: str
    """The folder of what was there, which is nothing worth while nothing was changed."""


def intend(instance: Path, moves: Sequence[Move], outside: Outside) -> None:
    """Says what is going to be renamed once the database was changed. `finish()` looks whether it was, now or at the next start."""
    _write(instance, moves, outside)


def _write(instance: Path, moves: Sequence[Move], outside: Outside | None) -> None:
    plan = instance / _PLAN
    beside = plan.with_suffix(".new")
    with open(beside, "w", encoding="utf-8") as file:
        said = {"moves": [[str(source), str(target)] for source, target in moves]}
        json.dump({**said, "outside": asdict(outside) if outside else None}, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, plan)
    _sync(instance)


def finish(instance: Path) -> None:
    """Does what is left of exchange(), or of a restore whose database was changed; one whose database was not is forgotten.

    Raises Refused where the database cannot be asked; the plan then stays.
    """
    plan = instance / _PLAN
    if not plan.exists():
        return
    _sync(instance)
    said = json.loads(plan.read_text("utf-8"))
    if said["outside"] and not _was_changed(instance, outside := Outside(**said["outside"])):
        shutil.rmtree(outside.aside, ignore_errors=True)
    else:
        _rename(said["moves"])
    plan.unlink()
    _sync(instance)


def _was_changed(instance: Path, outside: Outside) -> bool:
    from crmlite import config
    from crmlite.backup import postgresql

    own = instance / "settings.toml"
    try:
        url = config.database_url_of(instance, own if own.exists() else Path(outside.settings))
        return postgresql.token(url) == outside.token
    except (Refused, config.ConfigError) as error:
        raise Refused(
            f"A restore into {instance} was interrupted, and only its database knows whether it was done. {error} "
            "Start the database, then crmlite again: it ends the restore or takes it back."
        ) from error


def _rename(moves: Sequence[tuple[str, str]]) -> None:
    for source, target in moves:
        if not os.path.lexists(target) and os.path.lexists(source):
            Path(target).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.rename(source, target)
            _sync(Path(target).parent)
            _sync(Path(source).parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
