"""Details: people see what we hold of them, and correct it, through a private link."""

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from crmlite import events, retention, web
from crmlite.details import asking, public, views
from crmlite.details.kept import kept
from crmlite.records import actions, offers, panels
from crmlite.records.actions import Action
from crmlite.records.panels import Panel

__all__ = ["init_app"]


def init_app(app: Flask) -> None:
    web.modules.describe(
        app, _l("Corrections"), _l("People see what you hold of them through a private link, and correct it.")
    )
    app.register_blueprint(views.bp)
    app.register_blueprint(public.bp)
    retention.declare(app, kept)
    panels.add(app, Panel(_l("Their own details"), views.review.panel, on="contact", needs="contact"))
    actions.add(app, Action(_l("Look at what people corrected"), "/details/", "user-check", "contact", "edit"))
    offers.add(
        app, offers.Offer(_l("Ask for their details"), "mail", "/details/sendings", "contact", _may_see, posts=True)
    )
    offers.enclose(
        app,
        offers.Enclosure(
            "details",
            _l("A code to scan, with which they look at their details"),
            "contact",
            _may_see,
            asking.beside_code,
            asking.enclosed,
            events.DETAILS_ASKED,
        ),
    )
    web.add_nav(app, "/details/", "user-check", _l("Corrections"), order=33, shown=_may_see)


def _may_see(user: Any) -> bool:
    return bool(user.may("contact", "edit"))
