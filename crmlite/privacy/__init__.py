"""Privacy: what is held of one person, as one download; and erasing them everywhere, with a certificate."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crmlite import web
from crmlite.auth import roles
from crmlite.contacts.types import CONTACT
from crmlite.privacy import erasing, views
from crmlite.records import offers, panels
from crmlite.records.offers import TrashOffer
from crmlite.records.panels import Panel

__all__ = ["erasing", "init_app"]


def init_app(app: Flask) -> None:
    web.modules.describe(app, _l("Privacy"), _l("All that is held of one person as a file, and erasing it everywhere."))
    roles.declare(app, views.KIND, _l("Dossiers and erasure"))
    app.register_blueprint(views.bp)
    panels.add(app, Panel(_l("Privacy"), views.panel, on=CONTACT.name, needs=views.KIND))
    offers.add_in_trash(
        app, TrashOffer(_l("Dossier and erasure"), "shield", "/privacy/contacts/%s", CONTACT.name, views.may)
    )
    web.add_nav(app, "/privacy/erasures", "shield", _l("Erasures"), views.KIND, group="firm", order=85, shown=views.may)
