"""Taxes: their list, and the editor of one with its rates."""

import sqlalchemy as sa
from flask import Blueprint, Response, abort, g, request
from flask_babel import gettext as _

from crmlite.catalog.forms import TaxClassForm, shown
from crmlite.catalog.models import KIND_LABELS, Product, TaxClass
from crmlite.catalog.types import may_edit_taxes
from crmlite.extensions import db
from crmlite.records.edit import knows_version
from crmlite.records.forms import row_id
from crmlite.web import go, local_today, outcome, render, undo_url

bp = Blueprint("taxes", __name__, url_prefix="/catalog/taxes")


@bp.before_request
def _require_grant() -> None:
    if not may_edit_taxes(g.user):
        abort(403)


@bp.get("")
def index() -> Response:
    taxes = db.session.scalars(sa.select(TaxClass).order_by(TaxClass.active.desc(), TaxClass.id)).all()
    counted = sa.select(Product.tax_class_id, sa.func.count().label("n")).where(Product.deleted_at.is_(None))
    products = {row.tax_class_id: row.n for row in db.session.execute(counted.group_by(Product.tax_class_id))}
    return render("catalog/taxes.html", taxes=taxes, products=products, today=local_today())


@bp.get("/new")
def new() -> Response:
    return _editor(None, TaxClassForm(data={"rates": [{"valid_from": local_today()}]}))


@bp.post("/new")
def create() -> Response:
    form = TaxClassForm(request.form)
    if "_add" in request.form:
        form.add_row()
        return _editor(None, form)
    if not form.validate():
        return _editor(None, form, 422)
    tax = TaxClass.create(**form.values())
    db.session.commit()
    return go("/catalog/taxes", _("%(name)s was added.", name=tax.name), undo_url())


@bp.get("/<int:tax_id>")
def show(tax_id: int) -> Response:
    tax = _find(tax_id)
    return _editor(tax, TaxClassForm(data=shown(tax)))


@bp.post("/<int:tax_id>")
def save(tax_id: int) -> Response:
    """Changes it. 409 where somebody else did since the form was shown; nothing that was typed is lost."""
    tax, form = _find(tax_id, lock=True), TaxClassForm(request.form)
    if "_add" in request.form:
        form.add_row()
        return _editor(tax, form)
    version = request.form.get("row_version")
    if not form.validate() or not knows_version(tax, form, version):
        return _editor(tax, form, 422)
    if row_id(version) != tax.row_version:
        said = _(
            "Somebody changed this tax while you were writing. Nothing was saved yet. Save again to keep what you wrote, "
            "or open it anew to see what they did."
        )
        form.form_errors.append(said)
        return _editor(tax, form, 409)
    tax.change(**form.values())
    db.session.commit()
    return go("/catalog/taxes", *outcome(_("%(name)s was saved.", name=tax.name)))


def _find(tax_id: int, lock: bool = False) -> TaxClass:
    query = sa.select(TaxClass).where(TaxClass.id == tax_id)
    tax = db.session.scalar(query.with_for_update() if lock else query)
    if tax is None:
        abort(404)
    return tax


def _editor(tax: TaxClass | None, form: TaxClassForm, status: int = 200) -> Response:
    version: object = tax and tax.row_version
    if status == 422 or "_add" in request.form:
        version = request.form.get("row_version", "")
    url = f"/catalog/taxes/{tax.id}" if tax else "/catalog/taxes/new"
    return render("catalog/tax.html", "form", tax=tax, form=form, url=url, version=version, status=status)


@bp.app_template_filter("tax_kind")
def tax_kind(kind: str) -> str:
    return str(KIND_LABELS[kind])
