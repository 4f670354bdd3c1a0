"""The chosen records as a CSV file, with all columns of their type: as the person who asks may see them, a few hundred at a time."""

import csv
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, TextIO

from flask_babel import gettext as _

from crmlite import numbers
from crmlite.auth.models import Viewer
from crmlite.extensions import db
from crmlite.money import Money
from crmlite.records.rows import Row, fill, rows_of
from crmlite.records.types import Column, RecordType
from crmlite.safety import csv_cell

PART = 500


def write(kind: RecordType, user: Viewer, parts: Iterator[list[int]], target: TextIO) -> int:
    """Writes them with their headings; returns how many there were."""
    columns = kind.all_columns
    says = [_reader(column) for column in columns]
    writer = csv.writer(target, quoting=csv.QUOTE_ALL)
    writer.writerow(csv_cell(str(label)) for label in (_("Number"), *(column.label for column in columns)))
    count = 0
    for ids in parts:
        rows = sorted(rows_of(kind, columns, ids, user), key=lambda row: row.id)
        fill(kind, columns, rows, user)
        for row in rows:
            writer.writerow([str(row.id), *(csv_cell(say(row)) for say in says)])
        count += len(rows)
        db.session.expunge_all()
    return count


def _reader(column: Column) -> Callable[[Row], str]:
    """What makes a text of a cell. Dates and numbers are written the same way in every language, so that programs read them."""
    labels: dict[str, str] = {}
    if column.choices is not None and column.custom is None:
        labels = {str(value): str(label) for value, label in column.choices()}

    def say(row: Row) -> str:
        value = row[column.name]
        if isinstance(value, bool):
            value = "yes" if value else "no"
        return labels.get(str(value), "") or _text(column, value)

    return say


def _text(column: Column, value: Any) -> str:
    if value is None:
        return ""
    if column.kind == "tags":
        return ", ".join(name for _number, name, _hue in value)
    if column.kind == "micro":
        return numbers.editable(value, "en", numbers.MICRO)
    if isinstance(value, Money):
        return f"{value.amount} {value.currency}"
    if isinstance(value, dict):
        return str(value.get("name", ""))
    if isinstance(value, date):
        return value.isoformat()
    if column.kind == "price":
        return f"{numbers.editable(value.unit_micro, 'en', numbers.MICRO)} {value.currency}"
    return str(value)
