"""A list's records as they were, for the database to filter and sort: today's rows with what changed since taken back, standing in
for their tables. So a filter means of the past what it means of today; nothing is compared a second time in Python."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from crmlite.auth.models import Viewer
from crmlite.extensions import db, pretending
from crmlite.journal.history import Values
from crmlite.journal.models import to_json
from crmlite.records import custom_values, filters, tags
from crmlite.records.custom_fields import CustomField
from crmlite.records.filters import FilterError, Term
from crmlite.records.types import Column, RecordType
from crmlite.timetravel.among import among, stand_in
from crmlite.timetravel.changed import Since, Taggings, TooMuch, said_too_much, since, taggings_since
from crmlite.timetravel.past import seen

MOST_ROWS = 50_000
"""Records that are rolled back for one list."""
_TAGGING = ("id", "tag_id", "record_type", "record_id")
_VALUE = ("field_id", "record_id", "n", "text", "number", "sort")


@dataclass
class Asked:
    """What a list asks about the records of one type."""

    kind: RecordType
    names: set[str] = field(default_factory=lambda: {"deleted_at"})
    """Columns of its own table."""
    custom: dict[int, CustomField] = field(default_factory=dict)
    has_tags: bool = False

    def note(self, column: Column, attribute: str) -> None:
        if column.kind == "tags":
            self.has_tags = True
        elif column.custom is not None:
            self.custom[column.custom.id] = column.custom
        else:
            self.names.add(attribute)

    @property
    def journal_names(self) -> set[str]:
        return self.names | {one.name for one in self.custom.values()}


class Rolled:
    """The records of `kind` whose place in a list may be another at `at` than today."""

    def __init__(self, kind: RecordType, user: Viewer, terms: list[Term], sort: Column, at: datetime) -> None:
        self.kind, self.user, self.terms, self.at = kind, user, terms, at
        self.links: dict[str, str] = {}
        self.asked: dict[str, Asked] = {kind.name: Asked(kind)}
        self.asked[kind.name].note(sort, sort.sort_by or sort.attribute)
        for term in terms:
            self._note(term)

    def _note(self, term: Term) -> None:
        column = term.column
        if not filters.is_of_the_row(column):
            raise FilterError(_("A list of the past cannot be filtered by “%(field)s”.", field=str(column.label)))
        attribute = column.filter_by or column.attribute
        own = self.asked[self.kind.name]
        link = term.link or next((name for name, key in self.kind.links.items() if key == attribute), "")
        if link:
            related = filters.linked(self.kind, link)
            if related.many:
                raise FilterError(_("A list of the past cannot be filtered by “%(field)s”.", field=str(related.label)))
            other = related.kind
            self.links[link] = other.name
            own.names.add(self.kind.links[link])
        if term.link:
            own = self.asked.setdefault(other.name, Asked(other))
        elif link:
            self.asked.setdefault(other.name, Asked(other))
        own.note(column, attribute)

    # --- what changed

    @cached_property
    def _since(self) -> dict[str, Since]:
        return {name: since(name, asked.journal_names, self.at) for name, asked in self.asked.items()}

    @cached_property
    def _taggings(self) -> Taggings | None:
        return taggings_since(self.at) if any(asked.has_tags for asked in self.asked.values()) else None

    @cached_property
    def changed(self) -> set[int]:
        """Records that today's filters and order may put elsewhere than those of then."""
        found = set(self._since[self.kind.name].back) | self._tagged(self.kind.name)
        for link, other in self.links.items():
            if others := set(self._since[other].back) | self._tagged(other):
                key = getattr(self.kind.model, self.kind.links[link])
                found |= set(db.session.scalars(sa.select(self.kind.model.id).where(among(key, others))))
        return found

    def _tagged(self, name: str) -> set[int]:
        return self._taggings.of(name) if self._taggings is not None and self.asked[name].has_tags else set()

    # --- what was

    def query(self, ids: Collection[int], *columns: Any) -> sa.Select[Any] | None:
        """Of these records those that the list held then, of those that its user may see now; None where none was there."""
        return self._query(self._rows(self.kind.name, ids), None, columns)

    def query_changed(self, *columns: Any) -> sa.Select[Any] | None:
        """The same of all that changed; what they were is read once."""
        rows, stand_ins = self._changed_then
        return self._query(rows, stand_ins, columns)

    @cached_property
    def _changed_then(self) -> tuple[dict[int, Values], list[sa.CTE]]:
        rows = self._rows(self.kind.name, self.changed)
        return rows, self._stand_ins(rows) if rows else []

    def _query(
        self, rows: dict[int, Values], stand_ins: list[sa.CTE] | None, columns: tuple[Any, ...]
    ) -> sa.Select[Any] | None:
        if not rows:
            return None
        model = self.kind.model
        stand_ins = self._stand_ins(rows) if stand_ins is None else stand_ins
        with pretending(self.at):  # "90 days ago" is 90 days before that moment
            wanted = filters.condition(self.kind, self.terms, _seeing_all(self.user))
        query = sa.select(model.id, *columns).where(among(model.id, rows), model.deleted_at.is_(None), wanted)
        return query.add_cte(*stand_ins)

    def _stand_ins(self, rows: dict[int, Values]) -> list[sa.CTE]:
        """Of the linked records, only those that the user may see now are there: rights are asked of today's rows, once."""
        tables: dict[str, dict[int, Values]] = {self.kind.name: dict(rows)}
        for link, other in self.links.items():
            key = self.kind.links[link]
            ids = {values[key] for values in rows.values() if values.get(key) is not None}
            tables[other] = self._rows(other, ids) | tables.get(other, {})
        found = [self._own(name, held) for name, held in tables.items()]
        if self._taggings is not None:
            taggings = [
                {"id": n, **row}
                for name, held in tables.items()
                for n, row in enumerate(self._taggings.then(name, held), 1)
            ]
            found.append(stand_in(tags.Tagging.__table__, _TAGGING, taggings))
        if any(asked.custom for asked in self.asked.values()):
            values = [row for name, held in tables.items() for row in self._custom(name, held)]
            found.append(stand_in(custom_values.CustomValue.__table__, _VALUE, values))
        return found

    def _own(self, name: str, held: dict[int, Values]) -> sa.CTE:
        names = sorted(self.asked[name].names - {"id"})
        rows = ({"id": number, **values} for number, values in held.items())
        return stand_in(self.asked[name].kind.model.__table__, ["id", *names], rows)

    def _custom(self, name: str, held: dict[int, Values]) -> Iterable[dict[str, Any]]:
        for one in self.asked[name].custom.values():
            for number, values in held.items():
                yield from custom_values.rows_of(one, number, values.get(one.name))

    def _rows(self, name: str, ids: Collection[int]) -> dict[int, Values]:
        """What is asked of these records, as it was; without those that were not there, and those that may not be seen now."""
        asked, back = self.asked[name], self._since[name].back
        there = [number for number in ids if back.get(number, _NOTHING) is not None]
        if not there:
            return {}
        if len(there) > MOST_ROWS:
            raise TooMuch(said_too_much())
        model, names = asked.kind.model, sorted(asked.names - {"id"})
        columns = [model.__table__.c[one] for one in names] + ([model.__table__.c.custom] if asked.custom else [])
        query = sa.select(model.id, *columns).where(among(model.id, there), seen(asked.kind, self.user))
        found = {}
        for number, *values in db.session.execute(query):
            row = {one: to_json(value) for one, value in zip(names, values, strict=False)}
            if asked.custom:
                row |= {one.name: (values[-1] or {}).get(one.key) for one in asked.custom.values()}
            found[number] = row | (back.get(number) or {})
        return found


_NOTHING: Values = {}


def _seeing_all(user: Viewer) -> Viewer:
    """Who asks only what was: what they may see was looked at before."""
    return replace(user, scopes={("*", "view"): "all"}, absent=())
