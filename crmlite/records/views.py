"""What all record types share under /records: undo."""

from flask import Blueprint, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import Forbidden, NotFound

from crmlite import events, journal
from crmlite.extensions import db
from crmlite.journal import Operation
from crmlite.records import types
from crmlite.safety import local_path
from crmlite.web import hx, toast

bp = Blueprint("records", __name__, url_prefix="/records")


@bp.post("/undo/<int:operation_id>")
def undo(operation_id: int) -> ResponseReturnValue:
    """Takes back what the user did in that operation; what was changed since is named and left alone."""
    done = db.session.get(Operation, operation_id)
    if done is None or (done.actor_id != g.user.id and not g.user.is_administrator):
        raise NotFound
    records = [r for name, number in journal.touched_by(operation_id) if (r := types.load(name, number)) is not None]
    for record in records:
        if not types.of(record).policy.may(g.user, "edit", record):
            raise Forbidden
    try:
        undone = journal.undo(operation_id)
    except journal.CannotUndo:
        return toast(hx("", 409), _("This was undone already, or cannot be undone."), kind="error")
    for record in records:
        if types.load(record.__tablename__, record.id) is not None:
            events.emit(events.OPERATION_UNDONE, record, operation_id=operation_id)
    db.session.commit()
    message = _("Undone.")
    if undone.conflicts:
        message = _("Undone, except for what was changed since.")
    if request.headers.get("HX-Request"):
        return toast(hx("", 204, refresh="true"), message)
    return redirect(local_path(request.form.get("next")) or "/")
