"""The doctor: looks whether this instance is well, and says what to do where it is not. `crmlite doctor`, and a page."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crmlite import web
from crmlite.doctor import views

__all__ = ["init_app"]

ADMINISTRATOR = ("administrator",)


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)
    web.add_nav(app, "/doctor", "lifebuoy", _l("Doctor"), group="firm", order=90, roles=ADMINISTRATOR)
