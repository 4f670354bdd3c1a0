"""Who works with an instance folder: any number of servers, workers and commands, or one restore.

A restore exchanges the instance by renaming. What it is going to rename it writes down first; killed on the way, the next start
goes on where it was.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator, Sequence
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
    plan = instance / _PLAN
    beside = plan.with_suffix(".new")
    with open(beside, "w", encoding="utf-8") as file:
        json.dump([[str(source), str(target)] for source, target in moves], file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, plan)
    finish(instance)


def finish(instance: Path) -> None:
    """Does what is left of exchange()."""
    plan = instance / _PLAN
    if not plan.exists():
        return
    _sync(instance)
    for source, target in json.loads(plan.read_text("utf-8")):
        if not os.path.lexists(target) and os.path.lexists(source):
            Path(target).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.rename(source, target)
            _sync(Path(target).parent)
            _sync(Path(source).parent)
    plan.unlink()
    _sync(instance)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
