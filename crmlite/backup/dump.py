"""One copy of the database, of one moment, while others go on writing; and back from it.

`write()` is what everybody takes who needs a copy: backups, and the snapshot before a migration. SQLite: VACUUM INTO, which reads
one snapshot and holds up nobody. PostgreSQL: pg_dump in its custom format. Never a copy of the file: of 40 copies of a database
that was written to, 28 were damaged.
"""

import contextlib
import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pysqlite3 import dbapi2 as sqlite

from crmlite.backup import Refused
from crmlite.config import Settings

OURS = frozenset({"alembic_version", "operation", "file", "user"})
"""Tables that every database of crmlite has had from the first day on."""
FOREIGN = "The database is of another product, not of crmlite: it has the table {}."
NO_DATABASE = "There is no database of crmlite yet: `crmlite serve` makes one."


FILES = "SELECT path, sha256 FROM file ORDER BY path"
SMALL_PICTURES = "SELECT thumbnail, NULL FROM file WHERE thumbnail IS NOT NULL ORDER BY thumbnail"
"""Backups of 0.1.0 have none."""


@dataclass(frozen=True)
class Dumped:
    """What the copy holds, looked up in the same moment."""

    schema: str
    rows: dict[str, int]
    files: list[tuple[str, str | None]] = field(repr=False)
    """Path and SHA-256 of every file that a row points at; None of small pictures, which are nobody's own."""


def write(settings: Settings, path: Path) -> Dumped:
    """Copies the database into the new file `path`, for its owner only. Raises Refused, and OSError."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    if settings.is_sqlite:
        _vacuum(settings.sqlite_path, path)
        return look(path)
    from crmlite.backup import postgresql

    return postgresql.dump(settings.database_url, path)


def _vacuum(source: Path, target: Path) -> None:
    if not source.is_file():
        raise Refused(NO_DATABASE)
    try:
        with contextlib.closing(_open(source, "rw")) as connection:
            connection.execute("VACUUM INTO ?", (str(target),))
    except sqlite.Error as error:
        raise _named(error) from error
    descriptor = os.open(target, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def look(path: Path) -> Dumped:
    """What an SQLite database holds. Raises Refused where it is none of crmlite."""
    try:
        with contextlib.closing(_open(path, "ro")) as connection:
            names = list(_tables(connection))
            if not set(names) >= OURS:
                raise Refused(FOREIGN.format(names[0]) if names else NO_DATABASE)
            schema = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
            rows = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608
            files = list(connection.execute(FILES))
            if any(column[1] == "thumbnail" for column in connection.execute("PRAGMA table_info(file)")):
                files += connection.execute(SMALL_PICTURES)
            return Dumped(schema, rows, files)
    except sqlite.Error as error:
        raise _named(error) from error


def refuse_foreign(path: Path) -> None:
    """Raises Refused where another product's database lies there. One that cannot be read is no reason: it may be why one restores."""
    with contextlib.suppress(sqlite.Error), contextlib.closing(_open(path, "ro")) as connection:
        names = list(_tables(connection))
        if names and not set(names) >= OURS:
            raise Refused(f"{FOREIGN.format(names[0])} Nothing was changed: correct database_url.")


def check_sqlite(path: Path) -> list[str]:
    """What SQLite finds wrong with a database, one line each."""
    try:
        with contextlib.closing(_open(path, "ro")) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check(10)") if row[0] != "ok"]
            lost = [
                f"{row[0]}: row {row[1]} points at a {row[2]} that is not there"
                for row in connection.execute("PRAGMA foreign_key_check")
            ]
            return found + lost[:10]
    except sqlite.DatabaseError as error:
        return [str(error)]


def _open(path: Path, mode: str) -> Any:
    connection = sqlite.connect(f"file:{quote(str(path))}?mode={mode}", uri=True, timeout=5)
    connection.isolation_level = None
    connection.execute("PRAGMA trusted_schema=0")
    return connection


def _tables(connection: Any) -> Iterator[str]:
    """Without those of the full-text index: they are no rows of anybody's."""
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"):
        if not name.startswith(("sqlite_", "search_fts")):
            yield name


def _named(error: Exception) -> Exception:
    text = str(error)
    if "full" in text or "I/O" in text:
        number = errno.ENOSPC if "full" in text else errno.EIO
        return OSError(number, os.strerror(number))
    return Refused(f"The database cannot be read: {text}.")
