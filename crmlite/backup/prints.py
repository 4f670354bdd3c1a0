"""What says whether two databases hold the same: for each table how many rows it has, and the sum of their hashes."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

_AT_ONCE = 2000
_TX = "tx"
"""Columns of this name hold numbers of transactions of one PostgreSQL server."""

Print = tuple[int, int]
"""How many rows a table has, and the sum of their hashes, which does not depend on their order."""


def rows(connection: sa.Connection, table: sa.Table) -> Iterator[tuple[Any, ...]]:
    """All rows; JSON as the text that is stored, which a way through Python's values would change."""
    is_sqlite = connection.dialect.name == "sqlite"

    def read(column: sa.Column[Any]) -> Any:
        if column.name == _TX:
            return sa.literal(0).label(_TX)
        if not isinstance(column.type, sa.JSON):
            return column
        return (sa.type_coerce(column, sa.String) if is_sqlite else sa.cast(column, sa.Text)).label(column.name)

    query = sa.select(*map(read, table.columns)).execution_options(yield_per=_AT_ONCE)
    for row in connection.execute(query):
        yield tuple(row)


def of(connection: sa.Connection, table: sa.Table) -> Print:
    summing = Sum()
    for _row in summing.over(rows(connection, table)):
        pass
    return summing.print


class Sum:
    """The print of the rows that run through it."""

    def __init__(self) -> None:
        self._count = self._sum = 0

    def over(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        for row in rows:
            self._count += 1
            self._sum += hash_of(row)
            yield row

    @property
    def print(self) -> Print:
        return self._count, self._sum % 2**128


def hash_of(row: Iterable[Any]) -> int:
    """The same for the same values, whichever database they came from."""
    text = "".join(map(_spelled, row))
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest(), "big")


def _spelled(value: Any) -> str:
    if isinstance(value, datetime):
        value = value.astimezone(UTC).isoformat(timespec="microseconds")
    elif isinstance(value, date):
        value = value.isoformat()
    elif isinstance(value, bytes):
        value = value.hex()
    text = str(value)
    return f"{type(value).__name__}:{len(text)}:{text}"
