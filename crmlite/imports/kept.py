"""What of imports goes when its time is over: the files, which hold what nobody may need any more."""

from collections.abc import Iterable

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from crmlite.extensions import db
from crmlite.imports import taking
from crmlite.imports.models import BUSY, Import, ImportRow
from crmlite.retention import Kind


def kept() -> Iterable[Kind]:
    yield Kind(
        "imports",
        _l("Files of imports"),
        _l("What was uploaded, from when it was. What was imported stays, and can still be undone."),
        "inside",
        90,
        lambda before: sa.select(Import.id).where(
            Import.created_at < before, Import.state.not_in(BUSY), sa.or_(Import.file_id.is_not(None), Import.stream_id.is_not(None))
        ),
        forget,
    )  # fmt: skip


def forget(ids: list[int]) -> None:
    """What was uploaded goes, with all that is remembered of it. Does not commit."""
    for found in db.session.scalars(sa.select(Import).where(Import.id.in_(ids)).order_by(Import.id)).all():
        taking.forget_files(found)
        found.name = ""
        found.found = {"headers": [], "kind": found.found.get("kind", "")}
        found.mapping = []
        db.session.execute(sa.update(ImportRow).where(ImportRow.import_id == found.id).values(reasons=[]))
