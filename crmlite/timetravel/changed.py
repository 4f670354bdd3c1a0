"""Which rows of a table are other now than at a moment, as far as somebody asks: read out of what the journal has since then."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest

from crmlite.extensions import db
from crmlite.journal import Change, Operation
from crmlite.journal.history import Values
from crmlite.records.tags import Tagging
from crmlite.timetravel.among import among

MOST = 200_000
"""Lines of the journal that a list reads. Above, too much has changed since, and it says so."""


FEW = 150_000
"""Operations that are gone through one by one."""
BY_TIME, BY_OPERATION = "ix_operation_at", "ix_change_operation_id_record_type_action"


class TooMuch(BadRequest):
    """A list cannot be shown as of that moment; the description is for the user."""


@dataclass
class Since:
    """What is to be put over today's rows to have those of that moment: values by name; None for what was not there."""

    back: dict[int, Values | None] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    """Of those, what is no row any more."""


def since(table: str, names: Collection[str], at: datetime, until: datetime | None = None) -> Since:
    """Of the rows that came, went, or had one of the fields `names` changed after `at`. Raises TooMuch."""
    told = sa.cast(Change.old, sa.Text)
    fits = [Change.action != "updated", *(told.contains(f'"{name}"', autoescape=True) for name in sorted(names))]
    query = _later(sa.select(Change.record_id, Change.action, Change.old), table, at, until).where(sa.or_(*fits))
    found = Since()
    for number, action, old in _capped(query):
        if action == "created":
            found.back[number] = None
        elif action == "deleted":
            found.back[number] = dict(old or {})
            found.gone.add(number)
        else:
            found.back[number] = (found.back.get(number) or {}) | {key: old[key] for key in old or {} if key in names}
    return found


def touched(table: str, at: datetime, until: datetime) -> set[int]:
    """Rows to which anything happened in between. Raises TooMuch."""
    query = _later(sa.select(Change.record_id), table, at, until).distinct().order_by(None)
    return {number for (number,) in _capped(query)}


@dataclass
class Taggings:
    """Tags put on or taken off since: the rows as they were, and which records they are about."""

    back: dict[int, Values | None] = field(default_factory=dict)
    about: set[tuple[str, int]] = field(default_factory=set)

    def of(self, record_type: str) -> set[int]:
        return {number for name, number in self.about if name == record_type}

    def then(self, record_type: str, ids: Collection[int]) -> list[Values]:
        """The taggings of these records at that moment."""
        here = sa.select(Tagging.id, Tagging.tag_id, Tagging.record_id).where(
            Tagging.record_type == record_type, among(Tagging.record_id, ids)
        )
        rows = {
            number: {"tag_id": tag_id, "record_type": record_type, "record_id": record_id}
            for number, tag_id, record_id in db.session.execute(here)
        }
        rows |= {number: dict(values or {}) for number, values in self.back.items()}
        wanted = set(ids)
        return [
            row for row in rows.values() if row.get("record_type") == record_type and row.get("record_id") in wanted
        ]


def taggings_since(at: datetime, until: datetime | None = None) -> Taggings:
    """Raises TooMuch."""
    query = _later(sa.select(Change.record_id, Change.action, Change.old, Change.new), "tagging", at, until)
    found, unread = Taggings(), set()
    for number, action, old, new in _capped(query):
        if action == "created":
            found.back[number] = None
        elif action == "deleted":
            found.back[number] = dict(old or {})
        else:
            found.back[number] = (found.back.get(number) or {}) | (old or {})
            unread.add(number)
        for side in (old, new):
            if side and "record_id" in side:
                found.about.add((side.get("record_type") or "", side["record_id"]))
    if unread:
        _complete(found, unread)
    return found


def _complete(found: Taggings, ids: set[int]) -> None:
    """A tagging that was moved to another record keeps in the journal only what changed."""
    here = sa.select(Tagging.id, Tagging.tag_id, Tagging.record_type, Tagging.record_id).where(among(Tagging.id, ids))
    for number, tag_id, record_type, record_id in db.session.execute(here):
        back = found.back[number]
        if back is not None:
            found.back[number] = {"tag_id": tag_id, "record_type": record_type, "record_id": record_id} | back
        found.about |= {(record_type, record_id)} | (
            {(record_type, back["record_id"])} if back and "record_id" in back else set()
        )


def _later(query: sa.Select[Any], table: str, at: datetime, until: datetime | None) -> sa.Select[Any]:
    """The newest first. SQLite would walk all that ever happened to the table: where few operations are later it is told to
    begin with these."""
    query = query.join(Operation, Operation.id == Change.operation_id)
    query = query.where(Change.record_type == table, Operation.at > at).order_by(Change.id.desc())
    if _are_few(at):
        query = query.with_hint(Operation.__table__, f"INDEXED BY {BY_TIME}", "sqlite")
        query = query.with_hint(Change.__table__, f"INDEXED BY {BY_OPERATION}", "sqlite")
    return query if until is None else query.where(Operation.at <= until)


def _are_few(at: datetime) -> bool:
    later = sa.select(Operation.id).where(Operation.at > at).limit(FEW + 1).subquery()
    return (db.session.scalar(sa.select(sa.func.count()).select_from(later)) or 0) <= FEW


def _capped(query: sa.Select[Any]) -> list[Any]:
    rows = list(db.session.execute(query.limit(MOST + 1)))
    if len(rows) > MOST:
        raise TooMuch(said_too_much())
    return rows


def said_too_much() -> str:
    return _(
        "Too much was changed since then for a list of all of it. Choose a later day, or open single records as they were."
    )
