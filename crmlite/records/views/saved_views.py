"""/records/contact/views: lists kept under a name, as tabs above the list."""

from urllib.parse import parse_qsl, urlencode

from flask import Response, g, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, Forbidden, NotFound

from crmlite.extensions import db
from crmlite.forms import one_line
from crmlite.records import saved_views
from crmlite.records.listing import Listing
from crmlite.records.saved_views import MAX_NAME, MAX_QUERY, SavedView
from crmlite.records.types import RecordType
from crmlite.records.views import bp, kind_of
from crmlite.web import go, outcome, undo_url


@bp.post("/<record_type>/views")
def save_view(record_type: str) -> Response:
    """The list as it is now, under a name."""
    kind = _require(record_type)
    shared = request.form.get("shared", "")
    saved_views.require_share(g.user, shared)
    view = SavedView.create(g.user, record_type, _name(), _query(kind), shared)
    db.session.commit()
    return go(view.url(kind.url), _("The view %(view)s was saved.", view=view.name), undo_url())


@bp.post("/<record_type>/views/<int:view_id>")
def change_view(record_type: str, view_id: int) -> Response:
    """Another name, other readers, or the list as it is now: what was sent of these."""
    kind = _require(record_type)
    view = _find(record_type, view_id)
    values = {}
    if "name" in request.form:
        values["name"] = _name()
    if "shared" in request.form:
        values["shared"] = shared = request.form["shared"]
        if shared != view.shared:
            saved_views.require_share(g.user, shared)
    if "query" in request.form:
        values["query"] = _query(kind)
    view.change(g.user, **values)
    db.session.commit()
    return go(view.url(kind.url), *outcome(_("The view %(view)s was saved.", view=view.name)))


@bp.post("/<record_type>/views/<int:view_id>/move")
def move_view(record_type: str, view_id: int) -> Response:
    kind = _require(record_type)
    view = _find(record_type, view_id)
    view.move(up=request.form.get("to") == "up")
    db.session.commit()
    return go(view.url(kind.url), *outcome(_("The order was saved.")))


@bp.post("/<record_type>/views/<int:view_id>/remove")
def remove_view(record_type: str, view_id: int) -> Response:
    kind = _require(record_type)
    view = _find(record_type, view_id)
    view.remove()
    db.session.commit()
    return go(kind.url, _("The view %(view)s was removed.", view=view.name), undo_url())


def _require(record_type: str) -> RecordType:
    kind = kind_of(record_type)
    if not kind.may(g.user, "view"):
        raise Forbidden
    return kind


def _find(record_type: str, view_id: int) -> SavedView:
    view = saved_views.find(g.user, record_type, view_id) if view_id < 2**63 else None
    if view is None:
        raise NotFound
    if not saved_views.may_edit(g.user, view):
        raise Forbidden(_("This view belongs to somebody else. Save your own."))
    return view


def _name() -> str:
    name = one_line(request.form.get("name"))
    if not name or len(name) > MAX_NAME:
        raise BadRequest(_("Give it a name of at most %(count)d characters.", count=MAX_NAME))
    return name


def _query(kind: RecordType) -> str:
    """The query of a list that there is. Raises BadRequest."""
    pairs = [(key, value) for key, value in parse_qsl(request.form.get("query", "")) if key not in {"_view", "_after"}]
    query = urlencode(pairs)
    if len(query) > MAX_QUERY:
        raise BadRequest(_("These are too many filters to keep."))
    try:
        _checked = Listing(kind, g.user, MultiDict(pairs)).query
    except ValueError as error:
        raise BadRequest(_("There is nothing like that to keep.")) from error
    return query
