"""A record as it was, and many of them."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from crmlite.extensions import db
from crmlite.journal.models import Change, Operation, models, values_of

Values = dict[str, Any]


def as_of(record_type: str, record_id: int, when: datetime) -> Values | None:
    """The record's fields as they were at `when` (JSON's own types), or None where it did not exist then."""
    return many_as_of(record_type, [record_id], when)[record_id]


def many_as_of(record_type: str, ids: Collection[int], when: datetime) -> dict[int, Values | None]:
    """as_of() of each of `ids`, in two statements: today's rows, and what was done to them since."""
    model: Any = models()[record_type]
    rows = {row.id: values_of(row) for row in db.session.scalars(sa.select(model).where(model.id.in_(ids)))}
    changes: dict[int, list[Change]] = {}
    for change in db.session.scalars(since(record_type, when).where(Change.record_id.in_(ids))):
        changes.setdefault(change.record_id, []).append(change)
    return {number: replay_back(rows.get(number), changes.get(number, ())) for number in ids}


def since(record_type: str, when: datetime) -> sa.Select[Any]:
    """What was done to rows of that table after `when`, the newest first."""
    query = sa.select(Change).join(Operation, Operation.id == Change.operation_id)
    return query.where(Change.record_type == record_type, Operation.at > when).order_by(Change.id.desc())


def replay_back(values: Values | None, changes: Iterable[Change]) -> Values | None:
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
