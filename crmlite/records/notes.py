"""Notes that people write on any record."""

from datetime import datetime
from typing import Any, ClassVar, Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crmlite import events
from crmlite.extensions import PERSONAL, Base, db, utcnow
from crmlite.journal import Journaled

MAX_LENGTH = 20_000


class Note(Journaled, Base):
    __tablename__ = "note"
    is_copied: ClassVar[bool] = False
    __table_args__ = (sa.Index(None, "record_type", "record_id"),)
    record_type: Mapped[str]
    record_id: Mapped[int]
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    text: Mapped[str] = mapped_column(info=PERSONAL)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    edited_at: Mapped[datetime | None]

    @classmethod
    def write(cls, record: Any, author_id: int | None, text: str) -> Self:
        note = cls(record_type=record.__tablename__, record_id=record.id, author_id=author_id, text=text)
        db.session.add(note)
        db.session.flush()
        record.touch()
        events.emit(events.NOTE_ADDED, record, note_id=note.id)
        return note

    def edit(self, record: Any, text: str) -> Self:
        if text != self.text:
            self.text, self.edited_at = text, utcnow()
            events.emit(events.NOTE_EDITED, record, note_id=self.id)
        return self

    def delete(self, record: Any) -> None:
        db.session.delete(self)
        events.emit(events.NOTE_DELETED, record, note_id=self.id)

    def concerns(self) -> list[tuple[str, int]]:
        return [(self.record_type, self.record_id)]

    @classmethod
    def find(cls, record: Any, note_id: int) -> "Note | None":
        return db.session.scalar(
            sa.select(cls).where(cls.id == note_id, cls.record_type == record.__tablename__, cls.record_id == record.id)
        )
