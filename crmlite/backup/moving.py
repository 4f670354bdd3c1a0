"""Copies all rows from one database into another, empty one: from SQLite to PostgreSQL, back, or to another place.

The new database gets its schema from the migrations and every row from the old one, in one transaction; then both are read again and
their row hashes compared. Ids stay, sequences go on where they were, so that no id is given twice. The transaction numbers of the
journal mean nothing in another database: they become 0, and who reads by them goes by the ids again. The old database is not changed.
"""

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import event
from sqlalchemy.schema import AddConstraint, DropConstraint

from crmlite import config, schema
from crmlite.auth.models import Member
from crmlite.backup import Refused, dump, in_use, postgresql, prints
from crmlite.backup.prints import Print
from crmlite.config import Settings
from crmlite.extensions import db
from crmlite.records.search import SearchRow, scope_text

_AT_ONCE = 2000


@dataclass(frozen=True)
class Moved:
    tables: dict[str, Print]

    @property
    def rows(self) -> int:
        return sum(count for count, _sum in self.tables.values())


def move(settings: Settings, url: str, told: Callable[[str], None] = lambda _text: None) -> Moved:
    """From the database of the settings into the one at `url`. Called with the app. Raises Refused; the new one is then as it was."""
    target = _checked(settings, url)
    with in_use.alone(settings.instance, "move"), _source(settings) as source:
        try:
            if target.startswith("sqlite"):
                return _into_sqlite(source, Path(sa.make_url(target).database or ""), told)
            return _into_postgresql(source, target, told)
        except sa.exc.OperationalError as error:
            raise Refused(f"The database does not answer: {_said(error)}") from error
        except (sa.exc.DBAPIError, sqlite.Error, psycopg.Error) as error:
            raise Refused(f"The new database does not take it: {_said(error)}. It was left as it was.") from error


def _said(error: Exception) -> str:
    text = str(getattr(error, "orig", error)).strip()
    return text.splitlines()[0] if text else type(error).__name__


def _checked(settings: Settings, url: str) -> str:
    try:
        target = config.normal_database_url(url, settings.instance)
    except config.ConfigError as error:
        raise Refused(str(error).replace("database_url", "The address")) from error
    if sa.make_url(target) == sa.make_url(settings.database_url):
        raise Refused("This is the database that is used already.")
    return target


@contextlib.contextmanager
def _source(settings: Settings) -> Iterator[sa.Connection]:
    """One snapshot of the old database, in which nobody else writes."""
    if not settings.is_sqlite and (connected := postgresql.others(settings.database_url)):
        raise Refused(
            f"Others are connected to the old database, from {', '.join(connected)}: stop every crmlite that uses it, "
            "as what they still write would be left behind."
        )
    with db.engines["reader"].connect() as connection:
        if not settings.is_sqlite:
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        if not sa.inspect(connection).has_table("alembic_version"):
            raise Refused(dump.NO_DATABASE)
        if connection.scalar(sa.text("SELECT version_num FROM alembic_version")) != schema.newest():
            raise Refused("The old database has not this version's schema: run `crmlite upgrade` first.")
        yield connection


# --- the new one ------------------------------------------------------------------------------------------------------


def _into_sqlite(source: sa.Connection, path: Path, told: Callable[[str], None]) -> Moved:
    if path.exists() and path.stat().st_size:
        raise Refused(f"{path} exists already: name a file that does not.")
    if not path.parent.is_dir():
        raise Refused(f"There is no folder {path.parent}.")
    for left in (path.with_name(path.name + end) for end in ("-wal", "-journal")):
        if left.exists():  # SQLite takes it for the new one's, and writes what is in it over that
            raise Refused(f"{left} is left of another database that was there: move it away, or name another file.")
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    engine = sa.create_engine(f"sqlite:///{part}", module=sqlite, poolclass=sa.NullPool)

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys=OFF")  # parents may come after their children; checked at the end
        connection.execute("PRAGMA secure_delete=ON")

    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with engine.begin() as target:
            schema.migrate(target)
            moved = _copy(source, target, _insert, told)
            _index_words(target)
            highest = _highest_ids(source)
            target.exec_driver_sql("DELETE FROM sqlite_sequence")
            rows = [(name, number) for name, number in highest.items() if number]
            target.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", rows)
        if wrong := dump.check_sqlite(part):
            raise Refused(f"The new database is not whole: {wrong[0]}. It was left as it was.")
        with open(part, "rb") as file:
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return moved


def _into_postgresql(source: sa.Connection, url: str, told: Callable[[str], None]) -> Moved:
    if (encoding := postgresql.encoding(url)) != "UTF8":
        name = sa.make_url(url).database
        raise Refused(
            f"The new database has the encoding {encoding}, which cannot hold every text. Make one that can, and name it: "
            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'. Nothing was written."
        )
    engine = sa.create_engine(url, connect_args={"options": "-c timezone=UTC"}, poolclass=sa.NullPool)
    with engine.begin() as target:
        found = sa.inspect(target).get_table_names()
        if found:
            raise Refused(f"The new database is not empty: it has the table {sorted(found)[0]}. Name an empty one.")
        schema.migrate(target)
        keys = [key for table in db.metadata.tables.values() for key in table.foreign_key_constraints]
        for key in keys:  # parents may come after their children; making them anew checks every row
            target.execute(DropConstraint(key))
        moved = _copy(source, target, _copy_in, told)
        for key in keys:
            target.execute(AddConstraint(key))
        for name, number in _highest_ids(source).items():
            if number:
                target.exec_driver_sql("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", (f'"{name}"', number))
    with engine.connect() as target:
        target.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")
    return moved


Write = Callable[[sa.Connection, sa.Table, Iterable[Any]], None]


def _copy(source: sa.Connection, target: sa.Connection, write: Write, told: Callable[[str], None]) -> Moved:
    with _quiet_cycles():
        tables = list(db.metadata.sorted_tables)
    found: dict[str, Print] = {}
    for table in tables:
        target.execute(sa.delete(table))  # what migrations put there
        summing = prints.Sum()
        write(target, table, summing.over(prints.rows(source, table)))
        found[table.name] = summing.print
    for table in tables:
        if (there := prints.of(target, table)) != found[table.name]:
            raise Refused(f"Table {table.name} is not the same in the new database: {there} and {found[table.name]}.")
        if found[table.name][0]:
            told(f"{table.name}: {found[table.name][0]:,} rows")
    return Moved(found)


@contextlib.contextmanager
def _quiet_cycles() -> Iterator[None]:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sa.exc.SAWarning)
        yield


def _insert(target: sa.Connection, table: sa.Table, rows: Iterable[Any]) -> None:
    columns = [sa.column(c.name, sa.String() if isinstance(c.type, sa.JSON) else c.type) for c in table.columns]
    statement = sa.insert(sa.table(table.name, *columns))
    names = [c.name for c in columns]
    for batch in _batches(rows):
        target.execute(statement, [dict(zip(names, row, strict=True)) for row in batch])


def _copy_in(target: sa.Connection, table: sa.Table, rows: Iterable[Any]) -> None:
    driver: Any = target.connection.driver_connection
    quote = target.dialect.identifier_preparer.quote_identifier
    names = ", ".join(quote(c.name) for c in table.columns)
    with driver.cursor() as cursor, cursor.copy(f"COPY {quote(table.name)} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


# --- what belongs to one database only --------------------------------------------------------------------------------


def _highest_ids(connection: sa.Connection) -> dict[str, int]:
    """The highest id that each table ever gave, be its row there or gone."""
    numbered = [
        table for table in db.metadata.tables.values() if table.c.get("id") is not None and table.c.id.primary_key
    ]
    found = {table.name: connection.scalar(sa.select(sa.func.max(table.c.id))) or 0 for table in numbered}
    if connection.dialect.name == "sqlite":
        query = "SELECT name, seq FROM sqlite_sequence"
        given: dict[str, int] = {row[0]: row[1] for row in connection.exec_driver_sql(query)}
        return {name: max(number, given.get(name) or 0) for name, number in found.items()}
    quote = connection.dialect.identifier_preparer.quote_identifier
    for name in found:
        sequence = connection.exec_driver_sql("SELECT pg_get_serial_sequence(%s, 'id')", (quote(name),)).scalar()
        if sequence:
            value, is_called = connection.exec_driver_sql(f"SELECT last_value, is_called FROM {sequence}").one()  # noqa: S608
            found[name] = max(found[name], value if is_called else 0)
    return found


def _index_words(connection: sa.Connection) -> None:
    """SQLite's full-text index, from the search rows and the members that see more than their role lets them."""
    members: dict[tuple[str, int], list[int]] = {}
    for record_type, record_id, user_id in connection.execute(
        sa.select(Member.record_type, Member.record_id, Member.user_id)
    ):
        members.setdefault((record_type, record_id), []).append(user_id)
    row = SearchRow.__table__.c
    query = sa.select(row.id, row.text, row.record_type, row.record_id, row.owner_id, row.team_id)
    for batch in _batches(connection.execute(query.execution_options(yield_per=_AT_ONCE))):
        rows = [
            (
                r.id,
                r.text,
                scope_text(r.record_type, r.owner_id, r.team_id, members.get((r.record_type, r.record_id), ())),
            )
            for r in batch
        ]
        connection.exec_driver_sql("INSERT INTO search_fts (rowid, text, scope) VALUES (?, ?, ?)", rows)
