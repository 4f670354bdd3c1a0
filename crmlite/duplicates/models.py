"""What is known about duplicates: what records are compared by, pairs that look like one, and what was merged."""

from datetime import datetime
from typing import Any, ClassVar, Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crmlite import events
from crmlite.extensions import PERSONAL, Base, db, utcnow
from crmlite.journal import Journaled


class DuplicateCard(Base):
    """What of one record is compared, as it is now."""

    __tablename__ = "duplicate_card"
    __table_args__ = (
        sa.Index(
            "ix_duplicate_card_waiting",
            "record_type",
            "record_id",
            sqlite_where=sa.text("waiting = 1"),
            postgresql_where=sa.text("waiting"),
        ),
    )
    record_type: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    values: Mapped[dict[str, Any]] = mapped_column(info=PERSONAL)
    waiting: Mapped[bool] = mapped_column(default=True)
    """Whether it changed since it was compared with the others."""
    stale: Mapped[bool] = mapped_column(default=False)
    """Whether the record changed together with many and this card, or its keys, are still those of before."""


class DuplicateKey(Base):
    """What two records have to share one of to be compared: a number of 64 bits for an e-mail, a phone, a name as it is heard."""

    __tablename__ = "duplicate_key"
    __table_args__ = (sa.Index(None, "record_type", "record_id"), {"sqlite_with_rowid": False})
    key: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    record_type: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class DuplicatePair(Base):
    """Two records that look like one, the older first."""

    __tablename__ = "duplicate_pair"
    __table_args__ = (
        sa.UniqueConstraint("record_type", "record_id", "other_id"),
        sa.Index(None, "record_type", "other_id"),
        sa.Index(None, "record_type", "score", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    record_type: Mapped[str]
    record_id: Mapped[int]
    other_id: Mapped[int]
    score: Mapped[int]
    reasons: Mapped[list[Any]]
    found_at: Mapped[datetime] = mapped_column(default=utcnow)


class Distinct(Journaled, Base):
    """That somebody said of two records that they are not the same."""

    __tablename__ = "distinct_pair"
    is_copied: ClassVar[bool] = False
    __table_args__ = (
        sa.UniqueConstraint("record_type", "record_id", "other_id"),
        sa.Index(None, "record_type", "other_id"),
    )
    record_type: Mapped[str]
    record_id: Mapped[int]
    other_id: Mapped[int]

    @classmethod
    def say(cls, one: Any, other: Any) -> Self | None:
        """Remembers it; None where it is known already."""
        low, high = sorted((one, other), key=lambda record: record.id)
        if cls.find(low.__tablename__, low.id, high.id) is not None:
            return None
        said = cls(record_type=low.__tablename__, record_id=low.id, other_id=high.id)
        db.session.add(said)
        events.emit(events.RECORDS_DISTINCT, one, about=[other], one=one.title, other=other.title)
        return said

    @classmethod
    def find(cls, record_type: str, one: int, other: int) -> Self | None:
        low, high = sorted((one, other))
        return db.session.scalar(
            sa.select(cls).where(cls.record_type == record_type, cls.record_id == low, cls.other_id == high)
        )

    def concerns(self) -> list[tuple[str, int]]:
        return [(self.record_type, self.record_id), (self.record_type, self.other_id)]


class Merge(Base):
    """Several records made into one, in one operation."""

    __tablename__ = "merge"
    __table_args__ = (sa.Index(None, "record_type", "winner_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    operation_id: Mapped[int] = mapped_column(unique=True)
    record_type: Mapped[str]
    winner_id: Mapped[int]
    losers: Mapped[list[Any]]
    """Their ids."""
    counts: Mapped[dict[str, Any]]
    """How many of each relation were carried over."""
    at: Mapped[datetime] = mapped_column(default=utcnow)
    separated_by_id: Mapped[int | None]
    """The operation that took them apart again."""
    left: Mapped[list[Any]] = mapped_column(default=list)
    """What was left alone then, because somebody had changed it since: [table, id, field]."""


class MergeMove(Base):
    """One row that pointed at a loser and was made to point at the winner."""

    __tablename__ = "merge_move"
    __table_args__ = (sa.Index(None, "merge_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    merge_id: Mapped[int] = mapped_column(sa.ForeignKey("merge.id"))
    relation: Mapped[str]
    """Table and column: deal.contact_id."""
    row_id: Mapped[int]
    loser_id: Mapped[int]
    change_id: Mapped[int | None]
    """What the journal says of it; None of tables without one."""
