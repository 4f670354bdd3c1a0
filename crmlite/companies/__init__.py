"""Companies: accounts with people, hierarchy and history."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crmlite import web
from crmlite.auth import roles
from crmlite.companies import views
from crmlite.companies.types import COMPANY
from crmlite.records import actions
from crmlite.records.actions import Action


def init_app(app: Flask) -> None:
    web.modules.describe(app, _l("Companies"), _l("The firms that you work with, and who works there."))
    app.extensions["crmlite.record_types"].add(COMPANY.name)
    roles.declare(app, COMPANY.name, COMPANY.label_plural, COMPANY.url, COMPANY.policy)
    app.register_blueprint(views.bp)
    web.add_nav(app, COMPANY.url, COMPANY.icon, COMPANY.label_plural, COMPANY.name, order=31, key="f")
    actions.add(
        app,
        Action(_l("Go to companies"), COMPANY.url, COMPANY.icon, COMPANY.name, keys="g f"),
        Action(_l("New company"), "/companies/new", "building-plus", COMPANY.name, "create"),
    )
