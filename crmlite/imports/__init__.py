"""Moving in: files of people and companies, tried out first, taken in by a job, and taken back with one button."""

from typing import Any

from flask import Flask


def init_app(app: Flask) -> None:
    # only here: the process that reads files from outside (reading/__main__.py) is no app, and starts in a third of the time
    from flask_babel import lazy_gettext as _l

    from crmlite import retention, web
    from crmlite.auth import roles
    from crmlite.imports import access, kept, running, taking, undoing, views
    from crmlite.records import actions
    from crmlite.records.actions import Action

    _jobs: tuple[Any, ...] = (running.run, running.try_out, taking.read_file, undoing.undo)
    roles.declare(app, access.KIND, _l("Imports"))
    retention.declare(app, kept.kept)
    app.register_blueprint(views.bp)
    actions.add(app, Action(_l("Import contacts"), "/imports/new", "upload", access.KIND, "create"))
    web.add_nav(app, "/imports/", "upload", _l("Imports"), access.KIND, group="settings", order=40)
