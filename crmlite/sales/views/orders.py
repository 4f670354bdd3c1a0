"""Orders: their list, and one order with what was taken."""

from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from crmlite.records.listing import Listing
from crmlite.sales.page import Box, OrderPage
from crmlite.sales.types import ORDER
from crmlite.web import is_partial, render

bp = Blueprint("orders", __name__, url_prefix="/orders")


@bp.get("/")
def index() -> Response:
    listing = Listing(ORDER, g.user, request.args)
    return render("records/list.html", listing.block, listing=listing, new_label="")


@bp.get("/<int:order_id>")
def show(order_id: int) -> Response:
    return render("orders/show.html", "record", page=OrderPage(ORDER.policy.find(g.user, order_id), g.user))


@bp.get("/<int:order_id>/peek")
def peek(order_id: int) -> ResponseReturnValue:
    """The page in short, for the drawer."""
    if not is_partial():
        return redirect(ORDER.url_of(order_id))
    return render("orders/peek.html", page=OrderPage(ORDER.policy.find(g.user, order_id), g.user))


def panel(record: Any) -> str:
    """The orders of a contact, company or deal, on its page."""
    return render_template("orders/_panel.html", box=Box(ORDER, record, g.user))
