"""Contacts: the list, one person's page, adding and changing, and where they work."""

from flask import Blueprint, Response, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import Conflict, NotFound

from crmlite.companies.models import Company
from crmlite.companies.types import COMPANY, chosen_company
from crmlite.contacts import agreements, suppression
from crmlite.contacts import consents as evidence
from crmlite.contacts.consents import Consent
from crmlite.contacts.forms import AffiliationForm, ConsentForm, ContactForm, JoinForm, NewContactForm, PersonForm
from crmlite.contacts.models import Affiliation, Contact
from crmlite.contacts.page import ContactPage, People
from crmlite.contacts.types import CONTACT
from crmlite.extensions import db, utcnow
from crmlite.records import alike
from crmlite.records.colleagues import users
from crmlite.records.edit import knows_version, stale_answers, stale_fields
from crmlite.records.forms import keep_owner, reach_of
from crmlite.records.listing import Listing
from crmlite.records.views import done, page_of
from crmlite.web import go, hx, is_partial, outcome, render, show_date, toast, undo_url

bp = Blueprint("contacts", __name__, url_prefix="/contacts")


@bp.get("/")
def index() -> Response:
    listing = Listing(CONTACT, g.user, request.args)
    return render("records/list.html", listing.block, listing=listing, new_label=_("New contact"))


@bp.get("/new")
def new() -> Response:
    CONTACT.policy.require_create(g.user)
    company_id = request.args.get("company", type=int)
    form = NewContactForm(data={"owner_id": g.user.id, "company": company_id})
    return render("contacts/new.html", "form", form=form)


@bp.post("/new")
def create() -> Response:
    CONTACT.policy.require_create(g.user)
    form = NewContactForm(request.form)
    if name := request.form.get("_add"):
        form.add_row(name)
        return render("contacts/new.html", "form", form=form)
    if not form.validate():
        return render("contacts/new.html", "form", form=form, status=422)
    if known := alike.of(CONTACT, g.user, form):
        return render("contacts/new.html", "form", form=form, known=known, status=409)
    contact = Contact.create(g.user, **form.values())
    if company := chosen_company(form.company, g.user):
        contact.join(company, form.title.data)
    erased_at = suppression.say_if_erased(contact)
    db.session.commit()
    message = _("%(name)s was added.", name=contact.title)
    if erased_at:
        message = _(
            "%(name)s was added. Somebody with this address or number asked to be erased on %(day)s: make sure that they want to be here.",
            name=contact.title,
            day=show_date(erased_at),
        )
    return go(page_of(contact), message, undo_url())


@bp.get("/<int:contact_id>")
def show(contact_id: int) -> Response:
    contact = CONTACT.policy.find(g.user, contact_id)
    return render("contacts/show.html", "record", page=ContactPage(contact, g.user))


@bp.get("/<int:contact_id>/peek")
def peek(contact_id: int) -> ResponseReturnValue:
    """The page in short, for the drawer."""
    if not is_partial():
        return redirect(CONTACT.url_of(contact_id))
    contact = CONTACT.policy.find(g.user, contact_id)
    return render("contacts/peek.html", page=ContactPage(contact, g.user))


@bp.get("/<int:contact_id>/edit")
def edit(contact_id: int) -> Response:
    contact = CONTACT.policy.find(g.user, contact_id, "edit")
    form = ContactForm(obj=contact, data=reach_of(contact))
    keep_owner(form, CONTACT, contact)
    return render("contacts/edit.html", "form", contact=contact, form=form)


@bp.post("/<int:contact_id>/edit")
def save(contact_id: int) -> Response:
    contact = CONTACT.policy.find(g.user, contact_id, "edit")
    form = ContactForm(request.form)
    keep_owner(form, CONTACT, contact)
    if name := request.form.get("_add"):
        form.add_row(name)
        return render("contacts/edit.html", "form", contact=contact, form=form)
    version = request.form.get("row_version")
    if not form.validate() or not knows_version(contact, form, version):
        return render("contacts/edit.html", "form", contact=contact, form=form, status=422)
    if theirs := stale_fields(contact, form, version):
        return render("contacts/edit.html", "form", contact=contact, form=form, theirs=theirs, status=409)
    contact.change(**form.values())
    db.session.commit()
    return go(page_of(contact), *outcome(_("%(name)s was saved.", name=contact.title)))


# --- where they work --------------------------------------------------------------------------------------------------


@bp.post("/<int:contact_id>/companies")
def join(contact_id: int) -> Response:
    contact = CONTACT.policy.find(g.user, contact_id, "edit")
    form = JoinForm(request.form)
    if not form.validate():
        return render("contacts/show.html", "record", page=ContactPage(contact, g.user, form), status=422)
    company = chosen_company(form.company, g.user)
    if company is None:
        raise NotFound
    contact.join(company, form.title.data, form.buying_role.data, form.since.data)
    db.session.commit()
    return done(contact, _("%(name)s works at %(company)s.", name=contact.title, company=company.name))


@bp.post("/<int:contact_id>/companies/<int:affiliation_id>")
def change_affiliation(contact_id: int, affiliation_id: int) -> Response:
    contact, link = _affiliation(contact_id, affiliation_id)
    form = AffiliationForm(request.form, prefix=f"a{link.id}-")
    if not form.validate():
        return render("contacts/affiliation.html", "form", contact=contact, link=link, form=form, status=422)
    if theirs := stale_answers(form, AffiliationForm(obj=link, prefix=f"a{link.id}-")):
        return render(
            "contacts/affiliation.html", "form", contact=contact, link=link, form=form, theirs=theirs, status=409
        )
    link.change(**form.answers)
    db.session.commit()
    message, undo = outcome(_("Saved."))
    return done(contact, message, undo=undo is not None)


@bp.post("/<int:contact_id>/companies/<int:affiliation_id>/end")
def end_affiliation(contact_id: int, affiliation_id: int) -> Response:
    contact, link = _affiliation(contact_id, affiliation_id)
    if not link.is_current:
        raise Conflict(_("This has ended already."))
    link.end(utcnow().date())
    db.session.commit()
    return done(contact, _("%(name)s left %(company)s.", name=contact.title, company=link.company.name))


@bp.post("/<int:contact_id>/companies/<int:affiliation_id>/remove")
def remove_affiliation(contact_id: int, affiliation_id: int) -> Response:
    contact, link = _affiliation(contact_id, affiliation_id)
    link.remove()
    db.session.commit()
    return done(contact, _("Removed."))


@bp.post("/at/<int:company_id>")
def add_person(company_id: int) -> Response:
    """Says on a company's page that somebody known works there."""
    company = COMPANY.policy.find(g.user, company_id)
    form = PersonForm(request.form)
    if not form.validate():
        return toast(hx("", 422, reswap="none"), str(form.first_error), kind="error")
    contact = CONTACT.policy.find(g.user, form.contact.data or 0, "edit")
    contact.join(company, form.title.data, form.buying_role.data, form.since.data)
    db.session.commit()
    return done(company, _("%(name)s works at %(company)s.", name=contact.title, company=company.name))


def people_panel(company: Company) -> str:
    """Who works at a company, on its page: deciders first; and whom nobody has found yet."""
    return render_template("contacts/_people.html", company=company, people=People(company, g.user), form=PersonForm())


# --- what they agreed to -----------------------------------------------------------------------------------------------


@bp.get("/<int:contact_id>/consents")
def consents(contact_id: int) -> Response:
    """All that they ever agreed to, with the words; and a form to record more."""
    contact = CONTACT.policy.find(g.user, contact_id)
    return _consents_page(contact, None)


@bp.post("/<int:contact_id>/consents")
def record_consent(contact_id: int) -> Response:
    contact = CONTACT.policy.find(g.user, contact_id, "edit")
    form = ConsentForm(request.form, contact, evidence.standing(contact))
    if not form.validate():
        return _consents_page(contact, form)
    verb = {"given": Consent.give, "renewed": Consent.renew, "withdrawn": Consent.withdraw}[form.action.data]
    verb(
        contact,
        form.asked[form.purpose_id.data],
        source="colleague",
        point=form.point.data,
        how=form.how.data,
        by=g.user,
        at=form.at,
        text=form.text.data or None,
    )
    db.session.commit()
    message = _("It is recorded. This is final: what was a mistake is withdrawn by one more entry.")
    return go(f"{CONTACT.url_of(contact_id)}/consents", message)


def _consents_page(contact: Contact, form: ConsentForm | None) -> Response:
    rows = evidence.history(contact)
    standings = evidence.standing(contact, rows)
    may_edit = CONTACT.policy.may(g.user, "edit", contact)
    if form is None and may_edit:
        form = ConsentForm(None, contact, standings)
    return render(
        "contacts/consents.html",
        "form",
        contact=contact,
        standings=standings,
        rows=rows[::-1],
        form=form,
        colleagues=users(),
        may_edit=may_edit,
        status=422 if form is not None and form.errors else 200,
    )


def consents_panel(contact: Contact) -> str:
    """What somebody agreed to, on their page. Nothing where nobody is asked for anything."""
    return render_template("contacts/_consents.html", contact=contact, glances=agreements.at_a_glance(contact))


def _affiliation(contact_id: int, affiliation_id: int) -> tuple[Contact, Affiliation]:
    """The contact and one of their links, to a company that the user may see."""
    contact = CONTACT.policy.find(g.user, contact_id, "edit")
    link = db.session.get(Affiliation, affiliation_id)
    if link is None or link.contact_id != contact.id:
        raise NotFound
    COMPANY.policy.find(g.user, link.company_id)
    return contact, link
