"""A change of many records by a job: part by part, so that others can save in between; stopped, killed and begun again at will."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from flask import Flask, current_app, g
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from crmlite import jobs, journal
from crmlite.auth import signin
from crmlite.auth.models import Viewer
from crmlite.extensions import db, reading, utcnow, writing
from crmlite.records import types
from crmlite.records.bulk import changes, selection
from crmlite.records.bulk.changes import BulkChange, Outcome, Sent
from crmlite.records.bulk.models import DONE, RUNNING, BulkRefusal, BulkRun
from crmlite.records.bulk.selection import Selection
from crmlite.records.types import RecordType
from crmlite.web import speaking

PART = 25
"""Records: the write lock is held for about a tenth of a second."""
LONG = 1000
"""Records: whoever changes so many looks elsewhere until it is done."""


def on_end(app: Flask, hear: Callable[[BulkRun], None]) -> None:
    """Has `hear` called in the transaction in which a long one ends, other than by being stopped or undone."""
    app.extensions.setdefault("crmlite.bulk_ended", []).append(hear)


def begin(user: Viewer, kind: RecordType, sent: Sent, chosen: Selection) -> BulkRun:
    """All parts are one operation, which is what its undo takes back. Does not commit."""
    run = BulkRun(
        user_id=user.id,
        record_type=kind.name,
        asked=changes.pairs(kind, sent),
        query=chosen.query,
        ids=chosen.ids,
        last_id=chosen.last_id,
        total=chosen.total,
        operation_id=_operation(),
    )
    db.session.add(run)
    db.session.flush()
    jobs.enqueue(work, run_id=run.id)
    return run


def remember(user: Viewer, kind: RecordType, total: int, outcome: Outcome) -> BulkRun:
    """One that was done at once, for those that it left alone. Does not commit."""
    now = utcnow()
    run = BulkRun(
        user_id=user.id,
        record_type=kind.name,
        asked=[],
        total=total,
        state=DONE,
        operation_id=_operation(),
        ended_at=now,
    )
    db.session.add(run)
    db.session.flush()
    _count(run, outcome)
    return run


def _operation() -> int:
    journal.label("bulk")
    return journal.operation()


def stop(operation_id: int) -> BulkRun | None:
    """The run of that operation, which changes nothing more: for who takes it back. Does not commit."""
    query = sa.select(BulkRun).where(BulkRun.operation_id == operation_id)
    run = db.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if run is None or not run.is_large:
        return None
    run.stop()
    return run


@jobs.apart
def work(run_id: int) -> None:
    """From where it was left."""
    while _part(run_id):
        pass


def _part(run_id: int) -> bool:
    reading()
    run = db.session.get(BulkRun, run_id, populate_existing=True)
    if run is None or run.state != RUNNING:
        return False
    user, kind = signin.viewer(run.user_id), types.get(run.record_type)
    if user is None or kind is None:
        _halt(run_id, "")
        return False
    with _as(user):
        try:
            change = changes.read(kind, _sent(run))
            ids = selection.after(kind, user, run, PART)
        except BadRequest as problem:  # a field, a tag, a colleague that is not there any more
            _halt(run_id, problem.description or "")
            return False
        return _do(run_id, run.place, kind, user, change, ids)


def _do(run_id: int, place: int, kind: RecordType, user: Viewer, change: BulkChange, ids: list[int]) -> bool:
    writing()
    run = BulkRun.locked(run_id)
    if run is None or run.state != RUNNING or run.place != place:
        db.session.rollback()
        return False
    journal.go_on(run.operation_id)
    if ids:
        _count(run, changes.apply(kind, user, change, ids))
        run.place = ids[-1]
    else:
        run.state, run.ended_at = DONE, utcnow()
        _say_ended(run)
    db.session.commit()
    db.session.expunge_all()
    return bool(ids)


def _count(run: BulkRun, outcome: Outcome) -> None:
    run.changed += outcome.changed
    run.same += outcome.same
    run.gone += outcome.gone
    run.refused += len(outcome.refused)
    if outcome.refused:
        rows = [{"run_id": run.id, "record_id": number, "reason": reason} for number, reason in outcome.refused]
        db.session.connection().execute(sa.insert(BulkRefusal.__table__), rows)


def _halt(run_id: int, why: str) -> None:
    writing()
    run = BulkRun.locked(run_id)
    if run is not None and run.state == RUNNING:
        run.stop()
        run.problem = why or _("It cannot go on: you may not do this any more.")
        journal.go_on(run.operation_id)
        _say_ended(run)
    db.session.commit()


def _say_ended(run: BulkRun) -> None:
    if run.total >= LONG:
        for hear in current_app.extensions["crmlite.bulk_ended"]:
            hear(run)


def _sent(run: BulkRun) -> Sent:
    return MultiDict([(name, value) for name, value in run.asked])


@contextmanager
def _as(user: Viewer) -> Iterator[None]:
    """Forms, filters and reasons look at who it is for, as in their own request."""
    before, g.user = g.get("user"), user
    try:
        with speaking(user.locale):
            yield
    finally:
        g.user = before
