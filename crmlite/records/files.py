"""Files on records: attachments."""

from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crmlite import events
from crmlite.extensions import Base, db, utcnow
from crmlite.files import File
from crmlite.journal import Journaled


class Attachment(Journaled, Base):
    __tablename__ = "attachment"
    is_copied: ClassVar[bool] = False
    __table_args__ = (sa.Index(None, "record_type", "record_id"),)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("file.id"), index=True)
    record_type: Mapped[str]
    record_id: Mapped[int]
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    file: Mapped[File] = relationship()

    def concerns(self) -> list[tuple[str, int]]:
        return [(self.record_type, self.record_id)]


def attach(record: Any, file: File, author_id: int | None) -> Attachment:
    db.session.flush()
    attachment = Attachment(file_id=file.id, record_type=record.__tablename__, record_id=record.id, author_id=author_id)
    db.session.add(attachment)
    record.touch()
    events.emit(events.FILE_ATTACHED, record, file=file.name, file_id=file.id)
    return attachment


def detach(record: Any, attachment: Attachment) -> None:
    """Takes the file off the record."""
    file = attachment.file
    file.detached_at = utcnow()
    db.session.delete(attachment)
    events.emit(events.FILE_REMOVED, record, file=file.name, file_id=file.id)


def of(record: Any) -> list[Attachment]:
    query = sa.select(Attachment).where(
        Attachment.record_type == record.__tablename__, Attachment.record_id == record.id
    )
    return list(db.session.scalars(query.options(sa.orm.joinedload(Attachment.file)).order_by(Attachment.id.desc())))
