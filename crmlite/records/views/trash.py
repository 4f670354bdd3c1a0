"""/records/trash, and into it and out of it."""

from flask import Response, g, request
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest

from crmlite.extensions import db
from crmlite.records import trash
from crmlite.records.views import bp, changed, find, kind_of
from crmlite.web import go, hx, render, undo_url


@bp.get("/trash")
def index() -> Response:
    """What was deleted and is not gone for good yet, newest first."""
    name = request.args.get("type")
    kind = kind_of(name) if name else None
    before = request.args.get("before")
    try:
        page = trash.Page(g.user, kind, before)
    except ValueError as error:
        raise BadRequest from error
    return render("records/trash.html", "list", page=page)


@bp.post("/<record_type>/<int:record_id>/delete")
def delete(record_type: str, record_id: int) -> Response:
    record = find(record_type, record_id, "delete")
    record.trash()
    db.session.commit()
    kind = kind_of(record_type)
    return go(kind.url, trash.said(kind, record.title), undo_url())


@bp.post("/<record_type>/<int:record_id>/restore")
def restore(record_type: str, record_id: int) -> Response:
    kind = kind_of(record_type)
    record = kind.policy.find(g.user, record_id, "delete", trashed=True)
    record.restore()
    db.session.commit()
    message = _("%(name)s is back.", name=record.title)
    if request.headers.get("HX-Request"):
        return changed(hx("", 204), message, undo_url())
    return go(kind.url_of(record_id), message, undo_url())
