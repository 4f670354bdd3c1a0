"""Comparing: what changed, soon after it did; and all that was there before crmlite knew how, once."""

import sqlalchemy as sa

from crmlite import jobs
from crmlite.duplicates import finding, keeping
from crmlite.duplicates.models import DuplicateCard
from crmlite.extensions import db


def are_waiting() -> bool:
    """Whether there is something to compare, and nobody was told to yet."""
    waits = sa.select(DuplicateCard.record_id).where(DuplicateCard.waiting).limit(1)
    if db.session.scalar(waits) is None:
        return False
    told = sa.select(jobs.Job.id).where(jobs.Job.name == jobs.name_of(look_through_new))
    return db.session.scalar(told.where(jobs.Job.state.in_(["queued", "running"])).limit(1)) is None


@jobs.job
def look_through_new() -> None:
    """A batch of what waits; the rest in a transaction of its own, so that others can save in between."""
    for name in keeping.MODELS:
        waiting = sa.select(DuplicateCard.record_id).where(DuplicateCard.record_type == name, DuplicateCard.waiting)
        ids = list(db.session.scalars(waiting.order_by(DuplicateCard.record_id).limit(finding.BATCH)))
        if ids:
            finding.look_through(name, ids)
        if len(ids) == finding.BATCH:
            jobs.enqueue(look_through_new)
            return


@jobs.job
def look_through_all(name: str = "contact", after: int = 0) -> None:
    """Makes the cards of what had none, in batches; they are compared as if they were new."""
    model = keeping.MODELS[name]
    ids = list(
        db.session.scalars(
            sa.select(model.id)
            .where(model.id > after, model.deleted_at.is_(None))
            .order_by(model.id)
            .limit(finding.BATCH)
        )
    )
    if ids:
        keeping.renew(db.session(), name, ids)
        jobs.enqueue(look_through_all, key=f"duplicates:all:{name}:{ids[-1]}", name=name, after=ids[-1])
    elif name == "contact":
        jobs.enqueue(look_through_all, key="duplicates:all:company", name="company")
    else:
        jobs.enqueue(look_through_new)
