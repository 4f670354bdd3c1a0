"""Moving in: files of people and companies, tried out first, taken in by a job, and taken back with one button."""

from typing import Any

from flask import Flask


def init_app(app: Flask) -> None:
    # only here: the process that reads files from outside (reading/__main__.py) is no app, and starts in a third of the time
    import sqlalchemy as sa
    from flask_babel import lazy_gettext as _l

    from crmlite import retention, web
    from crmlite.auth import roles
    from crmlite.desk import first_steps, things
    from crmlite.imports import access, kept, running, taking, undoing, views
    from crmlite.imports.models import Import
    from crmlite.records import actions
    from crmlite.records.actions import Action

    _jobs: tuple[Any, ...] = (running.run, running.try_out, taking.read_file, undoing.undo)
    web.modules.describe(app, _l("Imports"), _l("Taking over address books and spreadsheets from files."))
    roles.declare(app, access.KIND, _l("Imports"))
    retention.declare(app, kept.kept)
    app.register_blueprint(views.bp)
    things.declare(app, things.Thing(Import, Import.name, "/imports/", access.rows))
    app.extensions["crmlite.undoers"]["import"] = views.take_back
    actions.add(app, Action(_l("Import contacts"), "/imports/new", "upload", access.KIND, "create"))
    first_steps.add(
        app,
        first_steps.Step(
            "import", _l("Bring your address book along"), _l("From a spreadsheet, from Outlook, Google or another program."),
            "/imports/new", "upload", lambda user: user.may(access.KIND, "create"),
            lambda _user: sa.exists().where(Import.id.is_not(None)), 12,
        ),
    )  # fmt: skip
    web.add_nav(app, "/imports/", "upload", _l("Imports"), access.KIND, group="settings", order=40)
