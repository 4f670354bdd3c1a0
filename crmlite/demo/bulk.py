"""The bulk path: made-up firms and people written as rows, batch by batch, for tests of load.

It leaves what the verbs leave (demo/verbs.py; a test compares every table), but past the session and past SQLAlchemy's
conversions. One process makes the rows while this one writes them, a batch ahead, so that memory stays flat.
"""

import contextlib
import gc
import marshal
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from crmlite import journal
from crmlite.demo.people import Generator
from crmlite.demo.rows import TABLES, KnownStage, Rows, Tables
from crmlite.extensions import db
from crmlite.pipeline.models import LOST, OPEN, WON, Pipeline, Stage

BATCH = 2000
"""Contacts a transaction."""
CACHE_KB = 200_000
"""Of SQLite while it loads: the indexes' pages that are written over and over."""
CHECKPOINT_PAGES = 50_000
"""Pages of SQLite's log before they are copied into the file: one page is written many times over."""
STAMPED = ("event", "change")
"""Tables whose rows say which transaction wrote them."""


def load(
    generator: Generator,
    user_ids: Sequence[int],
    team_ids: Sequence[int],
    told: Callable[[int], None] = lambda _people: None,
    batch: int = BATCH,
) -> None:
    """Writes all firms with their people; `told` hears after every batch how many people there are. Nobody else may write."""
    with db.engines[None].connect() as connection:
        write = _write_sqlite if connection.dialect.name == "sqlite" else _write_postgresql
        rows = Rows(user_ids, team_ids, _last_ids(connection), _stages(connection))
        with _roomy(connection), _without_garbage():
            people = 0
            for tables in _made_ahead(generator, rows, batch):
                write(connection, tables)
                connection.commit()
                people += len(tables["contact"])
                told(people)


# --- making -----------------------------------------------------------------------------------------------------------


def batches(generator: Generator, rows: Rows, batch: int) -> Iterator[Tables]:
    for firm in generator.firms():
        rows.add(firm)
        if rows.people >= batch:
            yield rows.take()
    if rows.people:
        yield rows.take()


def _made_ahead(generator: Generator, rows: Rows, batch: int) -> Iterator[Tables]:
    """The same, made by another process while this one writes. It waits when it is a batch ahead: a pipe holds no more."""
    if generator.size <= batch:
        yield from batches(generator, rows, batch)
        return
    context = multiprocessing.get_context("spawn")  # a fork would share our database connections
    ours, theirs = context.Pipe(duplex=False)
    maker = context.Process(target=_make, args=(generator, rows, batch, theirs), daemon=True)
    maker.start()
    theirs.close()
    try:
        while data := ours.recv_bytes():
            yield marshal.loads(data)  # noqa: S302 - from a process of ours
    finally:
        ours.close()
        maker.join()


def _make(generator: Generator, rows: Rows, batch: int, pipe: Any) -> None:
    with _without_garbage(), contextlib.suppress(BrokenPipeError):
        for tables in batches(generator, rows, batch):
            pipe.send_bytes(marshal.dumps(tables))
        pipe.send_bytes(b"")


@contextlib.contextmanager
def _without_garbage() -> Iterator[None]:
    """Rows by the hundred thousand make Python look for cycles all the time, and there are none."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


# --- writing ----------------------------------------------------------------------------------------------------------


def _last_ids(connection: sa.Connection) -> dict[str, int]:
    numbered = [db.metadata.tables[name] for name in TABLES if "id" in TABLES[name]]
    found = {t.name: connection.scalar(sa.select(sa.func.coalesce(sa.func.max(t.c.id), 0))) or 0 for t in numbered}
    connection.rollback()
    return found


def _stages(connection: sa.Connection) -> list[KnownStage]:
    """The open stages of all pipelines in their order, each with the two ends of its pipeline."""
    won, lost = sa.orm.aliased(Stage), sa.orm.aliased(Stage)
    query = (
        sa.select(Stage.id, Stage.name, Stage.pipeline_id, won.id, lost.id)
        .join(Pipeline, Pipeline.id == Stage.pipeline_id)
        .join(won, sa.and_(won.pipeline_id == Pipeline.id, won.kind == WON))
        .join(lost, sa.and_(lost.pipeline_id == Pipeline.id, lost.kind == LOST))
        .where(Stage.kind == OPEN)
    )
    found = [KnownStage(*row) for row in connection.execute(query.order_by(Pipeline.position, Stage.position))]
    connection.rollback()
    return found


@contextlib.contextmanager
def _roomy(connection: sa.Connection) -> Iterator[None]:
    """Lets SQLite keep more in memory before it writes a page again."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    before = [(name, driver.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("cache_size", "wal_autocheckpoint")]
    driver.execute(f"PRAGMA cache_size=-{CACHE_KB}")
    driver.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
    try:
        yield
    finally:
        connection.rollback()
        for name, value in before:
            driver.execute(f"PRAGMA {name}={value}")
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _write_sqlite(connection: sa.Connection, tables: Tables) -> None:
    for table, columns in TABLES.items():
        if tables[table]:
            marks = ", ".join("?" * len(columns)) + (", 0" if table in STAMPED else "")
            statement = f"INSERT INTO {table} ({_names(table)}) VALUES ({marks})"  # noqa: S608 - names of ours
            connection.exec_driver_sql(statement, tables[table])


def _write_postgresql(connection: sa.Connection, tables: Tables) -> None:
    tx = (connection.scalar(sa.select(journal.current_tx())),)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        for table, columns in TABLES.items():
            if table == "search_fts" or not tables[table]:
                continue
            with cursor.copy(f'COPY "{table}" ({_names(table)}) FROM STDIN') as copy:
                for row in tables[table]:
                    copy.write_row(row + tx if table in STAMPED else row)
            if columns[0] == "id":
                sequence = "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)"
                cursor.execute(sequence, (table, tables[table][-1][0]))


def _names(table: str) -> str:
    return ", ".join(f'"{name}"' for name in (*TABLES[table], *(["tx"] if table in STAMPED else [])))
