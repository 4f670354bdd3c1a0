"""Products: the list, one product's page, adding and changing."""

from flask import Blueprint, Response, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crmlite.auth.models import Organisation
from crmlite.catalog.forms import ProductForm
from crmlite.catalog.models import CodeTaken, Product
from crmlite.catalog.models.taxes import offered
from crmlite.catalog.page import ProductPage
from crmlite.catalog.types import PRODUCT, may_edit_taxes
from crmlite.extensions import db
from crmlite.records.edit import knows_version, stale_fields
from crmlite.records.forms import keep_owner
from crmlite.records.listing import Listing
from crmlite.web import go, is_partial, outcome, render, undo_url

bp = Blueprint("products", __name__, url_prefix="/products")


@bp.get("/")
def index() -> Response:
    listing = Listing(PRODUCT, g.user, request.args)
    also = []
    if may_edit_taxes(g.user):
        also = [(_("Taxes"), "/catalog/taxes", "receipt-tax"), (_("Exchange rates"), "/catalog/rates", "coins")]
    return render("records/list.html", listing.block, listing=listing, new_label=_("New product"), also=also)


@bp.get("/new")
def new() -> Response:
    PRODUCT.policy.require_create(g.user)
    taxes = offered()
    tax_id = taxes[0].id if taxes else None
    currency = Organisation.get().currency
    form = ProductForm(data={"owner_id": g.user.id, "tax_class_id": tax_id, "prices": [{"currency": currency}]})
    return _new(form)


@bp.post("/new")
def create() -> Response:
    PRODUCT.policy.require_create(g.user)
    form = ProductForm(request.form)
    if name := request.form.get("_add"):
        form.add_row(name)
        return _new(form)
    if not form.validate():
        return _new(form, 422)
    try:
        product = Product.create(g.user, **form.values())
        db.session.commit()
    except CodeTaken as error:
        return _new(_refused(form, error), 422)
    return go(PRODUCT.url_of(product.id), _("%(name)s was added.", name=product.name), undo_url())


@bp.get("/<int:product_id>")
def show(product_id: int) -> Response:
    product = PRODUCT.policy.find(g.user, product_id)
    return render("products/show.html", "record", page=ProductPage(product, g.user))


@bp.get("/<int:product_id>/peek")
def peek(product_id: int) -> ResponseReturnValue:
    """The page in short, for the drawer."""
    if not is_partial():
        return redirect(PRODUCT.url_of(product_id))
    product = PRODUCT.policy.find(g.user, product_id)
    return render("products/peek.html", page=ProductPage(product, g.user))


@bp.get("/<int:product_id>/edit")
def edit(product_id: int) -> Response:
    product = PRODUCT.policy.find(g.user, product_id, "edit")
    form = ProductForm(None, product)
    keep_owner(form, PRODUCT, product)
    return _edit(product, form)


@bp.post("/<int:product_id>/edit")
def save(product_id: int) -> Response:
    """Changes it. 409 with what others changed of it, or of its prices, since the form was shown."""
    product = PRODUCT.policy.find(g.user, product_id, "edit")
    form = ProductForm(request.form, product)
    keep_owner(form, PRODUCT, product)
    if name := request.form.get("_add"):
        form.add_row(name)
        return _edit(product, form)
    version = request.form.get("row_version")
    if not form.validate() or not knows_version(product, form, version):
        return _edit(product, form, 422)
    theirs, stale_prices = stale_fields(product, form, version), form.stale_prices()
    if theirs or stale_prices:
        return _edit(product, form, 409, theirs)
    try:
        product.change(**form.values())
        db.session.commit()
    except CodeTaken as error:
        return _edit(product, _refused(form, error), 422)
    return go(PRODUCT.url_of(product_id), *outcome(_("%(name)s was saved.", name=product.name)))


@bp.post("/<int:product_id>/withdraw")
def withdraw(product_id: int) -> Response:
    product = PRODUCT.policy.find(g.user, product_id, "edit").withdraw()
    db.session.commit()
    return go(PRODUCT.url_of(product_id), *outcome(_("%(name)s is not offered any more.", name=product.name)))


@bp.post("/<int:product_id>/offer")
def offer(product_id: int) -> Response:
    product = PRODUCT.policy.find(g.user, product_id, "edit").offer()
    db.session.commit()
    return go(PRODUCT.url_of(product_id), *outcome(_("%(name)s is offered again.", name=product.name)))


def _refused(form: ProductForm, error: CodeTaken) -> ProductForm:
    db.session.rollback()
    form.code.errors = [str(error.description)]
    return form


def _new(form: ProductForm, status: int = 200) -> Response:
    return render("products/new.html", "form", form=form, may_edit_taxes=may_edit_taxes(g.user), status=status)


def _edit(product: Product, form: ProductForm, status: int = 200, theirs: dict[str, object] | None = None) -> Response:
    """The editor, with the version it was shown with; after a 409 the one that was shown now."""
    version = request.form.get("row_version", "") if status == 422 or "_add" in request.form else product.row_version
    return render(
        "products/edit.html",
        "form",
        product=product,
        form=form,
        theirs=theirs,
        version=version,
        may_edit_taxes=may_edit_taxes(g.user),
        status=status,
    )
