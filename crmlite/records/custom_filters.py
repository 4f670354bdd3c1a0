"""Filters by custom fields: the operators of their kind, asked of the table that holds values by field."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from crmlite.money import decimals
from crmlite.numbers import MICRO, Unreadable, parse_decimal
from crmlite.records import custom_cells, custom_values
from crmlite.records.custom_fields import CustomField


def condition(
    model: Any, values: tuple[str, ...], operator: str, field: CustomField, compare: Any, read: Any
) -> sa.ColumnElement[bool]:
    """Whether a record has such a value; `compare` is the operator, `read` what makes its operand of a text."""
    if operator == "empty":
        lacking = model.id.not_in(custom_values.holders(field))
        return lacking if values[-1] not in {"0", "no"} else sa.not_(lacking)
    found = custom_values.holders(field, compare(custom_values.compared(field), [read(value) for value in values]))
    return model.id.not_in(found) if operator == "not" else model.id.in_(found)


def days(span: tuple[date, date]) -> tuple[int, int]:
    """A day, or several, as the table counts them."""
    return span[0].toordinal(), span[1].toordinal()


def number(field: CustomField, text: str) -> int:
    """As filters.decimal() reads it. Raises Unreadable."""
    return parse_decimal(text, "en", places(field), at_most=10**12, may_be_negative=True)


def places(field: CustomField) -> int:
    return decimals(field.currency) if field.kind == "money" else MICRO


def said(field: CustomField, text: str) -> str:
    """The operand of a filter as people read it."""
    if field.kind in {"number", "money"}:
        try:
            return custom_cells.said(field, number(field, text))
        except Unreadable:
            return text
    return field.labels.get(text, text)
