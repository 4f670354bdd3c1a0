"""Erasures: who was erased is not said, only that somebody was, what went, and what had to stay."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crmlite.extensions import Base, db, utcnow

BEGUN, DONE = "begun", "done"


class Erasure(Base):
    """One erasure, from when it was asked for. It is worked through step by step; a step's part is one transaction."""

    __tablename__ = "erasure"
    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(index=True)
    """Not a foreign key: the contact goes, its number stays on the certificate."""
    asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    asked_at: Mapped[datetime] = mapped_column(default=utcnow)
    operation_id: Mapped[int]
    state: Mapped[str] = mapped_column(default=BEGUN)
    step: Mapped[int] = mapped_column(default=0)
    place: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    """Where within the step it goes on."""
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What went: how many of each kind."""
    kept: Mapped[list[Any]] = mapped_column(default=list)
    """What bookkeeping law wants kept: {type, number, until} each."""
    files: Mapped[list[Any]] = mapped_column(default=list)
    """Where the bytes of removed files lie: they go when their rows are gone for sure."""
    done_at: Mapped[datetime | None]

    @property
    def is_done(self) -> bool:
        return self.state == DONE

    def count(self, name: str, number: int = 1) -> None:
        """Adds to what went: a dict is replaced, never changed in place."""
        if number:
            self.counts = {**self.counts, name: self.counts.get(name, 0) + number}

    @classmethod
    def locked(cls, erasure_id: int) -> "Erasure | None":
        return db.session.get(cls, erasure_id, with_for_update=True, populate_existing=True)

    @classmethod
    def of(cls, contact_id: int) -> "Erasure | None":
        """The last one of that contact."""
        return db.session.scalar(sa.select(cls).where(cls.contact_id == contact_id).order_by(cls.id.desc()).limit(1))
