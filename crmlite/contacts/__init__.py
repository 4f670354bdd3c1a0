"""Contacts: people, how they are reached, and where they work."""

import sqlalchemy as sa
from flask import Flask
from flask_babel import lazy_gettext as _l

from crmlite import web
from crmlite.auth import roles
from crmlite.contacts import consents, listeners, views
from crmlite.contacts.models import Contact
from crmlite.contacts.types import CONTACT
from crmlite.desk import first_steps
from crmlite.records import actions, panels
from crmlite.records.actions import Action
from crmlite.records.panels import Panel

__all__ = ["consents", "init_app", "listeners"]


def init_app(app: Flask) -> None:
    app.extensions["crmlite.record_types"].add(CONTACT.name)
    roles.declare(app, CONTACT.name, CONTACT.label_plural, CONTACT.url, CONTACT.policy)
    app.register_blueprint(views.bp)
    panels.add(app, Panel(_l("People"), views.people_panel, on="company", needs=CONTACT.name))
    actions.add(
        app,
        Action(_l("Go to contacts"), CONTACT.url, CONTACT.icon, CONTACT.name, keys="g c"),
        Action(_l("New contact"), "/contacts/new", "user-plus", CONTACT.name, "create"),
    )
    first_steps.add(
        app,
        first_steps.Step(
            "contact", _l("Add your first contact"), _l("Whoever you do business with: customers, and who may become one."),
            "/contacts/new", CONTACT.icon, lambda user: user.may(CONTACT.name, "create"),
            lambda user: sa.exists().where(Contact.deleted_at.is_(None), CONTACT.policy.rows(user)), 10,
        ),
    )  # fmt: skip
    web.add_nav(app, CONTACT.url, CONTACT.icon, CONTACT.label_plural, CONTACT.name, order=30, key="c")
