"""A record as it was."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from crmlite.extensions import db
from crmlite.journal.models import Change, Operation, models, values_of


def as_of(record_type: str, record_id: int, when: datetime) -> dict[str, Any] | None:
    """The record's fields as they were at `when` (JSON's own types), or None where it did not exist then."""
    model: Any = models()[record_type]
    row = db.session.get(model, record_id)
    values: dict[str, Any] | None = values_of(row) if row is not None else None
    later = (
        sa.select(Change)
        .join(Operation, Operation.id == Change.operation_id)
        .where(Change.record_type == record_type, Change.record_id == record_id, Operation.at > when)
        .order_by(Change.id.desc())
    )
    return replay_back(values, db.session.scalars(later))


def replay_back(values: dict[str, Any] | None, changes: Iterable[Change]) -> dict[str, Any] | None:
    """Takes back `changes`, newest first, from a record's `values`."""
    for change in changes:
        if change.action == "created":
            values = None
        elif change.action == "deleted":
            values = dict(change.old or {})
        else:
            values = {**(values or {}), **(change.old or {})}
            values = {name: value for name, value in values.items() if value is not None}
    return values
