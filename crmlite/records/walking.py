"""Walking a list: what it is sorted by, where its pages begin and end, and the ids of one page.

Paging is keyed: a page begins after a value and an id, so the millionth costs what the first one does.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from crmlite.extensions import at_most, db
from crmlite.records import cursors, custom_values
from crmlite.records.custom_fields import CustomField
from crmlite.records.filters import FilterError
from crmlite.records.rows import Row
from crmlite.records.types import Column, RecordType

RANKS = 4
"""Of so many options or people the first statement asks; each further one of four times as many, as the first were nearly empty."""
MOST_RANKS = 256

Place = tuple[Any, int]
"""The value that a list is sorted by, and an id: where a page ends. Empty values come last, whichever way round."""


class Order:
    """By a column, upwards or downwards; and by id where that is the same."""

    def __init__(self, kind: RecordType, column: Column, descending: bool) -> None:
        self.type, self.column, self.descending = kind, column, descending

    @property
    def attribute(self) -> Any:
        custom, model = self.column.custom, self.type.model
        if custom is not None and self.ranks is not None:
            return custom_values.rank_of(model, custom, self.ranks)
        if custom is not None:
            return custom_values.sort_of(model, custom)
        return getattr(model, self.column.sort_by or self.column.attribute)

    @cached_property
    def ranks(self) -> list[Any] | None:
        """The values that a choice or person is sorted along."""
        return custom_values.ranks(self.column.custom) if self.column.custom is not None else None

    @property
    def is_nullable(self) -> bool:
        return self.column.custom is not None or bool(self.attribute.property.columns[0].nullable)

    @cached_property
    def index(self) -> str | None:
        """The index to walk along, where the type has one for it."""
        column = self.attribute.property.columns[0]
        for index in self.type.model.__table__.indexes:
            if list(index.columns)[0] is column and len(index.columns) > 1:
                return str(index.name)
        return None

    def by(self, value: Any, record_id: Any) -> tuple[Any, Any]:
        return (value.desc(), record_id.desc()) if self.descending else (value, record_id)

    def is_later(self, one: Any, other: Any) -> sa.ColumnElement[bool]:
        later: sa.ColumnElement[bool] = one < other if self.descending else one > other
        return later

    def beyond(self, after: Place | None, value: Any, record_id: Any) -> list[sa.ColumnElement[bool]]:
        """What comes after that place: in the range of values, or in that of empty ones."""
        if after is None:
            return []
        last, last_id = after
        if self.ranks is not None and last is not None:
            last = self.ranks.index(last)
        if last is None:
            return [value.is_(None), self.is_later(record_id, last_id)]
        later = sa.or_(self.is_later(value, last), sa.and_(value == last, self.is_later(record_id, last_id)))
        return [sa.or_(later, value.is_(None))] if self.is_nullable else [later]

    def read(self, cursor: str) -> Place:
        """Raises FilterError for one that is not of this order, or of a choice that is not there any more."""
        custom = self.column.custom
        place = cursors.read(cursor, self.attribute if custom is None else custom_values.sort_column(custom))
        if self.ranks is not None and place[0] is not None and place[0] not in self.ranks:
            raise FilterError(str(cursors.CHANGED))
        return place

    def cursor(self, row: Row) -> str:
        custom = self.column.custom
        return cursors.write(custom_values.sorted_by(custom, row.id) if custom else row.sort, row.id)


class Walk:
    """The next ids, at most `limit`, of the records that fit `where`, after a place or from the start.

    `built` is given a name and a function that makes the statement of a first page, for who keeps such statements.
    """

    def __init__(
        self,
        order: Order,
        where: sa.ColumnElement[bool],
        after: Place | None,
        limit: int,
        built: Callable[[str, Callable[[], Any]], Any],
    ) -> None:
        self.order, self.where, self.after, self.limit, self._built = order, where, after, limit, built
        self.model = order.type.model

    def all_at_once(self, most: int) -> list[int]:
        """At most that many matches are read and sorted: the inner limit keeps the planner from walking the sort index instead."""
        order = self.order
        inner = sa.select(self.model.id, order.attribute.label("s")).where(self.where).limit(at_most(most)).subquery()
        query = sa.select(inner.c.id).where(*order.beyond(self.after, inner.c.s, inner.c.id))
        query = query.order_by(inner.c.s.is_(None), *order.by(inner.c.s, inner.c.id)).limit(at_most(self.limit))
        return list(db.session.scalars(query))

    def along(self) -> list[int]:
        """Along the index of the sorted column, then along its empty values: nulls last as two ranges of one index."""
        custom = self.order.column.custom
        if custom is not None:
            found = self._values_of(custom)
            lacking = custom_values.lacks(self.model, custom)
        else:
            found = self._values()
            lacking = self.order.attribute.is_(None)
        if len(found) < self.limit and self.order.is_nullable:
            query = sa.select(self.model.id).where(self.where, lacking)
            if self.after is not None and self.after[0] is None:
                query = query.where(self.order.is_later(self.model.id, self.after[1]))
            query = query if custom is not None else self._hinted(query)
            by_id = self.model.id.desc() if self.order.descending else self.model.id
            found += db.session.scalars(query.order_by(by_id).limit(self.limit - len(found)))
        return found

    # --- a column of the record's own

    def _values(self) -> list[int]:
        if self.after is None:
            name = f"first.{self.order.column.name}.{self.order.descending}.{self.limit}"
            return list(db.session.scalars(self._built(name, self._with_values)))
        return list(db.session.scalars(self._with_values())) if self.after[0] is not None else []

    def _with_values(self) -> Any:
        value = self.order.attribute
        query = sa.select(self.model.id).where(self.where, value.is_not(None), *self._past(value, self.model.id))
        return self._hinted(query).order_by(*self.order.by(value, self.model.id)).limit(at_most(self.limit))

    def _past(self, value: Any, record_id: Any) -> list[sa.ColumnElement[bool]]:
        """A row value is what SQLite can seek by, an OR it would read from the start."""
        if self.after is None:
            return []
        last = sa.tuple_(sa.literal(self.after[0], value.type), sa.literal(self.after[1], sa.Integer()))
        return [self.order.is_later(sa.tuple_(value, record_id), last)]

    def _hinted(self, query: Any) -> Any:
        """SQLite would rather filter by owner and sort: it is told which index to walk. PostgreSQL knows."""
        index = self.order.index
        return query.with_hint(self.model.__table__, f"INDEXED BY {index}", "sqlite") if index else query

    # --- a custom field: its values lie in a table of their own, in order; who has none comes last

    def _values_of(self, field: CustomField) -> list[int]:
        if self.order.ranks is not None:
            return self._ranked(field, self.order.ranks)
        if self.after is not None and self.after[0] is None:
            return []
        value, record_id = custom_values.sort_column(field), custom_values.CustomValue.record_id
        query = custom_values.in_order(self.order.type, field, self.where).where(*self._past(value, record_id))
        return list(db.session.scalars(query.order_by(*self.order.by(value, record_id)).limit(self.limit)))

    def _ranked(self, field: CustomField, known: list[Any]) -> list[int]:
        """Along a choice's options, or people by name: each is a range of the index, and several of them are one statement."""
        order = self.order
        ordered, last = known[::-1] if order.descending else known, None
        found: list[int] = []
        if self.after is not None:
            ordered = ordered[ordered.index(self.after[0]) :] if self.after[0] is not None else []
            last = self.after[1]
        at, size = 0, RANKS
        while at < len(ordered) and len(found) < self.limit:
            values, after = ordered[at : at + size], last if at == 0 else None
            missing = self.limit - len(found)
            query = custom_values.in_ranks(order.type, field, self.where, values, after, order.descending, missing)
            found += list(db.session.scalars(query))
            at, size = at + size, min(size * 4, MOST_RANKS)
        return found
