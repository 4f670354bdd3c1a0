"""Passwords of phones and programs: each for one device, for the address book alone, and not for signing in on the web."""

import secrets
from datetime import datetime, timedelta
from typing import Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crmlite.auth.models.sessions import hash_secret
from crmlite.extensions import PERSONAL, Base, db, utcnow

LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""32 of them, without those that are taken for others when they are typed off a screen."""
LENGTH = 28
"""Of five bits each: nobody guesses it, so that its hash need not be a slow one."""
_GROUP = 4
NOTE_AFTER = timedelta(hours=1)
"""How exactly it is known when it was used last."""


class DevicePassword(Base):
    """What one device of a user says who it is with. The row holds its hash; it is shown once."""

    __tablename__ = "device_password"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    name: Mapped[str] = mapped_column(info=PERSONAL)
    secret_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    used_at: Mapped[datetime | None]

    @classmethod
    def make(cls, user_id: int, name: str) -> tuple[Self, str]:
        """A new one, and what has to be typed on the device."""
        secret = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        made = cls(user_id=user_id, name=name, secret_hash=hash_secret(secret))
        db.session.add(made)
        return made, "-".join(secret[at : at + _GROUP] for at in range(0, LENGTH, _GROUP))

    @classmethod
    def of(cls, user_id: int) -> list[Self]:
        return list(db.session.scalars(sa.select(cls).where(cls.user_id == user_id).order_by(cls.id)))

    @classmethod
    def end_all(cls, user_id: int) -> None:
        """Of somebody whose account is closed, or whose password others may know. Final."""
        db.session.execute(sa.delete(cls).where(cls.user_id == user_id))

    @classmethod
    def note_use(cls, number: int) -> None:
        db.session.execute(sa.update(cls).where(cls.id == number).values(used_at=utcnow()))


def typed(password: str) -> str:
    """What was meant: people leave the hyphens out, and phones begin with a capital letter."""
    return "".join(char for char in password[:200].casefold() if char in LETTERS)
