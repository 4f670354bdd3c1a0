"""Deals: their list, one deal with what can be done to it, adding and changing."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Response, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest, Conflict

from crmlite.auth.models import Organisation
from crmlite.companies.models import Company
from crmlite.contacts.models import Affiliation, Contact
from crmlite.contacts.types import CONTACT
from crmlite.extensions import db
from crmlite.pipeline import stages
from crmlite.pipeline.forms import DealForm, LoseForm, NewDealForm
from crmlite.pipeline.models import Deal, Stage, WrongState
from crmlite.pipeline.page import DealPage, Deals
from crmlite.pipeline.types import DEAL, may_edit_pipelines
from crmlite.pipeline.views import board, bp
from crmlite.records.edit import knows_version, stale_fields
from crmlite.records.forms import keep_owner, row_id
from crmlite.records.listing import Listing
from crmlite.web import go, is_partial, outcome, render, undo_url


@bp.get("/")
def index() -> Response:
    listing = Listing(DEAL, g.user, request.args)
    also = [(_("Board"), "/deals/board", "layout-kanban")]
    return render("records/list.html", listing.block, listing=listing, new_label=_("New deal"), also=also)


@bp.get("/new")
def new() -> Response:
    """A form that knows what it was opened from: ?contact=, ?company=, ?name=, ?stage= or ?pipeline=."""
    DEAL.policy.require_create(g.user)
    if not stages.pipelines():
        return render("deals/no_pipeline.html", may_edit=may_edit_pipelines(g.user))
    return render("deals/new.html", "form", form=NewDealForm(data=_opened_from()))


@bp.post("/new")
def create() -> Response:
    DEAL.policy.require_create(g.user)
    form = NewDealForm(request.form)
    if not form.validate():
        return render("deals/new.html", "form", form=form, status=422)
    values = form.values()
    contact = db.session.get_one(Contact, values.pop("contact_id"))
    company_id = values["company_id"] = values["company_id"] or contact.main_company_id
    if form.contact_id.new_name and company_id:
        contact.join(db.session.get_one(Company, company_id))
    stage = db.session.get_one(Stage, form.stage_id.data)
    deal = Deal.create(g.user, contact=contact, stage=stage, **values)
    db.session.commit()
    return go(DEAL.url_of(deal.id), _("%(name)s was added.", name=deal.name), undo_url())


@bp.get("/<int:deal_id>")
def show(deal_id: int) -> Response:
    deal = DEAL.policy.find(g.user, deal_id)
    return render("deals/show.html", "record", page=DealPage(deal, g.user))


@bp.get("/<int:deal_id>/peek")
def peek(deal_id: int) -> ResponseReturnValue:
    """The page in short, for the drawer."""
    if not is_partial():
        return redirect(DEAL.url_of(deal_id))
    deal = DEAL.policy.find(g.user, deal_id)
    return render("deals/peek.html", page=DealPage(deal, g.user))


@bp.get("/<int:deal_id>/edit")
def edit(deal_id: int) -> Response:
    deal = DEAL.policy.find(g.user, deal_id, "edit")
    form = DealForm(obj=deal)
    keep_owner(form, DEAL, deal)
    return render("deals/edit.html", "form", deal=deal, form=form)


@bp.post("/<int:deal_id>/edit")
def save(deal_id: int) -> Response:
    deal = DEAL.policy.find(g.user, deal_id, "edit")
    form, version = DealForm(request.form, obj=deal), request.form.get("row_version")
    keep_owner(form, DEAL, deal)
    if not form.validate() or not knows_version(deal, form, version):
        return render("deals/edit.html", "form", deal=deal, form=form, status=422)
    if theirs := stale_fields(deal, form, version):
        return render("deals/edit.html", "form", deal=deal, form=form, theirs=theirs, status=409)
    deal.change(**form.values())
    db.session.commit()
    return go(DEAL.url_of(deal_id), *outcome(_("%(name)s was saved.", name=deal.name)))


@bp.post("/<int:deal_id>/move")
def move(deal_id: int) -> Response:
    """To `stage`, below the deal `below`; 409 where it is not in the stage `was` any more, in which the user saw it."""
    deal = DEAL.policy.find(g.user, deal_id, "edit")
    stage = db.session.get(Stage, row_id(request.form.get("stage")))
    if stage is None or not stage.is_open:
        raise BadRequest(_("Choose one of the open stages."))
    below = _seen(request.form.get("below"))
    return _after(
        deal, lambda: deal.move(stage, below), _("%(name)s is in %(stage)s now.", name=deal.name, stage=stage.name)
    )


@bp.post("/<int:deal_id>/win")
def win(deal_id: int) -> Response:
    deal = DEAL.policy.find(g.user, deal_id, "edit")
    return _after(deal, lambda: deal.win(by=g.user), _("%(name)s is won.", name=deal.name))


@bp.post("/<int:deal_id>/lose")
def lose(deal_id: int) -> Response:
    deal = DEAL.policy.find(g.user, deal_id, "edit")
    form = LoseForm(request.form)
    if not form.validate():
        return render("deals/show.html", "record", page=DealPage(deal, g.user, form), status=422)
    return _after(deal, lambda: deal.lose(form.reason.data, by=g.user), _("%(name)s is lost.", name=deal.name))


@bp.post("/<int:deal_id>/reopen")
def reopen(deal_id: int) -> Response:
    deal = DEAL.policy.find(g.user, deal_id, "edit")
    return _after(deal, deal.reopen, _("%(name)s is open again.", name=deal.name))


def panel(record: Any) -> str:
    """The deals of a contact or company, on its page."""
    return render_template("deals/_panel.html", deals=Deals(record, g.user), may_create=DEAL.policy.may_create(g.user))


def _after(deal: Deal, verb: Callable[[], object], message: str) -> Response:
    """Does it where the deal is still where the user saw it, commits, and answers the page or the board it was done on."""
    was = deal.stage_id
    try:
        if (seen := request.form.get("was")) and row_id(seen) != was:
            raise WrongState(deal)
        verb()
    except WrongState:
        db.session.rollback()
        sentence = _("%(name)s is in %(stage)s by now.", name=deal.name, stage=stages.get(was).name)
        if board.is_board():
            return board.put_back(sentence)
        raise Conflict(sentence) from None
    db.session.commit()
    if board.is_board():
        return board.moved(deal, was, message)
    return go(DEAL.url_of(deal.id), message, undo=undo_url())


def _seen(deal_id: str | None) -> Deal | None:
    """The deal of a form's id, where the user may see it."""
    if not (number := row_id(deal_id)):
        return None
    found: Deal | None = db.session.scalar(DEAL.policy.visible(g.user).where(Deal.id == number))
    return found


def _opened_from() -> dict[str, Any]:
    """What a new deal begins with."""
    contact_id, company_id = (request.args.get(name, type=int) for name in ("contact", "company"))
    if contact_id and not company_id:
        seen = CONTACT.policy.visible(g.user).with_only_columns(Contact.main_company_id)
        company_id = db.session.scalar(seen.where(Contact.id == contact_id))
    if company_id and not contact_id:
        contact_id = _only_person_of(company_id)
    pipeline = stages.pipelines().get(request.args.get("pipeline", 0, type=int))
    first = (pipeline or next(iter(stages.pipelines().values()))).open_stages[0]
    asked = stages.by_id().get(request.args.get("stage", 0, type=int))
    return {
        "name": request.args.get("name", "")[:200],
        "owner_id": g.user.id,
        "contact_id": contact_id,
        "company_id": company_id,
        "stage_id": asked.id if asked and asked.is_open else first.id,
        "currency": Organisation.get().currency,
    }


def _only_person_of(company_id: int) -> int | None:
    """Whom the user knows there, where that is one person."""
    at = sa.select(Affiliation.contact_id).where(Affiliation.company_id == company_id, Affiliation.until.is_(None))
    query = CONTACT.policy.visible(g.user).with_only_columns(Contact.id).where(Contact.id.in_(at)).limit(2)
    found = list(db.session.scalars(query))
    return found[0] if len(found) == 1 else None
