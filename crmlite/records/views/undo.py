"""/records/undo/7: takes back an operation."""

from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from flask import Response, current_app, g, request
from flask_babel import gettext as _
from werkzeug.exceptions import Forbidden, NotFound

from crmlite import events, journal
from crmlite.auth import roles
from crmlite.extensions import db
from crmlite.journal import Change, Operation
from crmlite.records import types
from crmlite.records.views import bp, changed
from crmlite.safety import local_path
from crmlite.web import go, hx, toast, undo_url


@bp.post("/undo/<int:operation_id>")
def undo(operation_id: int) -> Response:
    """Takes back what the user did in that operation; what was changed since is left alone. An undo can be undone."""
    done = db.session.get(Operation, operation_id)
    if done is None or (done.actor_id != g.user.id and not g.user.is_administrator):
        raise NotFound
    about = journal.touched_by(operation_id, _FOLLOWS) | journal.subjects_of(operation_id, _FOLLOWING)
    records = [record for name, number in about if (record := types.load(name, number)) is not None]
    guards = current_app.extensions["crmlite.undo_guards"]
    if not all(_may_take_back(record, operation_id) for record in records) or not all(
        guards[name](g.user) for name, _number in about if name in guards
    ):
        raise Forbidden
    roles.require_undo(g.user, operation_id)
    try:
        if events.is_final(operation_id):
            raise journal.CannotUndo
        undone = journal.undo(operation_id)
    except journal.CannotUndo:
        return toast(hx("", 409, reswap="none"), _("This was undone already, or cannot be undone."), kind="error")
    roles.require_administrator_left()
    for record in records:
        if types.load(record.__tablename__, record.id) is not None:
            events.emit(events.OPERATION_UNDONE, record, operation_id=operation_id)
    db.session.commit()
    message = _("Undone.")
    if undone.conflicts:
        message = _("Undone, except for what was changed since.")
    if request.headers.get("HX-Request"):
        return changed(hx("", 204), message, undo_url())
    return go(local_path(request.form.get("next")) or "/", message, undo_url())


_FOLLOWS = frozenset({"lifecycle", "last_activity_at"})
_FOLLOWING = frozenset({events.LIFECYCLE_CHANGED.name})
"""What follows from what somebody did to another record, and needs no right of its own to be taken back."""


def _may_take_back(record: Any, operation_id: int) -> bool:
    """Whether the user may change the record as it is, or as it was before: who gave it away can take it back."""
    kind = types.known(record.__tablename__)
    if kind is None or kind.policy.may(g.user, "edit", record):
        return True
    before = {"owner_id": record.owner_id, "team_id": record.team_id}
    changes = db.session.scalars(
        sa.select(Change)
        .where(
            Change.operation_id == operation_id,
            Change.record_type == record.__tablename__,
            Change.record_id == record.id,
            Change.action == "updated",
        )
        .order_by(Change.id.desc())
    )
    for change in changes:
        before |= {
            name: (change.old or {})[name] for name in before if (change.new or {}).get(name, "") == before[name]
        }
    return kind.policy.may(g.user, "edit", SimpleNamespace(id=record.id, **before))
