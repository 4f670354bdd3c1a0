"""/records/favourites, and the stars on records and lists."""

from urllib.parse import parse_qsl

from flask import Response, g, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, Conflict, Forbidden, NotFound

from crmlite.extensions import db
from crmlite.forms import one_line
from crmlite.records import favourites
from crmlite.records.listing import Listing
from crmlite.records.views import bp, find, kind_of
from crmlite.safety import local_path
from crmlite.web import go, render


@bp.get("/favourites")
def starred() -> Response:
    """All of one's own, to be put in order."""
    return render("records/favourites.html")


@bp.post("/<record_type>/<int:record_id>/favourite")
def star(record_type: str, record_id: int) -> Response:
    find(record_type, record_id)
    return _added(record_type, kind_of(record_type).url_of(record_id), record_id)


@bp.post("/<record_type>/favourite")
def star_list(record_type: str) -> Response:
    """The list as it is filtered now, under a name."""
    kind = kind_of(record_type)
    if not kind.may(g.user, "view"):
        raise Forbidden
    query, name = request.form.get("query", ""), one_line(request.form.get("name"))
    if not name or len(name) > favourites.MAX_NAME:
        raise BadRequest(_("Give it a name of at most %(count)d characters.", count=favourites.MAX_NAME))
    if len(query) > favourites.MAX_QUERY:
        raise BadRequest(_("These are too many filters to keep."))
    try:
        Listing(kind, g.user, MultiDict(parse_qsl(query)))
    except ValueError as error:
        raise BadRequest(_("There is nothing like that to keep.")) from error
    return _added(record_type, f"{kind.url}?{query}" if query else kind.url, query=query, name=name)


@bp.post("/favourites/<int:favourite_id>/remove")
def unstar(favourite_id: int) -> Response:
    if favourite_id >= 2**63 or not favourites.remove(g.user.id, favourite_id):
        raise NotFound
    db.session.commit()
    return _back()


@bp.post("/favourites/<int:favourite_id>/move")
def move_star(favourite_id: int) -> Response:
    to = request.form.get("to")
    if to not in {"up", "down"}:
        raise BadRequest
    if favourite_id >= 2**63 or not favourites.move(g.user.id, favourite_id, up=to == "up"):
        raise NotFound
    db.session.commit()
    return _back()


def _added(record_type: str, page: str, record_id: int = 0, query: str = "", name: str = "") -> Response:
    if not favourites.add(g.user.id, record_type, record_id, query, name):
        raise Conflict(_("You have %(count)d favourites. Take one away first.", count=favourites.MOST))
    db.session.commit()
    return go(local_path(request.form.get("next")) or page)


def _back() -> Response:
    return go(local_path(request.form.get("next")) or "/records/favourites")
