"""/desk/: where one begins, with what one looked at last, notices and favourites."""

from flask import Blueprint, Response, g
from flask_babel import gettext as _

from crmlite.desk import first_steps
from crmlite.desk.inbox import Inbox
from crmlite.extensions import db
from crmlite.records import seen
from crmlite.web import go, render

bp = Blueprint("desk", __name__, url_prefix="/desk")

SHOWN = 8


@bp.get("/")
def index() -> Response:
    return render(
        "desk/index.html",
        latest=seen.latest(g.user, SHOWN),
        inbox=Inbox(g.user, unread=True, limit=SHOWN),
        steps=first_steps.of(g.user),
    )


@bp.post("/first-steps/hide")
def hide_first_steps() -> Response:
    first_steps.hide(g.user)
    db.session.commit()
    return go("/desk/", _("The first steps are hidden; this is final."))
