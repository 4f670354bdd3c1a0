"""/timetravel: records and lists as they were, and setting them back."""

from flask import Blueprint, Response, g, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, Conflict, Forbidden, NotFound

from crmlite import journal
from crmlite.extensions import db, utcnow
from crmlite.records.forms import row_id
from crmlite.records.types import RecordType
from crmlite.records.views import is_seen, kind_of
from crmlite.timetravel import moments, past
from crmlite.timetravel.comparing import Comparison
from crmlite.timetravel.listing import PastListing
from crmlite.timetravel.pages import RecordThen
from crmlite.timetravel.planning import MOST
from crmlite.timetravel.restoring import Restoration
from crmlite.web import go, render, undo_url

bp = Blueprint("timetravel", __name__, url_prefix="/timetravel")


@bp.get("/<record_type>/")
def index(record_type: str) -> Response:
    """The type's list, as the address asks for it, as of `_at`."""
    kind = kind_of(record_type)
    if not kind.may(g.user, "view"):
        raise Forbidden
    at = moments.read(request.args.get("_at")) or utcnow()
    listing = PastListing(kind, g.user, request.args, at)
    return render("timetravel/list.html", listing.block, listing=listing)


@bp.get("/<record_type>/compare")
def compare(record_type: str) -> Response:
    """What became of the list between `_at` and `_to`: what is new, gone, changed."""
    kind = kind_of(record_type)
    if not kind.may(g.user, "view"):
        raise Forbidden
    start, end = moments.read(request.args.get("_at")), moments.read(request.args.get("_to"))
    page = Comparison(kind, g.user, request.args, start or utcnow(), end)
    return render("timetravel/compare.html", page=page)


@bp.get("/<record_type>/<int:record_id>")
def record(record_type: str, record_id: int) -> Response:
    """The record as it was `?at=` a moment, beside what it is now or was `&to=` another one."""
    kind = kind_of(record_type)
    found = past.find(kind, g.user, record_id)
    at, to = moments.read(request.args.get("at")) or utcnow(), moments.read(request.args.get("to"))
    return render("timetravel/record.html", "then", page=RecordThen(kind, found, g.user, at, to))


@bp.get("/<record_type>/restore")
def preview(record_type: str) -> Response:
    """What will change when the records `id` are set back to `at`: all of them, or the fields `name`."""
    page = _restoration(kind_of(record_type), request.args)
    return render("timetravel/restore.html", "form", page=page)


@bp.post("/<record_type>/restore")
def restore(record_type: str) -> Response:
    """Does it, as one operation. 409 with what would change now, where somebody changed all of it since the preview."""
    kind = kind_of(record_type)
    page = _restoration(kind, request.form)
    seen = {plan.record.id: request.form.get(f"seen-{plan.record.id}", "") for plan in page.plans}
    if page.note_stale(seen) and all(plan.is_left for plan in page.plans if plan.changes):
        return render("timetravel/restore.html", "form", page=page, status=409)
    if not page.count:
        raise Conflict(_("Nothing was changed: all of it is as it was then, or has to stay."))
    journal.label("bulk")
    if not (done := page.carry_out()):
        raise Conflict(next(problem for plan in page.plans for problem in reversed(plan.problems)))
    db.session.commit()
    message = ngettext("%(num)d record is as it was.", "%(num)d records are as they were.", done)
    if any(plan.is_left for plan in page.plans):
        message = _(
            "%(done)d of %(all)d records are as they were; the others were changed meanwhile.",
            done=done,
            all=len(page.plans),
        )
    alone = page.plans[0].record.id if len(page.plans) == 1 else None
    return go(kind.url_of(alone) if alone and is_seen(kind, alone) else kind.url, message, undo_url())


def _restoration(kind: RecordType, args: "MultiDict[str, str]") -> Restoration:
    ids = sorted({number for value in args.getlist("id") if (number := row_id(value))})
    at = moments.read(args.get("at"))
    if not 0 < len(ids) <= MOST or at is None:
        raise BadRequest(_("Choose between one and %(count)d records, and a time.", count=MOST))
    page = Restoration(kind, g.user, ids, at, args.getlist("name"))
    if not page.plans:
        raise NotFound
    if not any(kind.policy.may(g.user, "edit", plan.record) for plan in page.plans):
        raise Forbidden(_("You may not do that to any of these records."))
    return page
