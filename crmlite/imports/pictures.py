"""Pictures of people on their cards: each is made anew by the renderer, as one that is uploaded is, and attached as a file.

That takes its time, so it is done before the batch's transaction; a batch is cut short where it has many. The trial does the same
but for the writing: what becomes of a picture is known before. One that cannot be taken is a remark on its row, never the row's end.
"""

import hashlib
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from crmlite import events, pdf
from crmlite.extensions import db
from crmlite.files import File, FileRefused, Made
from crmlite.imports.draft import Draft, Picture
from crmlite.imports.models import Halted
from crmlite.imports.reading import stream
from crmlite.imports.reading.photos import TOO_LARGE, UNREADABLE
from crmlite.imports.reading.stream import Row
from crmlite.journal import bulk
from crmlite.records.files import Attachment, with_ending

Holder = tuple[str, int]


def make(rows: Sequence[Row], drafts: Sequence[Draft], path: Path, keeps: bool) -> None:
    """Adds to each draft its pictures, written to disk where it `keeps` them. Not in a transaction that writes. Raises Halted."""
    for row, draft in zip(rows, drafts, strict=True):
        if draft.refused is None:
            for told in row.pictures:
                if isinstance(told, str):
                    draft.remarks.append((told, ""))
                else:
                    _add(draft, stream.picture(path, told), keeps)


def _add(draft: Draft, data: bytes, keeps: bool) -> None:
    try:
        made = pdf.photo(data)
    except pdf.Failed as failure:
        if failure.reason in {"absent", "busy"}:
            raise Halted("renderer") from failure
        draft.remarks.append((TOO_LARGE if failure.reason == "too_many_pixels" else UNREADABLE, ""))
        return
    digest = hashlib.sha256(made.data).hexdigest()
    if any(picture.sha256 == digest for picture in draft.pictures):
        return
    draft.pictures.append(Picture(digest, _stored(draft.title, made) if keeps else None))


def _stored(title: str, made: pdf.Photo) -> dict[str, Any]:
    thumbnail = Made(made.thumbnail, made.width, made.height)
    try:
        file = File.write(BytesIO(made.data), with_ending(title or "photo", made.mime), made.mime, thumbnail)
    except (FileRefused, OSError) as refused:
        raise Halted("disk_full") from refused
    names = ("path", "sha256", "size", "mime", "name", "thumbnail", "width", "height")
    return {name: getattr(file, name) for name in names}


def of(holders: Iterable[Holder]) -> dict[Holder, set[str]]:
    """The digests of the files that these records have."""
    found: dict[Holder, set[str]] = {}
    wanted = set(holders)
    for name in {of for of, _number in wanted}:
        query = sa.select(Attachment.record_id, File.sha256).join(File, File.id == Attachment.file_id)
        ids = [number for of, number in wanted if of == name]
        for number, digest in db.session.execute(
            query.where(Attachment.record_type == name, Attachment.record_id.in_(ids))
        ):
            found.setdefault((name, number), set()).add(digest)
    return found


def attach(brought: Sequence[tuple[Holder, Picture]], user_id: int) -> None:
    """Makes them files of their records, but for those that a record has already."""
    known = of(holder for holder, _picture in brought)
    files: list[dict[str, Any]] = []
    attachments: list[dict[str, Any]] = []
    for holder, picture in brought:
        picture.is_kept = picture.stored is not None and picture.sha256 not in known.get(holder, ())
        if picture.is_kept:
            known.setdefault(holder, set()).add(picture.sha256)
            files.append({**(picture.stored or {})})
            attachments.append({"record_type": holder[0], "record_id": holder[1], "author_id": user_id})
    for attachment, number in zip(attachments, bulk.create(File, files), strict=True):
        attachment["file_id"] = number
    bulk.create(Attachment, attachments)
    told: list[tuple[Holder, tuple[()], dict[str, Any]]] = [
        ((one["record_type"], one["record_id"]), (), {"file": file["name"], "file_id": file["id"]})
        for one, file in zip(attachments, files, strict=True)
    ]
    events.emit_many(events.FILE_ATTACHED, told)


def let_go(draft: Draft) -> None:
    """Its row was refused in the end."""
    for picture in draft.pictures:
        picture.is_kept = False


def drop(drafts: Iterable[Draft]) -> None:
    """Takes from the disk what no record got; after the commit. What a killed run leaves is swept."""
    for draft in drafts:
        for picture in draft.pictures:
            if picture.stored and not picture.is_kept:
                File(path=picture.stored["path"], thumbnail=picture.stored["thumbnail"]).discard()
