"""Duplicates: finding records that are one, saying why, merging them, and taking them apart again."""

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from crmlite import journal, web
from crmlite.duplicates import jobs, keeping, listeners, pages, typed, views
from crmlite.records import actions, alike, panels
from crmlite.records.actions import Action
from crmlite.records.panels import Panel

__all__ = ["init_app", "jobs", "listeners"]


def init_app(app: Flask) -> None:
    web.modules.describe(app, _l("Duplicates"), _l("Finding who is in the address book twice, and merging them."))
    journal.before_commit(keeping.keep)
    alike.declare(app, typed.look_alikes)
    app.extensions["crmlite.undoers"]["merge"] = views.take_back
    app.register_blueprint(views.bp)
    app.after_request(views.follow)
    for name in keeping.MODELS:
        panels.add(app, Panel(_l("Possible duplicates"), views.hint, on=name, needs=name))
    actions.add(app, Action(_l("Find duplicates"), "/duplicates/", "git-merge", "contact", "edit"))
    web.add_nav(app, "/duplicates/", "git-merge", _l("Duplicates"), order=32, shown=_may_see)


def _may_see(user: Any) -> bool:
    return bool(pages.kinds(user))
