"""Notices: what somebody should know of, as rows that are written with what happened."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crmlite.extensions import Base

_UNREAD = sa.text("read_at IS NULL")


class Notice(Base):
    """One for each user, kind and operation: what was done to many records at once is one notice that counts them."""

    __tablename__ = "notice"
    __table_args__ = (
        sa.UniqueConstraint("user_id", "kind", "operation_id", "for_user_id"),
        sa.Index(None, "user_id", "id"),
        sa.Index("ix_notice_unread", "user_id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
        sa.Index(None, "record_type", "record_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    kind: Mapped[str]
    operation_id: Mapped[int]
    for_user_id: Mapped[int] = mapped_column(default=0)
    """The absent colleague that the user stands in for; 0: it is the user's own."""
    record_type: Mapped[str]
    record_id: Mapped[int]
    """The first of the records that it is about."""
    count: Mapped[int] = mapped_column(default=1)
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
