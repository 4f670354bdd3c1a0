"""Taking a file in: stored, read, and its columns suggested. Small files at once, large ones by a job."""

import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from crmlite import files, jobs
from crmlite.auth.models import Organisation, Viewer
from crmlite.extensions import db, reading, writing
from crmlite.files import File
from crmlite.imports import agreeing, fields, sources
from crmlite.imports import reading as reader
from crmlite.imports.models import MAPPING, READING, UNREADABLE, Import, ImportMapping
from crmlite.imports.planning import FILL
from crmlite.imports.reading.limits import Unreadable
from crmlite.imports.sources.source import folded

AT_ONCE = 3_000_000
"""Bytes that are read while the user waits."""


def read_now(file: File, options: dict[str, str] | None = None) -> tuple[dict[str, Any], File]:
    """What was found, and the rows as a file of ours; not in a transaction that writes. Raises Unreadable."""
    with tempfile.TemporaryDirectory(prefix="crmlite-import-") as folder:
        target = Path(folder, "rows")
        found = reader.read(file.location, target, options)
        with open(target, "rb") as rows:
            return found, File.write(rows, "rows.jsonl", "application/json")


def begin(user: Viewer, file: File, read: tuple[dict[str, Any], File] | None) -> Import:
    """A new import of a file that File.write() has stored; without `read` a job reads it. Does not commit."""
    made = Import(made_by_id=user.id, name=file.name, file=file, options=_options(user))
    db.session.add_all([file, made])
    db.session.flush()
    if read is None:
        jobs.enqueue(read_file, key=f"imports.read:{made.id}", import_id=made.id)
    else:
        take(made, *read)
    return made


def take(made: Import, found: dict[str, Any], rows: File) -> None:
    """What was read becomes the import's, with suggestions for its columns: those of the last file with these headings first."""
    db.session.add(rows)
    made.stream, made.found, made.total, made.state = rows, found, found["rows"], MAPPING
    source = sources.recognise(found["kind"], found["headers"])
    made.source = source.name if source else ""
    mapping = sources.suggest(source, found["headers"], found["columns"])
    made.mapping = agreeing.suggest(mapping, found["headers"])
    orders = {
        str(index): column["orders"][0]
        for index, column in enumerate(found["columns"])
        if len(column.get("orders", ())) > 0
    }
    made.options = {**made.options, "orders": orders}
    known = db.session.scalar(sa.select(ImportMapping).where(ImportMapping.headings == digest(found["headers"])))
    if known is not None and len(known.mapping) == len(found["headers"]):
        made.mapping = [fields.settled(*column) for column in zip(known.mapping, found["headers"], strict=True)]
        made.options = {**made.options, **known.options, "orders": orders | known.options.get("orders", {})}


def remember(made: Import) -> None:
    """What somebody made of these headings, for the next file that has them."""
    key = digest(made.headers)
    known = db.session.scalar(sa.select(ImportMapping).where(ImportMapping.headings == key))
    if known is None:
        known = ImportMapping(headings=key)
        db.session.add(known)
    known.mapping = list(made.mapping)
    known.options = {name: made.options[name] for name in ("orders", "match", "country") if name in made.options}


@jobs.apart
def read_file(import_id: int) -> None:
    """Reads what was too large to be read while somebody waits."""
    reading()
    made = db.session.get(Import, import_id)
    if made is None or made.state != READING or made.file is None:
        return
    options = {name: made.options[name] for name in ("encoding", "delimiter") if made.options.get(name)}
    try:
        read, why = read_now(made.file, options), ""
    except Unreadable as refused:
        read, why = None, refused.reason
    writing()
    made = Import.locked(import_id)
    if made is None or made.state != READING:
        db.session.rollback()
        return
    if read is not None:
        take(made, *read)
    else:
        made.state, made.problem = UNREADABLE, why
    db.session.commit()


def forget_files(made: Import) -> None:
    """Its file and its rows go; what became of them stays. Does not commit."""
    ids = [number for number in (made.file_id, made.stream_id) if number is not None]
    made.file = made.stream = None
    made.found = {name: value for name, value in made.found.items() if name not in {"columns"}}
    db.session.flush()
    files.forget(ids)


def digest(headers: Sequence[str]) -> str:
    return hashlib.sha256("\x1f".join(map(folded, headers)).encode()).hexdigest()


def _options(user: Viewer) -> dict[str, Any]:
    return {"match": FILL, "owner_id": user.id, "country": Organisation.get().country or "", "orders": {}}
