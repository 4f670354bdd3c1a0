"""/desk/: where one begins, with what one looked at last, notices and favourites."""

from flask import Blueprint, Response, g

from crmlite.desk.inbox import Inbox
from crmlite.records import seen
from crmlite.web import render

bp = Blueprint("desk", __name__, url_prefix="/desk")

SHOWN = 8


@bp.get("/")
def index() -> Response:
    return render("desk/index.html", latest=seen.latest(g.user, SHOWN), inbox=Inbox(g.user, unread=True, limit=SHOWN))
