"""The record type of products, as data; what their own kinds of cells show; and who may work on taxes and rates."""

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from crmlite.auth.models import Organisation, Viewer
from crmlite.catalog.forms import ProductFields
from crmlite.catalog.models import Price, Product, TaxClass
from crmlite.extensions import db
from crmlite.records import filters
from crmlite.records.policy import Policy
from crmlite.records.rows import Row, fills
from crmlite.records.types import Column, RecordType, register


def tax_choices() -> list[tuple[str, str]]:
    query = sa.select(TaxClass.id, TaxClass.name).order_by(TaxClass.id)
    return [(str(number), name) for number, name in db.session.execute(query)]


def offer_choices() -> list[tuple[str, object]]:
    return [("yes", _l("Offered")), ("no", _l("Not offered"))]


PRODUCT = register(
    RecordType(
        name="product",
        model=Product,
        label=_l("Product"),
        label_plural=_l("Products"),
        icon="package",
        form=ProductFields,
        policy=Policy(Product),
        columns=(
            Column("name", _l("Name"), kind="name", phone=True, sort_by="sort_name"),
            Column("code", _l("Code"), kind="code"),
            Column("price", _l("Price"), kind="price", field="id", sortable=False, phone=True),
            Column("unit", _l("Unit"), sortable=False, edit=True),
            Column(
                "tax",
                _l("Tax"),
                kind="tax",
                field="tax_class_id",
                sortable=False,
                edit=True,
                form_field="tax_class_id",
                choices=tax_choices,
            ),
            Column("active", _l("State"), kind="offered", sortable=False, choices=offer_choices),
            Column("description", _l("Description"), kind="longtext", sortable=False, hidden=True, edit=True),
            Column("instructions", _l("Special instructions"), kind="longtext", sortable=False, hidden=True, edit=True),
            Column("tags", _l("Tags"), kind="tags", sortable=False, filterable=False, hidden=True),
            Column(
                "owner",
                _l("Owner"),
                kind="user",
                field="owner_id",
                sortable=False,
                hidden=True,
                edit=True,
                form_field="owner_id",
            ),
            Column("created_at", _l("Added"), kind="ago", sortable=False, hidden=True),
        ),
        views=(
            (_l("All products"), ""),
            (_l("Offered"), "active=yes"),
            (_l("Not offered"), "active=no"),
        ),
    )
)


@fills("price")
def _fill_prices(column: Column, rows: list[Row]) -> None:
    """The price in the organisation's currency, else the first there is."""
    ours = Organisation.get().currency
    query = sa.select(Price).where(Price.product_id.in_([row.id for row in rows]))
    found: dict[int, Price] = {}
    for price in db.session.scalars(query.order_by(Price.currency != ours, Price.currency)):
        found.setdefault(price.product_id, price)
    for row in rows:
        row[column.name] = found.get(row.id)


@filters.asks("price")
def _asked_of_prices(_model: Any, operator: str, values: tuple[str, ...]) -> sa.ColumnElement[bool]:
    """The price in the organisation's currency, written with a point: price.min=12.5."""
    priced = sa.select(Price.product_id).where(Price.currency == Organisation.get().currency)
    if operator == "empty":
        lacking = Product.id.not_in(priced)
        return lacking if values[-1] not in {"0", "no"} else sa.not_(lacking)
    amounts = [filters.decimal(value) for value in values]
    if operator == "not":
        return Product.id.not_in(priced.where(Price.unit_micro.in_(amounts)))
    compared = {
        "": Price.unit_micro.in_(amounts),
        "min": Price.unit_micro >= amounts[-1],
        "max": Price.unit_micro <= amounts[-1],
    }
    return Product.id.in_(priced.where(compared[operator]))


@fills("tax")
def _fill_taxes(column: Column, rows: list[Row]) -> None:
    ids = {row[column.name] for row in rows} - {None}
    query = sa.select(TaxClass.id, TaxClass.name).where(TaxClass.id.in_(ids))
    found = {number: name for number, name in db.session.execute(query)}  # noqa: C416 - dict() knows no rows
    for row in rows:
        row[column.name] = found.get(row[column.name])


def may_edit_taxes(user: Viewer) -> bool:
    """Taxes and exchange rates are the work of those with a grant for `tax_class`."""
    return user.scope("tax_class", "edit") != "none"
