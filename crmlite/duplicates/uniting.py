"""What two records both have: an e-mail, an address, a tag, a colleague, a company they work at. It stays once."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from crmlite.auth.models import Member
from crmlite.contacts.models import Affiliation, roles_text
from crmlite.duplicates import names
from crmlite.duplicates.relations import Relation
from crmlite.extensions import db
from crmlite.records.points import Address, Point
from crmlite.records.tags import Tagging

Alike = Callable[[Any], Any]
"""What two rows share that say the same."""


def doubles(relation: Relation, winner_id: int, loser_ids: list[int]) -> list[Any]:
    """Rows of the losers that the winner, or a loser before, has too; what they know better is kept in the row that stays.

    They are the caller's to delete: rows through the session, so that the journal has them.
    """
    model = _MODELS.get(relation.table.name)
    if model is None:
        return []
    alike, more = _ALIKE[relation.name], _MORE.get(relation.table.name)
    holder = getattr(model, relation.column)
    query = sa.select(model).where(relation.of([winner_id, *loser_ids]))
    rows = list(db.session.scalars(query.order_by(sa.case({winner_id: 0}, value=holder, else_=1), model.id)))
    kept: dict[Any, Any] = {}
    found = []
    for row in rows:
        key = alike(row)
        if key is None or key not in kept:
            kept[key] = row
        elif more is None or more(kept[key], row):
            found.append(row)
    return [row for row in found if getattr(row, relation.column) != winner_id]


def _address(row: Address) -> Any:
    parts = (row.lines, row.postcode, row.city, row.country)
    return tuple("".join(map(names.sound, names.words(part))) for part in parts)


def _fill_address(kept: Any, row: Any) -> bool:
    kept.region = kept.region or row.region
    return True


def _fill_work(kept: Any, row: Any) -> bool:
    """Whether both say of one job: what one of them leaves open, the other may say."""
    for name in ("title", "since", "until"):
        mine, theirs = getattr(kept, name), getattr(row, name)
        if mine and theirs and mine != theirs:
            return False
    if bool(kept.until) != bool(row.until):
        return False  # somebody left and came back
    for name in ("title", "since"):
        setattr(kept, name, getattr(kept, name) or getattr(row, name))
    kept.buying_role = roles_text([*kept.roles, *row.roles])
    return True


def _fill_member(kept: Any, row: Any) -> bool:
    kept.role = kept.role or row.role
    return True


_MODELS: dict[str, Any] = {model.__tablename__: model for model in (Point, Address, Affiliation, Tagging, Member)}
_ALIKE: dict[str, Alike] = {
    "point.contact_id": lambda row: (row.kind, row.normal),
    "point.company_id": lambda row: (row.kind, row.normal),
    "address.contact_id": _address,
    "address.company_id": _address,
    "affiliation.contact_id": lambda row: row.company_id,
    "affiliation.company_id": lambda row: row.contact_id,
    "tagging.record_id": lambda row: row.tag_id,
    "member.record_id": lambda row: row.user_id,
}
_MORE: dict[str, Callable[[Any, Any], bool]] = {
    "address": _fill_address,
    "affiliation": _fill_work,
    "member": _fill_member,
}
