"""What somebody was called, and how they were reached, before it was changed: the journal remembers it, and so do texts."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from crmlite.extensions import db
from crmlite.journal import Change, Event, EventLink
from crmlite.records.points import Point


@dataclass(frozen=True)
class Reached:
    kind: str
    value: str
    normal: str


def points(ids: Collection[int]) -> set[Reached]:
    """Every e-mail, phone and link that these contacts have or had."""
    now = {point.id: point for point in db.session.scalars(sa.select(Point).where(Point.contact_id.in_(ids)))}
    linked = sa.select(EventLink.event_id).where(EventLink.record_type == "contact", EventLink.record_id.in_(ids))
    gone = sa.select(Change.record_id).where(
        Change.operation_id.in_(sa.select(Event.operation_id).where(Event.id.in_(linked))),
        Change.record_type == "point",
        Change.action == "deleted",
        Change.old["contact_id"].as_integer().in_(ids),
    )
    found = {Reached(point.kind, point.value, point.normal) for point in now.values()}
    known = {number: (point.kind, point.value, point.normal) for number, point in now.items()}
    numbers = sorted({*now, *db.session.scalars(gone)})
    for number, values in _back("point", numbers):
        before = known.get(number, ("", "", ""))
        known[number] = tuple(values.get(n) or v for n, v in zip(("kind", "value", "normal"), before, strict=True))  # type: ignore[assignment]
        found.add(Reached(*known[number]))
    return {one for one in found if one.kind and one.value and one.normal}


def names(contacts: Collection[tuple[int, str, str]]) -> set[tuple[str, str]]:
    """First and last names that these, (id, first, last), had before."""
    known = {number: (given, family) for number, given, family in contacts}
    found = set[tuple[str, str]]()
    for number, values in _back("contact", sorted(known)):
        given, family = known[number]
        known[number] = (values.get("given", given) or "", values.get("family", family) or "")
        found.add(known[number])
    return found


def _back(table: str, ids: Collection[int]) -> list[tuple[int, dict[str, str]]]:
    """What changes of these rows say of how they were, the latest change first."""
    query = sa.select(Change.record_id, Change.old).where(Change.record_type == table, Change.record_id.in_(ids))
    return [(number, old) for number, old in db.session.execute(query.order_by(Change.id.desc())) if old]
