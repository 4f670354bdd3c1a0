"""/records/contact/bulk: one change of many records, as one operation: at once, or by a job where they are very many."""

import sqlalchemy as sa
from flask import Response, g, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import Conflict, Forbidden, NotFound
from wtforms import Field

from crmlite import journal
from crmlite.extensions import db, reading, writing
from crmlite.records.bulk import changes, running, selection
from crmlite.records.bulk.changes import Outcome
from crmlite.records.bulk.models import BulkRun
from crmlite.records.bulk.page import RunPage, names_of
from crmlite.records.types import RecordType
from crmlite.records.views import bp, changed, kind_of
from crmlite.web import go, hx, render, undo_url

AT_ONCE = 100
"""Records. More than two pages are changed by a job, so that others can save meanwhile."""
_NAMED = 5


@bp.post("/<record_type>/bulk")
def bulk(record_type: str) -> Response:
    """Does `action` to every record in `id`, or to all of the list, that the user may do it to; says how many there were, and
    which not."""
    kind = kind_of(record_type)
    reading()  # to read a form of thousands of ids, and to count a list, takes its time
    if (field := _field_without_value(kind)) is not None:
        return render("records/bulk_set.html", kind=kind, field=field, sent=_selected())
    change = changes.read(kind, request.form)
    chosen = selection.chosen(kind, g.user, request.form)
    ids = selection.first(kind, g.user, chosen, AT_ONCE + 1)
    if not kind.may(g.user, change.right):
        raise Forbidden(_("You may not do that to any of these records."))
    writing()
    if len(ids) > AT_ONCE:
        return _begin(kind, chosen)
    journal.label("bulk")
    outcome = changes.apply(kind, g.user, change, ids)
    _require_some(kind, outcome, len(ids))
    run = running.remember(g.user, kind, len(ids), outcome) if outcome.refused else None
    db.session.commit()
    return _answer(kind, _said(change.action, outcome, len(ids)), outcome, run)


def _field_without_value(kind: RecordType) -> Field | None:
    """The field to be set, where the page had no script to ask for its value."""
    column = kind.column(request.form.get("field", "")) if request.form.get("action") == "set" else None
    if column is None or not changes.is_settable(column) or column.field_name in request.form:
        return None
    return kind.form()[column.field_name] if kind.may(g.user, "edit") else None


def _selected() -> list[tuple[str, str]]:
    return [(name, value) for name in ("id", "all", "list", "field") for value in request.form.getlist(name)]


def _begin(kind: RecordType, chosen: selection.Selection) -> Response:
    run = running.begin(g.user, kind, request.form, chosen)
    db.session.commit()
    message = ngettext("%(num)d record is being changed.", "%(num)d records are being changed.", chosen.total)
    return go(_url(run), message, undo_url())


def _require_some(kind: RecordType, outcome: Outcome, chosen: int) -> None:
    """An answer of its own where none of them takes it: nothing is written."""
    if outcome.changed or outcome.same:
        return
    if outcome.gone + outcome.barred == chosen:
        raise Forbidden(_("You may not do that to any of these records."))
    refused = outcome.refused[:_NAMED]
    names = names_of(kind, g.user, [number for number, _reason in refused])
    raise Conflict(
        " ".join(_("“%(record)s”: %(reason)s", record=names.get(number, number), reason=why) for number, why in refused)
    )


def _answer(kind: RecordType, message: str, outcome: Outcome, run: BulkRun | None) -> Response:
    undo = undo_url() if outcome.changed else None
    if request.headers.get("HX-Request"):
        link = {"href": _url(run), "label": _("Show the others")} if run is not None else None
        return changed(hx("", 204), message, undo, link=link)
    return go(_url(run) if run is not None else kind.url, message, undo)


def _url(run: BulkRun) -> str:
    return f"/records/bulk/{run.id}"


def _said(action: str, outcome: Outcome, chosen: int) -> str:
    done, allowed = outcome.changed, chosen - outcome.gone - outcome.barred
    others = len(outcome.refused) - outcome.barred
    if action == "delete":
        return _said_of_trash(outcome, others, allowed, chosen)
    if done and others:
        return _("%(done)d of %(all)d records changed; some do not take this change.", done=done, all=chosen)
    if done and allowed < chosen:
        if done == allowed:
            return _("%(done)d of %(all)d records changed; you may not change the others.", done=done, all=chosen)
        return _(
            "%(done)d of %(all)d records changed; some needed no change, others you may not change.",
            done=done,
            all=chosen,
        )
    if done:
        return ngettext("%(num)d record changed.", "%(num)d records changed.", done)
    return _("Nothing was changed.")


def _said_of_trash(outcome: Outcome, others: int, allowed: int, chosen: int) -> str:
    done = outcome.changed
    if others:
        reason = next((why for _number, why in reversed(outcome.refused)), "")
        return _("%(done)d of %(all)d records are in the trash. %(reason)s", done=done, all=chosen, reason=reason)
    if allowed < chosen:
        return _("%(done)d of %(all)d records are in the trash; you may not delete the others.", done=done, all=chosen)
    return ngettext("%(num)d record is in the trash.", "%(num)d records are in the trash.", done)


@bp.get("/<record_type>/bulk/field")
def bulk_field(record_type: str) -> Response:
    """What is typed or chosen for the field `?field=`, to be set on all records that are ticked."""
    kind = kind_of(record_type)
    if not kind.may(g.user, "view"):
        raise Forbidden
    column = kind.column(request.args.get("field", ""))
    field = kind.form()[column.field_name] if column is not None and changes.is_settable(column) else None
    return render("records/_bulk_field.html", field=field)


# --- one that a job does ----------------------------------------------------------------------------------------------


@bp.get("/bulk/<int:run_id>")
def bulk_run(run_id: int) -> Response:
    """How far it is, and which records it left alone, with the reasons."""
    page = RunPage(_find(run_id), g.user, request.args.get("after", 0, type=int))
    return render("records/bulk.html", "state", page=page)


@bp.post("/bulk/<int:run_id>/stop")
def stop_bulk(run_id: int) -> Response:
    """After the part it is at; what is changed stays, and can be undone."""
    run = _find(run_id)
    if run.state != "running":
        raise Conflict(_("This has ended already."))
    run.stop()
    db.session.commit()
    return go(_url(run))


def _find(run_id: int) -> BulkRun:
    """One's own, and those of all for administrators; locked where it is found for a change."""
    query = sa.select(BulkRun).where(BulkRun.id == run_id)
    if not g.user.is_administrator:
        query = query.where(BulkRun.user_id == g.user.id)
    if request.method != "GET":
        query = query.with_for_update(of=BulkRun).execution_options(populate_existing=True)
    run: BulkRun | None = db.session.scalar(query)
    if run is None:
        raise NotFound
    return run
