"""Changes of so many records that a job makes them, part by part; and what those that did not take them said."""

from datetime import datetime
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crmlite.extensions import PERSONAL, Base, db, utcnow

RUNNING, STOPPED, DONE = "running", "stopped", "done"


class BulkRun(Base):
    """One change of many records. A part of it and `place` are one transaction, so no record is changed twice."""

    __tablename__ = "bulk_run"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    record_type: Mapped[str]
    asked: Mapped[list[Any]] = mapped_column(info=PERSONAL)
    """What the form said of the change, as pairs (changes.py)."""
    query: Mapped[str] = mapped_column(default="", info=PERSONAL)
    """The list whose records they are, as its address has it."""
    ids: Mapped[list[Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    """Those that were ticked, or found by words; None: all that the query fits, up to `last_id`."""
    last_id: Mapped[int] = mapped_column(default=0)
    """The newest record there was: what is added meanwhile was not meant."""
    place: Mapped[int] = mapped_column(default=0)
    """Records up to this id are done."""
    state: Mapped[str] = mapped_column(default=RUNNING)
    problem: Mapped[str] = mapped_column(default="")
    """Why it stopped by itself, in the words of who began it."""
    total: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    same: Mapped[int] = mapped_column(default=0)
    """Those that were as they should be already."""
    gone: Mapped[int] = mapped_column(default=0)
    """Those that were not there any more, or not to be seen."""
    refused: Mapped[int] = mapped_column(default=0)
    operation_id: Mapped[int] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    ended_at: Mapped[datetime | None]

    @classmethod
    def locked(cls, run_id: int) -> Self | None:
        """It, for a change of its state; others wait."""
        return db.session.get(cls, run_id, with_for_update=True, populate_existing=True)

    @property
    def done(self) -> int:
        return self.changed + self.same + self.gone + self.refused

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0

    @property
    def is_large(self) -> bool:
        """Whether a job does it; the others are kept for what was refused."""
        return self.last_id > 0 or self.ids is not None

    def stop(self) -> None:
        """After the part it is at. What is changed stays, until it is undone."""
        if self.state == RUNNING:
            self.state, self.ended_at = STOPPED, utcnow()


class BulkRefusal(Base):
    """One record that did not take the change, and why, in the words of who wanted it."""

    __tablename__ = "bulk_refusal"
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("bulk_run.id"), primary_key=True)
    record_id: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(info=PERSONAL)
