"""Rows: records as their cells show them, those of a page of a list or a single one. What other tables hold of them is asked for
all rows at once."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import g

from crmlite.auth.models import Member, Viewer
from crmlite.extensions import db
from crmlite.money import Money
from crmlite.records import custom_cells, tags, types
from crmlite.records.colleagues import users
from crmlite.records.policy import statement_for
from crmlite.records.types import Column, RecordType


class Row(dict[str, Any]):
    """One record of a page: values by column name, and what every row has."""

    id: int
    row_version: int
    editable: bool
    currency: str
    """Of its amounts, where its type has any."""
    may_hand_over: bool
    """Whether its owner is editable too."""
    sort: Any
    """What the list is sorted by."""

    def __init__(self, kind: RecordType, record_id: int, values: dict[str, Any]) -> None:
        super().__init__(values)
        self.id = record_id
        self.url, self.shared_url = f"{kind.url}{record_id}", kind.shared_url_of(record_id)


def values_of(kind: RecordType, record: Any, columns: tuple[Column, ...], user: Viewer) -> Row:
    """One record as its cells show it; the record was found through the policy."""
    rows = rows_of(kind, columns, [record.id], user)
    fill(kind, columns, rows, user)
    return rows[0]


def rows_of(kind: RecordType, columns: tuple[Column, ...], ids: list[int], user: Viewer, sort: str = "id") -> list[Row]:
    """These records in any order, as far as their own table has what the columns show."""
    plain = [column for column in columns if column.is_stored]
    names = [column.name for column in plain]
    currency = "currency" if any(column.kind == "money" for column in columns) else "id"
    custom = "custom" if any(column.custom for column in columns) else "id"
    query = _rows_query(kind.model, (sort, currency, custom, *(column.attribute for column in plain)))
    found, rights = [], Rights(kind, user)
    for source in db.session.execute(query, {"ids": ids}):
        record_id, version, owner_id, team_id, sorted_by, money_in, kept, *values = source
        row = Row(kind, record_id, dict(zip(names, values, strict=True)))
        put_custom(row, columns, kept if custom == "custom" else None)
        row.row_version, row.sort, row.currency = version, sorted_by, money_in if currency == "currency" else ""
        row.editable, row.may_hand_over = rights.over(record_id, owner_id, team_id)
        found.append(row)
    return found


@lru_cache(maxsize=256)
def _rows_query(model: Any, attributes: tuple[str, ...]) -> sa.Select[Any]:
    """Built once: two thirds of what a page's columns cost was to say which they are."""
    columns = [getattr(model, name).label(f"c{at}") for at, name in enumerate(attributes)]
    query = sa.select(model.id, model.row_version, model.owner_id, model.team_id, *columns)
    return query.where(model.id.in_(sa.bindparam("ids", expanding=True)))


class Rights:
    """What `user` may do with the rows of a page: asked once for each owner and team, as most policies ask for no more."""

    def __init__(self, kind: RecordType, user: Viewer) -> None:
        self.kind, self.user = kind, user
        self._known: dict[tuple[int | None, int | None], tuple[bool, bool]] = {}

    def over(self, record_id: int, owner_id: int | None, team_id: int | None) -> tuple[bool, bool]:
        """Whether they may edit it, and whether they may say who owns it."""
        holders = owner_id, team_id
        if holders not in self._known:
            held = _Held(record_id, owner_id, team_id)
            covered = self.kind.policy.covers(self.user, "edit", held)
            self._known[holders] = covered, self.kind.policy.may_hand_over(self.user, held)
        covered, may_hand_over = self._known[holders]
        editable = covered or may_edit(self.kind, _Held(record_id, owner_id, team_id), self.user)
        return editable, editable and may_hand_over


class _Held(NamedTuple):
    """What policies ask of a record."""

    id: int
    owner_id: int | None
    team_id: int | None


def put_custom(row: Row, columns: tuple[Column, ...], values: dict[str, Any] | None) -> None:
    """Custom fields into a row: `values` are those of its record, by key."""
    for column in columns:
        if column.custom is not None:
            row[column.name] = custom_cells.shown(column.custom, (values or {}).get(column.custom.key))


def may_edit(kind: RecordType, row: Any, user: Viewer) -> bool:
    """policy.may(user, "edit") for rows of a list, without a statement for each."""
    if kind.policy.covers(user, "edit", row):
        return True
    people = (person for person in user.acting("edit") if person.scope(kind.name, "edit") != "none")
    return any((kind.name, row.id) in _memberships(person) for person in people)


def _memberships(user: Viewer) -> set[tuple[str, int]]:
    """Records that `user` is a member of; asked once for a whole page."""
    known: dict[int, set[tuple[str, int]]] = g.setdefault("_memberships", {})
    if user.id not in known:
        query = sa.select(Member.record_type, Member.record_id).where(Member.user_id == user.id)
        known[user.id] = {(name, number) for name, number in db.session.execute(query)}
    return known[user.id]


def fill(kind: RecordType, columns: tuple[Column, ...], rows: list[Row], user: Viewer) -> None:
    """What the cells show of other tables: one statement per kind for the whole page."""
    for column in columns:
        if column.kind == "user":
            for row in rows:
                row[column.name] = users().get(row[column.name])
        elif column.kind == "tags":
            found = tags.of(kind.name, [row.id for row in rows])
            for row in rows:
                row[column.name] = found.get(row.id, [])
        elif column.kind in {"company", "contact"}:
            _fill_links(column, rows, user)
        elif column.kind == "money":
            for row in rows:
                row[column.name] = None if row[column.name] is None else Money(row[column.name], row.currency)
        elif column.kind == "attached":
            custom_cells.fill_files(column.name, rows)
        elif column.kind in _fillers:
            _fillers[column.kind](column, rows)


Filler = Callable[[Column, list[Row]], None]
_fillers: dict[str, Filler] = {}


def fills(kind: str) -> Callable[[Filler], Filler]:
    """Registers what puts a module's own kind of column into all rows of a page, with one statement."""

    def register(filler: Filler) -> Filler:
        _fillers[kind] = filler
        return filler

    return register


def _fill_links(column: Column, rows: list[Row], user: Viewer) -> None:
    other = types.get(column.kind)
    ids = {row[column.name] for row in rows} - {None}
    known: dict[int, Any] = {}
    if other and ids:
        known = {i: {"id": i, "name": name, "url": other.url_of(i)} for i, name in names_of(other, ids, user).items()}
    for row in rows:
        row[column.name] = known.get(row[column.name])


def names_of(kind: RecordType, ids: set[int], user: Viewer) -> dict[int, str]:
    """The names of those that `user` may see, in one statement."""
    if not ids:
        return {}
    query = statement_for(user, f"names.{kind.name}", lambda: _names_query(kind, user))
    return {record_id: name for record_id, name in db.session.execute(query, {"ids": list(ids)})}  # noqa: C416 - dict() knows no rows


def _names_query(kind: RecordType, user: Viewer) -> sa.Select[Any]:
    query = kind.policy.visible(user).with_only_columns(kind.model.id, kind.model.name)
    return query.where(kind.model.id.in_(sa.bindparam("ids", expanding=True)))
