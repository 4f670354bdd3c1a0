"""A list counted by one of its columns: how many per owner, place, lifecycle, tag or choice, each the way to those records."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from crmlite.extensions import db
from crmlite.records import custom_values, filters
from crmlite.records.colleagues import users
from crmlite.records.filters import FilterError, Term
from crmlite.records.listing import Listing
from crmlite.records.tags import Tag, Tagging
from crmlite.records.types import Column

KINDS = frozenset(
    {
        "choice",
        "lifecycle",
        "stage",
        "pipeline",
        "currency",
        "country",
        "language",
        "user",
        "company",
        "contact",
        "option",
    }
)
"""Kinds of columns with few values; of text only the city has."""
MOST = 200


@dataclass(frozen=True)
class Group:
    label: str
    count: int
    share: float
    """Of all that were counted, 0 to 1."""
    url: str
    """The list of these records; empty where there is none."""


class Groups:
    """The records of a listing by the column called `name`; the largest MOST groups. Raises FilterError for one that has no groups."""

    def __init__(self, listing: Listing, name: str = "") -> None:
        self.listing = listing
        self.columns = [column for column in listing.type.all_columns if _has_groups(column)] + [filters.TAG]
        by_name = {column.name: column for column in self.columns}
        if name and name not in by_name:
            raise FilterError(_("There is no column “%(name)s”.", name=name[:60]))
        self.column = by_name[name] if name else by_name.get("owner", self.columns[0])

    @cached_property
    def rows(self) -> list[Group]:
        found = db.session.execute(self._query.order_by(sa.func.count().desc()).limit(MOST + 1)).all()
        counted = [(None if value in (None, "") else str(value), number) for value, number in found[:MOST]]
        labels = self._labels([value for value, _number in counted if value is not None])
        seen = [(value, number) for value, number in counted if value is None or value in labels]
        groups = [self._group(labels.get(value or "", _("None")), number, self._url(value)) for value, number in seen]
        if unseen := sum(number for value, number in counted if value is not None and value not in labels):
            groups.append(self._group(_("Not yours to see"), unseen, ""))
        return groups

    @cached_property
    def total(self) -> int:
        return self.listing.count()

    @property
    def is_cut(self) -> bool:
        """Whether there are groups that are not shown."""
        return len(self.rows) == MOST

    def _group(self, label: str, count: int, url: str) -> Group:
        return Group(label, count, count / max(self.total, 1), url)

    @property
    def label(self) -> str:
        return _label(self.column)

    @property
    def choices(self) -> list[tuple[str, str]]:
        return [(column.name, _label(column)) for column in self.columns]

    @property
    def _query(self) -> Any:
        model, where = self.listing.type.model, self.listing.query
        if self.column is filters.TAG:
            query = sa.select(Tag.name, sa.func.count()).select_from(model)
            query = query.outerjoin(
                Tagging, sa.and_(Tagging.record_id == model.id, Tagging.record_type == self.listing.type.name)
            )
            return query.outerjoin(Tag, Tag.id == Tagging.tag_id).where(where).group_by(Tag.name)
        value = self._value.label("value")
        inner = sa.select(value).where(where).subquery()
        return sa.select(inner.c.value, sa.func.count()).group_by(inner.c.value)

    @property
    def _value(self) -> Any:
        model = self.listing.type.model
        if self.column.custom is not None:
            return custom_values.first_of(model, self.column.custom)
        attribute = getattr(model, self.column.filter_by or self.column.attribute)
        return sa.func.nullif(attribute, "") if isinstance(attribute.type, sa.String) else attribute

    def _labels(self, values: list[str]) -> dict[str, str]:
        """What people call these values; of records that the reader may not see, nothing."""
        if self.column is filters.TAG or not values:
            return {value: value for value in values}
        if self.column.kind in {"company", "contact"}:
            known = filters.titles(self.column.kind, tuple(values), self.listing.user)
            return {value: name for value, name in zip(values, known, strict=True) if name != value}
        names = {user_id: user["name"] for user_id, user in users().items()}
        terms = [Term(self.column.name, self.column, "", (value,)) for value in values]
        chips = filters.chips(self.listing.type, terms, names, self.listing.user)
        return {value: chip.value for value, chip in zip(values, chips, strict=True)}

    def _url(self, value: str | None) -> str:
        name = self.column.name
        empty = f"{name}.empty"
        changes = {name: None, empty: "1"} if value is None else {name: value, empty: None}
        return self.listing.url(**changes, _after=None)


def _has_groups(column: Column) -> bool:
    return column.filterable and (column.kind in KINDS or column.name == "city")


def _label(column: Column) -> str:
    return _("Tag") if column is filters.TAG else str(column.label)
