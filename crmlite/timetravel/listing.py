"""A list as of a moment: today's list without the records that may have been elsewhere in it then, and those as they were."""

from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from crmlite import journal
from crmlite.auth.models import Viewer
from crmlite.extensions import db, pretending
from crmlite.journal.history import Values
from crmlite.journal.models import from_json, read_back
from crmlite.records import cursors, custom_values, filters, rows, tags
from crmlite.records.listing import COUNT_TO, PAGE, Listing, Total
from crmlite.records.rows import Row
from crmlite.records.types import Column, RecordType
from crmlite.timetravel import moments
from crmlite.timetravel.among import among
from crmlite.timetravel.changed import taggings_since
from crmlite.timetravel.moments import written
from crmlite.timetravel.rolled import Rolled
from crmlite.timetravel.saying import LEFT_OUT

OURS = ("_at", "_to")
"""Words of the address that are about time."""


class PastRow(Row):
    """A record as its cells showed it then."""

    state: str = ""
    """What became of it: "deleted", "merged", or nothing of that kind."""


class PastListing(Listing):
    """Raises FilterError, and TooMuch."""

    def __init__(self, kind: RecordType, user: Viewer, args: "MultiDict[str, str]", at: datetime) -> None:
        self.at = at
        kept = MultiDict((key, value) for key, value in args.items(multi=True) if key not in OURS)
        self.left_search = (kept.pop("_q", None) or "").strip()[:200]
        super().__init__(kind, user, kept, f"/timetravel/{kind.name}/")

    # --- addresses

    def url(self, **changes: str | None) -> str:
        return self._timed(super().url(**changes))

    def _timed(self, url: str) -> str:
        return f"{url}{'&' if '?' in url else '?'}{urlencode({'_at': written(self.at)})}"

    @property
    def past_tabs(self) -> list[tuple[str, str, bool]]:
        """The views: label, address as of that moment, whether it is the one shown."""
        return [(tab.label, self._timed(tab.url), tab.is_current) for tab in self.tabs]

    @property
    def today_url(self) -> str:
        return f"{self.type.url}?{self.kept_query}" if self.kept_query else self.type.url

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """What the picker of dates sends along."""
        return [(key, value) for key, value in self.args.items(multi=True) if value and key != "_after"]

    @property
    def picked(self) -> str:
        return moments.for_picker(self.at)

    @property
    def written(self) -> str:
        return written(self.at)

    @property
    def compare_url(self) -> str:
        return f"{self.path}compare?{urlencode([*self.pairs, ('_at', self.written)])}"

    # --- what the page shows

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        self._asked = super().columns
        return tuple(column for column in self._asked if column.kind not in LEFT_OUT)

    @cached_property
    def total(self) -> Total:
        count = self._matching + self._then_count
        return Total(min(count, COUNT_TO), count <= COUNT_TO)

    def count(self) -> int:
        return super().count() + self._then_count

    @cached_property
    def rolled(self) -> Rolled:
        return Rolled(self.type, self.user, self.terms, self.order.column, self.at)

    @cached_property
    def query(self) -> sa.ColumnElement[bool]:
        """Of today's rows, those whose place in the list was the same then."""
        model = self.type.model
        with pretending(self.at):
            wanted = filters.condition(self.type, self.terms, self.user)
        found = [model.deleted_at.is_(None), self.type.policy.rows(self.user), wanted]
        if self.rolled.changed:
            found.append(sa.not_(among(model.id, self.rolled.changed)))
        return sa.and_(*found)

    def _built(self, _name: str, build: Any) -> Any:
        """No statement of the past is kept for another reader."""
        return build()

    # --- those that changed

    @cached_property
    def _then_count(self) -> int:
        query = self.rolled.query_changed()
        if query is None:
            return 0
        return db.session.scalar(query.with_only_columns(sa.func.count(), maintain_column_froms=True)) or 0

    def _then_rows(self) -> list[tuple[Any, int]]:
        """(what it is sorted by, id) of the next ones of those that changed."""
        query = self.rolled.query_changed(self.order.attribute.label("s"))
        if query is None:
            return []
        inner = query.subquery()
        found = sa.select(inner.c.s, inner.c.id).where(*self.order.beyond(self.after, inner.c.s, inner.c.id))
        found = found.order_by(inner.c.s.is_(None), *self.order.by(inner.c.s, inner.c.id)).limit(PAGE + 1)
        return [(value, number) for value, number in db.session.execute(found)]

    def _found(self) -> list[int]:
        today, then = super()._found(), self._then_rows()
        self._sorted_by = {number: value for value, number in then}
        if not then:
            return today
        model = self.type.model
        query = sa.select(self.order.attribute, model.id).where(model.id.in_(today))
        self._sorted_by |= {number: value for value, number in db.session.execute(query)}
        return sorted(self._sorted_by, key=self._place)[: PAGE + 1]

    def _place(self, number: int) -> Any:
        value = self._sorted_by[number]
        return value is None, _Downwards(value, number) if self.order.descending else (
            value if value is not None else 0,
            number,
        )

    def _cursor(self, row: Row) -> str:
        if row.id in self._sorted_by:
            return cursors.write(self._sorted_by[row.id], row.id)
        custom = self.order.column.custom
        record = self._today[row.id]
        value = custom_values.sorted_by(custom, row.id) if custom else getattr(record, self.order.attribute.key)
        return cursors.write(value, row.id)

    # --- rows

    def _load(self, ids: list[int]) -> list[Row]:
        if not ids:
            return []
        model = self.type.model
        self._today = {record.id: record for record in db.session.scalars(sa.select(model).where(model.id.in_(ids)))}
        found = journal.many_as_of(self.type.name, ids, self.at)
        made: list[Row] = [
            self._row(number, values, self._state(number)) for number in ids if (values := found[number])
        ]
        plain = tuple(column for column in self.columns if column.kind != "tags")
        rows.fill(self.type, plain, made, self.user)
        if len(plain) < len(self.columns):
            self._fill_tags(made)
        return made

    def _state(self, number: int) -> str:
        record = self._today.get(number)
        if record is None or record.deleted_at is None:
            return ""
        return "merged" if getattr(record, "merged_into_id", None) is not None else "deleted"

    def _row(self, number: int, values: Values, state: str) -> PastRow:
        shown = {column.name: _stored(self.type, column, values) for column in self.columns if column.is_stored}
        row = PastRow(self.type, number, shown)
        custom = read_back(self.type.model.__table__.c.custom, values)
        rows.put_custom(row, self.columns, custom)
        row.row_version, row.editable, row.may_hand_over, row.sort = 0, False, False, None
        row.currency, row.state = values.get("currency") or "", state
        row.url = f"/timetravel/{self.type.name}/{number}?{urlencode({'at': self.written})}"
        return row

    def _fill_tags(self, made: list[Row]) -> None:
        ids = [row.id for row in made]
        worn: dict[int, set[int]] = {}
        for tagging in taggings_since(self.at).then(self.type.name, ids):
            worn.setdefault(tagging["record_id"], set()).add(tagging["tag_id"])
        used = {tag_id for held in worn.values() for tag_id in held}
        query = sa.select(tags.Tag.id, tags.Tag.name, tags.Tag.hue).where(tags.Tag.id.in_(used)).order_by(tags.Tag.name)
        known = [(tag_id, name, hue) for tag_id, name, hue in db.session.execute(query)]
        for column in self.columns:
            for row in made if column.kind == "tags" else ():
                row[column.name] = [tag for tag in known if tag[0] in worn.get(row.id, ())]

    # --- what it cannot do

    @property
    def limits(self) -> list[str]:
        """What this page does not know of the past, where that matters for what it shows."""
        found = [
            _(
                "Records that were removed for good since are missing. Names of other records and of tags are those of today."
            )
        ]
        if self.left_search:
            found.append(_("The search words were left out: search knows only what records say today. Use a filter."))
        if len(self.columns) < len(self._asked):
            found.append(_("Prices are left out."))
        return found


class _Downwards:
    """Sorts the other way round."""

    def __init__(self, value: Any, number: int) -> None:
        self.key = (value if value is not None else 0, number)

    def __lt__(self, other: "_Downwards") -> bool:
        return bool(self.key > other.key)


def _stored(kind: RecordType, column: Column, values: Values) -> Any:
    stored = kind.model.__table__.c.get(column.attribute)
    if stored is None:  # it follows from others: a quote's state and whether its time has run out
        stored = kind.model.__table__.c[column.filter_by or column.attribute]
    return from_json(stored, values.get(stored.name))
