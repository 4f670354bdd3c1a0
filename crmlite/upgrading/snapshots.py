"""The database as it was before its schema changed, in `instance/snapshots/`: to go back to, should the new version not do."""

import contextlib
import os
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

from pysqlite3 import dbapi2 as sqlite
from sqlalchemy.engine import URL, make_url

from crmlite.config import Settings
from crmlite.extensions import utcnow

KEEP = 3


class CannotTake(Exception):
    """There is no snapshot; the message says why and what to do."""


class NoProgram(CannotTake):
    """pg_dump is missing."""


def take(settings: Settings, version: str) -> Path:
    """Writes the whole database into one new file, looks whether it can be read, and keeps the last three.

    Raises CannotTake; what was written until then is gone again.
    """
    folder = settings.instance / "snapshots"
    kind = "db" if settings.is_sqlite else "pgdump"
    path = folder / f"{_stamp(utcnow())}-{version}.{kind}"
    part = path.with_name(path.name + ".part")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        for left in folder.glob("*.part"):  # of one that was killed
            left.unlink()
        _require_room(settings, folder)
        dump_database(settings, part)
        _sync(part)
        part.rename(path)
        _sync(folder)
    except (OSError, sqlite.Error) as error:
        raise CannotTake(f"The snapshot before the upgrade could not be written to {folder}: {error}.") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    _forget_older(folder)
    return path


def dump_database(settings: Settings, path: Path) -> None:
    """The database in one file that only we may read, and that was opened and read once: SQLite's own copy, or pg_dump's
    custom format, which pg_restore reads. `path` must not exist."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    if settings.is_sqlite:
        _vacuum_into(settings.sqlite_path, path)
    else:
        _pg_dump(make_url(settings.database_url), path)


def all_of(folder: Path) -> list[Path]:
    """The oldest first: their names begin with the time."""
    return sorted(path for path in folder.glob("*") if path.suffix in {".db", ".pgdump"})


def _vacuum_into(database: Path, path: Path) -> None:
    with contextlib.closing(sqlite.connect(database)) as source:
        source.execute("VACUUM INTO ?", [str(path)])
    with contextlib.closing(sqlite.connect(f"file:{path}?mode=ro", uri=True)) as copy:
        said = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
    if said != "ok":
        raise CannotTake(f"The database's copy is damaged: {said}. Restore the last backup before you upgrade.")


def _pg_dump(url: URL, path: Path) -> None:
    program, reader = shutil.which("pg_dump"), shutil.which("pg_restore")
    if program is None or reader is None:
        raise NoProgram(
            "There is no pg_dump here, which takes the snapshot before an upgrade. Install PostgreSQL's client programs "
            "(postgresql-client), or back the database up yourself and run `crmlite upgrade --without-snapshot`."
        )
    options = ["--format=custom", "--no-owner", "--no-privileges", "--no-password", f"--file={path}"]
    for command in ([program, *options], [reader, "--list", str(path)]):
        ended = subprocess.run(  # noqa: S603 - our own arguments
            command, env={**os.environ, **_login(url)}, capture_output=True, text=True, check=False
        )
        if ended.returncode:
            said = ended.stderr.strip().splitlines() or [f"it ended with status {ended.returncode}"]
            raise CannotTake(f"{Path(command[0]).name} could not take the snapshot: {said[-1]}.")


def _login(url: URL) -> dict[str, str]:
    """By environment: what stands in arguments is seen by everybody on the machine."""
    said = {"PGHOST": url.host, "PGPORT": url.port, "PGUSER": url.username, "PGPASSWORD": url.password}
    said |= {"PGDATABASE": url.database}
    for name, variable in (("host", "PGHOST"), ("sslmode", "PGSSLMODE"), ("sslrootcert", "PGSSLROOTCERT")):
        if url.query.get(name):
            said[variable] = str(url.query[name])
    return {name: str(value) for name, value in said.items() if value is not None}


def _require_room(settings: Settings, folder: Path) -> None:
    if not settings.is_sqlite:
        return
    needed = settings.sqlite_path.stat().st_size
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise CannotTake(
            f"The disk has {free // 2**20} MB left, and a snapshot of the database needs {needed // 2**20} MB: make room."
        )


def _forget_older(folder: Path) -> None:
    for path in all_of(folder)[:-KEEP]:
        path.unlink(missing_ok=True)


def _stamp(at: datetime) -> str:
    return at.strftime("%Y%m%dT%H%M%S%fZ")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
