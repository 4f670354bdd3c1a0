"""Makes a backup, tries it, and remembers how that went; by night it also takes the oldest away."""

import contextlib
import errno
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO

from crmlite import backup
from crmlite.backup import Made, Refused, archive, checking, dump, postgresql, sealed
from crmlite.backup.archive import About, Manifest
from crmlite.config import VERSION, Settings
from crmlite.extensions import utcnow

_NAME = re.compile(r"crmlite-\d{4}-\d{2}-\d{2}-\d{6}(\.tar\.gz|\.tar\.gz\.age|\.age\.tar)")
PART = ".part"
_WORK = "work-"


def make(settings: Settings, path: Path, *, check: bool = True) -> Made:
    """One backup in the new file `path`, tried by restoring it. Raises Refused where none could be made.

    One that was made and could not be tried is there, and its `problem` says so. Takes minutes for gigabytes, and neither the
    write lock nor a transaction.
    """
    try:
        with _alone(settings) as work:
            return _make(settings, path, work, check)
    except OSError as error:
        raise Refused(_sentence(error, path)) from error


def nightly(settings: Settings) -> Made:
    """The same under a name with the time, in the folder for backups; the oldest go when the new one was tried, or none ever can be:
    they would fill the disk until there is room for none."""
    folder = settings.backups_path
    try:
        folder.mkdir(mode=0o700, parents=not settings.backup_folder, exist_ok=True)
        name = f"crmlite-{utcnow():%Y-%m-%d-%H%M%S}{sealed.ending(settings.backup_key)}"
        made = make(settings, folder / name)
        if made.verified_at or not made.may_be_tried:
            _forget_old(folder, settings.backup_keep, made)
    except (Refused, OSError) as error:
        sentence = str(error) if isinstance(error, Refused) else _sentence(error, folder)
        backup.remember_problem(settings, sentence)
        raise Refused(sentence) from error
    return made


def kept(folder: Path) -> list[Path]:
    """The nightly backups in a folder, the oldest first."""
    return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name) and path.is_file())


def _forget_old(folder: Path, keep: int, newest: Made) -> None:
    for path in kept(folder)[:-keep]:
        if str(path) != newest.path:  # made with a clock that was behind it looks like the oldest
            path.unlink()


# --- making -----------------------------------------------------------------------------------------------------------


def _make(settings: Settings, path: Path, work: Path, check: bool) -> Made:
    if path.exists():
        raise Refused(f"{path} exists already: choose another name.")
    database = work / "database"
    now = utcnow()
    if settings.is_sqlite and settings.sqlite_path.is_file():  # before a copy of it is written
        _require(settings.instance, settings.sqlite_path.stat().st_size, settings.disk_floor_mb * 1024**2)
    dumped = dump.write(settings, database)
    _require_room(settings, path, database, dumped, check)
    kind = "sqlite" if settings.is_sqlite else "postgresql"
    about = About(VERSION, dumped.schema, kind, now.isoformat())
    part = path.with_name(path.name + PART)
    part.unlink(missing_ok=True)
    try:
        with sealed.writing(part, settings.backup_key) as (stream, own_key):
            manifest = archive.pack(
                stream, about, _members(settings, database, dumped, work, kind), Manifest(rows=dumped.rows)
            )
        database.unlink()
        problem = _unlike(manifest)
        verified_at, may_be_tried = None, True
        if check:
            try:
                checking.check(settings, part, own_key, work / "tried")
                verified_at = utcnow()
            except Refused as error:
                problem, may_be_tried = str(error), not isinstance(error, postgresql.MayNotTry)
        os.replace(part, path)
        _sync(path.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    made = Made(now, verified_at, path.stat().st_size, str(path), problem, may_be_tried)
    backup.remember(settings, made)
    return made


def _members(
    settings: Settings, database: Path, dumped: dump.Dumped, work: Path, kind: str
) -> Iterator[tuple[str, Path, str | None]]:
    yield archive.DATABASES[kind], database, None
    if (toml := settings.instance / archive.SETTINGS).exists():
        yield archive.SETTINGS, toml, None
    key = work / archive.SECRET_KEY  # it may be set elsewhere than in its file
    key.touch(0o600)
    key.write_text(settings.secret_key, "ascii")
    yield archive.SECRET_KEY, key, None
    for path, sha256 in dumped.files:
        if re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{62}", path):
            yield f"files/{path}", settings.files_path / path, sha256


def _unlike(manifest: Manifest) -> str | None:
    """What the instance itself is wrong in, which a backup can only repeat."""
    if manifest.missing:
        return f"{len(manifest.missing)} stored files are missing on the disk, the first is {manifest.missing[0]}."
    if manifest.damaged:
        return f"{len(manifest.damaged)} stored files are damaged on the disk, the first is {manifest.damaged[0]}."
    return None


def _require_room(settings: Settings, path: Path, database: Path, dumped: dump.Dumped, check: bool) -> None:
    """Before more is written: a disk that a backup has filled stops everybody's work."""
    size = database.stat().st_size
    for name, _sha256 in dumped.files:
        with contextlib.suppress(OSError):
            size += (settings.files_path / name).stat().st_size
    floor = settings.disk_floor_mb * 1024**2
    here, there = settings.instance, path.parent
    needs = {here: size if check else 0}
    needs[there] = needs.get(there, 0) + size
    if here.stat().st_dev == there.stat().st_dev:
        needs = {here: sum(needs.values())}
    for folder, need in needs.items():
        _require(folder, need, floor)


def _require(folder: Path, need: int, floor: int) -> None:
    free = shutil.disk_usage(folder).free
    if need + floor > free:
        raise Refused(
            f"There is too little room in {folder}: the backup needs {(need + floor) // 1024**2:,} MB with what always "
            f"stays free (disk_floor_mb), and there are {free // 1024**2:,} MB. Make room, or set backup_folder to another disk."
        )


@contextlib.contextmanager
def _alone(settings: Settings) -> Iterator[Path]:
    """A folder to work in, which is gone afterwards; one backup at a time. Whatever a killed one has left behind goes first."""
    own, *shared = backup.status_folders(settings)
    own.mkdir(mode=0o700, exist_ok=True)
    with contextlib.ExitStack() as stack:
        for folder in [own, *(folder for folder in shared if folder.is_dir())]:  # another host may have the same one
            _lock(stack.enter_context(open(folder / "lock", "a")))
        for left in own.glob(f"{_WORK}*"):
            shutil.rmtree(left, ignore_errors=True)
        if settings.backups_path.is_dir():
            for part in settings.backups_path.glob(f"crmlite-*{PART}"):
                part.unlink(missing_ok=True)
        with tempfile.TemporaryDirectory(prefix=_WORK, dir=own, ignore_cleanup_errors=True) as work:
            yield Path(work)


def _lock(file: IO[str]) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Refused("Another backup is being made at the moment: wait until it is done.") from None


def _sentence(error: OSError, path: Path) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return "The disk became full while the backup was made: it was given up. Make room, or set backup_folder to another disk."
    where = error.filename or path
    return f"The backup cannot be written to {where}: {error.strerror or error}."


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some disks of other machines cannot
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def age(made: Made, now: datetime) -> str:
    """How old it is, in words for the command line."""
    if made.at is None:
        return "never"
    hours = int((now - made.at).total_seconds() // 3600)
    return f"{hours} hours ago" if hours < 48 else f"{hours // 24} days ago"
