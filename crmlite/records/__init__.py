"""What all records share: policy, filters, listing, search, notes, tags, files, private links, undo."""

from flask import Flask, g
from flask_babel import lazy_gettext as _l

from crmlite import journal, retention, web
from crmlite.auth.models import Viewer
from crmlite.records import actions, alike, cells, lifecycle, links, notes, search, trash, types, views
from crmlite.records.actions import Action
from crmlite.records.types import RecordType

__all__ = ["init_app", "notes"]


def init_app(app: Flask) -> None:
    app.extensions["crmlite.record_types"] = set()
    app.extensions["crmlite.undo_guards"] = {}  # table that holds no records, to who may take back a change of it
    app.extensions["crmlite.undoers"] = {}  # kind of operation, to the view that takes it back in a way of its own
    app.extensions["crmlite.look_alikes"] = None  # who knows whether somebody is known already (alike.py)
    app.extensions["crmlite.seen"] = []  # (whether there is something to do, what) when a user has looked at a record
    journal.before_commit(search.keep)
    links.init_app(app)
    retention.declare(app, trash.kept)
    retention.declare(app, links.kept)
    app.register_blueprint(views.bp)
    app.register_blueprint(views.public_files)
    actions.add(app, Action(_l("Open the trash"), "/records/trash", "trash"))
    web.add_nav(app, "/records/trash", "trash", _l("Trash"), group="settings", order=90, shown=_may_delete)
    app.jinja_env.filters.update(lifecycle=_lifecycle_label, lifecycle_hue=lifecycle.HUES.get)
    app.jinja_env.globals.update(can=can, cell=cells.cell, knows_duplicates=alike.knows)


def _may_delete(user: Viewer) -> bool:
    """Whether there is anything that this user might find in the trash."""
    return any(kind.may(user, "delete") for kind in types.registered().values())


def _lifecycle_label(state: str) -> str:
    return str(lifecycle.LABELS.get(state, state))


def can(action: str, kind: RecordType | str) -> bool:
    """For templates: whether the user may `action` records of that type at all."""
    name = kind if isinstance(kind, str) else kind.name
    return g.user is not None and g.user.may(name, action)
