"""A record as the form of its fields knows it, for changing one or some of them in place."""

from typing import Any

from wtforms import Form

from crmlite.auth.models import Viewer
from crmlite.money import Money
from crmlite.records.colleagues import users
from crmlite.records.custom_cells import said
from crmlite.records.rows import values_of
from crmlite.records.types import Column, RecordType
from crmlite.web import show_money


def stored(kind: RecordType, record: Any) -> dict[str, Any]:
    """The record as its form knows it: rules may look at more than one field, and amounts are shown in their currency."""
    own = {
        column.field_name: getattr(record, column.attribute)
        for column in kind.columns
        if hasattr(kind.form, column.field_name)
    }
    return {**own, "_record": record}


def is_valid(form: Form, column: Column) -> bool:
    """Checks this one field, also against the others; those themselves may be wrong, for all that matters here."""
    field = form[column.field_name]
    inline = getattr(type(form), f"validate_{column.field_name}", None)
    valid: bool = field.validate(form, [inline] if inline else [])
    return valid


def text(form: Form, column: Column) -> str:
    """A field's value as its form says it: what `was` holds."""
    field = form[column.field_name]
    value = field._value() if hasattr(field, "_value") else field.data
    return "" if value is None else str(value)


def shown(kind: RecordType, column: Column, record: Any, user: Viewer) -> str:
    """What the record has there, in words."""
    if column.custom is not None:
        names = {number: person["name"] for number, person in users().items()}
        return said(column.custom, record.value_of(column.name), names)
    value = values_of(kind, record, (column,), user)[column.name]
    if isinstance(value, Money):
        return show_money(value.minor, value.currency)
    return value.get("name", "") if isinstance(value, dict) else str(value or "")
