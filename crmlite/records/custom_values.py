"""What records have in custom fields, twice: in `record.custom`, and laid out by field in a table of its own, so that lists of a
million records are sorted and filtered by it along an index. The journal's hook keeps the second like the first.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from crmlite.extensions import PERSONAL, Base, db
from crmlite.fold import sort_key
from crmlite.records import custom_fields, types
from crmlite.records.custom_fields import CustomField, everything

AT_ONCE = 500


def _partial(column: str) -> sa.Index:
    """Of the rows that have something in that column: a field fills one or two of them."""
    where = sa.text(f"{column} IS NOT NULL")
    name = f"ix_custom_value_{column}"
    return sa.Index(name, "field_id", column, "record_id", sqlite_where=where, postgresql_where=where)


class CustomValue(Base):
    """A value, or one of several choices. `text` and `number` are what filters ask, `sort` is what texts are sorted by."""

    __tablename__ = "custom_value"
    __table_args__ = (
        _partial("text"),
        _partial("number"),
        _partial("sort"),
        {"sqlite_with_rowid": False},
    )
    field_id: Mapped[int] = mapped_column(sa.ForeignKey("custom_field.id"), primary_key=True, autoincrement=False)
    record_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str | None] = mapped_column(info=PERSONAL)
    number: Mapped[int | None] = mapped_column(sa.BigInteger, info=PERSONAL)
    sort: Mapped[str | None] = mapped_column(info=PERSONAL)


LONGEST = 500
"""Characters of a text that filters compare: an index holds no more."""


def rows_of(field: CustomField, record_id: int, value: Any) -> list[dict[str, Any]]:
    """What the table holds of a value."""
    if value in (None, "", []):
        return []
    text = number = sort = None
    if field.kind in {"text", "link"}:
        text, sort = str(value)[:LONGEST], sort_key(str(value))[:100]
    elif field.kind == "date":
        number = date.fromisoformat(value).toordinal()
    elif field.kind not in {"choice", "choices"}:
        number = int(value)
    texts = list(value) if field.kind == "choices" else [value if field.kind == "choice" else text]
    return [
        {"field_id": field.id, "record_id": record_id, "n": n, "text": one, "number": number, "sort": sort}
        for n, one in enumerate(texts)
    ]


# --- keeping ----------------------------------------------------------------------------------------------------------


def keep(session: Session, touched: set[tuple[str, int]]) -> None:
    """The journal's hook: renews the rows of records whose values changed, and of fields that were made or brought back."""
    if any(name == "custom_field" for name, _number in touched):
        custom_fields.forget()
    fields = everything()
    for name in sorted({field.record_type for field in fields} & {name for name, _number in touched}):
        own = [field for field in fields if field.record_type == name]
        ids = sorted(number for kind, number in touched if kind == name)
        for at in range(0, len(ids), AT_ONCE):
            _keep(session, name, own, ids[at : at + AT_ONCE])


def _keep(session: Session, name: str, fields: list[CustomField], ids: list[int]) -> None:
    kind = types.known(name)
    if kind is None:
        return
    table, connection = CustomValue.__table__, session.connection()
    values = connection.execute(sa.select(kind.model.id, kind.model.custom).where(kind.model.id.in_(ids)))
    wanted = {_key(row): row for number, custom in values for row in _wanted(number, custom, fields)}
    of_these = sa.and_(table.c.field_id.in_([field.id for field in fields]), table.c.record_id.in_(ids))
    now = {_key(row._mapping): dict(row._mapping) for row in connection.execute(sa.select(table).where(of_these))}
    stale = {key[:2] for key in {**now, **wanted} if now.get(key) != wanted.get(key)}
    for field_id, record_id in sorted(stale & {key[:2] for key in now}):
        connection.execute(sa.delete(table).where(table.c.field_id == field_id, table.c.record_id == record_id))
    if new := [row for key, row in wanted.items() if key[:2] in stale]:
        connection.execute(sa.insert(table), new)


def _key(row: Any) -> tuple[int, int, int]:
    return row["field_id"], row["record_id"], row["n"]


def _wanted(record_id: int, values: dict[str, Any] | None, fields: Iterable[CustomField]) -> list[dict[str, Any]]:
    return [row for field in fields if values for row in rows_of(field, record_id, values.get(field.key))]


# --- asking -----------------------------------------------------------------------------------------------------------


def sort_column(field: CustomField) -> Any:
    """What lists are sorted by; of a choice or person what says which one it is: ranks() has their order."""
    if field.kind == "choice":
        return CustomValue.text
    return CustomValue.sort if field.kind in {"text", "link"} else CustomValue.number


def ranks(field: CustomField) -> list[Any] | None:
    """All values that a choice or person may have, in the order of lists: as the options stand, and people by name. None for
    other kinds, whose values are in order by themselves."""
    if field.kind == "choice":
        return [option["key"] for option in field.options]
    if field.kind == "person":
        return [
            number
            for number, _name, _active in sorted(custom_fields.people(), key=lambda one: (sort_key(one[1]), one[0]))
        ]
    return None


def compared(field: CustomField) -> Any:
    """What filters compare."""
    return CustomValue.text if field.kind in {"text", "link", "choice", "choices"} else CustomValue.number


def sort_of(model: Any, field: CustomField) -> Any:
    """The same of one record of a query, None where it has no value."""
    query = sa.select(sort_column(field)).where(CustomValue.field_id == field.id, CustomValue.record_id == model.id)
    return query.where(CustomValue.n == 0).correlate(model).scalar_subquery()


def first_of(model: Any, field: CustomField) -> Any:
    """What filters compare, of one record of a query; of several choices the first."""
    query = sa.select(compared(field)).where(CustomValue.field_id == field.id, CustomValue.record_id == model.id)
    return query.where(CustomValue.n == 0).correlate(model).scalar_subquery()


def rank_of(model: Any, field: CustomField, known: list[Any]) -> Any:
    """The same for a choice or person: its place among them, None where it has no value."""
    return sa.case({value: at for at, value in enumerate(known)}, value=sort_of(model, field)) if known else sa.null()


def sorted_by(field: CustomField, record_id: int) -> Any:
    """What one record is sorted by; None where it has no value."""
    here = (CustomValue.field_id == field.id, CustomValue.record_id == record_id, CustomValue.n == 0)
    return db.session.scalar(sa.select(sort_column(field)).where(*here))


def holders(field: CustomField, *conditions: Any) -> sa.Select[Any]:
    """Ids of the records that have a value of which that holds."""
    return sa.select(CustomValue.record_id).where(CustomValue.field_id == field.id, *conditions)


def lacks(model: Any, field: CustomField) -> sa.ColumnElement[bool]:
    """Whether a record of a query has no value."""
    has = sa.select(1).where(CustomValue.field_id == field.id, CustomValue.record_id == model.id)
    return ~has.correlate(model).exists()


def in_order(kind: Any, field: CustomField, where: Any) -> sa.Select[Any]:
    """Ids of the records of that type that have a value, for a walk along it: `where` is asked of each."""
    index = f"ix_custom_value_{sort_column(field).key}"
    fits = sa.select(1).where(kind.model.id == CustomValue.record_id, where).correlate(CustomValue).exists()
    query = holders(field, sort_column(field).is_not(None), fits)
    return query.with_hint(CustomValue.__table__, f"INDEXED BY {index}", "sqlite")


def in_ranks(
    kind: Any, field: CustomField, where: Any, values: list[Any], after: int | None, descending: bool, most: int
) -> sa.Select[Any]:
    """The same along a choice or person, for these of its values, as they come: each is a range of the index, in the order of the
    ids, of which no more is read than a page holds. `after` is the id in the first of them where the page before ended.
    """
    parts = []
    for rank, value in enumerate(values):
        query = in_order(kind, field, where).where(sort_column(field) == value)
        if after is not None and rank == 0:
            query = query.where(CustomValue.record_id < after if descending else CustomValue.record_id > after)
        order = CustomValue.record_id.desc() if descending else CustomValue.record_id
        part = query.add_columns(sa.literal(rank).label("rank")).order_by(order).limit(most).subquery()
        parts.append(sa.select(part.c.record_id, part.c.rank))
    found = sa.union_all(*parts).subquery()
    last = found.c.record_id.desc() if descending else found.c.record_id
    return sa.select(found.c.record_id).order_by(found.c.rank, last).limit(most)


def count(field: CustomField) -> int:
    """How many records have a value."""
    query = sa.select(sa.func.count(sa.distinct(CustomValue.record_id))).where(CustomValue.field_id == field.id)
    return db.session.scalar(query) or 0
