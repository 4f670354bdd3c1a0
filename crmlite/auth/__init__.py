"""Users, teams, roles, signing in, one's account, and the organisation's profile."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crmlite import retention, web
from crmlite.auth import jobs, models, papers, roles, setup, signin, views

__all__ = ["init_app", "jobs", "models", "roles", "setup", "signin"]


def init_app(app: Flask) -> None:
    signin.init_app(app)
    views.init_app(app)
    retention.declare(app, jobs.kept)
    app.extensions["crmlite.ask_firm"] = papers.name_of_firm  # for error pages, which lie below
    app.extensions["crmlite.ask_modules_off"] = models.Organisation.switched_off
    web.add_nav(app, "/auth/profile", "user-circle", _l("Profile"), group="account", order=10)
    web.add_nav(app, "/auth/second-factor", "shield-check", _l("Two-step sign-in"), group="account", order=15)
    web.add_nav(app, "/auth/devices", "device-laptop", _l("Devices"), group="account", order=20)
    web.add_nav(app, "/auth/absences", "calendar-event", _l("Absences"), group="account", order=25)
    web.add_nav(
        app,
        "/auth/organisation",
        "building",
        _l("Organisation"),
        group="account",
        order=30,
        roles=("administrator", "manager"),
    )
    web.add_nav(app, "/auth/team", "users", _l("Team"), group="account", order=40, roles=("administrator",))
    web.add_nav(app, "/auth/roles", "shield", _l("Roles"), group="palette", roles=("administrator",))
    web.add_nav(app, "/auth/modules", "package", _l("Modules"), group="palette", roles=("administrator",))
