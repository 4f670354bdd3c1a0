"""What time alone changes about people and companies."""

from typing import Any

import sqlalchemy as sa

from crmlite import jobs
from crmlite.companies.models import Company
from crmlite.contacts.models import Contact
from crmlite.extensions import db, utcnow

BATCH = 500


@jobs.job
def renew_lifecycles() -> None:
    """Makes customers of those whose day has come, and former ones of those whose last day has."""
    for record in (*_due(Contact), *_due(Company)):
        record.renew_lifecycle()


def _due(model: Any) -> list[Any]:
    """Whose dates say something else than their lifecycle does; at most BATCH, the rest the day after."""
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
