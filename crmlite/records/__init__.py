"""What all records share: policy, filters, listing, search, notes, tags, files, undo."""

from flask import Flask, Response, current_app, g
from werkzeug.exceptions import BadRequest

from crmlite import journal
from crmlite.records import cells, files, filters, listing, members, notes, points, search, tags, views
from crmlite.records.types import RecordType

__all__ = ["cells", "files", "init_app", "listing", "members", "notes", "points", "search", "tags"]


def init_app(app: Flask) -> None:
    app.extensions["crmlite.record_types"] = set()
    journal.before_commit(search.keep)
    app.register_blueprint(views.bp)
    app.register_error_handler(filters.FilterError, _bad_filter)
    app.jinja_env.globals["can"] = can


def _bad_filter(error: Exception) -> Response:
    """An unknown filter, sort, column or cursor, wherever a list is asked for."""
    response: Response = current_app.make_response(current_app.handle_http_exception(BadRequest(str(error))))
    return response


def can(action: str, kind: RecordType | str) -> bool:
    """For templates: whether the user may `action` records of that type at all."""
    name = kind if isinstance(kind, str) else kind.name
    return g.user is not None and g.user.scope(name, action) != "none"
