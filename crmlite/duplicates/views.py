"""/duplicates: pairs that look like one, merging them, saying that they are two, and taking apart what was merged."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import BadRequest, Conflict, Forbidden, NotFound

from crmlite import journal
from crmlite.companies.forms import CompanyForm
from crmlite.contacts.forms import NewContactForm
from crmlite.duplicates import fields, merging, pages, separating, typed
from crmlite.duplicates.models import Distinct, Merge
from crmlite.duplicates.pages import Doubles, MergePage, Pairs
from crmlite.duplicates.relations import MERGEABLE
from crmlite.extensions import current_session, db, reading
from crmlite.records import types
from crmlite.records.forms import row_id
from crmlite.records.merged import successor
from crmlite.records.types import RecordType
from crmlite.records.views import changed
from crmlite.web import go, hx, render, undo_url

bp = Blueprint("duplicates", __name__, url_prefix="/duplicates")


def kind_of(record_type: str) -> RecordType:
    kind = types.get(record_type) if record_type in MERGEABLE else None
    if kind is None:
        raise NotFound
    return kind


@bp.get("/")
def index() -> Response:
    known = pages.kinds(g.user)
    if not known:
        raise Forbidden
    name = request.args.get("type") or known[0].name
    kind = next((kind for kind in known if kind.name == name), None)
    if kind is None:
        raise NotFound
    try:
        page = Pairs(g.user, kind, request.args.get("order", ""), request.args.get("before"))
    except ValueError as error:
        raise BadRequest from error
    return render("duplicates/index.html", "list", page=page, kinds=known)


@bp.post("/<record_type>/alike")
def alike(record_type: str) -> Response:
    """Whether what is being typed is known already. A post, so that nobody's name stands in an address or a log."""
    kind = kind_of(record_type)
    kind.policy.require_create(g.user)
    if not current_session().reading:
        reading()
    form = NewContactForm(request.form) if kind.name == "contact" else CompanyForm(request.form)
    known = typed.look_alikes(kind, g.user, form)
    return hx(render_template("records/_known.html", known=known, type=kind.name) if known else "")


@bp.post("/<record_type>/distinct")
def distinct(record_type: str) -> Response:
    """Remembers that two records are not the same."""
    kind = kind_of(record_type)
    ids = _ids(request.form.getlist("id"), 2)
    one, other = (kind.policy.find(g.user, number, "edit") for number in ids)
    said = Distinct.say(one, other)
    db.session.commit()
    message = _("They are two. crmlite does not ask again.") if said else _("Nothing was changed.")
    link = undo_url() if said else None
    if request.headers.get("HX-Request"):
        return changed(hx("", 204), message, link)
    return go(f"/duplicates/?type={kind.name}", message, link)


# --- merging ----------------------------------------------------------------------------------------------------------


@bp.get("/<record_type>/merge")
def preview(record_type: str) -> Response:
    kind = kind_of(record_type)
    records = _records(kind, request.args.getlist("id"))
    page = _page(kind, records, request.args.get("into"), {})
    return render("duplicates/merge.html", "form", page=page)


@bp.post("/<record_type>/merge")
def merge(record_type: str) -> Response:
    kind = kind_of(record_type)
    ids = request.form.getlist("id")
    try:
        records = _records(kind, ids)
    except NotFound:
        if (done := _merged_already(kind, _ids(ids, merging.MOST))) is None:
            raise
        return go(kind.url_of(done), _("They are merged already."))  # it was pressed twice, perhaps at once
    asked = {name: row_id(request.form.get(f"take-{name}")) for name in fields.names(kind)}
    page = _page(kind, records, request.form.get("into"), {name: number for name, number in asked.items() if number})
    if request.form.get("_into"):  # another one shall stay: what there is to choose is another thing then
        return render("duplicates/merge.html", "form", page=page)
    if page.note_stale({record.id: request.form.get(f"version-{record.id}") for record in records}):
        return render("duplicates/merge.html", "form", page=page, status=409)
    losers = page.losers
    merging.merge(kind, page.winner, losers, page.asked, g.user)
    db.session.commit()
    message = ngettext(
        "%(num)d record was merged into %(name)s.",
        "%(num)d records were merged into %(name)s.",
        len(losers),
        name=page.winner.title or _("Without a name"),
    )
    return go(kind.url_of(page.winner.id), message, undo_url())


def _ids(values: list[str], most: int) -> list[int]:
    ids = sorted({number for value in values if (number := row_id(value))})
    if not 2 <= len(ids) <= most:
        raise BadRequest(_("Choose between two and %(count)d records.", count=merging.MOST))
    return ids


def _merged_already(kind: RecordType, ids: list[int]) -> int | None:
    """The one of them that all the others were merged into."""
    others = [number for number in ids if kind.policy.seen(g.user, number) is None]
    into = {successor(kind, g.user, number) for number in others}
    left = set(ids) - set(others)
    return left.pop() if len(left) == 1 and into == left else None


def _records(kind: RecordType, values: list[str]) -> list[Any]:
    """All of them, in the order of their ids, each of which the user may change and delete: one of them is left."""
    records = [kind.policy.find(g.user, number, "edit") for number in _ids(values, merging.MOST)]
    if not all(kind.policy.may(g.user, "delete", record) for record in records):
        raise Forbidden(_("You may merge only what you may change and delete. Ask whoever owns the other one."))
    return records


def _page(kind: RecordType, records: list[Any], into: str | None, asked: dict[str, int]) -> MergePage:
    """The winner is the one that was chosen, else the one that is known for longest."""
    chosen = row_id(into)
    winner = next((record for record in records if record.id == chosen), None)
    if winner is None:
        winner = min(records, key=lambda record: (record.created_at, record.id))
    return MergePage(g.user, kind, records, winner, asked)


# --- taking apart -----------------------------------------------------------------------------------------------------


@bp.post("/merges/<int:merge_id>/separate")
def separate(merge_id: int) -> Response:
    done = db.session.get(Merge, merge_id)
    if done is None:
        raise NotFound
    return _separate(done)


def take_back(operation_id: int) -> Response:
    """What the Undo of a merge does, wherever it is pressed."""
    done = db.session.scalar(sa.select(Merge).where(Merge.operation_id == operation_id))
    if done is None:
        raise NotFound
    return _separate(done)


def _separate(done: Merge) -> Response:
    kind = kind_of(done.record_type)
    winner = _winner(kind, done)
    losers = list(db.session.scalars(sa.select(kind.model).where(kind.model.id.in_(done.losers)).with_for_update()))
    if not all(
        kind.policy.may(g.user, action, record) for record in (winner, *losers) for action in ("edit", "delete")
    ):
        raise Forbidden(_("You may not change this any more, so you cannot undo it either."))
    try:
        left = separating.separate(kind, done, winner, losers)
    except journal.CannotUndo:
        raise Conflict(_("This was undone already, or cannot be undone.")) from None
    except separating.MergedOn:
        raise Conflict(_("This was merged into another record since. Undo that merge first.")) from None
    db.session.commit()
    if left:
        message = _("They are apart again, except for what was changed since: it is listed here. This is final.")
        return go(f"/duplicates/merges/{done.id}", message)
    return go(kind.url_of(winner.id), _("They are apart again, as they were. This is final; they can be merged anew."))


def _winner(kind: RecordType, done: Merge) -> Any:
    """Found through the policy; also where it was merged into another one since, which is then said."""
    model = kind.model
    is_there = sa.and_(~_is_trashed(model), ~model.is_erased())
    query = sa.select(model).where(model.id == done.winner_id, kind.policy.rows(g.user), is_there)
    winner = db.session.scalar(query.with_for_update(of=model) if not current_session().reading else query)
    if winner is None:
        raise NotFound
    return winner


def _is_trashed(model: Any) -> sa.ColumnElement[bool]:
    return sa.and_(model.deleted_at.is_not(None), ~model.is_merged())


@bp.get("/merges/<int:merge_id>")
def report(merge_id: int) -> Response:
    """What was merged, and what taking it apart had to leave alone."""
    done = db.session.get(Merge, merge_id)
    if done is None:
        raise NotFound
    kind = kind_of(done.record_type)
    winner = _winner(kind, done)
    model = kind.model
    losers = list(db.session.scalars(sa.select(model).where(model.id.in_(done.losers), kind.policy.rows(g.user))))
    may = done.separated_by_id is None and all(
        kind.policy.may(g.user, action, record) for record in (winner, *losers) for action in ("edit", "delete")
    )
    return render(
        "duplicates/merge_report.html",
        kind=kind,
        merge=done,
        winner=winner,
        losers=losers,
        may_undo=may,
        left=pages.left(done),
    )


# --- on other pages ---------------------------------------------------------------------------------------------------


def hint(record: Any) -> str:
    """On the page of a record: how much looks like it, and what was merged into it; nothing where there is neither."""
    alike, merged = pages.numbers(g.user, record)
    return render_template("duplicates/_hint.html", record=record, alike=alike, merged=merged)


@bp.get("/<record_type>/<int:record_id>/doubles")
def doubles(record_type: str, record_id: int) -> Response:
    """What looks like this record, and what was merged into it, for who opens the box on its page."""
    record = kind_of(record_type).policy.find(g.user, record_id)
    return render("duplicates/_panel.html", doubles=Doubles(g.user, record))


def follow(response: Response) -> ResponseReturnValue:
    """The address of a record that was merged into another one leads there."""
    if response.status_code != 404 or request.method != "GET" or not request.view_args or g.get("user") is None:
        return response
    args = dict(request.view_args)
    for name in MERGEABLE:
        part = "record_id" if args.get("record_type") == name else f"{name}_id"
        kind = types.get(name)
        if kind is None or not isinstance(args.get(part), int) or not g.user.may(name, "view"):
            continue
        number = successor(kind, g.user, args[part])
        if number is not None:
            return redirect(url_for(str(request.endpoint), **{**args, part: number}))
    return response
