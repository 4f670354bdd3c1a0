"""The database, its Base and the routing session; translations; htmx."""

import contextlib
import fcntl
import json
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, cast

import sqlalchemy as sa
from flask import Flask, has_request_context, request
from flask_babel import Babel
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from htmx_flask import Htmx
from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import event
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase, registry

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

PERSONAL = {"personal": True}
"""`info` of columns that erasure empties and the dossier of a person lists."""
UNJOURNALED = {"journal": False}
"""`info` of columns the journal leaves out: bookkeeping that every save touches, and secrets."""

SQLITE_PRAGMAS: dict[str, str | int] = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: what was acknowledged survives a power cut
    "foreign_keys": 1,
    "busy_timeout": 5000,
    "wal_autocheckpoint": 4000,  # 16 MB: with SQLite's 1000 pages, nearly every commit of a job wrote its pages into the database, too
    "secure_delete": 1,
    "trusted_schema": 0,
}
CACHE_KB = 16_000
"""Pages of the database that each connection keeps, once it has read them. With SQLite's own 2 MB, a list of a million records whose
rows lie far apart was read from the system anew each time, five times as dear; and a transaction that touched more, such as one that
writes the keys of hundreds of records, wrote pages twice."""
SQLITE_OLDEST = (3, 51, 3)  # earlier ones can corrupt a WAL database that several processes write


BUSY_AFTER = 10.0


class Busy(Exception):
    """Another writer held the database for too long; nothing was written."""


class ReadOnly(Exception):
    """Somebody tried to write while the session was a reader: in a GET, after the commit, or in a shell that did not say it writes."""


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An aware time, kept as UTC; SQLite has no time zones and stores it without one."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    if TYPE_CHECKING:
        __table__: ClassVar[sa.Table]

    registry = registry(
        metadata=sa.MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={datetime: UtcDateTime(), dict[str, Any]: sa.JSON(), list[Any]: sa.JSON()},
    )


@event.listens_for(sa.Table, "after_parent_attach")
def _never_reuse_ids(table: sa.Table, _metadata: sa.MetaData) -> None:
    """Ids of rows that are gone may stand in the journal, in links and in what people remember."""
    if "id" in table.c and table.c.id.primary_key:  # a migration's tables say so themselves: they get their keys later
        table.dialect_options["sqlite"]["autoincrement"] = True


class Session(FlaskSession):
    """Reads with the reader engine, writes with the writer; which one is a flag that requests, jobs and commands set."""

    reading = True

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **kwargs: Any) -> Any:
        if bind is not None:
            return bind
        return self._db.engines["reader" if self.reading else None]


db = SQLAlchemy(model_class=Base, session_options={"class_": Session, "expire_on_commit": False})
babel = Babel()
htmx = Htmx()


_pretended: ContextVar[datetime | None] = ContextVar("pretended", default=None)


def utcnow() -> datetime:
    return _pretended.get() or datetime.now(UTC)


@contextlib.contextmanager
def pretending(now: datetime) -> Iterator[None]:
    """Lets verbs run as if it were `now`: rows, operations and events carry that time. For the demo and for tests."""
    token = _pretended.set(now)
    try:
        yield
    finally:
        _pretended.reset(token)


def current_session() -> Session:
    """The session behind `db.session`, for its flag."""
    return cast(Session, db.session())


def reading() -> None:
    """For public posts: from here on this session reads, so that looking at what was sent does not hold the write lock."""
    db.session.rollback()
    current_session().reading = True


def writing() -> None:
    """For jobs, commands and after reading(): from here on this session writes. Requests are told by their method."""
    db.session.rollback()
    current_session().reading = False


def insert(table: Any) -> Any:
    """An INSERT that takes ON CONFLICT: both databases have it, but SQLAlchemy spells it once for each."""
    if db.engines[None].dialect.name == "sqlite":
        return sqlite_dialect.insert(table)
    return postgresql.insert(table)


@event.listens_for(db.session, "after_commit")
def _read_again(session: Session) -> None:
    """What is rendered after the commit reads with the reader, so that no template runs under the write lock."""
    if has_request_context() and not session.in_nested_transaction():
        session.reading = True


@event.listens_for(db.session, "after_soft_rollback")
def _read_after_rollback(session: Session, _previous: Any) -> None:
    """Not after a savepoint's rollback: the transaction around it goes on writing."""
    if has_request_context() and not session.in_transaction():
        session.reading = True


@event.listens_for(db.session, "before_flush")
def _refuse_reader_flush(session: Session, _context: Any, _instances: Any) -> None:
    if session.reading and (session.new or session.deleted or any(map(session.is_modified, session.dirty))):
        raise ReadOnly("a change was made while the session only reads")


@event.listens_for(db.session, "do_orm_execute")
def _refuse_reader_statement(state: Any) -> None:
    if state.session.reading and not state.is_select:
        raise ReadOnly(str(state.statement)[:80])


def init_app(app: Flask) -> None:
    settings = app.extensions["crmlite.settings"]
    url = settings.database_url
    if settings.is_sqlite:
        writer: dict[str, Any] = {"url": url, "module": sqlite}
        reader = dict(writer)
    else:
        # dates and sorting must not depend on how somebody set the server up
        options = "-c timezone=UTC -c lock_timeout=5000"
        writer = {"url": url, "connect_args": {"options": options}, "pool_pre_ping": True}
        reader = {**writer, "connect_args": {"options": options + " -c default_transaction_read_only=on"}}
    # what was asked for stays out of errors, and so out of logs: tokens, and what is said about people
    app.config["SQLALCHEMY_BINDS"] = {
        name: {**bind, "hide_parameters": True} for name, bind in ((None, writer), ("reader", reader))
    }
    db.init_app(app)
    htmx.init_app(app)
    with app.app_context():
        for engine in db.engines.values():
            engine.dialect._json_serializer = _compact_json
        if settings.is_sqlite:
            _check_sqlite()
            _make_private(str(settings.sqlite_path))
            _prepare_sqlite(db.engines[None], "IMMEDIATE", lock=WriterLock(f"{settings.sqlite_path}.lock"))
            _prepare_sqlite(db.engines["reader"], "DEFERRED", read_only=True)
    app.before_request(_choose_engine)
    app.teardown_request(_forget_engine)


_compact_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def _choose_engine() -> None:
    current_session().reading = request.method in SAFE_METHODS


def _forget_engine(_error: BaseException | None) -> None:
    """A test client inside an app context shares its session; the flag must not leak from one request to the next."""
    current_session().reading = True


class WriterLock:
    """One writer at a time, fairly: a lock between threads, then a file lock between processes.

    SQLite's own waiting sleeps and is unfair: with eight clients the slowest waited 320-820 ms, with this lock 19-108 ms.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._thread_lock = threading.Lock()
        self._file: Any = None
        self._pid = 0

    def acquire(self) -> None:
        """Raises Busy after ten seconds: whoever waits that long is better told so than left waiting."""
        if not self._thread_lock.acquire(timeout=BUSY_AFTER):
            raise Busy
        try:
            if self._file is None or self._pid != os.getpid():
                self._file, self._pid = open(self._path, "a"), os.getpid()  # noqa: SIM115 - kept for the process's life
            self._lock_file()
        except BaseException:
            self._thread_lock.release()
            raise

    def _lock_file(self) -> None:
        deadline = time.monotonic() + BUSY_AFTER
        while True:
            try:
                return fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise Busy from None
                time.sleep(0.001)

    def release(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)
        self._thread_lock.release()

    def is_held(self) -> bool:
        return self._thread_lock.locked()


@contextlib.contextmanager
def migrator() -> Iterator[Engine]:
    """An engine for changes of the schema, with connections that end with the block, and no lock of ours: whoever migrates
    beside others takes `writer_lock()` first.

    On SQLite it does not look at foreign keys: a table whose columns change is copied and dropped, and dropping one whose
    rows others name would delete those too, or fail. What was left behind is found by PRAGMA foreign_key_check.
    """
    writer = db.engines[None]
    kept: dict[str, Any] = {"poolclass": sa.NullPool, "hide_parameters": True}
    if writer.dialect.name == "sqlite":
        engine = sa.create_engine(writer.url, module=sqlite, **kept)
        _prepare_sqlite(engine, "IMMEDIATE", pragmas={**SQLITE_PRAGMAS, "foreign_keys": 0})
    else:
        # waits for as long as it takes at our own lock; what waits for tables says so itself
        engine = sa.create_engine(writer.url, connect_args={"options": "-c timezone=UTC -c lock_timeout=0"}, **kept)
    engine.dialect._json_serializer = _compact_json
    try:
        yield engine
    finally:
        engine.dispose()


def writer_lock() -> WriterLock | None:
    """The lock of this app's SQLite writer, for the test that probes it; None on PostgreSQL."""
    return getattr(db.engines[None], "crmlite_lock", None)


def _check_sqlite() -> None:
    if sqlite.sqlite_version_info < SQLITE_OLDEST:
        raise RuntimeError(
            f"SQLite {sqlite.sqlite_version} is too old; crmlite needs {'.'.join(map(str, SQLITE_OLDEST))} or newer."
        )


def _make_private(path: str) -> None:
    """A new database is readable by its owner only; SQLite gives what it puts beside it the same rights.

    One that is there is not opened, here or anywhere in a process that uses it: closing it would take away the locks that the
    process has on it, and the next program that reads the database and ends would delete the log under our feet.
    """
    with contextlib.suppress(OSError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def at_most(count: int) -> sa.ColumnClause[int]:
    """For `limit()` of a statement that is run again and again: SQLite plans one anew each time whose LIMIT is a parameter."""
    return sa.literal_column(str(int(count)), sa.Integer())


def ilike(column: Any, pattern: str) -> sa.ColumnElement[bool]:
    """column.ilike(), of which SQLite's own knows A to Z alone. Ours costs a call per row, so it is asked for other letters only."""
    if pattern.isascii() or db.engines[None].dialect.name != "sqlite":
        found: sa.ColumnElement[bool] = column.ilike(pattern, escape="\\")
        return found
    return sa.func.lowered(column).like(pattern.lower(), escape="\\")


def _lowered(text: Any) -> Any:
    return text.lower() if isinstance(text, str) else text


class _SqliteCompiler(SQLiteCompiler):
    """SQLAlchemy leaves with_hint() out on SQLite; lists say with it which index they walk (INDEXED BY)."""

    def limit_clause(self, select: Any, **kw: Any) -> str:
        """SQLAlchemy says OFFSET 0 where there is none, as a parameter: see at_most()."""
        if select._limit_clause is not None and select._offset_clause is None:
            return f"\n LIMIT {self.process(select._limit_clause, **kw)}"
        text: str = super().limit_clause(select, **kw)
        return text

    def get_from_hint_text(self, table: sa.FromClause, text: str | None) -> str | None:
        return text


def _prepare_sqlite(
    engine: Engine,
    begin: str,
    lock: WriterLock | None = None,
    read_only: bool = False,
    pragmas: Mapping[str, str | int] = SQLITE_PRAGMAS,
) -> None:
    engine.dialect.statement_compiler = _SqliteCompiler
    if lock:
        engine.crmlite_lock = lock  # type: ignore[attr-defined]

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.create_function("lowered", 1, _lowered, deterministic=True)
        connection.isolation_level = None  # transactions are begun by the "begin" event, not guessed by the driver
        for name, value in pragmas.items():
            connection.execute(f"PRAGMA {name}={value}")
        connection.execute(f"PRAGMA cache_size=-{CACHE_KB}")
        if read_only:
            connection.execute("PRAGMA query_only=1")
        for name, value in pragmas.items():
            found = connection.execute(f"PRAGMA {name}").fetchone()[0]
            if found != value:
                raise RuntimeError(f"SQLite did not take {name}={value}: it says {found}.")

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: sa.Connection) -> None:
        if lock and not connection.info.get("locked"):
            lock.acquire()
            connection.info["locked"] = True
        connection.exec_driver_sql(f"BEGIN {begin}")

    @event.listens_for(engine, "checkin")  # the "commit" event fires before the commit; check-in also covers exceptions
    def checkin(_connection: Any, record: Any) -> None:
        if lock and record.info.pop("locked", None):
            lock.release()
