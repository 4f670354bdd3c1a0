"""Where one is signed in, and signing devices out."""

from flask import Blueprint, Response, g
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import NotFound

from crmlite.auth.devices import device_name, is_phone
from crmlite.auth.models import UserSession
from crmlite.extensions import db
from crmlite.web import go, render

bp = Blueprint("devices", __name__, url_prefix="/auth/devices")


@bp.get("")
def index() -> Response:
    return render(
        "auth/devices.html",
        sessions=UserSession.of(g.user.id),
        here=g.user.session_id,
        device_name=device_name,
        is_phone=is_phone,
    )


@bp.post("/<int:session_id>/end")
def end(session_id: int) -> Response:
    if not UserSession.end(g.user.id, session_id):
        raise NotFound
    db.session.commit()
    return go("/auth/devices", _("That device was signed out; this is final."))


@bp.post("/end-others")
def end_others() -> Response:
    ended = UserSession.end_all(g.user.id, but=g.user.session_id)
    if not ended:
        return go("/auth/devices", _("You are signed in on this device only."))
    db.session.commit()
    message = ngettext(
        "%(num)d other device was signed out; this is final.",
        "%(num)d other devices were signed out; this is final.",
        ended,
    )
    return go("/auth/devices", message)
