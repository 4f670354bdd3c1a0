"""Roles in a decision: who has which at a company, what nobody has yet, and which the firm wants to know."""

from flask import Response, g, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest, Conflict, Forbidden, NotFound

from crmlite.auth.models import Organisation, Viewer
from crmlite.companies.models import Company
from crmlite.companies.types import COMPANY
from crmlite.contacts.forms import NeedsForm, PersonForm, RolesForm
from crmlite.contacts.models import BUYING_ROLE_LABELS
from crmlite.contacts.people import People
from crmlite.contacts.views import affiliation, bp
from crmlite.extensions import db
from crmlite.records.edit import stale_answers
from crmlite.records.forms import row_id
from crmlite.records.views import done
from crmlite.web import go, hx, outcome, render, toast


@bp.post("/<int:contact_id>/companies/<int:affiliation_id>/roles")
def give_roles(contact_id: int, affiliation_id: int) -> Response:
    """Sets all of somebody's roles at a company, from that company's page."""
    contact, link = affiliation(contact_id, affiliation_id)
    form = RolesForm(request.form, prefix=f"r{link.id}-")
    if not form.validate():
        return toast(hx("", 422, reswap="none"), form.problems()[0][2], kind="error")
    if stale_answers(form, RolesForm(obj=link, prefix=f"r{link.id}-")):
        raise Conflict(_("Somebody changed these roles meanwhile. Look at them again."))
    link.give_roles(form.buying_role.data.split())
    db.session.commit()
    return _done(link.company, _("The roles of %(name)s were saved.", name=contact.title))


@bp.post("/at/<int:company_id>/roles")
def fill_gap(company_id: int) -> Response:
    """Says who of those who work there has a role that nobody had."""
    company = COMPANY.policy.find(g.user, company_id)
    role = request.form.get("role", "")
    if role not in BUYING_ROLE_LABELS:
        raise BadRequest(_("Choose one of the answers that are offered."))
    known = next((one for one in People(company, g.user).shown if one.id == row_id(request.form.get("person"))), None)
    if known is None:
        raise NotFound
    contact, link = affiliation(known.contact_id, known.id)
    link.give_roles([*link.roles, role])
    db.session.commit()
    return _done(
        company, _("%(name)s has this role now: %(role)s", name=contact.title, role=str(BUYING_ROLE_LABELS[role]))
    )


def people_panel(company: Company) -> str:
    """Who works at a company, on its page: deciders first; and whom nobody has found yet."""
    people = People(company, g.user)
    return render_template(
        "contacts/_people.html",
        company=company,
        people=people,
        form=PersonForm(),
        may_edit_needs=may_edit_needs(g.user),
    )


# --- what the firm wants to know --------------------------------------------------------------------------------------


def may_edit_needs(user: Viewer) -> bool:
    return user.role in {"administrator", "manager"}


@bp.get("/roles")
def needs() -> Response:
    _require_needs()
    return render("contacts/roles.html", form=NeedsForm(obj=_organisation()))


@bp.post("/roles")
def save_needs() -> Response:
    _require_needs()
    organisation, form = Organisation.get(lock=True), NeedsForm(request.form)
    if not form.validate():
        return render("contacts/roles.html", form=form, status=422)
    if theirs := stale_answers(form, NeedsForm(obj=_organisation())):
        return render("contacts/roles.html", form=form, theirs=theirs, status=409)
    organisation.change(**form.answers)
    db.session.commit()
    return go("/contacts/roles", *outcome(_("Saved.")))


def _organisation() -> Organisation:
    """With what holds where nobody has said anything yet."""
    found = Organisation.get()
    if found.needed_roles is None:
        found.needed_roles, found.deal_roles = Organisation.NEEDED, Organisation.NEEDED_FOR_DEALS
    return found


def _require_needs() -> None:
    if not may_edit_needs(g.user):
        raise Forbidden


def _done(company: Company, message: str) -> Response:
    said, undo = outcome(message)
    return done(company, said, undo=undo is not None)
