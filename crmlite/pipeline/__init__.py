"""Pipelines and deals: stages as data, the board, and a deal's way from new to won or lost."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crmlite import web
from crmlite.auth import roles
from crmlite.companies import group
from crmlite.pipeline import listeners, page, short, stages
from crmlite.pipeline.types import DEAL, may_edit_pipelines
from crmlite.pipeline.views import bp, deals
from crmlite.records import actions, opens, panels
from crmlite.records.actions import Action
from crmlite.records.panels import Panel

__all__ = ["init_app", "listeners"]


def init_app(app: Flask) -> None:
    web.modules.describe(app, _l("Deals"), _l("Sales that you are working on, on a board with stages."))
    app.extensions["crmlite.record_types"].add(DEAL.name)
    for table in ("pipeline", "stage"):
        app.extensions["crmlite.undo_guards"][table] = may_edit_pipelines
    roles.declare(app, DEAL.name, DEAL.label_plural, DEAL.url, DEAL.policy)
    roles.declare(app, "pipeline", _l("Pipelines"))
    app.register_blueprint(bp)
    app.jinja_env.filters.update(
        stage=stages.by_id_or_none,
        stage_hue=lambda stage: stages.hue_of(stage.kind, stage.position),
        pipeline_name=stages.pipeline_name,
        short_money=short.short_money,
    )
    for on in ("contact", "company"):
        begin = (_l("New deal"), f"/deals/new?{on}=")
        panels.add(app, Panel(_l("Deals"), deals.panel, on=on, needs=DEAL.name, begin=begin))
    group.count(app, group.Count("deals", DEAL.name, page.count_open, page.say_open))
    opens.add(app, opens.Source(DEAL.name, page.open_with))
    actions.add(
        app,
        Action(_l("Go to deals"), "/deals/board", "layout-kanban", DEAL.name, keys="g d"),
        Action(_l("New deal"), "/deals/new", DEAL.icon, DEAL.name, "create"),
    )
    web.add_nav(app, "/deals/board", DEAL.icon, DEAL.label_plural, DEAL.name, group="sales", order=20, key="d")
