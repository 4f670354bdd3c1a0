"""/records/contact/7/field/email: one field of a record, shown and changed in place."""

from typing import Any

from flask import Response, g, make_response, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound
from wtforms import Form

from crmlite.extensions import db
from crmlite.money import Money
from crmlite.records.cells import cell
from crmlite.records.colleagues import users
from crmlite.records.custom_cells import said
from crmlite.records.rows import values_of
from crmlite.records.types import Column, RecordType
from crmlite.records.views import bp, changed, kind_of
from crmlite.web import outcome, render, show_money


@bp.get("/<record_type>/<int:record_id>/field/<name>")
def field(record_type: str, record_id: int, name: str) -> Response:
    """The field as it is shown; with ?edit=1 its form."""
    kind, column = _column(record_type, name)
    record = kind.policy.find(g.user, record_id, "edit" if "edit" in request.args else "view")
    if "edit" not in request.args:
        return make_response(_cell(kind, column, record, focus=True))
    _require_field(kind, column, record)
    return _form(kind, column, record, kind.form(data=_stored(kind, record)))


@bp.post("/<record_type>/<int:record_id>/field/<name>")
def save(record_type: str, record_id: int, name: str) -> Response:
    """Changes it. 409 with both values where somebody else changed this field since the form was shown."""
    kind, column = _column(record_type, name)
    record = kind.policy.find(g.user, record_id, "edit")
    _require_field(kind, column, record)
    form = kind.form(_sent(column), data=_stored(kind, record))
    if not _validate(form, column):
        return _form(kind, column, record, form, 422)
    theirs = _text(kind.form(data=_stored(kind, record)), column)
    if request.form.get("was", theirs) != theirs:
        return _form(kind, column, record, form, 409, theirs=_shown(kind, column, record))
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
    """Of what was sent this one field; the others are as the record has them."""
    return MultiDict((column.field_name, value) for value in request.form.getlist(column.field_name))


def _stored(kind: RecordType, record: Any) -> dict[str, Any]:
    """The record as its form knows it: rules may look at more than one field, and amounts are shown in their currency."""
    own = {
        column.field_name: _value(column, record) for column in kind.columns if hasattr(kind.form, column.field_name)
    }
    return {**own, "_record": record}


def _validate(form: Form, column: Column) -> bool:
    """Checks this one field, also against the others; those themselves may be wrong, for all that matters here."""
    field = form[column.field_name]
    inline = getattr(type(form), f"validate_{column.field_name}", None)
    valid: bool = field.validate(form, [inline] if inline else [])
    return valid


def _value(column: Column, record: Any) -> Any:
    return getattr(record, column.attribute)


def _text(form: Form, column: Column) -> str:
    """A field's value as its form says it: what `was` holds."""
    field = form[column.field_name]
    value = field._value() if hasattr(field, "_value") else field.data
    return "" if value is None else str(value)


def _shown(kind: RecordType, column: Column, record: Any) -> str:
    row = values_of(kind, record, (column,), g.user)
    value = row[column.name]
    if column.custom is not None:
        names = {number: user["name"] for number, user in users().items()}
        return said(column.custom, record.value_of(column.name), names)
    if isinstance(value, Money):
        return show_money(value.minor, value.currency)
    return value.get("name", "") if isinstance(value, dict) else str(value or "")


def _form(
    kind: RecordType, column: Column, record: Any, form: Form, status: int = 200, theirs: str | None = None
) -> Response:
    was = _text(kind.form(data=_stored(kind, record)), column)
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
