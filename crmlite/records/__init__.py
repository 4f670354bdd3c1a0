"""What all records share: policy, filters, listing, search, notes, tags, files, private links, undo."""

from typing import Any

from flask import Flask, g
from flask_babel import lazy_gettext as _l

from crmlite import journal, retention, web
from crmlite.auth import roles
from crmlite.auth.models import Viewer
from crmlite.records import (
    actions,
    alike,
    cells,
    custom_cells,
    custom_fields,
    custom_purge,
    custom_values,
    exporting,
    lifecycle,
    links,
    notes,
    offers,
    opens,
    panels,
    pasting,
    saved_views,
    search,
    trash,
    types,
    views,
)
from crmlite.records.actions import Action
from crmlite.records.bulk import kept as kept_bulk
from crmlite.records.types import RecordType

__all__ = ["init_app", "notes"]


def init_app(app: Flask) -> None:
    app.extensions["crmlite.record_types"] = set()
    app.extensions["crmlite.undo_guards"] = {}  # table that holds no records, to who may take back a change of it
    app.extensions["crmlite.undoers"] = {}  # kind of operation, to the view that takes it back in a way of its own
    app.extensions["crmlite.look_alikes"] = None  # who knows whether somebody is known already (alike.py)
    app.extensions["crmlite.offers"] = []  # what other modules offer to do with lists (offers.py)
    app.extensions["crmlite.trash_offers"] = []  # and with what is in the trash
    app.extensions["crmlite.enclosures"] = []  # and with letters
    app.extensions["crmlite.opens"] = []  # what of each module is open with a contact or company (opens.py)
    app.extensions["crmlite.seen"] = []  # (whether there is something to do, what) when a user has looked at a record
    app.extensions["crmlite.undo_guards"]["custom_field"] = custom_fields.may_edit_fields
    roles.declare(app, "custom_field", _l("Custom fields"))
    roles.declare(app, "saved_view", _l("Views of others"))
    journal.before_commit(search.keep, bulk=False)
    journal.before_commit(custom_values.keep)
    roles.declare(app, exporting.KIND, _l("Exports, labels and letters"))
    exporting.init_app(app)
    links.init_app(app)
    for on in ("contact", "company"):
        panels.add(app, panels.Panel(_l("What is open"), opens.panel, on=on, needs=on, at_top=True))
    retention.declare(app, trash.kept)
    retention.declare(app, custom_purge.kept)
    retention.declare(app, links.kept)
    retention.declare(app, kept_bulk.kept)
    app.register_blueprint(views.bp)
    app.register_blueprint(views.public_files)
    app.register_blueprint(views.custom_fields.bp)
    web.add_nav(app, "/fields", "forms", _l("Custom fields"), "custom_field", group="firm", order=40)
    actions.add(app, Action(_l("Go to custom fields"), "/fields", "forms", "custom_field", "edit"))
    actions.add(app, Action(_l("Open the trash"), "/records/trash", "trash"))
    web.add_nav(app, "/records/trash", "trash", _l("Trash"), group="settings", order=90, shown=_may_delete)
    app.jinja_env.filters.update(
        lifecycle=_lifecycle_label, lifecycle_hue=lifecycle.HUES.get, web_address=custom_cells.web_address
    )
    app.jinja_env.globals.update(
        can=can,
        cell=cells.cell,
        offers=offers.of,
        knows_duplicates=alike.knows,
        once=cells.Drawn,
        export_formats=_export_formats,
        may_change_view=_may_change_view,
        pasting=pasting,
        too_many_pasted=views.paste.too_many,
        view_shares=_view_shares,
    )


def _may_delete(user: Viewer) -> bool:
    """Whether there is anything that this user might find in the trash."""
    return any(kind.may(user, "delete") for kind in types.registered().values())


def _lifecycle_label(state: str) -> str:
    return str(lifecycle.LABELS.get(state, state))


def _may_change_view(view: saved_views.SavedView) -> bool:
    return saved_views.may_edit(g.user, view)


def _view_shares() -> list[tuple[str, Any]]:
    return saved_views.shares(g.user)


def _export_formats(kind: RecordType) -> list[exporting.Format]:
    return exporting.formats(kind, g.user)


def can(action: str, kind: RecordType | str) -> bool:
    """For templates: whether the user may `action` records of that type at all."""
    name = kind if isinstance(kind, str) else kind.name
    return g.user is not None and g.user.may(name, action)
