"""Making many rows point elsewhere at once, with what the journal has to say about each."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from crmlite import journal
from crmlite.duplicates.keeping import AT_ONCE
from crmlite.duplicates.relations import Relation
from crmlite.extensions import db, utcnow
from crmlite.journal import Change

Moved = list[tuple[int, int, int | None]]
"""(id of the row, whom it pointed at, the journal's row about it)."""


def point(relation: Relation, rows: Iterable[tuple[int, int]], to: int | dict[int, int]) -> Moved:
    """Lets these (id, what it points at now) point at `to`: one record, or one for each row."""
    listed = list(rows)
    if not listed:
        return []
    aims = to if isinstance(to, dict) else {number: to for number, _was in listed}
    changes = (
        _write_changes(relation, listed, aims) if relation.table.name in journal.models() else [None] * len(listed)
    )
    by_aim: dict[int, list[int]] = {}
    for number, _was in listed:
        by_aim.setdefault(aims[number], []).append(number)
    table, connection = relation.table, db.session.connection()
    values: dict[str, Any] = {}
    if "row_version" in table.c:  # who has it open in a form is told
        values = {"row_version": table.c.row_version + 1, "updated_at": utcnow()}
    for aim, ids in by_aim.items():
        for start in range(0, len(ids), AT_ONCE):
            some = table.c.id.in_(ids[start : start + AT_ONCE])
            connection.execute(sa.update(table).where(some).values({relation.column: aim, **values}))
    return [(number, was, change) for (number, was), change in zip(listed, changes, strict=True)]


def _write_changes(relation: Relation, rows: list[tuple[int, int]], aims: dict[int, int]) -> list[int | None]:
    operation_id, name = journal.operation(), relation.column
    values = [
        {
            "operation_id": operation_id,
            "record_type": relation.table.name,
            "record_id": number,
            "action": "updated",
            "old": {name: was},
            "new": {name: aims[number]},
        }
        for number, was in rows
    ]
    statement = sa.insert(Change.__table__).returning(Change.__table__.c.id, sort_by_parameter_order=True)
    return list(db.session.connection().execute(statement, values).scalars())
