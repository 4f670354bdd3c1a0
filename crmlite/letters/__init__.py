"""Postal labels and letters for any list of contacts or companies, as PDF."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crmlite.auth import roles
from crmlite.letters import views
from crmlite.letters.views import EXPORT, may_write
from crmlite.records import offers


def init_app(app: Flask) -> None:
    roles.declare(app, EXPORT, _l("Exports"))
    app.register_blueprint(views.bp)
    for on in ("contact", "company"):
        offers.add(app, offers.Offer(_l("Labels and letters"), "printer", f"/letters/{on}", on, may_write))
