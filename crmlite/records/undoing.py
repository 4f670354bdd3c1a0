"""Taking back what was done to very many records: in parts of one undo, so that others can save in between."""

import sqlalchemy as sa

from crmlite import events, jobs, journal
from crmlite.extensions import db
from crmlite.journal import Change, Operation, Undone
from crmlite.records import types

LARGE = 600
"""Changes. Bulk changes of a whole page of records, with what follows from them, are undone at once."""
PART = 250


def is_large(operation_id: int) -> bool:
    counted = sa.select(Change.id).where(Change.operation_id == operation_id).limit(LARGE + 1).subquery()
    return (db.session.scalar(sa.select(sa.func.count()).select_from(counted)) or 0) > LARGE


def begin(operation_id: int) -> None:
    """The first part, and a job for the others. Does not commit. Raises CannotUndo."""
    _say_and_go_on(operation_id, journal.undo(operation_id, PART))


@jobs.job
def go_on(operation_id: int, undo_id: int, before: int) -> None:
    """The next part, unless the undo was taken back meanwhile."""
    undo = db.session.get(Operation, undo_id, with_for_update=True, populate_existing=True)
    if undo is None or undo.undone_by_id is not None:
        return
    journal.go_on(undo_id)
    _say_and_go_on(operation_id, journal.undo_on(operation_id, before, PART))


def _say_and_go_on(operation_id: int, undone: Undone) -> None:
    for record_type, number in sorted(undone.keys):
        if (record := types.load(record_type, number)) is not None:
            events.emit(events.OPERATION_UNDONE, record, operation_id=operation_id)
    if undone.rest is not None:
        key = f"undo:{undone.operation_id}:{undone.rest}"
        jobs.enqueue(go_on, key=key, operation_id=operation_id, undo_id=undone.operation_id, before=undone.rest)
