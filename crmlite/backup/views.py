"""/backup/export: all that the firm has in open formats, for administrators. A button asks for it, and a job makes it."""

import logging

import sqlalchemy as sa
from flask import Blueprint, Response, current_app, g, send_file
from flask_babel import gettext as _
from werkzeug.exceptions import Conflict, Forbidden, NotFound

from crmlite.auth.models import User
from crmlite.backup import exports
from crmlite.extensions import db
from crmlite.web import go, render

log = logging.getLogger(__name__)
bp = Blueprint("backup", __name__, url_prefix="/backup")


@bp.before_request
def _require_administrator() -> None:
    if not g.user.is_administrator:
        raise Forbidden


@bp.get("/export")
def index() -> Response:
    found = exports.latest(current_app.extensions["crmlite.settings"])
    names = dict(db.session.execute(sa.select(User.id, User.name).where(User.id.in_({e.user_id for e in found}))).all())
    return render("backup/export.html", "exports", exports=found, names=names)


@bp.post("/export")
def ask() -> Response:
    try:
        exports.ask(db.session.get_one(User, g.user.id))
    except exports.OneIsMade:
        raise Conflict(_("An export is being made already. It turns up here when it is ready.")) from None
    db.session.commit()
    return go("/backup/export", _("The export is being made and turns up here when it is ready; this is final."))


@bp.get("/export/<int:job_id>/file")
def download(job_id: int) -> Response:
    path = exports.file_of(current_app.extensions["crmlite.settings"], job_id)
    if path is None:
        raise NotFound(_("There is no such export any more: each is kept for a day. Make a new one."))
    log.warning("export of everything fetched", extra={"user_id": g.user.id, "job_id": job_id})
    name = f"crmlite-export-{path.stat().st_mtime:.0f}.zip"
    return send_file(path, "application/zip", as_attachment=True, download_name=name, max_age=0)
