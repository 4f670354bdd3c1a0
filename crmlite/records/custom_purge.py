"""What becomes of a custom field that was deleted: when its time in the trash is over, its values go for good, part by part."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from crmlite import jobs
from crmlite.extensions import db
from crmlite.journal import Change
from crmlite.records import types
from crmlite.records.custom_fields import CustomField
from crmlite.records.custom_values import CustomValue
from crmlite.retention import Kind

BATCH = 200
"""Records that lose their value in one transaction."""


def kept() -> Iterable[Kind]:
    yield Kind(
        "trash.custom_field",
        _l("Custom fields that were deleted"),
        _l("With what records have in them, from when they were deleted."),
        "trash",
        30,
        _old,
        _begin,
    )


def _old(before: datetime) -> sa.Select[int]:
    return sa.select(CustomField.id).where(CustomField.deleted_at < before, CustomField.label != "")


def _begin(ids: list[int]) -> None:
    for field_id in ids:
        jobs.enqueue(forget_values, field_id=field_id)


@jobs.job
def forget_values(field_id: int) -> None:
    """Takes the value off some records, and out of what the journal says of them; the last time the field's name goes too.
    Its key stays taken."""
    field = db.session.get(CustomField, field_id, with_for_update=True)
    if field is None or not field.is_deleted or not field.label:
        return
    holding = sa.select(CustomValue.record_id).where(CustomValue.field_id == field_id).distinct()
    ids = list(db.session.scalars(holding.order_by(CustomValue.record_id).limit(BATCH)))
    if not ids:
        field.label, field.options = "", []
        return
    kind = types.known(field.record_type)
    if kind is not None:
        _forget_in_records(kind.model, ids, field.key)
        _forget_in_journal(field.record_type, ids, field.name)
    db.session.execute(sa.delete(CustomValue).where(CustomValue.field_id == field_id, CustomValue.record_id.in_(ids)))
    jobs.enqueue(forget_values, field_id=field_id)


def _forget_in_records(model: Any, ids: list[int], key: str) -> None:
    for number, values in db.session.execute(sa.select(model.id, model.custom).where(model.id.in_(ids))).all():
        kept = {name: value for name, value in (values or {}).items() if name != key} or None
        change = sa.update(model).where(model.id == number).values(custom=kept)
        db.session.execute(change, execution_options={"journaled": True, "synchronize_session": False})


def _forget_in_journal(record_type: str, ids: list[int], name: str) -> None:
    query = sa.select(Change).where(Change.record_type == record_type, Change.record_id.in_(ids))
    for change in db.session.scalars(query):
        for side in ("old", "new"):
            values = getattr(change, side) or {}
            if name in values:
                setattr(change, side, {key: value for key, value in values.items() if key != name})
