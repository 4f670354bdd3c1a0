"""/records/contact/7/field/email: one field of a record, shown and changed in place."""

from typing import Any

from flask import Response, g, make_response, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound
from wtforms import Form

from crmlite.extensions import db
from crmlite.records import inline, pasted
from crmlite.records.cells import cell
from crmlite.records.rows import values_of
from crmlite.records.types import Column, RecordType
from crmlite.records.views import bp, changed, kind_of
from crmlite.web import outcome, render


@bp.get("/<record_type>/<int:record_id>/field/<name>")
def field(record_type: str, record_id: int, name: str) -> Response:
    """The field as it is shown; with ?edit=1 its form."""
    kind, column = _column(record_type, name)
    record = kind.policy.find(g.user, record_id, "edit" if "edit" in request.args else "view")
    if "edit" not in request.args:
        return make_response(_cell(kind, column, record, focus=True))
    _require_field(kind, column, record)
    return _form(kind, column, record, kind.form(data=inline.stored(kind, record)))


@bp.post("/<record_type>/<int:record_id>/field/<name>")
def save(record_type: str, record_id: int, name: str) -> Response:
    """Changes it. 409 with both values where somebody else changed this field since the form was shown."""
    kind, column = _column(record_type, name)
    record = kind.policy.find(g.user, record_id, "edit")
    _require_field(kind, column, record)
    form = kind.form(_sent(column), data=inline.stored(kind, record))
    if not inline.is_valid(form, column):
        return _form(kind, column, record, form, 422)
    theirs = inline.text(kind.form(data=inline.stored(kind, record)), column)
    if request.form.get("was", theirs) != theirs:
        return _form(kind, column, record, form, 409, theirs=inline.shown(kind, column, record, g.user))
    record.change(**{column.field_name: form[column.field_name].data})
    db.session.commit()
    message, link = outcome(_("%(field)s saved.", field=column.label))
    cell = make_response(_cell(kind, column, record, focus=True))
    return changed(cell, message, link, event="record:changed")  # a list shows the new cell already


def _column(record_type: str, name: str) -> tuple[RecordType, Column]:
    kind = kind_of(record_type)
    column = kind.column(name)
    if column is None or not column.edit:
        raise NotFound
    return kind, column


def _require_field(kind: RecordType, column: Column, record: Any) -> None:
    if column.is_owner:
        kind.policy.require_hand_over(g.user, record)


def _sent(column: Column) -> MultiDict[str, str]:
    """Of what was sent this one field; the others are as the record has them. Days may be typed the way of the language."""
    read = pasted.as_day if column.kind == "date" else str
    return MultiDict((column.field_name, read(value)) for value in request.form.getlist(column.field_name))


def _form(
    kind: RecordType, column: Column, record: Any, form: Form, status: int = 200, theirs: str | None = None
) -> Response:
    was = inline.text(kind.form(data=inline.stored(kind, record)), column)
    return render(
        "records/_field.html",
        status=status,
        kind=kind,
        column=column,
        record=record,
        field=form[column.field_name],
        was=was,
        theirs=theirs,
    )


def _cell(kind: RecordType, column: Column, record: Any, focus: bool) -> str:
    return cell(kind, column, values_of(kind, record, (column,), g.user), focus)
