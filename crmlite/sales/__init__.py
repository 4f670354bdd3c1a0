"""Quotes with their versions, sent as PDF and accepted on a page of the customer's; and the orders that come of them."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crmlite import retention, web
from crmlite.auth import roles
from crmlite.records import actions, opens, panels
from crmlite.records.actions import Action
from crmlite.records.panels import Panel
from crmlite.sales import bookkeeping, listeners, page, public
from crmlite.sales.models import STATE_HUES, STATE_LABELS
from crmlite.sales.types import ORDER, QUOTE, may_edit_numbers
from crmlite.sales.views import editor, numbers, orders, quotes, sending

__all__ = ["editor", "init_app", "listeners", "numbers", "sending"]


def init_app(app: Flask) -> None:
    web.modules.describe(
        app, _l("Quotes and orders"), _l("Offers as PDF that customers accept, and the orders that come of them.")
    )
    app.extensions["crmlite.record_types"] |= {QUOTE.name, ORDER.name}
    app.extensions["crmlite.undo_guards"]["number_range"] = may_edit_numbers
    retention.declare(app, bookkeeping.kept)
    roles.declare(app, QUOTE.name, QUOTE.label_plural, QUOTE.url, QUOTE.policy)
    roles.declare(app, ORDER.name, ORDER.label_plural, ORDER.url, ORDER.policy)
    roles.declare(app, "number_range", _l("Numbers of quotes and orders"))
    for blueprint in (quotes.bp, orders.bp, public.bp):
        app.register_blueprint(blueprint)
    app.jinja_env.filters.update(quote_state=lambda state: str(STATE_LABELS[state]), quote_hue=STATE_HUES.__getitem__)
    for on in ("contact", "company", "deal"):
        begin = (_l("New quote"), "/quotes/new?deal=") if on == "deal" else None
        panels.add(app, Panel(_l("Quotes"), quotes.panel, on=on, needs=QUOTE.name, begin=begin))
        panels.add(app, Panel(_l("Orders"), orders.panel, on=on, needs=ORDER.name))
    opens.add(app, opens.Source(QUOTE.name, page.open_with))
    actions.add(
        app,
        Action(_l("Go to quotes"), QUOTE.url, QUOTE.icon, QUOTE.name, keys="g q"),
        Action(_l("New quote"), "/quotes/new", QUOTE.icon, QUOTE.name, "create"),
        Action(_l("Go to orders"), ORDER.url, ORDER.icon, ORDER.name, keys="g o"),
    )
    web.add_nav(app, QUOTE.url, QUOTE.icon, QUOTE.label_plural, QUOTE.name, group="sales", order=40, key="q")
    web.add_nav(app, ORDER.url, ORDER.icon, ORDER.label_plural, ORDER.name, group="sales", order=50, key="o")
