"""Contacts: people, how they are reached, and where they work."""

from flask import Flask

from crmlite import web
from crmlite.contacts import views
from crmlite.contacts.types import CONTACT


def init_app(app: Flask) -> None:
    app.extensions["crmlite.record_types"].add(CONTACT.name)
    app.register_blueprint(views.bp)
    web.add_nav(app, CONTACT.url, CONTACT.icon, CONTACT.label_plural, CONTACT.name)
