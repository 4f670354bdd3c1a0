"""Editing whole records: what somebody else changed while the form was open."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from wtforms import Field, Form

from crmlite import web
from crmlite.extensions import db
from crmlite.forms import SeenForm, take_over
from crmlite.journal import Change, to_json
from crmlite.records import custom_cells, custom_fields
from crmlite.records.colleagues import users
from crmlite.records.forms import ReachForm, row_id


def knows_version(record: Any, form: Form, version: str | None) -> bool:
    """Whether the form says which version of the record it was filled in from; where it does not, the form says so."""
    if 0 < row_id(version) <= record.row_version:
        return True
    form.form_errors.append(NO_VERSION)
    return False


NO_VERSION = _l("It is not known what you saw before you wrote this. Open the page anew and write it there.")


def stale_fields(record: Any, form: Form, version: str | None) -> dict[str, Any]:
    """What somebody else changed since `version` and the user changed too, to something else: name of the field to their value.

    What the user left as it was shown is taken over into the form, so that saving it keeps what others wrote; the same for
    e-mails, phones, links and addresses. Empty where all agree.
    """
    theirs = {}
    for name, shown in fields_then(record, version).items():
        now = record.value_of(name)
        if name not in form or isinstance(now, datetime):
            continue
        field = next((field for field in custom_fields.of(record.__tablename__) if field.name == name), None)
        typed = form[name].data if field is None else to_json(form[name].data) or None
        if typed == now:
            continue
        if to_json(typed) == shown:
            take_over(form[name], now if field is None else custom_cells.read(field, now))
        else:
            theirs[name] = said(form[name], now) if field is None else custom_cells.said(field, now, _names())
    return theirs | form.settle(record) if isinstance(form, ReachForm) else theirs


def _names() -> dict[int, str]:
    return {number: user["name"] for number, user in users().items()}


def fields_then(record: Any, version: str | None) -> dict[str, Any]:
    """The fields that changed since `version`, with what they were then, in the journal's own types."""
    behind = record.row_version - row_id(version)
    if behind <= 0:
        return {}
    changes = db.session.scalars(
        sa.select(Change)
        .where(Change.record_type == record.__tablename__, Change.record_id == record.id, Change.action == "updated")
        .order_by(Change.id.desc())
        .limit(behind)
    )
    return {name: was for change in changes for name, was in sorted((change.old or {}).items())}


def stale_answers(form: SeenForm, now: SeenForm) -> dict[str, Any]:
    """The same for a form that knows by itself what it showed; `now` is the form as it would be shown now."""
    return {name: said(form[name], now[name].data) for name in form.settle(now)}


def said(field: Field, value: Any) -> str:
    """A field's value in words."""
    if value is None or value == "":
        return ""
    if isinstance(value, date):
        return web.show_date(value)
    if hasattr(field, "said"):
        return str(field.said(value))
    if hasattr(field, "iter_choices"):
        return str(next((label for choice, label, *_rest in field.iter_choices() if choice == value), value))
    return str(value)
