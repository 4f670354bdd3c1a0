"""Files on records: attachments."""

from collections.abc import Iterable
from io import BytesIO
from typing import IO, Any, ClassVar

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crmlite import events, pdf
from crmlite.extensions import Base, db, utcnow
from crmlite.files import File, FileRefused, Made
from crmlite.journal import Journaled
from crmlite.safety import display_name


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


def take(sent: Iterable[tuple[IO[bytes], str, str | None]]) -> tuple[list[File], list[tuple[str, str]]]:
    """Writes what was sent (stream, name, kind) to disk: files for attach(), and of those refused their name and why.

    Not while the session writes: the renderer takes its time. Pictures are what it makes of them; the rest is kept as it came.
    """
    taken, refused = [], []
    for stream, name, mime in sent:
        try:
            taken.append(_write(stream, name, mime))
        except (FileRefused, pdf.Failed) as reason:
            refused.append((display_name(name) or _("file"), str(reason)))
    return taken, refused


def _write(stream: IO[bytes], name: str, mime: str | None) -> File:
    if not _is_picture(stream):
        return File.write(stream, name, mime)
    made = pdf.photo(stream.read(pdf.PICTURE_AT_MOST + 1))
    named = with_ending(name, made.mime)
    return File.write(BytesIO(made.data), named, made.mime, Made(made.thumbnail, made.width, made.height))


def _is_picture(stream: IO[bytes]) -> bool:
    """By how it begins, whatever it is called: the four kinds that the renderer reads. Nothing of it is decoded here."""
    start = stream.read(12)
    stream.seek(0)
    return start.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")) or (
        start[:4] == b"RIFF" and start[8:] == b"WEBP"
    )


_ENDINGS = {"image/jpeg": ("jpg", "jpeg", "jpe", "jfif"), "image/png": ("png",), "image/webp": ("webp",)}


def with_ending(name: str, mime: str) -> str:
    """A name that says what the picture is now: a GIF became a PNG, and `x.html` was never a page."""
    if name.rpartition(".")[2].lower() in _ENDINGS[mime]:
        return name
    stem = name[:-4] if name.lower().endswith(".gif") else name
    return f"{stem}.{_ENDINGS[mime][0]}"


def attach(record: Any, file: File, author_id: int | None) -> Attachment:
    db.session.add(file)
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
