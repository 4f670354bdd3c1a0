"""What each user looked at last. The page says so by a post after it is shown, as a GET never writes."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crmlite.auth.models import Viewer
from crmlite.extensions import Base, db, insert, utcnow
from crmlite.records import types
from crmlite.records.types import RecordType

KEEP = 50
"""Of each user; older ones go when a newer one comes."""
SAME_AGAIN = timedelta(minutes=1)
"""Whoever comes back to the same page at once has not looked anew."""


class Seen(Base):
    """That a user looked at a record, and when the last time was."""

    __tablename__ = "seen"
    __table_args__ = (sa.UniqueConstraint("user_id", "record_type", "record_id"), sa.Index(None, "user_id", "at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    record_type: Mapped[str]
    record_id: Mapped[int]
    at: Mapped[datetime]


def is_news(user_id: int, record: Any) -> bool:
    """Whether it would say something that is not said already: asked with the reader, before anybody takes the write lock."""
    query = sa.select(Seen.record_type, Seen.record_id, Seen.at).where(Seen.user_id == user_id)
    last = db.session.execute(query.order_by(Seen.at.desc(), Seen.id.desc()).limit(1)).first()
    if last is None or (last.record_type, last.record_id) != (record.__tablename__, record.id):
        return True
    return bool(last.at < utcnow() - SAME_AGAIN)


def note(user_id: int, record: Any) -> None:
    row = insert(Seen.__table__).values(
        user_id=user_id, record_type=record.__tablename__, record_id=record.id, at=utcnow()
    )
    keys = ["user_id", "record_type", "record_id"]
    db.session.execute(row.on_conflict_do_update(index_elements=keys, set_={"at": row.excluded.at}))
    kept = sa.select(Seen.id).where(Seen.user_id == user_id).order_by(Seen.at.desc(), Seen.id.desc()).limit(KEEP)
    db.session.execute(sa.delete(Seen).where(Seen.user_id == user_id, Seen.id.not_in(kept)))


def latest(user: Viewer, limit: int = 8) -> list[tuple[RecordType, int, str, datetime]]:
    """(type, id, name, when) of what they looked at and may still see, in one statement."""
    kinds = [kind for kind in types.registered().values() if kind.may(user, "view")]
    if not kinds:
        return []
    queries = [
        sa.select(
            sa.literal(kind.name).label("type"), kind.model.id, kind.model.name.label("name"), Seen.at.label("at")
        )
        .join(kind.model, kind.model.id == Seen.record_id)
        .where(Seen.user_id == user.id, Seen.record_type == kind.name)
        .where(kind.model.deleted_at.is_(None), kind.policy.rows(user))
        for kind in kinds
    ]
    found = sa.union_all(*queries).subquery()
    rows = db.session.execute(sa.select(found).order_by(found.c.at.desc()).limit(limit))
    return [(types.registered()[row.type], row.id, row.name, row.at) for row in rows]


def forget(record_type: str, record_id: int) -> None:
    """With the record, for good."""
    db.session.execute(sa.delete(Seen).where(Seen.record_type == record_type, Seen.record_id == record_id))
