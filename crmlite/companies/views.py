"""Companies: the list, one company's page, adding and changing."""

from flask import Blueprint, Response, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import Conflict

from crmlite.companies.forms import CompanyForm, ParentForm
from crmlite.companies.models import Company, InsideItself
from crmlite.companies.page import CompanyPage
from crmlite.companies.types import COMPANY
from crmlite.extensions import db
from crmlite.records import alike
from crmlite.records.edit import knows_version, stale_fields
from crmlite.records.forms import keep_owner, reach_of
from crmlite.records.listing import Listing
from crmlite.records.views import done, page_of
from crmlite.web import go, hx, is_partial, outcome, render, toast, undo_url

bp = Blueprint("companies", __name__, url_prefix="/companies")


@bp.get("/")
def index() -> Response:
    listing = Listing(COMPANY, g.user, request.args)
    return render("records/list.html", listing.block, listing=listing, new_label=_("New company"))


@bp.get("/new")
def new() -> Response:
    COMPANY.policy.require_create(g.user)
    form = CompanyForm(data={"owner_id": g.user.id, "parent_id": request.args.get("parent", type=int)})
    return render("companies/new.html", "form", form=form)


@bp.post("/new")
def create() -> Response:
    COMPANY.policy.require_create(g.user)
    form = CompanyForm(request.form)
    if name := request.form.get("_add"):
        form.add_row(name)
        return render("companies/new.html", "form", form=form)
    if not form.validate():
        return render("companies/new.html", "form", form=form, status=422)
    if known := alike.of(COMPANY, g.user, form):
        return render("companies/new.html", "form", form=form, known=known, status=409)
    company = Company.create(g.user, **form.values())
    db.session.commit()
    return go(page_of(company), _("%(name)s was added.", name=company.name), undo_url())


@bp.get("/<int:company_id>")
def show(company_id: int) -> Response:
    company = COMPANY.policy.find(g.user, company_id)
    return render("companies/show.html", "record", page=CompanyPage(company, g.user))


@bp.get("/<int:company_id>/peek")
def peek(company_id: int) -> ResponseReturnValue:
    """The page in short, for the drawer."""
    if not is_partial():
        return redirect(COMPANY.url_of(company_id))
    company = COMPANY.policy.find(g.user, company_id)
    return render("companies/peek.html", page=CompanyPage(company, g.user))


@bp.post("/<int:company_id>/parent")
def move(company_id: int) -> Response:
    """Makes the company part of another one, on its page."""
    Company.hold_hierarchy()
    company = COMPANY.policy.find(g.user, company_id, "edit")
    form = ParentForm(request.form, obj=company)
    if not form.validate():
        return _refused(str(form.parent_id.errors[0]))
    try:
        company.move_below(form.parent_id.data)
    except InsideItself as error:
        db.session.rollback()
        return _refused(str(error))
    db.session.commit()
    message, undo = outcome(_("%(name)s stands elsewhere in its group now.", name=company.name))
    return done(company, message, undo=undo is not None)


def _refused(sentence: str) -> Response:
    """Without script, as a page that says so."""
    if not request.headers.get("HX-Request"):
        raise Conflict(sentence)
    return toast(hx("", 422, reswap="none"), sentence, kind="error")


@bp.get("/<int:company_id>/edit")
def edit(company_id: int) -> Response:
    company = COMPANY.policy.find(g.user, company_id, "edit")
    form = CompanyForm(obj=company, data=reach_of(company))
    keep_owner(form, COMPANY, company)
    return render("companies/edit.html", "form", company=company, form=form)


@bp.post("/<int:company_id>/edit")
def save(company_id: int) -> Response:
    Company.hold_hierarchy()
    company = COMPANY.policy.find(g.user, company_id, "edit")
    form = CompanyForm(request.form, obj=company)
    keep_owner(form, COMPANY, company)
    if name := request.form.get("_add"):
        form.add_row(name)
        return render("companies/edit.html", "form", company=company, form=form)
    version = request.form.get("row_version")
    if not form.validate() or not knows_version(company, form, version):
        return render("companies/edit.html", "form", company=company, form=form, status=422)
    if theirs := stale_fields(company, form, version):
        return render("companies/edit.html", "form", company=company, form=form, theirs=theirs, status=409)
    try:
        company.change(**form.values())
    except InsideItself as error:
        db.session.rollback()
        form.parent_id.errors = [str(error)]
        return render("companies/edit.html", "form", company=company, form=form, status=422)
    db.session.commit()
    return go(page_of(company), *outcome(_("%(name)s was saved.", name=company.name)))
