"""/records/contact/bulk: one verb on many records, as one operation."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Response, g, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, Conflict, Forbidden

from crmlite import journal
from crmlite.auth.models import User
from crmlite.extensions import db
from crmlite.forms import one_line
from crmlite.records import tags
from crmlite.records.forms import row_id
from crmlite.records.types import Column, RecordType
from crmlite.records.views import bp, changed, kind_of
from crmlite.web import go, hx, render, undo_url

MOST = 500


@bp.post("/<record_type>/bulk")
def bulk(record_type: str) -> Response:
    """Does `action` to every record in `id` that the user may do it to; says how many there were, and how many not."""
    kind = kind_of(record_type)
    ids = sorted({number for value in request.form.getlist("id") if (number := row_id(value))})
    if not 0 < len(ids) <= MOST:
        raise BadRequest(_("Choose between one and %(count)d records.", count=MOST))
    action = request.form.get("action", "")
    verb = _verb(kind, action)
    journal.label("bulk")
    records = _allowed(kind, ids, action)
    if not records:
        raise Forbidden(_("You may not do that to any of these records."))
    reasons: list[str] = []
    done = sum(_tried(verb, record, reasons) for record in records)
    if reasons and not done:
        raise Conflict(reasons[0])
    db.session.commit()
    message, link = _said(action, done, len(records), len(ids), reasons), undo_url() if done else None
    if request.headers.get("HX-Request"):
        return changed(hx("", 204), message, link)
    return go(kind.url, message, link)


def _tried(verb: Callable[[Any], bool], record: Any, reasons: list[str]) -> bool:
    """Some records do not take it as they are, such as a quote that a customer has: then it notes why."""
    try:
        return verb(record)
    except Conflict as refusal:
        reasons.append(refusal.description or "")
        return False


def _said(action: str, done: int, allowed: int, chosen: int, reasons: list[str]) -> str:
    if action == "delete":
        if reasons:
            return _(
                "%(done)d of %(all)d records are in the trash for 30 days. %(reason)s",
                done=done,
                all=chosen,
                reason=reasons[0],
            )
        if allowed < chosen:
            return _(
                "%(done)d of %(all)d records are in the trash; you may not delete the others.",
                done=done,
                all=chosen,
            )
        return ngettext("%(num)d record is in the trash.", "%(num)d records are in the trash.", done)
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


def _allowed(kind: RecordType, ids: list[int], action: str) -> list[Any]:
    """Those of `ids` that the user may see and may do that to, locked."""
    records = _locked(kind, ids, "delete" if action == "delete" else "edit")
    if action == "assign":
        return [record for record in records if kind.policy.may_hand_over(g.user, record)]
    return records


def _locked(kind: RecordType, ids: list[int], action: str) -> list[Any]:
    model = kind.model
    query = sa.select(model).where(
        model.id.in_(ids), model.deleted_at.is_(None), kind.policy.rows(g.user), kind.policy.rows(g.user, action)
    )
    found = list(db.session.scalars(query.order_by(model.id).with_for_update(of=model)))
    if g.user.absent:
        for record in found:
            journal.act_for(record, kind.policy.stands_in(g.user, action, record))
    return found


@bp.get("/<record_type>/bulk/field")
def bulk_field(record_type: str) -> Response:
    """What is typed or chosen for the custom field `?field=`, to be set on all records that are ticked."""
    kind = kind_of(record_type)
    if not kind.may(g.user, "view"):
        raise Forbidden
    column = kind.column(request.args.get("field", ""))
    field = kind.form()[column.name] if column is not None and _is_settable(column) else None
    return render("records/_bulk_field.html", field=field)


def _is_settable(column: Column) -> bool:
    """A custom field that is the same question on every record: a file is one of the record's own."""
    return column.custom is not None and column.custom.kind != "file"


def _set(kind: RecordType) -> Callable[[Any], bool]:
    """Sets one custom field to what was sent; emptied, it is taken away."""
    name = request.form.get("field", "")
    column = kind.column(name)
    if column is None or not _is_settable(column) or name not in request.form:
        raise BadRequest(_("Choose a field first."))
    form = kind.form(MultiDict((name, value) for value in request.form.getlist(name)))
    if not form[name].validate(form):
        raise BadRequest(str(form[name].errors[0]))

    def put(record: Any) -> bool:
        before = record.value_of(name)
        return bool(record.change(**{name: form[name].data}).value_of(name) != before)

    return put


def _verb(kind: RecordType, action: str) -> Callable[[Any], bool]:
    """What `action` does to one record, saying whether that changed it."""
    if action == "delete":
        return lambda record: record.trash() is record
    if action == "assign":
        owner_id = row_id(request.form.get("user_id"))
        owner = db.session.get(User, owner_id) if owner_id else None
        if owner is None or not owner.active:
            raise BadRequest(_("Choose somebody who works here."))
        return lambda record: record.owner_id != owner.id and record.hand_over(owner.id) is record
    if action == "set":
        return _set(kind)
    if action in {"tag", "untag"}:
        name = one_line(request.form.get("tag"))
        if not name:
            raise BadRequest(_("Write a tag first."))
        if len(name) > tags.MAX_LENGTH:
            raise BadRequest(_("A tag is a word of at most %(count)d characters.", count=tags.MAX_LENGTH))
        return (lambda record: tags.add(record, name)) if action == "tag" else (lambda record: tags.take(record, name))
    raise BadRequest(_("Choose what to do with these records."))
