"""Databases as released versions made them, as text: for upgrades from each of them. `bin/release-fixture` writes one.

A folder is called after its release. In it: `sqlite.sql` and `postgresql.sql`, the schema in each database's own words, and
`rows.jsonl`, a small firm with rows in every table, for both. A line is a table's name with its columns, or a row of the
table named last; values are as SQLite keeps them.
"""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from pysqlite3 import dbapi2 as sqlite

HERE = Path(__file__).parent
RELEASES = sorted((path for path in HERE.iterdir() if (path / "rows.jsonl").exists()), key=lambda path: path.name)


def load(release: Path, url: str) -> None:
    """Makes that release's database of the empty one at this URL."""
    if url.startswith("sqlite"):
        _load_sqlite(release, url.removeprefix("sqlite:///"))
    else:
        _load_postgresql(release, url)


def tables(release: Path) -> Iterator[tuple[str, list[str], list[list[Any]]]]:
    """(table, columns, rows); `search_fts` is for SQLite alone."""
    found: tuple[str, list[str], list[list[Any]]] | None = None
    for line in (release / "rows.jsonl").read_text("utf-8").splitlines():
        said = json.loads(line)
        if isinstance(said, list):
            assert found is not None
            found[2].append(said)
            continue
        if found is not None:
            yield found
        found = said["table"], said["columns"], []
    if found is not None:
        yield found


def _load_sqlite(release: Path, path: str) -> None:
    with contextlib.closing(sqlite.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")
        connection.executescript((release / "sqlite.sql").read_text("utf-8"))
        for table, columns, rows in tables(release):
            if table == "search_fts":
                add = "INSERT INTO search_fts (rowid, text, scope) SELECT id, text, ? FROM search WHERE id = ?"
                connection.executemany(add, [(scope, row_id) for row_id, scope in rows])
            else:
                marks = ", ".join("?" for _column in columns)
                connection.executemany(f'INSERT INTO "{table}" ({_quoted(columns)}) VALUES ({marks})', rows)
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _load_postgresql(release: Path, url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute((release / "postgresql.sql").read_text("utf-8"))
        connection.execute("SET session_replication_role = replica")  # rows may name others that come later
        connection.execute("SET timezone = UTC")
        connection.execute("SET search_path = public")
        for table, columns, rows in tables(release):
            if table == "search_fts":
                continue
            marks = ", ".join("%s" for _column in columns)
            # as text, which PostgreSQL reads as whatever the column is
            texts = [[None if value is None else str(value) for value in row] for row in rows]
            with connection.cursor() as cursor:
                cursor.executemany(f'INSERT INTO "{table}" ({_quoted(columns)}) VALUES ({marks})', texts)
            if "id" in columns:
                connection.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT max(id) FROM " + f'"{table}"))',
                    [f'"{table}"'],
                )


def _quoted(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
