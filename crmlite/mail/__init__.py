"""Mail: the outbox and the SMTP client that empties it."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crmlite import web
from crmlite.mail import hidden, outbox, views
from crmlite.mail.models import Message
from crmlite.mail.outbox import send

__all__ = ["Message", "hidden", "init_app", "outbox", "send"]


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)
    web.add_nav(app, "/mail/", "mail", _l("Outbox"), group="settings", key="m")
