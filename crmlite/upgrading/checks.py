"""What has to hold before an upgrade is committed."""

from dataclasses import dataclass
from typing import Any, Self

import sqlalchemy as sa

from crmlite import schema


class Unsound(Exception):
    """What the migrations made must not be kept; the message says what is wrong with it."""


@dataclass(frozen=True)
class Looked:
    """What there was before."""

    rows: dict[str, int]
    orphans: int

    @classmethod
    def at(cls, connection: sa.Connection) -> Self:
        return cls(_rows(connection), len(_orphans(connection)))


def require_sound(connection: sa.Connection, was: Looked, shrinks: set[str] | None = None) -> None:
    """Raises Unsound. A migration that takes rows or a table away names the table in its `shrinks`."""
    _require_version(connection)
    _require_rows(connection, was, shrinks or set())
    _require_parents(connection, was)
    _require_models(connection)


def _require_version(connection: sa.Connection) -> None:
    found = connection.scalars(sa.text("SELECT version_num FROM alembic_version")).all()
    if list(found) != [schema.newest()]:
        raise Unsound(f"After all migrations the database says that it has the schema {', '.join(found) or 'none'}.")


def _require_rows(connection: sa.Connection, was: Looked, shrinks: set[str]) -> None:
    now = _rows(connection)
    for table, before in was.rows.items():
        if table in shrinks:
            continue
        if table not in now:
            raise Unsound(f"The table {table} is gone, which no migration said.")
        if now[table] < before:
            raise Unsound(f"The table {table} had {before} rows and has {now[table]}, which no migration said.")


def _require_parents(connection: sa.Connection, was: Looked) -> None:
    orphans = _orphans(connection)
    if len(orphans) > was.orphans:
        raise Unsound(f"There are rows that name others that do not exist: {orphans[-1]}.")


def _require_models(connection: sa.Connection) -> None:
    """What the database has beyond the models may be its administrator's own, such as an index or a view for reports."""
    missing = [said for said in map(_said, schema.differences(connection)) if said]
    if missing:
        raise Unsound(f"The database is not as this version needs it: {', '.join(missing)}.")


def _said(difference: Any) -> str | None:
    """One difference in words; None for what the database merely has more."""
    if isinstance(difference, list):  # what differs about one column
        return ", ".join(f"{one[0]} of {one[2]}.{one[3]}" for one in difference)
    what, *about = difference
    if what.startswith("remove_"):
        return None
    if what == "add_column":
        return f"the column {about[1]}.{about[2].name} is missing"
    return f"{what.replace('add_', 'missing ')} {getattr(about[0], 'name', about[0])}"


def _rows(connection: sa.Connection) -> dict[str, int]:
    count = sa.select(sa.func.count())
    return {name: connection.scalar(count.select_from(sa.table(name))) or 0 for name in schema.tables(connection)}


def _orphans(connection: sa.Connection) -> list[str]:
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        return [f"row {row} of {table} names one of {parent}" for table, row, parent, _key in found]
    unchecked = (
        "SELECT conname FROM pg_constraint WHERE NOT convalidated AND connamespace = current_schema()::regnamespace"
    )
    return [f"the rule {name} was never checked" for name in connection.scalars(sa.text(unchecked))]
