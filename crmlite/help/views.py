"""What is new, as a page."""

from flask import Blueprint, Response, g
from flask.typing import ResponseReturnValue

from crmlite.config import VERSION
from crmlite.extensions import db
from crmlite.help import news as notes
from crmlite.web import go, render

bp = Blueprint("help", __name__, url_prefix="/help")


@bp.get("/news")
def news() -> Response:
    return render("help/news.html", releases=notes.releases(), version=VERSION)


@bp.post("/news")
def see_news() -> ResponseReturnValue:
    """What the menu sends while there is something new: the page, and no dot from then on."""
    notes.seen_by(g.user.id)
    db.session.commit()
    return go("/help/news")
