"""Devices that signed in, and how often something was tried."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crmlite.extensions import Base, db, insert, utcnow

if TYPE_CHECKING:
    from crmlite.auth.models.users import User


def hash_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class UserSession(Base):
    """A device that signed in. The cookie holds a secret; the row holds its hash."""

    __tablename__ = "user_session"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    secret_hash: Mapped[str] = mapped_column(unique=True)
    user_agent: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    seen_at: Mapped[datetime] = mapped_column(default=utcnow)
    """When it last changed something: reading leaves no trace, as a GET never writes."""
    expires_at: Mapped[datetime]
    user: Mapped["User"] = relationship()

    @classmethod
    def start(cls, user: "User", user_agent: str, address: str, days: int) -> tuple["UserSession", str]:
        """A new session of `user` and the secret its cookie has to hold."""
        secret = secrets.token_urlsafe(32)
        session = cls(
            user_id=user.id,
            secret_hash=hash_secret(secret),
            user_agent=user_agent[:300],
            address=address,
            expires_at=utcnow() + timedelta(days=days),
        )
        db.session.add(session)
        return session, secret

    @classmethod
    def of(cls, user_id: int) -> list["UserSession"]:
        """Where that user is signed in, last used first."""
        query = sa.select(cls).where(cls.user_id == user_id, cls.expires_at > utcnow())
        return list(db.session.scalars(query.order_by(cls.seen_at.desc(), cls.id.desc())))

    @classmethod
    def end(cls, user_id: int, session_id: int) -> bool:
        """Signs one device of that user out. Final."""
        query = sa.delete(cls).where(cls.user_id == user_id, cls.id == session_id).returning(cls.id)
        return db.session.scalar(query) is not None

    @classmethod
    def end_all(cls, user_id: int, but: int | None = None) -> int:
        """Signs every device of that user out, except the one with this id; returns how many. Final."""
        query = sa.delete(cls).where(cls.user_id == user_id).returning(cls.id)
        return len(db.session.scalars(query.where(cls.id != but) if but else query).all())

    @classmethod
    def seen(cls, session_id: int) -> None:
        db.session.execute(sa.update(cls).where(cls.id == session_id).values(seen_at=utcnow()))


class Throttle(Base):
    """How often something was tried: rows, so that limits hold across workers and restarts."""

    __tablename__ = "throttle"
    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    until: Mapped[datetime]

    @classmethod
    def hit(cls, key: str, limit: int, period: timedelta) -> bool:
        """Counts one try; False when there were more than `limit` in the `period` that the first of them began.

        One statement, so that tries at the same moment are all counted. Further tries do not lengthen the period.
        """
        now = utcnow()
        row = insert(cls.__table__).values(key=key, count=1, until=now + period)
        ended = cls.until <= now
        upsert = row.on_conflict_do_update(
            index_elements=["key"],
            set_={
                "count": sa.case((ended, 1), else_=cls.count + 1),
                "until": sa.case((ended, row.excluded.until), else_=cls.until),
            },
        ).returning(cls.__table__.c.count)
        return int(db.session.connection().execute(upsert).scalar_one()) <= limit

    @classmethod
    def give_back(cls, key: str) -> None:
        """Takes one try back: it was none of those that are limited."""
        db.session.execute(sa.update(cls).where(cls.key == key, cls.count > 0).values(count=cls.count - 1))

    @classmethod
    def clear(cls, key: str) -> None:
        db.session.execute(sa.delete(cls).where(cls.key == key))
