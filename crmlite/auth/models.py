"""Users, teams, roles with grants, members of records, sessions, throttles, and the organisation."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crmlite.extensions import PERSONAL, UNJOURNALED, Base, db, utcnow
from crmlite.journal import Journaled

SCOPES = ("none", "own", "team", "all")
ACTIONS = ("view", "create", "edit", "delete")


class Organisation(Journaled, Base):
    """The firm that runs this instance. There is one row."""

    __tablename__ = "organisation"
    name: Mapped[str] = mapped_column(default="")
    legal_name: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    vat_id: Mapped[str] = mapped_column(default="")
    website: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    currency: Mapped[str] = mapped_column(default="EUR")
    country: Mapped[str] = mapped_column(default="NL")
    locale: Mapped[str] = mapped_column(default="en")
    time_zone: Mapped[str] = mapped_column(default="Europe/Amsterdam")

    @classmethod
    def get(cls) -> "Organisation":
        return db.session.scalars(sa.select(cls).order_by(cls.id)).first() or cls(
            name="", locale="en", time_zone="UTC", country="NL", currency="EUR"
        )


class Team(Journaled, Base):
    __tablename__ = "team"
    name: Mapped[str] = mapped_column(unique=True)


class Role(Journaled, Base):
    __tablename__ = "role"
    name: Mapped[str] = mapped_column(unique=True)
    grants: Mapped[list["Grant"]] = relationship(back_populates="role", cascade="all, delete-orphan")


class Grant(Journaled, Base):
    """What a role may do with records of one type (`*`: of every type), and with whose."""

    __tablename__ = "grant"
    __table_args__ = (sa.UniqueConstraint("role_id", "record_type", "action"),)
    role_id: Mapped[int] = mapped_column(sa.ForeignKey("role.id"))
    record_type: Mapped[str]
    action: Mapped[str]
    scope: Mapped[str]
    role: Mapped[Role] = relationship(back_populates="grants")


class User(Journaled, Base):
    __tablename__ = "user"
    name: Mapped[str] = mapped_column(info=PERSONAL)
    email: Mapped[str] = mapped_column(unique=True, info=PERSONAL)
    """Folded to lower case: it is what people sign in with."""
    password: Mapped[str] = mapped_column(info=UNJOURNALED)
    role_id: Mapped[int] = mapped_column(sa.ForeignKey("role.id"))
    team_id: Mapped[int | None] = mapped_column(sa.ForeignKey("team.id"))
    locale: Mapped[str] = mapped_column(default="en")
    time_zone: Mapped[str] = mapped_column(default="UTC")
    theme: Mapped[str] = mapped_column(default="auto")
    shortcuts: Mapped[bool] = mapped_column(default=True)
    active: Mapped[bool] = mapped_column(default=True)
    role: Mapped[Role] = relationship()
    team: Mapped[Team | None] = relationship()


@dataclass(frozen=True)
class Viewer:
    """The user of a request with what they may do, read in one statement: what policies and templates look at."""

    id: int
    name: str
    email: str
    role: str
    team_id: int | None
    locale: str
    time_zone: str
    theme: str
    shortcuts: bool
    scopes: dict[tuple[str, str], str]
    """(record type, action) to scope; what is not there is none."""
    session_id: int | None = None
    seen_at: datetime | None = None

    def scope(self, record_type: str, action: str) -> str:
        return self.scopes.get((record_type, action)) or self.scopes.get(("*", action)) or "none"

    @property
    def is_administrator(self) -> bool:
        return self.role == "administrator"


class Member(Journaled, Base):
    """A user who works on one record together with its owner."""

    __tablename__ = "member"
    __table_args__ = (
        sa.UniqueConstraint("record_type", "record_id", "user_id"),
        sa.Index(None, "user_id", "record_type", "record_id"),
    )
    record_type: Mapped[str]
    record_id: Mapped[int]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    role: Mapped[str] = mapped_column(default="")
    user: Mapped[User] = relationship()

    def concerns(self) -> list[tuple[str, int]]:
        return [(self.record_type, self.record_id)]


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
    expires_at: Mapped[datetime]
    user: Mapped[User] = relationship()

    @classmethod
    def start(cls, user: User, user_agent: str, address: str, days: int) -> tuple["UserSession", str]:
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


class Throttle(Base):
    """How often something was tried: rows, so that limits hold across workers and restarts."""

    __tablename__ = "throttle"
    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    until: Mapped[datetime]

    @classmethod
    def hit(cls, key: str, limit: int, period: timedelta) -> bool:
        """Counts one try; False when there were more than `limit` in the `period` that the first of them began."""
        row = db.session.get(cls, key, with_for_update=True)
        now = utcnow()
        if row is None:
            row = cls(key=key, count=0, until=now + period)
            db.session.add(row)
        elif row.until <= now:
            row.count, row.until = 0, now + period
        row.count += 1
        return row.count <= limit

    @classmethod
    def is_over(cls, key: str, limit: int) -> bool:
        row = db.session.get(cls, key)
        return row is not None and row.until > utcnow() and row.count >= limit

    @classmethod
    def clear(cls, key: str) -> None:
        db.session.execute(sa.delete(cls).where(cls.key == key))


class Preference(Base):
    """What one user chose for oneself, such as the columns of a list."""

    __tablename__ = "preference"
    __table_args__ = (sa.UniqueConstraint("user_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    name: Mapped[str]
    value: Mapped[dict[str, Any]]

    @classmethod
    def read(cls, user_id: int, name: str) -> dict[str, Any]:
        return db.session.scalar(sa.select(cls.value).where(cls.user_id == user_id, cls.name == name)) or {}

    @classmethod
    def write(cls, user_id: int, name: str, value: dict[str, Any]) -> None:
        row = db.session.scalar(sa.select(cls).where(cls.user_id == user_id, cls.name == name))
        if row is None:
            db.session.add(cls(user_id=user_id, name=name, value=value))
        else:
            row.value = value


def hash_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
