"""Very many ids, and whole rows, as one parameter of a statement: each database in its way."""

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from crmlite.extensions import db

Rows = Iterable[dict[str, Any]]


def is_sqlite() -> bool:
    return bool(db.engines[None].dialect.name == "sqlite")


def among(column: Any, ids: Collection[int]) -> sa.ColumnElement[bool]:
    """Whether the column holds one of them. A list of parameters would end at 32,000."""
    if is_sqlite():
        values = sa.func.json_each(sa.literal(sorted(ids), sa.JSON())).table_valued("value")
        found: sa.ColumnElement[bool] = column.in_(sa.select(values.c.value))
        return found
    whole: sa.ColumnElement[bool] = column == sa.any_(sa.literal(sorted(ids), ARRAY(sa.BigInteger)))
    return whole


def stand_in(table: sa.Table, names: Collection[str], rows: Rows) -> sa.CTE:
    """These rows, under the name of the table: whatever asks the table in the same statement gets them, and nothing else.
    Values are in the journal's own types."""
    columns = [table.c[name] for name in names]
    written = [{name: _written(table.c[name], row.get(name)) for name in names} for row in rows]
    given = sa.literal(written, sa.JSON())
    if is_sqlite():
        each = sa.func.json_each(given).table_valued("value")
        picked = [
            sa.type_coerce(sa.func.json_extract(each.c.value, f'$."{column.name}"'), column.type).label(column.name)
            for column in columns
        ]
        return sa.select(*picked).select_from(each).cte(table.name)
    typed = [sa.column(column.name, column.type) for column in columns]
    record = sa.func.json_to_recordset(given).table_valued(*typed).render_derived(with_types=True)
    return sa.select(*record.c).cte(table.name)


def _written(column: sa.Column[Any], value: Any) -> Any:
    """The journal keeps a time as ISO says it; SQLite's tables do it without the T and the zone."""
    if value is None or not is_sqlite() or not _is_time(column):
        return value
    text = str(value).removesuffix("+00:00").replace("T", " ")
    return text if "." in text else f"{text}.000000"


def _is_time(column: sa.Column[Any]) -> bool:
    return bool(column.type.python_type.__name__ == "datetime")
