"""What all records share: policy, filters, listing, search, notes, tags, files, undo."""

from flask import Flask, g

from crmlite import journal
from crmlite.records import cells, files, listing, members, notes, points, search, tags, views
from crmlite.records.types import RecordType

__all__ = ["cells", "files", "init_app", "listing", "members", "notes", "points", "search", "tags"]


def init_app(app: Flask) -> None:
    app.extensions["crmlite.record_types"] = set()
    journal.before_commit(search.keep)
    app.register_blueprint(views.bp)
    app.jinja_env.globals["can"] = can


def can(action: str, kind: RecordType | str) -> bool:
    """For templates: whether the user may `action` records of that type at all."""
    name = kind if isinstance(kind, str) else kind.name
    return g.user is not None and g.user.scope(name, action) != "none"
