"""Favourites: records and lists with their filters that a user keeps at hand, in the order that they say."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crmlite.auth.models import Viewer
from crmlite.extensions import Base, db
from crmlite.records import types

MOST = 40
MAX_NAME = 60
MAX_QUERY = 1000


class Favourite(Base):
    """A star. Of a record, or with `record_id` 0 of a list: then `query` says its filters and `name` what it is called."""

    __tablename__ = "favourite"
    __table_args__ = (sa.UniqueConstraint("user_id", "record_type", "record_id", "query"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    record_type: Mapped[str]
    record_id: Mapped[int] = mapped_column(default=0)
    query: Mapped[str] = mapped_column(default="")
    name: Mapped[str] = mapped_column(default="")
    position: Mapped[int]


@dataclass(frozen=True)
class Starred:
    """A favourite as pages show it."""

    id: int
    record_type: str
    record_id: int
    query: str
    name: str
    url: str
    icon: str


def add(user_id: int, record_type: str, record_id: int = 0, query: str = "", name: str = "") -> bool:
    """At the end; a second time nothing happens. False where there are too many."""
    own = sa.select(Favourite).where(Favourite.user_id == user_id)
    rows = db.session.scalars(own.order_by(Favourite.position).with_for_update()).all()
    if any((row.record_type, row.record_id, row.query) == (record_type, record_id, query) for row in rows):
        return True
    if len(rows) >= MOST:
        return False
    last = max((row.position for row in rows), default=0)
    db.session.add(
        Favourite(
            user_id=user_id, record_type=record_type, record_id=record_id, query=query, name=name, position=last + 1
        )
    )
    return True


def remove(user_id: int, favourite_id: int) -> bool:
    query = sa.delete(Favourite).where(Favourite.user_id == user_id, Favourite.id == favourite_id)
    return db.session.scalar(query.returning(Favourite.id)) is not None


def move(user_id: int, favourite_id: int, up: bool) -> bool:
    """One place up or down; False for one that is not theirs."""
    own = sa.select(Favourite).where(Favourite.user_id == user_id)
    rows = list(db.session.scalars(own.order_by(Favourite.position, Favourite.id).with_for_update()))
    at = next((i for i, row in enumerate(rows) if row.id == favourite_id), None)
    if at is None:
        return False
    rows.insert(max(0, at - 1) if up else at + 1, rows.pop(at))
    for position, row in enumerate(rows, 1):
        row.position = position
    return True


def selects(user: Viewer) -> list[sa.Select[Any]]:
    """What a user starred and may see, as parts of one statement: (id, type, record id, query, name, position).

    Names of types stand in the statement itself: it goes along with every page, and a parameter costs more than a condition.
    """
    kinds = [kind for kind in types.registered().values() if kind.may(user, "view")]
    mine = Favourite.user_id == sa.bindparam("user", user.id)
    columns = (Favourite.id, Favourite.record_type, Favourite.record_id, Favourite.query)
    of_records = [
        sa.select(*columns, kind.model.name.label("name"), Favourite.position)
        .join(kind.model, kind.model.id == Favourite.record_id)
        .where(mine, Favourite.record_type == _word(kind.name), kind.model.deleted_at.is_(None), kind.policy.rows(user))
        for kind in kinds
    ]
    names = [_word(kind.name) for kind in kinds]
    of_lists = sa.select(*columns, Favourite.name, Favourite.position)
    return [of_lists.where(mine, Favourite.record_id == 0, Favourite.record_type.in_(names)), *of_records]


def _word(name: str) -> sa.ColumnClause[str]:
    """A name of ours, an identifier, as SQL spells it."""
    return sa.literal_column(f"'{name}'", sa.String())


def starred(rows: Any) -> list[Starred]:
    """Rows of selects(), as pages show them, in the user's order."""
    found = []
    for row in sorted(rows, key=lambda row: (row.position, row.id)):
        kind = types.registered()[row.record_type]
        url = kind.url_of(row.record_id) if row.record_id else kind.url + (f"?{row.query}" if row.query else "")
        found.append(Starred(row.id, row.record_type, row.record_id, row.query, row.name, url, kind.icon))
    return found


def of(user: Viewer) -> list[Starred]:
    return starred(db.session.execute(sa.union_all(*selects(user))))


def forget(record_type: str, record_id: int) -> None:
    """With the record, for good."""
    gone = sa.and_(Favourite.record_type == record_type, Favourite.record_id == record_id)
    db.session.execute(sa.delete(Favourite).where(gone))
