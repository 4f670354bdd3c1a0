"""The bulk path: made-up firms and people written as rows, batch by batch, for tests of load.

It leaves what the verbs leave (demo/verbs.py; a test compares every table), but past the session and past SQLAlchemy's
conversions, so that memory stays flat and one core is enough for thousands a second.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from crmlite import journal
from crmlite.demo.people import Firm
from crmlite.demo.rows import TABLES, Rows
from crmlite.extensions import db

BATCH = 2000
"""Contacts a transaction."""
CACHE_KB = 200_000
"""Of SQLite while it loads: the indexes' pages that are written over and over."""


def load(
    firms: Iterable[Firm],
    user_ids: Sequence[int],
    team_ids: Sequence[int],
    told: Callable[[int], None] = lambda _people: None,
) -> None:
    """Writes all firms with their people; `told` hears after every batch how many people there are. Nobody else may write."""
    with db.engines[None].connect() as connection:
        writer = _Sqlite(connection) if connection.dialect.name == "sqlite" else _PostgreSQL(connection)
        rows = Rows(user_ids, team_ids, _last_ids(connection))
        written = 0
        with writer:
            for firm in firms:
                if not rows.people:
                    rows.begin(writer.begin())
                rows.add(firm)
                if rows.people >= BATCH:
                    written += writer.write(rows)
                    told(written)
            if rows.people:
                told(written + writer.write(rows))


def _last_ids(connection: sa.Connection) -> dict[str, int]:
    tables = [
        db.metadata.tables[name] for name in TABLES if name in db.metadata.tables and "id" in db.metadata.tables[name].c
    ]
    found = {t.name: connection.scalar(sa.select(sa.func.max(t.c.id))) or 0 for t in tables}
    connection.rollback()
    return found


class _Sqlite:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._driver: Any = connection.connection.driver_connection

    def __enter__(self) -> None:
        self._driver.execute(f"PRAGMA cache_size=-{CACHE_KB}")

    def __exit__(self, *_error: object) -> None:
        self._connection.rollback()
        self._driver.execute("PRAGMA cache_size=-2000")

    def begin(self) -> int:
        """The number of the transaction that the next batch is written in."""
        return 0

    def write(self, rows: Rows) -> int:
        with self._connection.begin():
            for table, columns in TABLES.items():
                marks = ", ".join("?" * len(columns))
                self._connection.exec_driver_sql(
                    f"INSERT INTO {table} ({_names(columns)}) VALUES ({marks})",  # noqa: S608 - our own names
                    rows.tables[table],
                ) if rows.tables[table] else None
        return _done(rows)


class _PostgreSQL:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_error: object) -> None:
        self._connection.rollback()

    def begin(self) -> int:
        number: int = self._connection.scalar(sa.select(journal.current_tx())) or 0
        return number

    def write(self, rows: Rows) -> int:
        driver: Any = self._connection.connection.driver_connection
        with driver.cursor() as cursor:
            for table, columns in TABLES.items():
                if table == "search_fts":
                    continue
                with cursor.copy(f'COPY "{table}" ({_names(columns)}) FROM STDIN') as copy:
                    for row in rows.tables[table]:
                        copy.write_row(row)
                if columns[0] == "id" and rows.last_ids[table]:
                    cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", (table, rows.last_ids[table]))
        self._connection.commit()
        return _done(rows)


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _done(rows: Rows) -> int:
    written, rows.people = rows.people, 0
    return written
