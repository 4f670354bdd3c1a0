"""What somebody agrees to now, in short: in the box on their page, and as a column of contacts, filtered by purpose: `consents=3`."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from crmlite.contacts.consents import WITHDRAWN, Consent, Purpose, PurposeText, newest, purposes
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


@dataclass(frozen=True)
class Glance:
    """What somebody's consent to one purpose is now, in short."""

    name: str
    holds: bool
    at: datetime | None
    """When they said so last; None where they were never asked."""
    is_outdated: bool


def at_a_glance(contact: Any) -> list[Glance]:
    """consents.standing() for the box on their page, in one statement."""
    newer = sa.exists().where(
        PurposeText.purpose_id == Purpose.id, PurposeText.language == Consent.language, PurposeText.n > Consent.version
    )
    query = (
        sa.select(
            Purpose.id,
            Purpose.name,
            Purpose.retired_at,
            Consent.point,
            Consent.action,
            Consent.at,
            newer.label("newer"),
        )
        .outerjoin(Consent, sa.and_(Consent.purpose_id == Purpose.id, Consent.contact_id == contact.id))
        .order_by(Purpose.position, Purpose.id, Consent.at, Consent.id)
    )
    found = []
    for (_id, name, retired_at), rows in groupby(db.session.execute(query).all(), key=lambda row: row[:3]):
        said = newest(row for row in rows if row.action is not None)
        if said or retired_at is None:
            holding = [row for row in said if row.action != WITHDRAWN]
            last = next(iter(holding or said), None)
            found.append(Glance(name, bool(holding), last.at if last else None, bool(holding and holding[0].newer)))
    return found
