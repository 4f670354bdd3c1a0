"""The fields of records that are merged: which of them people choose between, and what is taken unless they say otherwise."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from crmlite import journal, web
from crmlite.records.colleagues import users
from crmlite.records.types import RecordType

FOLLOWS = frozenset(
    ("id", "name", "sort_name", "lifecycle", "last_activity_at", "created_at", "created_by_id", "updated_at")
    + ("row_version", "deleted_at", "team_id", "merged_into_id", "country", "region", "city")
)
"""Columns that nobody chooses: they follow from others, or are united."""
LABELS = {
    "name": _l("Name"),
    "given": _l("First name"),
    "family": _l("Last name"),
    "salutation": _l("Form of address"),
    "birthday": _l("Birthday"),
    "language": _l("Language"),
    "instructions": _l("Special instructions"),
    "owner_id": _l("Owner"),
    "customer_since": _l("Customer since"),
    "customer_until": _l("Customer until"),
    "main_email": _l("Main e-mail"),
    "main_phone": _l("Main phone"),
    "main_company_id": _l("Main company"),
    "parent_id": _l("Part of"),
    "vat_id": _l("VAT number"),
    "industry": _l("Industry"),
}
KIND_OF = {"main_email": "email", "main_phone": "phone"}


@dataclass(frozen=True)
class Choice:
    """One field with the values that the records have."""

    name: str
    label: Any
    values: dict[int, Any]
    """By the record's id."""
    chosen: int
    """The id of the record whose value is taken."""

    @property
    def differs(self) -> bool:
        return len({repr(value) for value in self.values.values()}) > 1

    @property
    def is_question(self) -> bool:
        """Whether more than one of them has something to say."""
        return len({repr(value) for value in self.values.values() if value not in _EMPTY}) > 1

    @property
    def options(self) -> list[tuple[int, Any]]:
        """What there is to choose between: each value once, of the first record that has it."""
        found: dict[str, tuple[int, Any]] = {}
        for number, value in self.values.items():
            if value not in _EMPTY:
                found.setdefault(repr(value), (number, value))
        ids = {number for number, _value in found.values()}
        if self.chosen not in ids and self.chosen in self.values:
            return [(self.chosen if repr(v) == repr(self.values[self.chosen]) else n, v) for n, v in found.values()]
        return list(found.values())


_EMPTY: tuple[Any, ...] = (None, "", 0)


def names(kind: RecordType) -> list[str]:
    """The fields that are chosen, in the order of the model."""
    keys = [column.name for column in journal.journaled_columns(kind.model)]
    plain = [name for name in keys if name not in FOLLOWS - ({"name"} if kind.name == "company" else set())]
    return [name for name in plain if not isinstance(kind.model.__table__.c[name].type, sa.JSON)]


def united(kind: RecordType) -> list[str]:
    """Fields that hold several values by name: those of all records come together, the winner's first."""
    columns = journal.journaled_columns(kind.model)
    return [column.name for column in columns if isinstance(column.type, sa.JSON)]


def choices(kind: RecordType, winner: Any, records: list[Any], asked: dict[str, int]) -> list[Choice]:
    """What is taken of whom: as asked, else of the winner, else of the first that has something."""
    ordered = [winner, *(record for record in records if record is not winner)]
    found = []
    for name in names(kind):
        values = {record.id: getattr(record, name) for record in ordered}
        usual = next((record.id for record in ordered if values[record.id] not in _EMPTY), winner.id)
        chosen = asked.get(name, usual)
        found.append(Choice(name, LABELS.get(name, name), values, chosen if chosen in values else usual))
    return found


def shown(name: str, value: Any) -> str:
    """A value in words."""
    if value in _EMPTY:
        return ""
    if name == "owner_id":
        return str(users().get(value, {}).get("name", value))
    if name == "language":
        return web.language_name(value)
    return web.show_date(value) if isinstance(value, date) else str(value)
