"""Consents as a column of contacts: which purposes somebody agrees to now; filtered by purpose, such as `consents=3`."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from crmlite.contacts.consents import WITHDRAWN, Consent, Purpose, purposes
from crmlite.extensions import db
from crmlite.records.filters import asks
from crmlite.records.rows import Row, fills
from crmlite.records.types import Column


def choices() -> list[tuple[str, Any]]:
    return [(str(purpose.id), purpose.name) for purpose in purposes(retired=True)]


def holding() -> Any:
    """(contact, purpose) of every consent that was not withdrawn since, as consents.standing() says it."""
    later = aliased(Consent)
    withdrawn = sa.exists().where(
        later.contact_id == Consent.contact_id,
        later.purpose_id == Consent.purpose_id,
        later.action == WITHDRAWN,
        sa.or_(later.point == "", later.point == Consent.point),
        sa.or_(later.at > Consent.at, sa.and_(later.at == Consent.at, later.id > Consent.id)),
    )
    return sa.select(Consent.contact_id, Consent.purpose_id).where(Consent.action != WITHDRAWN, ~withdrawn)


@asks("consents")
def _condition(model: Any, operator: str, values: tuple[str, ...]) -> sa.ColumnElement[bool]:
    agreed = holding().with_only_columns(Consent.contact_id)
    if operator == "empty":
        nothing = model.id.not_in(agreed)
        return nothing if values[-1] not in {"0", "no"} else sa.not_(nothing)
    wanted = [int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 16]
    found = agreed.where(Consent.purpose_id.in_(wanted))
    return model.id.not_in(found) if operator == "not" else model.id.in_(found)


@fills("consents")
def _fill(column: Column, rows: list[Row]) -> None:
    query = holding().add_columns(Purpose.name).join(Purpose, Purpose.id == Consent.purpose_id).distinct()
    query = query.where(Consent.contact_id.in_([row.id for row in rows])).order_by(Purpose.name)
    found: dict[int, list[str]] = {}
    for contact_id, _purpose_id, name in db.session.execute(query):
        found.setdefault(contact_id, []).append(name)
    for row in rows:
        row[column.name] = found.get(row.id, [])
