"""Retention: what is kept how long, set by an administrator and obeyed every night.

    retention.declare(app, kinds)              # in a module's init_app: kinds() gives what of it is forgotten one day
    retention.limit("trash.contact")           # 30: in days, or in the kind's own unit; None is for ever

Each kind says which rows are older than a time, and what it is to forget them. The page, the preview and the job know no more.
"""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crmlite import web
from crmlite.retention import jobs, views
from crmlite.retention.kinds import Kind, declare, get, kinds, own
from crmlite.retention.models import Limit, limit, limits

__all__ = ["Kind", "Limit", "declare", "get", "init_app", "jobs", "kinds", "limit", "limits"]


def init_app(app: Flask) -> None:
    declare(app, own)
    app.extensions["crmlite.undo_guards"]["retention"] = views.may_edit
    app.register_blueprint(views.bp)
    web.add_nav(app, "/retention", "hourglass", _l("Retention"), group="firm", order=80, roles=("administrator",))
