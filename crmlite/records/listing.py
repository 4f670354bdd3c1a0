"""Listing: the one query behind every list. Filters, sort, columns, totals; ids first, then their columns.

The planner never takes a LIMIT into account, so a capped probe decides: few matches are fetched and sorted, many are met by
walking the sort index and skipping what does not fit (walking.py).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from crmlite.auth.models import Viewer
from crmlite.extensions import at_most, db
from crmlite.records import (
    cells,
    columns,
    filters,
    saved_views,
    search,
    tags,
)
from crmlite.records.bulk import changes
from crmlite.records.colleagues import users
from crmlite.records.filters import Chip, FilterError, Term
from crmlite.records.policy import statement_for
from crmlite.records.rows import Row, fill, rows_of
from crmlite.records.saved_views import SavedView, Tab
from crmlite.records.types import Column, RecordType
from crmlite.records.walking import Order, Walk

PAGE = 50
COUNT_TO = 1000
"""Totals are exact up to here; above, people ask for them."""
SEARCHED = 20_000
"""How many matches of a search, the recently touched ones, filters beside it are asked about."""


@dataclass(frozen=True)
class Total:
    count: int
    exact: bool


@dataclass(frozen=True)
class FilterField:
    """One filter as the popover offers it."""

    name: str
    label: Any
    kind: str
    choices: list[tuple[str, Any]]
    selected: set[str]

    @property
    def shown(self) -> tuple[tuple[str, str, bool], ...]:
        """(value, label in the reader's language, whether it is ticked)."""
        return tuple((value, str(label), value in self.selected) for value, label in self.choices)


class Listing:
    """A page of the records of one type that `user` may see, as `args` (a query string) ask for.

    Raises FilterError for a filter, sort, column or cursor that does not exist.
    """

    def __init__(self, kind: RecordType, user: Viewer, args: "MultiDict[str, str]", path: str | None = None) -> None:
        self.type = kind
        self.user = user
        self.args = args
        self.path = path or kind.url
        self.q = (args.get("_q") or "").strip()[:200]
        unknown = {key for key in args if key.startswith("_")} - {"_q", "_sort", "_after", "_columns", "_view"}
        if unknown:
            raise FilterError(_("There is no “%(key)s” here.", key=min(unknown)[:60]))
        self.searched = 0
        """How many matches of a search are looked at, where that is more than a page needs."""
        self.problems: list[str] = []
        if self.view is not None:  # what it was saved with may be gone since
            args = self.args = self._understood(args)
        self.terms: list[Term] = filters.parse(kind, args)
        self.order = self._sorted(args.get("_sort") or kind.default_sort)
        self.after = self.order.read(args["_after"]) if args.get("_after") else None

    # --- what the page shows

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns asked for, else those the user chose, else the usual ones."""
        asked = self.args.get("_columns")
        if asked is None:
            return columns.of(self.type, self._kept[1], self.view)
        return tuple(self._column(name) for name in asked.split(","))

    @property
    def offered_columns(self) -> list[tuple[Column, bool]]:
        """All there are, those that are shown first, in their order; and whether they are."""
        shown = {column.name for column in self.columns}
        rest = [(column, False) for column in self.type.all_columns if column.name not in shown]
        return [(column, True) for column in self.columns] + rest

    @cached_property
    def rows(self) -> list[Row]:
        """At most PAGE rows."""
        return self._load(self._ids[:PAGE])

    @cached_property
    def next_url(self) -> str | None:
        if len(self._ids) <= PAGE:
            return None
        return self.url(_after=self._cursor(self.rows[-1]))

    @cached_property
    def total(self) -> Total:
        return Total(min(self._matching, COUNT_TO), self._matching <= COUNT_TO)

    @property
    def is_filtered(self) -> bool:
        return bool(self.terms or self.q)

    @property
    def block(self) -> str:
        """Which part of the list's template htmx is sent: more rows, or all of it."""
        return "rows" if self.after else "table"

    @cached_property
    def chips(self) -> list[Any]:
        names = {user_id: user["name"] for user_id, user in users().items()}
        found = filters.chips(self.type, self.terms, names, self.user)
        return [_ChipLink(chip, self.url(**{chip.key: None, "_after": None})) for chip in found]

    @cached_property
    def filter_fields(self) -> list[FilterField]:
        found = []
        for column in self.type.all_columns:
            choices = self._choices(column)
            if column.filterable and choices:
                found.append(
                    FilterField(column.name, column.label, column.kind, choices, set(self.args.getlist(column.name)))
                )
        tag_names = tags.names(self.type, self.user)
        if tag_names:
            chosen = set(self.args.getlist("tag"))
            found.append(FilterField("tag", _("Tag"), "tags", [(name, name) for name in tag_names], chosen))
        return found

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Filters that the popover does not offer: the search form sends them along."""
        offered = {field.name for field in self.filter_fields}
        return [(key, value) for key, value in self.args.items(multi=True) if key not in offered and key[:1] != "_"]

    @property
    def settable(self) -> list[Column]:
        """Fields that can be set on many records at once."""
        return changes.settable(self.type)

    @property
    def people(self) -> tuple[tuple[int, str], ...]:
        """Who records can be given to."""
        return tuple((user_id, user["name"]) for user_id, user in users().items() if user["active"])

    def url(self, **changes: str | None) -> str:
        """This list's address with some parameters changed; None takes one away."""
        kept = [(key, value) for key, value in self.args.items(multi=True) if value and key not in changes]
        added = [(key, value) for key, value in changes.items() if value is not None]
        query = urlencode(kept + added)
        return f"{self.path}?{query}" if query else self.path

    def sort_url(self, column: Column) -> str:
        """Sorts by the column; asked again, the other way round."""
        descending = column.name == self.order.column.name and not self.order.descending
        return self.url(_sort=f"-{column.name}" if descending else column.name, _after=None)

    @property
    def count_url(self) -> str:
        """Where to ask for the exact number."""
        query = urlencode(
            [(key, value) for key, value in self.args.items(multi=True) if key not in {"_sort", "_after"}]
        )
        return f"/records/{self.type.name}/count?{query}"

    @property
    def groups_url(self) -> str:
        """Where it is counted by one of its columns."""
        return f"/records/{self.type.name}/groups?{self.kept_query}"

    @cached_property
    def views(self) -> list[tuple[Any, str, bool]]:
        """The type's ready-made lists: label, address, whether it is the one shown."""
        own = sorted((key, value) for key, value in self.args.items(multi=True) if key[:1] != "_")
        found = []
        for label, query in self.type.views:
            url = f"{self.path}?{query}" if query else self.path
            found.append((label, url, own == sorted(parse_qsl(query))))
        return found

    @cached_property
    def saved(self) -> list[SavedView]:
        """Views that its user saved, or may see."""
        return self._kept[0]

    @cached_property
    def _kept(self) -> "tuple[list[SavedView], dict[str, Any]]":
        """Those views, and which columns were chosen for them and for the type: one statement."""
        return saved_views.with_columns(self.user, self.type.name)

    @cached_property
    def view(self) -> SavedView | None:
        """The saved view that is open, as it is or with some of it changed."""
        asked = self.args.get("_view", "")
        return next((view for view in self.saved if str(view.id) == asked), None) if asked else None

    @cached_property
    def tabs(self) -> list[Tab]:
        """The ready-made views and the saved ones."""
        ready = [Tab(str(label), url, current and self.view is None) for label, url, current in self.views]
        return ready + [Tab(view.name, view.url(self.path), view is self.view, view) for view in self.saved]

    @property
    def is_changed(self) -> bool:
        """Whether the open view would be another one if it was saved now."""
        return self.view is not None and sorted(parse_qsl(self.saved_query)) != sorted(self.view.pairs)

    @property
    def saved_query(self) -> str:
        """What a saved view of this list holds."""
        return urlencode([(key, value) for key, value in parse_qsl(self.kept_query) if key != "_view"])

    def _understood(self, args: "MultiDict[str, str]") -> "MultiDict[str, str]":
        """What of a view's query still means something; the rest is said in `problems`."""
        kept: MultiDict[str, str] = MultiDict()
        for key in args:
            part = MultiDict([(key, value) for value in args.getlist(key)])
            try:
                filters.condition(self.type, filters.parse(self.type, part), self.user)
                if key == "_sort":
                    self._sorted(part[key])
                if key == "_columns":
                    [self._column(name) for name in part[key].split(",")]
            except FilterError as problem:
                self.problems.append(str(problem.description))
            else:
                kept.update(part)
        return kept

    @property
    def kept_query(self) -> str:
        """What a favourite of this list remembers: filters, search, order and columns, and not how far one has scrolled."""
        return urlencode([(key, value) for key, value in self.args.items(multi=True) if value and key != "_after"])

    @property
    def usual_name(self) -> str:
        """What a favourite of it is called unless its user says something else."""
        filtered = ", ".join(str(chip.value) for chip in self.chips) or self.q
        named = next((label for label, _url, current in self.views if current and self.terms), None)
        return str(named or filtered or self.type.label_plural)[:60]

    @property
    def clear_url(self) -> str:
        kept = {key: self.args[key] for key in ("_sort", "_columns") if self.args.get(key)}
        return f"{self.path}?{urlencode(kept)}" if kept else self.path

    def render_rows(self) -> Markup:
        """The <tr>s of this page, by one template compiled for this set of columns."""
        return cells.render_rows(self.type, self.columns, self.rows)

    # --- the query

    @cached_property
    def query(self) -> sa.ColumnElement[bool]:
        """What all of this list's records have in common: where kanban, export and segments start."""
        model = self.type.model
        found = [
            model.deleted_at.is_(None),
            self.type.policy.rows(self.user),
            filters.condition(self.type, self.terms, self.user),
        ]
        if self.q:
            most = self.searched or (SEARCHED if self.terms else COUNT_TO + 1)
            found.append(model.id.in_(search.matching(self.user, self.q, self.type, most)))
        return sa.and_(*found)

    def every_id(self, among: list[int] | None = None) -> Iterator[int]:
        """Ids of all of it in its order, or of those that are `among` them: for exports."""
        model, value = self.type.model, self.order.attribute
        query = sa.select(model.id).where(self.query)
        if among is not None:
            query = query.where(model.id.in_(among))
        query = query.order_by(value.is_(None), *self.order.by(value, model.id))
        yield from db.session.scalars(query.execution_options(yield_per=1000))

    def count(self) -> int:
        """The exact number, however large; of a search, up to COUNT_TO + 1, beside filters the matches among SEARCHED."""
        return db.session.scalar(sa.select(sa.func.count()).select_from(self.type.model).where(self.query)) or 0

    @cached_property
    def _matching(self) -> int:
        """How many match, counted no further than COUNT_TO + 1."""
        return db.session.scalar(self._built(f"count.{COUNT_TO}", self._capped_count)) or 0

    def _capped_count(self) -> sa.Select[Any]:
        capped = sa.select(self.type.model.id).where(self.query).limit(at_most(COUNT_TO + 1)).subquery()
        return sa.select(sa.func.count()).select_from(capped)

    @cached_property
    def _ids(self) -> list[int]:
        """Ids of this page and one more, in order."""
        return self._found()

    def _found(self) -> list[int]:
        walk = Walk(self.order, self.query, self.after, PAGE + 1, self._built)
        return walk.all_at_once(COUNT_TO + 1) if self._matching <= COUNT_TO else walk.along()

    def _built(self, name: str, build: Callable[[], Any]) -> Any:
        """A statement that, of a list without filters, is built once for all who see the same."""
        return build() if self.is_filtered else statement_for(self.user, f"{self.type.name}.{name}", build)

    def _sorted(self, asked: str) -> Order:
        column = self._column(asked.removeprefix("-"))
        if not column.sortable:
            raise FilterError(_("This list cannot be sorted by “%(name)s”.", name=column.name[:60]))
        return Order(self.type, column, asked.startswith("-"))

    def _column(self, name: str) -> Column:
        column = self.type.column(name)
        if column is None:
            raise FilterError(_("There is no column “%(name)s”.", name=name[:60]))
        return column

    def _choices(self, column: Column) -> list[tuple[str, Any]]:
        if column.kind == "user":
            people = sorted(users().items(), key=lambda item: item[1]["name"])
            return [("me", _("Me")), *((str(i), user["name"]) for i, user in people if i != self.user.id)]
        return column.choices() if column.choices else []

    # --- rows

    def _load(self, ids: list[int]) -> list[Row]:
        if not ids:
            return []
        sort = "id" if self.order.column.custom else self.order.attribute.key
        found = {row.id: row for row in rows_of(self.type, self.columns, ids, self.user, sort)}
        rows = [found[record_id] for record_id in ids if record_id in found]  # else gone between the two statements
        fill(self.type, self.columns, rows, self.user)
        return rows

    def _cursor(self, row: Row) -> str:
        return self.order.cursor(row)


class _ChipLink:
    def __init__(self, chip: Chip, remove_url: str) -> None:
        self.label, self.value, self.remove_url = chip.label, chip.value, remove_url
