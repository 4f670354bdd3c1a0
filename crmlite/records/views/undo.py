"""/records/undo/7: takes back an operation."""

from flask import Response, g, request
from flask_babel import gettext as _
from werkzeug.exceptions import Forbidden, NotFound

from crmlite import events, journal
from crmlite.auth import roles
from crmlite.extensions import db
from crmlite.journal import Operation
from crmlite.records import types
from crmlite.records.views import bp, changed
from crmlite.safety import local_path
from crmlite.web import go, hx, toast


@bp.post("/undo/<int:operation_id>")
def undo(operation_id: int) -> Response:
    """Takes back what the user did in that operation; what was changed since is named and left alone."""
    done = db.session.get(Operation, operation_id)
    if done is None or (done.actor_id != g.user.id and not g.user.is_administrator):
        raise NotFound
    records = [r for name, number in journal.touched_by(operation_id) if (r := types.load(name, number)) is not None]
    for record in records:
        kind = types.known(record.__tablename__)
        if kind is not None and not kind.policy.may(g.user, "edit", record):
            raise Forbidden
    roles.require_undo(g.user, operation_id)
    try:
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
        return changed(hx("", 204), message)
    return go(local_path(request.form.get("next")) or "/", message)
