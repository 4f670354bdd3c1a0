"""A part of the dossier: rows that people and programs can read; and which rows of a table are about a person."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from crmlite import web
from crmlite.journal import to_json
from crmlite.privacy.people import Person
from crmlite.records.colleagues import users

Row = dict[str, Any]


class Word(str):
    """A code, for programs, with what people call it."""

    label: Any

    def __new__(cls, code: str | None, label: Any) -> "Word":
        word = super().__new__(cls, code or "")
        word.label = label
        return word


MOST = 20_000
"""Rows of one section: a person with more mails or events than that is none."""


@dataclass(frozen=True)
class Section:
    name: str
    title: str
    labels: dict[str, Any]
    """What each column is called, in their order."""
    rows: list[Row]


def keys(person: Person) -> dict[str, list[int]]:
    """Their contacts and what is theirs, by table."""
    theirs = {name: [record.id for record in found] for name, found in person.theirs.items()}
    return {"contact": person.ids, **theirs}


def about(person: Person, kind: Any, number: Any) -> sa.ColumnElement[bool]:
    """The condition for rows that are about one of these."""
    return sa.or_(*(sa.and_(kind == name, number.in_(ids)) for name, ids in keys(person).items()))


# --- values -----------------------------------------------------------------------------------------------------------


def pick(rows: Sequence[Any], names: Any) -> list[Row]:
    return [only(row, names) for row in rows]


def only(row: Any, names: Any) -> Row:
    return {name: getattr(row, name, None) for name in names}


def user_name(user_id: int | None) -> str:
    return str(users().get(user_id or 0, {}).get("name", ""))


def plain(value: Any) -> Any:
    """For JSON."""
    return to_json(value) if not isinstance(value, dict | list) else value


def said(value: Any) -> str:
    """For people."""
    if value is None or value == "":
        return ""
    if isinstance(value, Word):
        return str(value.label or value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return web.show_datetime(value)
    if isinstance(value, date):
        return web.show_date(value)
    if isinstance(value, dict):
        return "\n".join(f"{name}: {said(one)}" for name, one in value.items() if one not in (None, ""))
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)
