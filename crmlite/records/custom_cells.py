"""Custom fields as people read them: in cells, in sentences about a change, in what is searched."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa

from crmlite import web
from crmlite.extensions import db
from crmlite.files import File
from crmlite.money import Money
from crmlite.points import normal_url
from crmlite.records import custom_fields
from crmlite.records.custom_fields import CustomField
from crmlite.records.files import Attachment


def read(field: CustomField, value: Any) -> Any:
    """A stored value as forms and cells of its kind know it."""
    if value is None:
        return [] if field.kind == "choices" else None
    return date.fromisoformat(value) if field.kind == "date" else value


def shown(field: CustomField, value: Any) -> Any:
    """What a cell of its kind shows; people and files are filled in later, for all rows of a page at once."""
    if value is None:
        return None
    if field.kind == "money":
        return Money(value, field.currency)
    if field.kind in {"choice", "choices"}:
        return said(field, value)
    return read(field, value)


def said(field: CustomField, value: Any, names: dict[int, str] | None = None) -> str:
    """In words: for the timeline, and where two people wrote something else. `names` are those of people, by id."""
    if value in (None, "", []):
        return ""
    if field.kind in {"choice", "choices"}:
        labels = field.labels
        return ", ".join(labels.get(key, key) for key in ([value] if field.kind == "choice" else value))
    if field.kind == "date":
        return web.show_date(date.fromisoformat(value) if isinstance(value, str) else value)
    if field.kind == "money":
        return web.show_money(value, field.currency)
    if field.kind == "number":
        return web.show_quantity(value)
    if field.kind == "person":
        return (names or {}).get(value, str(value))
    if field.kind == "file":
        return next((name for _id, name in file_names([value])), str(value))
    return str(value)


def file_names(attachment_ids: Iterable[int]) -> list[tuple[int, str]]:
    query = sa.select(Attachment.id, File.name).join(File, File.id == Attachment.file_id)
    rows = db.session.execute(query.where(Attachment.id.in_(set(attachment_ids))).order_by(Attachment.id.desc()))
    return [(number, name) for number, name in rows]


def fill_files(name: str, rows: list[Any]) -> None:
    """The files of a column, in one statement; one that is not attached any more is none."""
    ids = {row[name] for row in rows} - {None}
    names = dict(file_names(ids)) if ids else {}
    for row in rows:
        number = row[name]
        row[name] = {"name": names[number], "url": f"/files/{number}"} if number in names else None


def web_address(value: str) -> str:
    """Where a link leads; nowhere, where it is none: values come from files of strangers, too."""
    try:
        return normal_url(value)
    except ValueError:
        return ""


def texts(record: Any) -> list[str]:
    """What a record is found by: what stands in its texts and links, and what was chosen."""
    if not record.custom:
        return []
    fields = custom_fields.of(record.__tablename__)
    found = ((field, record.custom.get(field.key)) for field in fields)
    return [
        said(field, value) for field, value in found if value and field.kind in {"text", "link", "choice", "choices"}
    ]
