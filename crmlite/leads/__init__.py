"""Leads: web forms, what visitors send through them, and the enquiries that come of it."""

import sqlalchemy as sa
from flask import Flask
from flask_babel import lazy_gettext as _l

from crmlite import retention, web
from crmlite.auth import roles
from crmlite.desk import first_steps
from crmlite.leads import kept, public
from crmlite.leads.models import WebForm
from crmlite.leads.types import LEAD, may_edit_forms
from crmlite.leads.views import forms, leads
from crmlite.records import actions, opens, panels
from crmlite.records.actions import Action
from crmlite.records.panels import Panel


def init_app(app: Flask) -> None:
    web.modules.describe(app, _l("Leads"), _l("Enquiries, and the forms on your website that they come from."))
    app.extensions.setdefault("crmlite.record_types", set()).add(LEAD.name)
    app.extensions["crmlite.undo_guards"]["web_form"] = may_edit_forms
    retention.declare(app, kept.kept)
    roles.declare(app, LEAD.name, LEAD.label_plural, LEAD.url, LEAD.policy)
    roles.declare(app, "web_form", _l("Web forms"))
    for blueprint in (public.bp, leads.bp, forms.bp):
        app.register_blueprint(blueprint)
    for on in ("contact", "company"):
        panels.add(app, Panel(_l("Enquiries"), leads.panel, on=on, needs=LEAD.name))
    opens.add(app, opens.Source(LEAD.name, leads.open_with))
    actions.add(
        app,
        Action(_l("Go to leads"), LEAD.url, LEAD.icon, LEAD.name, keys="g l"),
        Action(_l("New lead"), "/leads/new", LEAD.icon, LEAD.name, "create"),
    )
    first_steps.add(
        app,
        first_steps.Step(
            "form", _l("Make a form for your website"), _l("What visitors send through it becomes a lead by itself."),
            "/forms/", "forms", may_edit_forms, lambda _user: sa.exists().where(WebForm.id.is_not(None)), 20,
        ),
    )  # fmt: skip
    web.add_nav(app, LEAD.url, LEAD.icon, LEAD.label_plural, LEAD.name, group="sales", order=10, key="l")
    web.add_nav(app, "/leads/quarantine", "shield", _l("Quarantine"), group="palette", shown=may_edit_forms)
    web.add_nav(app, "/forms/", "forms", _l("Web forms"), group="marketing", order=10, key="w", shown=may_edit_forms)
