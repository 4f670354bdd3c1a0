"""What time alone changes about people and companies."""

import sqlalchemy as sa

from crmlite import jobs
from crmlite.companies.models import Company
from crmlite.contacts.models import Contact
from crmlite.extensions import db, utcnow

BATCH = 500


@jobs.job
def renew_lifecycles() -> None:
    """Makes customers of those whose day has come, and former ones of those whose last day has."""
    today = utcnow().date()
    for model in (Contact, Company):
        begun = sa.and_(
            model.customer_since <= today, sa.or_(model.customer_until.is_(None), model.customer_until > today)
        )
        stale = sa.or_(
            sa.and_(begun, model.lifecycle.is_distinct_from("customer")),
            sa.and_(
                model.customer_until <= today, model.customer_since <= today, model.lifecycle.is_distinct_from("former")
            ),
        )
        for record in db.session.scalars(sa.select(model).where(stale).order_by(model.id).limit(BATCH)):
            record.renew_lifecycle()
