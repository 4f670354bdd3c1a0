"""Stored files: bytes under a random name outside the web root, the user's name only ever as text."""

import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Self

import sqlalchemy as sa
from flask import Response, abort, current_app, send_file
from flask_babel import gettext as _
from sqlalchemy.orm import Mapped, mapped_column

from crmlite.extensions import PERSONAL, Base, db, utcnow
from crmlite.journal import Journaled
from crmlite.safety import display_name

SHOWN = frozenset({"image/png", "image/jpeg", "image/webp"})
"""What may be shown in the browser, where the renderer made it; all else is only ever a download."""
THUMBNAIL = "image/webp"
_OURS = re.compile(r"[0-9a-f]{2}/[0-9a-f]{62}")


@dataclass(frozen=True)
class Made:
    """What the renderer made of a picture along with it: it goes where the picture goes."""

    thumbnail: bytes
    width: int
    height: int


class FileRefused(Exception):
    """The file cannot be kept; the message says why."""


class File(Journaled, Base):
    """One stored file. `path` is relative to the files folder and always looks like ab/<62 hex digits>."""

    __tablename__ = "file"
    path: Mapped[str] = mapped_column(unique=True)
    sha256: Mapped[str]
    size: Mapped[int]
    mime: Mapped[str]
    name: Mapped[str] = mapped_column(info=PERSONAL)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    detached_at: Mapped[datetime | None]
    """When it was taken off its record; it stays for a while (retention), so that undo brings it back."""
    thumbnail: Mapped[str | None]
    """The path of a small picture of it, where the renderer made both: only then it may be shown, and `mime` is its own word."""
    width: Mapped[int | None]
    height: Mapped[int | None]

    @classmethod
    def store(cls, stream: IO[bytes], name: str, mime: str | None) -> Self:
        """Writes the bytes to disk, then the row: a row never points at a file that is not there. Raises FileRefused."""
        file = cls.write(stream, name, mime)
        db.session.add(file)
        return file

    @classmethod
    def write(cls, stream: IO[bytes], name: str, mime: str | None, made: Made | None = None) -> Self:
        """store() without the row, for whom the writing shall not wait: add it to the session later. Raises FileRefused."""
        settings = current_app.extensions["crmlite.settings"]
        if settings.free < settings.disk_floor_mb * 1024 * 1024:
            raise FileRefused(_("The server's disk is nearly full, so files are not taken at the moment."))
        path = _fresh_path()
        sha256, size = _write(settings.files_path / path, stream)
        if not size:
            (settings.files_path / path).unlink()
            raise FileRefused(_("This file is empty."))
        shown = display_name(name) or _("file")
        file = cls(path=path, sha256=sha256, size=size, mime=(mime or "application/octet-stream")[:100], name=shown)
        if made:
            file.thumbnail, file.width, file.height = _fresh_path(), made.width, made.height
            _write(settings.files_path / file.thumbnail, BytesIO(made.thumbnail))
        return file

    @property
    def location(self) -> Path:
        return _located(self.path)

    def discard(self) -> None:
        """Takes its bytes from the disk; for what write() wrote and no row ever named."""
        for path in (self.path, self.thumbnail):
            if path:
                _located(path).unlink(missing_ok=True)

    @property
    def is_shown(self) -> bool:
        """Whether it is a picture that was made anew from its pixels."""
        return self.thumbnail is not None and self.mime in SHOWN

    @property
    def ending(self) -> str:
        """What its name ends with, without the dot: `pdf`; empty where that says nothing."""
        stem, _dot, ending = self.name.rpartition(".")
        return ending.lower() if stem else ""

    def read(self) -> bytes | None:
        """The bytes as they were stored; None where they are gone or are no longer the same."""
        try:
            found = self.location.read_bytes()
        except OSError:
            return None
        return found if hashlib.sha256(found).hexdigest() == self.sha256 else None

    def as_download(self, name: str = "") -> Response:
        """The answer of a view with `headers("file")`: never shown in the browser, never guessed to be what runs."""
        if not self.location.is_file():
            abort(404, _("This file is missing on the server. Tell the administrator."))
        return send_file(
            self.location, "application/octet-stream", as_attachment=True, download_name=name or self.name, max_age=0
        )

    def as_picture(self, small: bool = False) -> Response:
        """The answer of a view with `headers("file")`, to be shown within a page. 404 for whatever the renderer did not make."""
        if self.thumbnail is None or not self.is_shown:
            abort(404)
        where, mime = _located(self.thumbnail), THUMBNAIL
        if not small or not where.is_file():  # the whole one does for a small one that is lost
            where, mime = self.location, self.mime
        if not where.is_file():
            abort(404, _("This file is missing on the server. Tell the administrator."))
        return send_file(where, mime, max_age=0)


def loose(before: datetime) -> sa.Select[int]:
    """The ids of files that were taken off their record before then, and that nothing else has."""
    old = sa.select(File.id).where(File.detached_at < before)
    for column in pointing_here():
        old = old.where(~sa.exists().where(column == File.id))
    return old


def forget(ids: list[int]) -> None:
    """Removes their rows; their bytes go when the rows are gone for sure. Does not commit."""
    for file in db.session.scalars(sa.select(File).where(File.id.in_(ids))).all():
        db.session.delete(file)


def sweep() -> int:
    """Removes bytes that no row points at and that are older than a day: of files that are forgotten, or never were saved."""
    folder: Path = current_app.extensions["crmlite.settings"].files_path
    known = set(db.session.scalars(sa.select(File.path)))
    known |= set(db.session.scalars(sa.select(File.thumbnail).where(File.thumbnail.is_not(None))))
    young = time.time() - 86_400
    strays = [
        path
        for path in stored(folder)
        if f"{path.parent.name}/{path.name}" not in known and path.stat().st_mtime < young
    ]
    for path in strays:
        path.unlink(missing_ok=True)
    return len(strays)


def stored(folder: Path) -> Iterator[Path]:
    """What has a name as only we give it: the folder may be one that holds other things too."""
    return (path for path in folder.glob("??/*") if _OURS.fullmatch(f"{path.parent.name}/{path.name}"))


def pointing_here() -> list[sa.Column[int]]:
    """Every column, whoever's, that names a file: attachments, mails and whatever comes."""
    return [
        column
        for table in db.metadata.tables.values()
        for column in table.columns
        if any(key.column.table is File.__table__ for key in column.foreign_keys)
    ]


def _fresh_path() -> str:
    """Nobody's guess, and nothing of what the user called it."""
    token = secrets.token_hex(32)
    return f"{token[:2]}/{token[2:]}"


def _located(path: str) -> Path:
    folder: Path = current_app.extensions["crmlite.settings"].files_path
    return folder / path


def _write(location: Path, stream: IO[bytes]) -> tuple[str, int]:
    location.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(location, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            while chunk := stream.read(64 * 1024):
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
    except OSError:  # a full disk above all: half a file helps nobody and takes up room
        location.unlink(missing_ok=True)
        raise
    return digest.hexdigest(), size
