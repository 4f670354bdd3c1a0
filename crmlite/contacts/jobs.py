"""What time alone changes about people and companies."""

from typing import Any

import sqlalchemy as sa

from crmlite import jobs
from crmlite.companies.models import Company
from crmlite.contacts.models import Affiliation, Contact
from crmlite.extensions import db, utcnow

BATCH = 500


@jobs.job
def renew_lifecycles() -> None:
    """Makes customers of those whose day has come, and former ones of those whose last day has."""
    due = [*_due(Contact), *_due(Company)]
    for record in due:
        record.renew_lifecycle()
    if len(due) >= BATCH:  # the rest in a transaction of its own
        jobs.enqueue(renew_lifecycles)


@jobs.job
def leave_companies() -> None:
    """Who leaves a company on a day that was known before has another main company from that day on."""
    left = sa.select(Affiliation).where(Affiliation.main, Affiliation.until <= utcnow().date()).limit(BATCH)
    for link in db.session.scalars(left.options(sa.orm.joinedload(Affiliation.contact))).all():
        link.contact.choose_main_company()


def _due(model: Any) -> list[Any]:
    """Whose dates say something else than their lifecycle does; at most BATCH."""
    today = utcnow().date()
    is_former = sa.and_(model.customer_since <= today, model.customer_until <= today)
    is_customer = sa.and_(
        model.customer_since <= today, sa.or_(model.customer_until.is_(None), model.customer_until > today)
    )
    stale = sa.or_(
        sa.and_(is_customer, model.lifecycle.is_distinct_from("customer")),
        sa.and_(is_former, model.lifecycle.is_distinct_from("former")),
    )
    return list(db.session.scalars(sa.select(model).where(stale).order_by(model.id).limit(BATCH)))
