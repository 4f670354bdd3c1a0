"""`crmlite demo remove`: back to the empty first start, and what else would go with the demo."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.engine import Connection

from crmlite import files, schema
from crmlite.auth import roles
from crmlite.auth.models import Preference, User
from crmlite.demo.cast import CAST, DOMAIN
from crmlite.extensions import db, writing
from crmlite.journal import Change, Operation

MARK = "demo"
IS_DEMOS = User.email.like(f"%@{DOMAIN}")
BY_PEOPLE = ("user", "customer")


def remember() -> None:
    """Notes up to which operation everything is the demo's. Commits."""
    writing()
    admin = db.session.scalars(sa.select(User.id).where(User.email == f"admin@{DOMAIN}")).one()
    last = db.session.scalar(sa.select(sa.func.max(Operation.id))) or 0
    Preference.write(admin, MARK, {"operation": last})
    db.session.commit()


def is_there() -> bool:
    """Whether this database holds the demo: nobody else has its people's addresses. Those that were deactivated are history."""
    cast = db.session.scalar(
        sa.select(sa.func.count(User.id)).where(User.email.in_([part.email for part in CAST]), User.active)
    )
    return bool(cast)


def what_else() -> list[str]:
    """What is there besides the demo, a line for each; empty where the demo is all there is."""
    found = [
        f"the user {name} ({email})"
        for name, email in db.session.execute(sa.select(User.name, User.email).where(~IS_DEMOS).order_by(User.id))
    ]
    mark = db.session.scalar(sa.select(Preference.value).where(Preference.name == MARK))
    if mark is None:
        return [*found, "whatever was written since the demo was made: this version cannot tell it from the demo"]
    later = sa.select(Operation.id).where(Operation.id > mark["operation"], Operation.actor_kind.in_(BY_PEOPLE))
    changes = (
        sa.select(Change.record_type, Change.action, sa.func.count(sa.distinct(Change.record_id)))
        .where(Change.operation_id.in_(later))
        .group_by(Change.record_type, Change.action)
        .order_by(Change.record_type, Change.action)
    )
    return found + [
        f"{count:,} x {kind.replace('_', ' ')} {action} since the demo was made"
        for kind, action, count in db.session.execute(changes)
    ]


def remove() -> dict[str, int]:
    """Empties the database and the files folder; returns how many rows each table had. Settings and secret key stay.

    Killed before its first commit nothing has happened; killed after it, the next start makes the empty database ready.
    """
    db.session.remove()
    with _whole_writer() as connection:
        counts = {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in db.metadata.sorted_tables
        }
        _drop(connection)
    schema.upgrade()
    roles.make_standard()
    settings = current_app.extensions["crmlite.settings"]
    _remove_files(settings.files_path)
    (settings.instance / "demo.made").unlink(missing_ok=True)  # bin/run's mark
    _give_room_back()
    return {name: count for name, count in counts.items() if count}


def _remove_files(folder: Path) -> None:
    """Ours and no others: `files_folder` may name one that holds more."""
    for path in list(files.stored(folder)):
        with contextlib.suppress(OSError):
            path.unlink()
            path.parent.rmdir()  # when it was the last one
    shutil.rmtree(folder / "exports", ignore_errors=True)


@contextlib.contextmanager
def _whole_writer() -> Iterator[Connection]:
    """A transaction that does not look at foreign keys: every row goes, so none is left that could miss another."""
    with db.engines[None].connect() as connection:
        driver = connection.connection.driver_connection
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:  # within a transaction SQLite would ignore it
            driver.execute("PRAGMA foreign_keys=0")  # type: ignore[union-attr]
        try:
            with connection.begin():
                yield connection
        finally:
            if is_sqlite:
                driver.execute("PRAGMA foreign_keys=1")  # type: ignore[union-attr]


def _drop(connection: Connection) -> None:
    """Tables and all: only the migrations know what an empty database begins with."""
    quote = connection.dialect.identifier_preparer.quote
    names = [quote(name) for name in (*(table.name for table in db.metadata.sorted_tables), "alembic_version")]
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"DROP TABLE {', '.join(names)} CASCADE")
        return
    for name in ("search_fts", *reversed(names)):
        connection.exec_driver_sql(f"DROP TABLE {name}")


def _give_room_back() -> None:
    """A file does not shrink by itself; one that is busy stays as large as it is."""
    if db.engines[None].dialect.name != "sqlite":
        return
    connection = db.engines[None].raw_connection()
    try:
        with contextlib.suppress(Exception):
            connection.driver_connection.execute("VACUUM")  # type: ignore[union-attr]
            connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
    finally:
        connection.close()
