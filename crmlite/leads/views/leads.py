"""Leads: their list, one lead with what can be done to it, and what is held back."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, abort, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import joinedload

from crmlite.auth.models import User, Viewer
from crmlite.companies.types import chosen_company
from crmlite.extensions import db, utcnow
from crmlite.leads import intake
from crmlite.leads.forms import LeadForm, NewLeadForm, ReasonForm
from crmlite.leads.models import OPEN, STATE_HUES, STATE_LABELS, Lead, Submission, WrongState
from crmlite.leads.types import LEAD, may_edit_forms
from crmlite.records import opens, types
from crmlite.records.colleagues import users
from crmlite.records.edit import knows_version, stale_fields
from crmlite.records.listing import Listing
from crmlite.records.opens import Open
from crmlite.records.page import RecordPage
from crmlite.records.views import page_of
from crmlite.web import country_name, go, is_partial, outcome, render, undo_url

bp = Blueprint("leads", __name__, url_prefix="/leads")

PAGE = 50
MAX_BULK = 500
PANEL = 5
UNANSWERED = timedelta(days=1)
"""After which an enquiry has waited too long."""


@bp.get("/")
def index() -> Response:
    held = count_held() if may_edit_forms(g.user) else 0
    listing = Listing(LEAD, g.user, request.args)
    also = [(_("Quarantine (%(count)s)", count=held), "/leads/quarantine", "shield")] if held else []
    return render("records/list.html", listing.block, listing=listing, new_label=_("New lead"), also=also)


@bp.get("/new")
def new() -> Response:
    LEAD.policy.require_create(g.user)
    return render("leads/new.html", form=NewLeadForm(request.args))


@bp.post("/new")
def create() -> Response:
    LEAD.policy.require_create(g.user)
    form = NewLeadForm(request.form)
    if not form.validate():
        return render("leads/new.html", form=form, status=422)
    try:
        typed = {name: form[name].data for name in ("name", "email", "phone", "need", "source")}
        lead = intake.by_hand(g.user, chosen_company(form.company, g.user), **typed)
        lead.put(form.custom_values())
    except intake.SomebodyElses as error:
        db.session.rollback()
        form.email.errors = [error.sentence()]
        return render("leads/new.html", form=form, status=422)
    db.session.commit()
    return go(page_of(lead), _("The lead was added."), undo=undo_url())


@bp.get("/<int:lead_id>")
def show(lead_id: int) -> Response:
    lead = LEAD.policy.find(g.user, lead_id)
    return render("leads/show.html", "record", **_shown(lead), reason=ReasonForm())


@bp.get("/<int:lead_id>/edit")
def edit(lead_id: int) -> Response:
    lead = LEAD.policy.find(g.user, lead_id, "edit")
    return render("leads/edit.html", lead=lead, form=LeadForm(obj=lead))


@bp.post("/<int:lead_id>/edit")
def save(lead_id: int) -> Response:
    lead = LEAD.policy.find(g.user, lead_id, "edit")
    form, version = LeadForm(request.form, obj=lead), request.form.get("row_version")
    if not form.validate() or not knows_version(lead, form, version):
        return render("leads/edit.html", lead=lead, form=form, status=422)
    if theirs := stale_fields(lead, form, version):
        return render("leads/edit.html", lead=lead, form=form, theirs=theirs, status=409)
    lead.change(**form.data)
    db.session.commit()
    return go(page_of(lead), *outcome(_("The lead was saved.")))


@bp.post("/<int:lead_id>/take")
def take(lead_id: int) -> Response:
    lead = LEAD.policy.find(g.user, lead_id, "edit")
    LEAD.policy.require_hand_over(g.user, lead)
    return _after(lead, lambda: lead.take(by=db.session.get(User, g.user.id)), _("The lead is yours now."))


@bp.post("/<int:lead_id>/qualify")
def qualify(lead_id: int) -> Response:
    lead = LEAD.policy.find(g.user, lead_id, "edit")
    return _after(lead, lambda: lead.qualify(by=g.user), _("The lead is qualified."))


@bp.post("/<int:lead_id>/disqualify")
def disqualify(lead_id: int) -> Response:
    lead = LEAD.policy.find(g.user, lead_id, "edit")
    form = ReasonForm(request.form)
    if not form.validate():
        return render("leads/show.html", "record", **_shown(lead), reason=form, status=422)
    return _after(lead, lambda: lead.disqualify(form.reason.data, by=g.user), _("The lead is closed."))


@bp.post("/<int:lead_id>/reopen")
def reopen(lead_id: int) -> Response:
    lead = LEAD.policy.find(g.user, lead_id, "edit")
    return _after(lead, lambda: lead.reopen(by=g.user), _("The lead is open again."))


def _after(lead: Lead, verb: Any, message: str) -> Response:
    """Does it, commits, and goes back to the lead."""
    try:
        verb()
    except WrongState:
        db.session.rollback()
        abort(409, _("Somebody else changed this lead a moment ago. Look at it again."))
    db.session.commit()
    return go(LEAD.url_of(lead.id), message, undo=undo_url())


def _shown(lead: Lead) -> dict[str, Any]:
    """What the page of a lead shows of other records: only what this user may see of them."""
    submission = db.session.get(Submission, lead.submission_id) if lead.submission_id else None
    owner = users().get(lead.owner_id) if lead.owner_id else None
    return {
        "lead": lead,
        "page": RecordPage(LEAD, lead, g.user),
        "submission": submission,
        "contact": _visible("contact", lead.contact_id),
        "company": _visible("company", lead.company_id),
        "owner": owner["name"] if owner else "",
        "may_edit": LEAD.policy.may(g.user, "edit", lead),
    }


def _visible(record_type: str, record_id: int | None) -> Any:
    kind = types.get(record_type)
    if kind is None or record_id is None:
        return None
    return db.session.scalar(kind.policy.visible(g.user).where(kind.model.id == record_id))


@bp.get("/<int:lead_id>/peek")
def peek(lead_id: int) -> ResponseReturnValue:
    """The page in short, for the drawer."""
    if not is_partial():
        return redirect(LEAD.url_of(lead_id))
    lead = LEAD.policy.find(g.user, lead_id)
    return render("leads/peek.html", **_shown(lead))


def panel(record: Any) -> str:
    """The enquiries of a contact or company, on its page."""
    found = _of(record, g.user)
    more = f"/leads/?{record.__tablename__}={record.id}" if len(found) > PANEL else ""
    return render_template("leads/_panel.html", leads=found[:PANEL], more=more)


def _of(record: Any, user: Viewer) -> list[Lead]:
    """Enquiries of a contact or company: those that nobody has answered, then the newest."""
    key = Lead.contact_id if record.__tablename__ == "contact" else Lead.company_id
    query = LEAD.policy.visible(user).where(key == record.id).order_by(Lead.state.not_in(sorted(OPEN)), Lead.id.desc())
    return opens.once_per_request("leads", record, lambda: list(db.session.scalars(query.limit(PANEL + 1))))


def open_with(record: Any, user: Viewer) -> list[Open]:
    """Enquiries that nobody has answered yet, or not to the end."""
    long_ago = utcnow() - UNANSWERED
    return [
        Open(
            "lead", LEAD.icon, LEAD.url_of(lead.id), lead.title, lead_state(lead.state), lead_hue(lead.state),
            since=lead.created_at, late=lead.state == "new" and lead.created_at < long_ago,
            step=(_("Answer it"), LEAD.url_of(lead.id)) if LEAD.policy.covers(user, "edit", lead) else None, id=lead.id,
        )
        for lead in _of(record, user)[:PANEL]
        if lead.is_open
    ]  # fmt: skip


@bp.app_template_filter("lead_state")
def lead_state(state: str) -> str:
    return str(STATE_LABELS[state])


@bp.app_template_filter("lead_hue")
def lead_hue(state: str) -> str:
    return STATE_HUES[state]


@bp.app_template_filter("answer")
def answer_text(answer: dict[str, str]) -> str:
    """What a visitor answered, as people read it: codes of countries by name."""
    if answer["kind"] == "checkbox":
        return _("Yes")
    return country_name(answer["value"]) if answer["kind"] == "country" else answer["value"]


# --- quarantine -------------------------------------------------------------------------------------------------------


@bp.get("/quarantine")
def quarantine() -> Response:
    """What looks like a robot's, with the reason, until somebody has looked at it."""
    _require_quarantine()
    state, before = request.args.get("state", "held"), request.args.get("before", type=int)
    if state not in {"held", "discarded"} or ("before" in request.args and before is None):
        abort(400)
    query = sa.select(Submission).where(Submission.state == state).order_by(Submission.id.desc()).limit(PAGE + 1)
    if before is not None:
        query = query.where(Submission.id < before)
    found = list(db.session.scalars(query.options(joinedload(Submission.web_form))))
    return render(
        "leads/quarantine.html",
        "list",
        submissions=found[:PAGE],
        next_before=found[PAGE - 1].id if len(found) > PAGE else None,
        state=state,
        held=count_held(),
    )


@bp.post("/quarantine")
def sort_out() -> Response:
    """Releases or discards those that were ticked, or the one whose button was pressed."""
    _require_quarantine()
    verb, _sep, one = request.form.get("do", "").partition(" ")
    ids = [one] if one else request.form.getlist("id")
    if verb not in {"release", "discard"} or not all(i.isascii() and i.isdigit() and len(i) < 19 for i in ids):
        abort(400)
    if not ids:
        return go("/leads/quarantine", _("Tick the ones you mean first."))
    query = sa.select(Submission).where(Submission.id.in_([int(i) for i in ids[:MAX_BULK]])).order_by(Submission.id)
    done = [submission for submission in db.session.scalars(query.with_for_update()) if _sort_out(verb, submission)]
    db.session.commit()
    if not done:
        said = _("Nothing was changed: somebody else has dealt with these already.")
    elif verb == "release":
        said = ngettext(
            "%(num)d form was released, which is final. Its lead is made now.",
            "%(num)d forms were released, which is final. Their leads are made now.",
            len(done),
        )
    else:
        said = ngettext(
            "%(num)d form was discarded. Under Discarded it can still be released.",
            "%(num)d forms were discarded. Under Discarded they can still be released.",
            len(done),
        )
    return go("/leads/quarantine", said)


def _sort_out(verb: str, submission: Submission) -> bool:
    """Whether it was done; what somebody else dealt with meanwhile is left alone."""
    if verb == "release" and submission.state in {"held", "discarded"}:
        intake.release(submission)
        return True
    if verb == "discard" and submission.state == "held":
        submission.discard()
        return True
    return False


def count_held() -> int:
    return db.session.scalar(sa.select(sa.func.count()).where(Submission.state == "held")) or 0


def _require_quarantine() -> None:
    if not may_edit_forms(g.user):
        abort(403)
