"""/desk/notices: what one should know of; read and unread."""

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import BadRequest, NotFound

from crmlite.desk import inbox
from crmlite.desk.inbox import Inbox
from crmlite.extensions import db
from crmlite.records.forms import row_id
from crmlite.safety import local_path
from crmlite.web import go, render

bp = Blueprint("notices", __name__, url_prefix="/desk/notices")


@bp.get("")
def index() -> Response:
    before = request.args.get("before")
    number = row_id(before) if before else None
    if before and number is None:
        raise BadRequest
    unread = request.args.get("show") == "unread"
    return render("desk/notices.html", inbox=Inbox(g.user, unread, number), unread=unread)


@bp.post("/read")
def read_all() -> Response:
    """Those that were there when the page was shown: what came since stays unread."""
    newest = row_id(request.form.get("newest"))
    if newest is None:
        raise BadRequest
    inbox.mark_all(g.user.id, newest)
    db.session.commit()
    return _back()


@bp.post("/<int:notice_id>/read")
def read(notice_id: int) -> Response:
    return _mark(notice_id, read=True)


@bp.post("/<int:notice_id>/unread")
def unread(notice_id: int) -> Response:
    return _mark(notice_id, read=False)


def _mark(notice_id: int, read: bool) -> Response:
    if notice_id >= 2**63 or not inbox.mark(g.user.id, notice_id, read):
        raise NotFound
    db.session.commit()
    return _back()


def _back() -> Response:
    return go(local_path(request.form.get("next")) or "/desk/notices")
