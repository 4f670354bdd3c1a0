"""The catalogue: products with their prices, taxes with their rates, exchange rates."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crmlite import web
from crmlite.auth import roles
from crmlite.catalog import listeners
from crmlite.catalog.types import PRODUCT, may_edit_taxes
from crmlite.catalog.views import products, taxes
from crmlite.catalog.views import rates as rate_pages  # crmlite.catalog.rates is another module
from crmlite.records import actions
from crmlite.records.actions import Action

__all__ = ["init_app", "listeners"]

TAX = "tax_class"
"""What a role is granted to work on taxes and exchange rates."""


def init_app(app: Flask) -> None:
    web.modules.describe(app, _l("Products"), _l("What you sell, at which prices and taxes."))
    app.extensions["crmlite.record_types"].add(PRODUCT.name)
    for table in ("tax_class", "tax_rate", "exchange_rate"):
        app.extensions["crmlite.undo_guards"][table] = may_edit_taxes
    roles.declare(app, PRODUCT.name, PRODUCT.label_plural, PRODUCT.url, PRODUCT.policy)
    roles.declare(app, TAX, _l("Taxes and exchange rates"))
    for blueprint in (products.bp, taxes.bp, rate_pages.bp):
        app.register_blueprint(blueprint)
    actions.add(
        app,
        Action(_l("Go to products"), PRODUCT.url, PRODUCT.icon, PRODUCT.name, keys="g p"),
        Action(_l("New product"), "/products/new", PRODUCT.icon, PRODUCT.name, "create"),
        Action(_l("Go to taxes"), "/catalog/taxes", "receipt-tax", TAX, "edit"),
        Action(_l("Go to exchange rates"), "/catalog/rates", "coins", TAX, "edit"),
    )
    web.add_nav(app, PRODUCT.url, PRODUCT.icon, PRODUCT.label_plural, PRODUCT.name, group="sales", order=40, key="p")
    web.add_nav(app, "/catalog/taxes", "receipt-tax", _l("Taxes"), TAX, group="firm", order=10)
    web.add_nav(app, "/catalog/rates", "coins", _l("Exchange rates"), TAX, group="firm", order=20)
