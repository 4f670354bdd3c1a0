"""Many rows of one table made or deleted in a few statements, journaled like those that the session writes one by one.

For imports, and whoever else brings rows by the hundred. Events and search rows are their caller's business; nothing is loaded into
the session.
"""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import repeat
from operator import is_
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import REGCLASS

from crmlite.extensions import db
from crmlite.journal.models import Change, journaled_columns, written
from crmlite.journal.recording import current

_SEQUENCES = sa.table("sqlite_sequence", sa.column("name"), sa.column("seq"))


def new_ids(table: str, count: int) -> list[int]:
    """Ids that nobody else gets, in ascending order; on SQLite as long as this transaction, which has to write, lasts."""
    if not count:
        return []
    connection = db.session.connection()
    if connection.dialect.name == "sqlite":
        last = connection.scalar(sa.select(_SEQUENCES.c.seq).where(_SEQUENCES.c.name == table)) or 0
        return list(range(last + 1, last + count + 1))
    sequence = sa.cast(sa.func.pg_get_serial_sequence(f'"{table}"', "id"), REGCLASS)
    numbers = sa.func.generate_series(1, count).table_valued("n")
    return sorted(connection.scalars(sa.select(sa.func.nextval(sequence)).select_from(numbers)))


def fill(statement: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Executes an INSERT for rows that name the same columns each. What they do not name gets its default.

    Values are made what the driver takes column by column: to do so row by row, as `execute()` does, is a quarter of the time of an
    import.
    """
    if not rows:
        return
    connection, table = db.session.connection(), statement.table
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(rows[0]))
    names = list(compiled.positiontup or compiled.params)
    columns = []
    for name in names:
        column = table.c[name]
        values = [row[name] for row in rows] if name in rows[0] else [_value(column.default) for _row in rows]
        process = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
        columns.append(_processed(values, process) if process else values)
    held: Any = list(zip(*columns, strict=True))
    if not compiled.positional:
        held = [dict(zip(names, row, strict=True)) for row in held]
    connection.exec_driver_sql(str(compiled), held)


def _processed(values: list[Any], process: Callable[[Any], Any]) -> list[Any]:
    """What all rows share, such as the time, is processed once."""
    if all(map(is_, values, repeat(values[0]))):
        return [process(values[0])] * len(values)
    return [process(value) for value in values]


def create(model: Any, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Inserts the rows (by names of columns, as the verbs would have left them; what is not named gets its default) with their
    changes. Returns their ids, which it also writes into the rows that have none."""
    if not rows:
        return []
    without = [row for row in rows if row.get("id") is None]
    for row, number in zip(without, new_ids(model.__tablename__, len(without)), strict=True):
        row["id"] = number
    defaults = {name: _value(default) for name, default in _defaults(model.__table__).items()}
    whole = [{**defaults, **row} for row in rows]
    fill(sa.insert(model.__table__), whole)
    operation_id = current(db.session())
    changes = [
        {
            "operation_id": operation_id,
            "record_type": model.__tablename__,
            "record_id": row["id"],
            "action": "created",
            "old": None,
            "new": _written(model, row),
        }
        for row in whole
    ]
    fill(sa.insert(Change.__table__), changes)
    return _touched(model, [row["id"] for row in rows])


def remove(model: Any, which: sa.ColumnElement[bool]) -> list[int]:
    """Deletes those rows with their changes, and returns their ids. Raises IntegrityError where something points at one."""
    table = model.__table__
    connection = db.session.connection()
    rows = connection.execute(sa.select(table).where(which)).mappings().all()
    if not rows:
        return []
    operation_id = current(db.session())
    changes = [
        {
            "operation_id": operation_id,
            "record_type": model.__tablename__,
            "record_id": row["id"],
            "action": "deleted",
            "old": _written(model, row),
            "new": None,
        }
        for row in rows
    ]
    ids = [row["id"] for row in rows]
    connection.execute(sa.delete(table).where(table.c.id.in_(ids)))
    fill(sa.insert(Change.__table__), changes)
    return _touched(model, ids)


def _touched(model: Any, ids: list[int]) -> list[int]:
    """Lets those look at them before the commit who keep copies of records (before_commit), but for search."""
    db.session().info.setdefault("touched_in_bulk", set()).update((model.__tablename__, number) for number in ids)
    return ids


def _written(model: Any, row: Any) -> dict[str, Any]:
    """What the journal has of a row: whatever is something."""
    plain, others = _journaled(model)
    values = {name: value for name in plain if (value := row[name]) is not None}
    for column in others:
        if (held := row[column.name]) is not None:
            values |= written(column, held)
    return values


@cache
def _journaled(model: Any) -> tuple[tuple[str, ...], tuple[sa.Column[Any], ...]]:
    """Names of the columns whose values the journal takes as they are, and the others."""
    columns = tuple(journaled_columns(model))
    plain = tuple(column.name for column in columns if type(column.type) in _PLAIN and "parts" not in column.info)
    return plain, tuple(column for column in columns if column.name not in plain)


_PLAIN = (sa.Integer, sa.BigInteger, sa.String, sa.Text, sa.Boolean)


@cache
def _defaults(table: sa.Table) -> dict[str, Any]:
    """What each column holds where nobody says, the id left out."""
    return {column.name: column.default for column in table.columns if column.name != "id"}


def _value(default: Any) -> Any:
    if default is None:
        return None
    return default.arg(None) if default.is_callable else default.arg
