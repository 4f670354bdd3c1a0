"""Columns that become custom fields: those that are there, and new ones, which are made when the import is started."""

import re
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import Conflict

from crmlite import journal
from crmlite.auth.models import Viewer
from crmlite.extensions import db
from crmlite.imports import agreeing, targets
from crmlite.imports import cells as texts
from crmlite.imports.models import Import
from crmlite.imports.reading.looks import read_date
from crmlite.imports.targets import NEW, NEW_KINDS, Target
from crmlite.journal import Change
from crmlite.records import custom_fields
from crmlite.records.custom_fields import KIND_LABELS, MAX_LABEL, MAX_TEXT, PREFIX, CustomField

Look = Mapping[str, Any]
RECORDS: dict[str, Any] = {"contact": _l("Fields of the person"), "company": _l("Fields of the company")}
_FILLED = frozenset({"text", "number", "money", "date", "choice", "choices", "link"})


def proposed(look: Look) -> str:
    """The kind of field that the values of a column look like."""
    kind = {"number": "number", "date": "date", "link": "link"}.get(look.get("kind", ""))
    return kind or ("choice" if look.get("values") else "text")


def offered(look: Look, may_make: bool) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a column may become of the fields there are, and of new ones the likely kind first; in groups."""
    kinds = [kind for kind in NEW_KINDS if kind != "choice" or look.get("values")] if may_make else []
    kinds.sort(key=lambda kind: kind != proposed(look))
    groups = []
    for record, title in RECORDS.items():
        options = [(field.name, field.label) for field in _usable(record).values()]
        options += [(f"{NEW}/{kind}", _("New field (%(kind)s)", kind=str(KIND_LABELS[kind]))) for kind in kinds]
        if record == "company":
            options = [(name, _("Company: %(field)s", field=label)) for name, label in options]
        if options:
            groups.append((str(title), [(f"{record}.{name}", label) for name, label in options]))
    return groups


def is_possible(text: str, look: Look, may_make: bool) -> bool:
    """Whether a column may become that: targets.is_known(), and of custom fields and purposes whether there is such a one or may
    be."""
    target = targets.parse(text)
    if target is not None and target.is_agreement:
        return agreeing.is_possible(target)
    if target is None or not target.is_custom:
        return targets.is_known(text)
    if target.field == NEW:
        return may_make and (target.label != "choice" or bool(look.get("values")))
    return target.field in _usable(target.record)


def settled(text: str, header: str) -> str:
    """A remembered target as it is today: a field that is there by now is not made again, one that is gone is nothing."""
    target = targets.parse(text)
    if target is not None and target.is_agreement:
        return text if agreeing.is_possible(target) else ""
    if target is None or not target.is_custom:
        return text
    there = _usable(target.record)
    if target.field != NEW:
        return text if target.field in there else ""
    same = (name for name, field in there.items() if field.label.casefold() == header[:MAX_LABEL].casefold())
    return next((f"{target.record}.{name}" for name in same), text)


def of_columns(found: Import) -> dict[int, CustomField]:
    """The field of each column that becomes one; those that are not there yet as they would be."""
    fields: dict[int, CustomField] = {}
    for index, text in enumerate(found.mapping):
        target = targets.parse(text)
        if target is None or not target.is_custom:
            continue
        if target.field == NEW:
            fields[index] = _would_be(found, index, target)
        elif field := _usable(target.record).get(target.field):
            fields[index] = field
    return fields


def count_new(found: Import) -> int:
    parsed = map(targets.parse, found.mapping)
    return sum(target is not None and target.field == NEW for target in parsed)


def may_make(user: Viewer) -> bool:
    return custom_fields.may_edit_fields(user)


def make(found: Import, user: Viewer) -> None:
    """Makes the new ones, and lets their columns go there; in the import's operation. Without the right, or where there are too
    many, such columns go into the note."""
    mapping = list(found.mapping)
    for index, text in enumerate(mapping):
        target = targets.parse(settled(text, found.headers[index]))
        if target is None or not target.is_custom:
            continue
        mapping[index] = f"{target.record}.{target.field}"
        if target.field == NEW:
            mapping[index] = _made(found, index, target) if may_make(user) else ""
    found.mapping = mapping


def made(found: Import) -> list[int]:
    """Those that it made and that are there still."""
    query = sa.select(CustomField.id).join(
        Change,
        sa.and_(Change.record_type == "custom_field", Change.record_id == CustomField.id, Change.action == "created"),
    )
    return list(db.session.scalars(query.where(Change.operation_id == found.operation_id).order_by(CustomField.id)))


def take_back(found: Import) -> None:
    """The undo of those that it made and nobody uses or changed since; after its records, whose values are gone by then."""
    if ids := made(found):
        undone = journal.undo_of(found.operation_id or 0, {("custom_field", number) for number in ids})
        found.undo_id = undone.operation_id
        custom_fields.forget()


def read(field: CustomField, value: str, order: str, comma: str) -> Any:
    """What records keep of a cell. Raises ValueError for what does not fit."""
    if field.kind == "date":
        if (day := read_date(value, order)) is None:
            raise ValueError(value)
        return field.stored(day)
    if field.kind in {"number", "money"}:
        return field.stored(_plain_number(value, comma))
    if field.kind == "link":
        return field.stored(texts.link(value))
    if field.kind == "choices":
        return field.stored([piece.strip() for piece in value.replace(",", ";").split(";") if piece.strip()])
    text = " ".join(value.split())
    if len(text) > MAX_TEXT:
        raise ValueError(value)
    return field.stored(text)


def _plain_number(value: str, comma: str) -> str:
    """With a point, and nothing between the thousands: `comma` is the sign before decimals in this column. Raises ValueError for
    one that is written otherwise: 1,5 is not fifteen."""
    plain = "".join(char for char in value if char not in " '\u00a0\u202f")
    thousands = "." if comma == "," else ","
    whole, sign, decimals = plain.partition(comma)
    if thousands in decimals or (
        thousands in whole and not re.fullmatch(rf"[-+]?\d{{1,3}}(?:\{thousands}\d{{3}})+", whole)
    ):
        raise ValueError(value)
    return whole.replace(thousands, "") + ("." if sign else "") + decimals


def _usable(record: str) -> dict[str, CustomField]:
    """By name; a person who works here or a file cannot be read from a cell."""
    return {field.name: field for field in custom_fields.of(record) if field.kind in _FILLED}


def _would_be(found: Import, index: int, target: Target) -> CustomField:
    labels = _look(found, index).get("values", ())
    options = [{"key": f"{number}", "label": label} for number, label in enumerate(labels)]
    header = found.headers[index][:MAX_LABEL]
    return CustomField(
        record_type=target.record, key=f"+{index}", label=header, kind=target.label, options=options, currency=""
    )


def _made(found: Import, index: int, target: Target) -> str:
    try:
        label, options = found.headers[index], _look(found, index).get("values", ())
        field = CustomField.create(None, target.record, label, target.label, options)
    except Conflict:
        return ""
    db.session.flush()
    return f"{target.record}.{PREFIX}{field.key}"


def _look(found: Import, index: int) -> Look:
    looks = found.found.get("columns") or []
    look: Look = looks[index] if index < len(looks) else {}
    return look
