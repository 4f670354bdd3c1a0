"""Customers open what was sent to them: the hit is only counted when it happens, and told by the worker within a minute.

A GET of a customer writes one row of `hit` and nothing else; events and notices are the worker's.
"""

import sqlalchemy as sa

from crmlite import events, journal
from crmlite.events import EventType
from crmlite.extensions import db
from crmlite.jobs import enqueue
from crmlite.records import types
from crmlite.records.links import Hit, Link

OPENED: dict[str, EventType] = {"quote": events.QUOTE_OPENED}
"""What a link's first hit means, by what the link is for."""
AT_ONCE = 100


def waiting() -> list[int]:
    """Links that were followed and of which nobody was told: looked for with the reader."""
    followed = sa.exists().where(Hit.link_id == Link.id, Hit.agent != "scanner")
    query = sa.select(Link.id).where(Link.opened_at.is_(None), Link.purpose.in_(OPENED), followed)
    return list(db.session.scalars(query.order_by(Link.id).limit(AT_ONCE)))


def plan(link_ids: list[int]) -> None:
    """Lets each be told once. Does not commit."""
    from crmlite.desk.jobs import tell_of_opening

    for number in link_ids:
        enqueue(tell_of_opening, key=f"opened:{number}", link_id=number)


def tell(link_id: int) -> None:
    """Says on the timeline, and to whoever the record belongs to, that the customer has looked."""
    link = db.session.get(Link, link_id, with_for_update=True, populate_existing=True)
    if link is None or link.opened_at is not None:
        return
    followed = sa.select(sa.func.min(Hit.at)).where(Hit.link_id == link.id, Hit.agent != "scanner")
    link.opened_at = db.session.scalar(followed)
    record = types.load(link.record_type, link.record_id)
    if link.opened_at is not None and record is not None and record.deleted_at is None:
        journal.act_as("customer")
        events.emit(OPENED[link.purpose], record, about=record.about(), number=record.number)
