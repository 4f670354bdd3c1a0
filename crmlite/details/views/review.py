"""/details, /details/7: what waits, its difference, and the decision field by field."""

from typing import Any

from flask import Response, g, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import Conflict, Forbidden, NotFound

from crmlite import journal
from crmlite.auth.models import Organisation
from crmlite.contacts.models import Contact
from crmlite.contacts.types import CONTACT
from crmlite.details import asking, sending
from crmlite.details.models import Correction
from crmlite.details.reviewing import Queue, Review
from crmlite.details.views import bp
from crmlite.extensions import db
from crmlite.records.forms import row_id
from crmlite.web import go, outcome, render, undo_url


@bp.get("/")
def index() -> Response:
    if not g.user.may("contact", "edit"):
        raise Forbidden
    queue = Queue(g.user, row_id(request.args.get("after")))
    at_once = Organisation.get().details_at_once
    return render(
        "details/index.html", "list", queue=queue, at_once=at_once, may_set=_may_set(), lists=sending.lists(g.user)
    )


@bp.post("/settings")
def settings() -> Response:
    """Whether what people send waits, or is applied at once: for those who may change the organisation."""
    if not _may_set():
        raise Forbidden
    at_once = request.form.get("at_once") == "1"
    Organisation.get(lock=True).change(details_at_once=at_once)
    db.session.commit()
    said = (
        _("What people send is applied at once.")
        if at_once
        else _("What people send waits for somebody to look at it.")
    )
    return go("/details/", *outcome(said))


@bp.get("/<int:correction_id>")
def show(correction_id: int) -> Response:
    return _page(_find(correction_id))


@bp.post("/<int:correction_id>")
def decide(correction_id: int) -> Response:
    """Accepts and refuses the parts that were decided about; 409 where one of them is not what was looked at."""
    correction = _find(correction_id)
    review = Review(g.user, correction)
    answers = {line.part.id: _answer(line.part.id) for line in review.lines if line.is_open}
    chosen = {number: answer for number, answer in answers.items() if answer}
    if not chosen:
        return _page(correction, problem=_("Say of at least one field whether it is accepted."), status=422)
    stale = [line for line in review.lines if line.part.id in chosen and _seen(line.part.id) != line.stamp]
    if stale:
        return _page(
            correction, problem=_("This changed while you looked at it. Look again; nothing was done."), status=409
        )
    correction.settle(
        accepted={number for number, answer in chosen.items() if answer == "accept"},
        refused={number for number, answer in chosen.items() if answer == "refuse"},
        by=g.user,
    )
    db.session.commit()
    return go(CONTACT.url_of(correction.contact_id), *outcome(_("Done. The contact is as you decided.")))


@bp.post("/<int:correction_id>/take-back")
def take_back(correction_id: int) -> Response:
    """Of what was applied at once: the contact is as before, except for what was changed since."""
    correction = _find(correction_id)
    try:
        undone = correction.take_back(g.user)
    except journal.CannotUndo:
        raise Conflict(_("This was undone already, or cannot be undone.")) from None
    db.session.commit()
    message = _("Undone, except for what was changed since.") if undone.conflicts else _("Undone.")
    return go(CONTACT.url_of(correction.contact_id), message, undo_url())


def panel(contact: Contact) -> str:
    """On a contact's page: what they sent, and whether they have a link."""
    corrections, link = asking.at_a_glance(contact)
    return render_template(
        "details/_panel.html",
        contact=contact,
        corrections=corrections,
        link=link,
        may_edit=CONTACT.policy.may(g.user, "edit", contact),
    )


def _may_set() -> bool:
    return g.user.role in {"administrator", "manager"}


def _find(correction_id: int) -> Correction:
    """The correction, of a contact that the user may change; both are locked for a decision."""
    correction = db.session.get(Correction, correction_id) if correction_id < 2**63 else None
    if correction is None:
        raise NotFound
    CONTACT.policy.find(g.user, correction.contact_id, "edit")
    if request.method == "POST":
        db.session.refresh(correction, with_for_update=True)
    return correction


def _answer(number: int) -> str:
    """accept, refuse, or "" for later."""
    answer = request.form.get("_all") or request.form.get(f"part-{number}", "")
    return answer if answer in {"accept", "refuse"} else ""


def _seen(number: int) -> str:
    return request.form.get(f"seen-{number}", "")


def _page(correction: Correction, problem: str = "", status: int = 200) -> Response:
    review: Any = Review(g.user, correction)
    return render("details/show.html", "form", review=review, problem=problem, status=status)
