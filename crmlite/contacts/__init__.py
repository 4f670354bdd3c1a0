"""Contacts: people, how they are reached, and where they work."""

from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from crmlite import web
from crmlite.auth import roles
from crmlite.auth.models import Viewer
from crmlite.companies import group
from crmlite.contacts import buying_roles, consent_page, consents, listeners, purposes, suppression, views
from crmlite.contacts.models import Contact
from crmlite.contacts.types import CONTACT
from crmlite.desk import first_steps
from crmlite.records import actions, panels
from crmlite.records.actions import Action
from crmlite.records.panels import Panel

__all__ = ["consents", "init_app", "listeners", "suppression"]


def init_app(app: Flask) -> None:
    web.modules.describe(app, _l("Contacts"), _l("The people that you work with."))
    app.extensions["crmlite.record_types"].add(CONTACT.name)
    roles.declare(app, CONTACT.name, CONTACT.label_plural, CONTACT.url, CONTACT.policy)
    app.register_blueprint(views.bp)
    for table in ("purpose", "purpose_text"):
        app.extensions["crmlite.undo_guards"][table] = purposes.may_edit_purposes
    roles.declare(app, purposes.KIND, _l("Purposes of consent"))
    app.register_blueprint(purposes.bp)
    panels.add(app, Panel(_l("People"), buying_roles.people_panel, on="company", needs=CONTACT.name))
    panels.add(app, Panel(_l("Consent"), consent_page.panel, on="contact", needs=CONTACT.name))
    group.count(app, group.Count("people", CONTACT.name, _people_at, _people_said))
    web.add_nav(
        app, "/contacts/roles", "users", _l("Roles in a decision"), group="firm", order=45, shown=buying_roles.may_edit_needs
    )  # fmt: skip
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
    web.add_nav(app, "/purposes", "shield-check", _l("Purposes of consent"), purposes.KIND, group="firm", order=50)
    web.add_nav(app, CONTACT.url, CONTACT.icon, CONTACT.label_plural, CONTACT.name, order=30, key="c")


def _people_at(company_id: Any, user: Viewer) -> Any:
    """How many there are, each at their main company."""
    here = sa.and_(Contact.main_company_id == company_id, Contact.deleted_at.is_(None), CONTACT.policy.rows(user))
    return sa.select(sa.func.count()).select_from(Contact).where(here).scalar_subquery()


def _people_said(count: int) -> str:
    return ngettext("%(num)d person", "%(num)d people", count)
