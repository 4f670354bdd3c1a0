"""What of leads goes when its time is over: strangers' data that nobody released, and enquiries that came to nothing."""

from collections.abc import Iterable

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from crmlite.extensions import db
from crmlite.leads.models import Lead, Submission
from crmlite.retention import Kind


def kept() -> Iterable[Kind]:
    yield Kind(
        "quarantine",
        _l("Forms in quarantine"),
        _l("What was held or discarded and nobody released, from when it came in."),
        "outside",
        30,
        lambda before: sa.select(Submission.id).where(
            sa.or_(
                Submission.state.in_(["held", "discarded"]),
                sa.and_(
                    Submission.state == "done", Submission.lead_id.is_(None)
                ),  # what it became was removed for good
            ),
            Submission.received_at < before,
        ),
        _forget_submissions,
        for_ever=False,
    )
    yield Kind(
        "leads",
        _l("Leads that came to nothing"),
        _l(
            "They move to the trash, from when they were changed last. Until their time there is over they can be restored."
        ),
        "outside",
        None,
        lambda before: sa.select(Lead.id).where(
            Lead.state == "unqualified", Lead.deleted_at.is_(None), Lead.updated_at < before
        ),
        _move_to_trash,
    )


def _forget_submissions(ids: list[int]) -> None:
    db.session.execute(sa.delete(Submission).where(Submission.id.in_(ids)))


def _move_to_trash(ids: list[int]) -> None:
    for lead in db.session.scalars(sa.select(Lead).where(Lead.id.in_(ids)).order_by(Lead.id)).all():
        lead.trash()
