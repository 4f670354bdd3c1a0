"""Quotes: their list, one quote with its versions and what can be done to it, a new one."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import Conflict, NotFound, ServiceUnavailable

from crmlite import pdf
from crmlite.auth.models import Organisation
from crmlite.companies.types import COMPANY
from crmlite.contacts.types import CONTACT
from crmlite.extensions import db
from crmlite.pipeline.types import DEAL
from crmlite.records.listing import Listing
from crmlite.sales import paper
from crmlite.sales.forms import NewQuoteForm
from crmlite.sales.models import Quote, WrongState
from crmlite.sales.page import Box, QuotePage
from crmlite.sales.types import QUOTE, may_edit_numbers
from crmlite.web import go, headers, is_partial, render, today_in, undo_url

bp = Blueprint("quotes", __name__, url_prefix="/quotes")

VALID_FOR = timedelta(days=30)


@bp.get("/")
def index() -> Response:
    listing = Listing(QUOTE, g.user, request.args)
    also = [(_("Numbers"), "/quotes/numbers", "hash")] if may_edit_numbers(g.user) else []
    return render("records/list.html", listing.block, listing=listing, new_label=_("New quote"), also=also)


@bp.get("/new")
def new() -> Response:
    """A form that knows what it was opened from: ?deal=, ?contact= or ?company=."""
    QUOTE.policy.require_create(g.user)
    return render("quotes/new.html", "form", form=NewQuoteForm(data=_opened_from()))


@bp.post("/new")
def create() -> Response:
    QUOTE.policy.require_create(g.user)
    form = NewQuoteForm(request.form)
    if not form.validate():
        return render("quotes/new.html", "form", form=form, status=422)
    contact = CONTACT.policy.find(g.user, form.contact_id.data or 0)
    company = COMPANY.policy.find(g.user, form.company_id.data) if form.company_id.data else None
    deal = DEAL.policy.find(g.user, form.deal_id.data) if form.deal_id.data else None
    time_zone = Organisation.get().time_zone
    quote = Quote.create(
        g.user,
        name=form.name.data,
        contact=contact,
        company_id=company.id if company else None,
        deal_id=deal.id if deal else None,
        currency=deal.currency if deal else Organisation.get().currency,
        language=paper.language_of(contact, company),
        time_zone=time_zone,
        valid_until=today_in(time_zone) + VALID_FOR,
    )
    quote.put(form.custom_values())
    db.session.commit()
    return go(f"/quotes/{quote.id}/edit", _("Quote %(number)s was begun.", number=quote.number), undo_url())


@bp.get("/<int:quote_id>")
def show(quote_id: int) -> Response:
    """The quote as it counts now, or its version `?n=`."""
    page = QuotePage(QUOTE.policy.find(g.user, quote_id), g.user, request.args.get("n", type=int))
    if page.version is None:
        raise NotFound
    return render("quotes/show.html", "record", page=page)


@bp.get("/<int:quote_id>/peek")
def peek(quote_id: int) -> ResponseReturnValue:
    """The page in short, for the drawer."""
    if not is_partial():
        return redirect(QUOTE.url_of(quote_id))
    return render("quotes/peek.html", page=QuotePage(QUOTE.policy.find(g.user, quote_id), g.user))


@bp.post("/<int:quote_id>/rewrite")
def rewrite(quote_id: int) -> Response:
    """A new version to write, while the customer still has the old one."""
    quote = QUOTE.policy.find(g.user, quote_id, "edit")
    draft = _or_conflict(quote.rewrite)
    db.session.commit()
    return go(f"/quotes/{quote_id}/edit", _("Version %(n)s was begun.", n=draft.n), undo_url())


@bp.post("/<int:quote_id>/withdraw")
def withdraw(quote_id: int) -> Response:
    quote = QUOTE.policy.find(g.user, quote_id, "edit")
    _or_conflict(quote.withdraw)
    db.session.commit()
    message = _("%(number)s is withdrawn: the customer cannot accept it any more.", number=quote.number)
    return go(QUOTE.url_of(quote_id), message, undo_url())


@bp.get("/<int:quote_id>/pdf")
@headers("document")
def pdf_file(quote_id: int) -> Response:
    """The file that was sent, or the draft as it would look, marked as one."""
    quote = QUOTE.policy.find(g.user, quote_id)
    version = quote.version(request.args.get("n", quote.latest.n, type=int))
    if version is None:
        raise NotFound
    if version.is_frozen:
        return paper.as_answer(quote, version)
    try:
        answer = Response(paper.make(quote, version), mimetype="application/pdf")
    except pdf.Failed as problem:
        raise ServiceUnavailable(str(problem)) from problem
    answer.headers["Content-Disposition"] = f'inline; filename="{paper.file_name(quote, version)}"'
    return answer


def panel(record: Any) -> str:
    """The quotes of a contact, company or deal, on its page."""
    return render_template(
        "quotes/_panel.html", box=Box(QUOTE, record, g.user), may_create=QUOTE.policy.may_create(g.user)
    )


def _or_conflict(verb: Any) -> Any:
    try:
        return verb()
    except WrongState:
        raise Conflict(_("This quote was changed a moment ago. Look at it again.")) from None


def _opened_from() -> dict[str, Any]:
    """What a new quote begins with."""
    names = {"contact": CONTACT, "company": COMPANY, "deal": DEAL}
    asked = {name: request.args.get(name, type=int) for name in names}
    deal = db.session.scalar(DEAL.policy.visible(g.user).where(DEAL.model.id == asked["deal"]))
    contact_id = deal.contact_id if deal else asked["contact"]
    contact = db.session.scalar(CONTACT.policy.visible(g.user).where(CONTACT.model.id == contact_id))
    main = contact.main_company_id if contact else None
    return {
        "name": deal.name if deal else "",
        "contact_id": contact.id if contact else None,
        "company_id": (deal.company_id if deal else None) or asked["company"] or main,
        "deal_id": deal.id if deal else None,
    }
