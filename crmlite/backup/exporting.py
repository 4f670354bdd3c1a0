"""All that an instance holds in open formats: for each kind of row a CSV and a JSON file, and the stored files.

For whoever leaves, or looks at their data with other tools; a backup is what restores an instance. What only serves to sign in
or to run is left out: passwords, sessions, secrets of links, jobs, the search index.
"""

import csv
import io
import json
import os
import re
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, Protocol

import sqlalchemy as sa

from crmlite.backup import Refused
from crmlite.config import VERSION, Settings
from crmlite.extensions import db, utcnow
from crmlite.safety import csv_cell

LEFT_OUT = frozenset({"heartbeat", "job", "search", "throttle", "user_session"})
"""Tables that say nothing about the firm."""
SECRET = re.compile(r"password|secret|nonce|token|hash(?!tag)|recovery|totp")
"""Columns that are left out, by their names: a new one is a secret before somebody thinks of it."""
NOT_SECRET = frozenset({"consent.text_hash", "file.sha256", "quote_version.sha256"})
_LINK = re.compile(r"(/p/[a-z]+/)[A-Za-z0-9_-]{44}")
"""What opens a customer's page, as it stands in mails."""


@dataclass(frozen=True)
class Exported:
    rows: int
    files: int
    missing: int


class Place(Protocol):
    def create(self, name: str) -> Any: ...

    def add(self, name: str, path: Path) -> None: ...


def export(settings: Settings, target: Path) -> Exported:
    """Into a new folder, or into a new file where the name ends in .zip. Called with the app. Raises Refused."""
    if target.exists():
        raise Refused(f"{target} exists already: choose another name.")
    if not target.parent.is_dir():
        raise Refused(f"There is no folder {target.parent}.")
    part = target.with_name(target.name + ".part")
    _remove(part)
    try:
        with _snapshot() as connection:
            _require_room(connection, settings, target.parent)
            if target.suffix.lower() == ".zip":
                with (
                    open(part, "xb", opener=_private) as file,
                    zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped,
                ):
                    done = _export(connection, settings, _Zip(zipped))
            else:
                part.mkdir(mode=0o700)
                done = _export(connection, settings, _Folder(part))
        part.rename(target)
    except OSError as error:
        raise Refused(
            f"It cannot be written to {target}: {error.strerror or error}. Nothing was left there."
        ) from error
    finally:
        _remove(part)
    return done


def _require_room(connection: sa.Connection, settings: Settings, folder: Path) -> None:
    """For the files, and on SQLite for the rows: while the disk is full nobody can save anything."""
    need = (
        connection.scalar(sa.select(sa.func.coalesce(sa.func.sum(sa.column("size")), 0)).select_from(sa.table("file")))
        or 0
    )
    need += settings.disk_floor_mb * 1024**2 + (settings.sqlite_path.stat().st_size if settings.is_sqlite else 0)
    free = shutil.disk_usage(folder).free
    if need > free:
        raise Refused(
            f"There is too little room in {folder}: the export needs {need // 1024**2:,} MB with what always stays free "
            f"(disk_floor_mb), and there are {free // 1024**2:,} MB. Make room first."
        )


def columns_of(table: sa.Table) -> list[sa.Column[Any]]:
    """What is shown of a table."""
    return [
        column
        for column in table.columns
        if not SECRET.search(column.name) or f"{table.name}.{column.name}" in NOT_SECRET
    ]


def _export(connection: sa.Connection, settings: Settings, place: Place) -> Exported:
    counts: dict[str, int] = {}
    for table in sorted(db.metadata.tables.values(), key=lambda table: table.name):
        if table.name not in LEFT_OUT:
            counts[table.name] = _table(connection, table, place)
    files, missing = _files(connection, settings, place)
    with closing(place.create("README.txt")) as stream:
        stream.write(_readme(counts, files).encode())
    return Exported(sum(counts.values()), files, missing)


def _table(connection: sa.Connection, table: sa.Table, place: Place) -> int:
    """Twice over the rows, once for each format: a place may be a zip, which takes one file at a time."""
    columns = columns_of(table)
    names = [column.name for column in columns]
    order = list(table.primary_key.columns)
    query = sa.select(*columns).order_by(*order).execution_options(yield_per=1000)
    count = 0
    with closing(place.create(f"csv/{table.name}.csv")) as stream, _text(stream, "utf-8-sig") as text:
        writer = csv.writer(text, quoting=csv.QUOTE_ALL)
        writer.writerow(names)
        for row in connection.execute(query):
            writer.writerow([_cell(_told(table, value)) for value in row])
            count += 1
    with closing(place.create(f"json/{table.name}.json")) as stream, _text(stream, "utf-8") as text:
        text.write("[")
        for number, row in enumerate(connection.execute(query)):
            values = {name: _plain(_told(table, value)) for name, value in zip(names, row, strict=True)}
            text.write((",\n" if number else "\n") + json.dumps(values, ensure_ascii=False))
        text.write("\n]\n")
    return count


def _files(connection: sa.Connection, settings: Settings, place: Place) -> tuple[int, int]:
    """Under their number in file.csv: a name that somebody gave never becomes a path."""
    table = db.metadata.tables["file"]
    found = missing = 0
    for number, path, name in connection.execute(
        sa.select(table.c.id, table.c.path, table.c.name).order_by(table.c.id)
    ):
        location = settings.files_path / path
        if not re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{62}", path) or not location.is_file():
            missing += 1
            continue
        ending = re.search(r"\.[A-Za-z0-9]{1,8}$", name)
        place.add(f"files/{number}{ending[0].lower() if ending else ''}", location)
        found += 1
    return found, missing


def _told(table: sa.Table, value: Any) -> Any:
    """The journal's rows hold the fields of others, and texts may hold links."""
    if table.name == "change" and isinstance(value, dict):
        value = {name: field for name, field in value.items() if not SECRET.search(name)}
    return _without_links(value)


def _without_links(value: Any) -> Any:
    if isinstance(value, str):
        return _LINK.sub(r"\1…", value) if "/p/" in value else value
    if isinstance(value, dict):
        return {name: _without_links(field) for name, field in value.items()}
    return [_without_links(one) for one in value] if isinstance(value, list) else value


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return csv_cell(value)
    if isinstance(value, list | dict):
        return csv_cell(json.dumps(value, ensure_ascii=False))
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value


def _readme(counts: dict[str, int], files: int) -> str:
    lines = [
        f"Everything that this instance of crmlite {VERSION} held at {utcnow():%Y-%m-%d %H:%M} UTC.",
        "",
        "csv/   one file for each kind of row, UTF-8, with commas; every field in quotation marks. A text that a",
        "       spreadsheet could take for a formula has an apostrophe before it, which does not belong to it.",
        "json/  the same rows as JSON, as they are.",
        f"files/ {files} stored files, under their id in file.csv.",
        "",
        "Columns that end in _id hold the id of a row of another file. Amounts that end in _minor are in the smallest unit",
        "of their currency, those that end in _micro in millionths. Times are UTC. Passwords, sessions and secrets are left out.",
        "",
        *(f"{count:>10,}  {name}" for name, count in counts.items()),
        "",
    ]
    return "\n".join(lines)


@contextmanager
def _snapshot() -> Iterator[sa.Connection]:
    """All tables as they were at one moment."""
    with db.engines["reader"].connect() as connection:
        if connection.dialect.name != "sqlite":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        if not sa.inspect(connection).has_table("file"):
            raise Refused("There is no database of crmlite yet: `crmlite serve` makes one.")
        yield connection


@contextmanager
def _text(stream: IO[bytes], encoding: str) -> Iterator[io.TextIOWrapper]:
    text = io.TextIOWrapper(stream, encoding, newline="")
    yield text
    text.flush()
    text.detach()


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def create(self, name: str) -> Any:
        return open(self._made(name), "xb", opener=_private)

    def add(self, name: str, path: Path) -> None:
        with self.create(name) as target, open(path, "rb") as source:
            shutil.copyfileobj(source, target, 1 << 20)

    def _made(self, name: str) -> Path:
        path = self._folder / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        return path


class _Zip:
    def __init__(self, zipped: zipfile.ZipFile) -> None:
        self._zipped = zipped

    def create(self, name: str) -> Any:
        return self._zipped.open(name, "w", force_zip64=True)

    def add(self, name: str, path: Path) -> None:
        self._zipped.write(path, name)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
