"""Links to a new password that were asked for."""

from datetime import datetime, timedelta
from typing import Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crmlite.extensions import Base, db, utcnow

LIFE = timedelta(minutes=60)


class PasswordReset(Base):
    """A link to a new password: good once, for an hour, and until its user signs in or is changed. Its token is in no row."""

    __tablename__ = "password_reset"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    nonce: Mapped[str] = mapped_column(unique=True)
    message_id: Mapped[int | None] = mapped_column(index=True)
    """The mail that carries it."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime]

    @classmethod
    def begin(cls, user_id: int, nonce: str) -> Self:
        reset = cls(user_id=user_id, nonce=nonce, expires_at=utcnow() + LIFE)
        db.session.add(reset)
        db.session.flush()
        return reset

    @classmethod
    def end_all(cls, user_id: int) -> None:
        """Final. Whatever changes how that user gets in calls it."""
        db.session.execute(sa.delete(cls).where(cls.user_id == user_id))

    @property
    def works(self) -> bool:
        return utcnow() < self.expires_at
