"""Saved views: lists with their filters and order under a name, one's own and shared ones, as tabs above every list.

A view is the URL's query string, with the version of the grammar it was written in. It holds no records: who opens a shared one
sees what they may see.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from urllib.parse import parse_qsl

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.exceptions import Conflict, Forbidden

from crmlite import events
from crmlite.auth.models import Preference, Viewer
from crmlite.extensions import Base, db, utcnow
from crmlite.journal import Journaled

GRAMMAR = 1
"""Of filters as filters.py reads them. A later one reads the earlier ones."""
MOST = 40
"""Of one user and one type of record."""
MAX_NAME = 60
MAX_QUERY = 4000
SHARED = (("", _l("Only me")), ("team", _l("My team")), ("all", _l("Everybody")))


class SavedView(Journaled, Base):
    __tablename__ = "saved_view"
    __table_args__ = (sa.Index(None, "record_type", "user_id"),)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    team_id: Mapped[int | None]
    """The team that it is shared with."""
    record_type: Mapped[str]
    name: Mapped[str]
    query: Mapped[str]
    grammar: Mapped[int] = mapped_column(default=GRAMMAR)
    shared: Mapped[str] = mapped_column(default="")
    position: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    @classmethod
    def create(cls, user: Any, record_type: str, name: str, query: str, shared: str = "") -> Self:
        """At the end of one's own. Raises Conflict where there are MOST. Whether one may share it like that: require_share()."""
        own = sa.select(cls).where(cls.user_id == user.id, cls.record_type == record_type)
        rows = list(db.session.scalars(own.with_for_update()))
        if len(rows) >= MOST:
            raise Conflict(_("You have %(count)d views here. Remove one first.", count=MOST))
        view = cls(
            user_id=user.id,
            team_id=user.team_id if shared == "team" else None,
            record_type=record_type,
            name=name,
            query=query,
            shared=shared,
            position=max((row.position for row in rows), default=0) + 1,
        )
        db.session.add(view)
        events.emit(events.SAVED_VIEW_CREATED, view, view=name)
        return view

    def change(self, user: Any, **values: Any) -> Self:
        """`name`, `query` and `shared`; whether one may share it like that: require_share()."""
        shared = values.get("shared", self.shared)
        if shared != self.shared:
            values["team_id"] = user.team_id if shared == "team" else None
        if "query" in values:
            values["grammar"] = GRAMMAR

        def put() -> None:
            for name, value in values.items():
                setattr(self, name, value)

        if events.changed(put):
            events.emit(events.SAVED_VIEW_UPDATED, self, view=self.name)
        return self

    def move(self, up: bool) -> Self:
        """Changes places with the one before or after it, of the same user."""
        own = sa.select(SavedView).where(SavedView.user_id == self.user_id, SavedView.record_type == self.record_type)
        rows = list(db.session.scalars(own.order_by(SavedView.position, SavedView.id).with_for_update()))
        at = rows.index(self)
        to = at - 1 if up else at + 1
        if 0 <= to < len(rows):
            self.position, rows[to].position = rows[to].position, self.position
            events.emit(events.SAVED_VIEW_MOVED, self, view=self.name)
        return self

    def remove(self) -> None:
        events.emit(events.SAVED_VIEW_REMOVED, self, view=self.name)
        db.session.delete(self)

    def url(self, path: str) -> str:
        """Its tab: the query as anybody can read it, and which view it is of."""
        return f"{path}?{self.query}&_view={self.id}" if self.query else f"{path}?_view={self.id}"

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return parse_qsl(self.query)


@dataclass(frozen=True)
class Tab:
    """A view above a list."""

    label: str
    url: str
    is_current: bool
    view: SavedView | None = None


def visible(user: Viewer, record_type: str) -> sa.Select[SavedView]:
    """One's own, then those that others share with one."""
    shared = [SavedView.shared == "all"]
    if user.team_id is not None:
        shared.append(sa.and_(SavedView.shared == "team", SavedView.team_id == user.team_id))
    query = sa.select(SavedView).where(
        SavedView.record_type == record_type, sa.or_(SavedView.user_id == user.id, *shared)
    )
    return query.order_by(SavedView.user_id != user.id, SavedView.position, SavedView.id)


def with_columns(user: Viewer, record_type: str) -> tuple[list[SavedView], dict[str, Any]]:
    """visible(), to be read, and what the user chose of columns for these views and for the type, by the names of the preferences."""
    columns = SavedView.__table__.c
    views = (
        visible(user, record_type)
        .order_by(None)
        .with_only_columns(*columns, sa.cast(sa.null(), sa.JSON).label("value"))
    )
    nothing = [sa.cast(sa.null(), column.type) for column in columns]
    named = sa.or_(
        Preference.name == name_of(record_type), Preference.name.startswith(f"{name_of(record_type)}.", autoescape=True)
    )
    chosen = sa.select(
        *(Preference.name if column.name == "name" else empty for column, empty in zip(columns, nothing, strict=True)),
        Preference.value,
    ).where(Preference.user_id == user.id, named)
    rows = db.session.execute(sa.union_all(views, chosen)).all()
    found = [SavedView(**{c.name: row._mapping[c.name] for c in columns}) for row in rows if row.id is not None]
    found.sort(key=lambda view: (view.user_id != user.id, view.position, view.id))
    return found, {row.name: row.value for row in rows if row.id is None}


def name_of(record_type: str, view: SavedView | None = None) -> str:
    """The preference that holds the columns."""
    return f"columns.{record_type}" + (f".{view.id}" if view is not None else "")


def find(user: Viewer, record_type: str, view_id: int) -> SavedView | None:
    return db.session.scalar(visible(user, record_type).where(SavedView.id == view_id))


def may_edit(user: Viewer, view: SavedView) -> bool:
    """One's own; those of others that are shared with one, by the grant for `saved_view`."""
    if view.user_id == user.id:
        return True
    scope = user.scope("saved_view", "edit")
    return scope == "all" or (scope == "team" and view.shared == "team" and view.team_id == user.team_id)


def shares(user: Viewer) -> list[tuple[str, Any]]:
    """With whom one may share a view: with one's team anybody, with everybody by the grant for `saved_view`."""
    may = {"": True, "team": user.team_id is not None, "all": user.scope("saved_view", "edit") == "all"}
    return [(value, label) for value, label in SHARED if may[value]]


def require_share(user: Viewer, shared: str) -> None:
    if shared not in {value for value, _label in shares(user)}:
        raise Forbidden(_("You may not share views with everybody."))
