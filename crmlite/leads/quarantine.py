"""What was held and nobody released: it is strangers' data, and goes when its time is over."""

from collections.abc import Iterable

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from crmlite.extensions import db
from crmlite.leads.models import Submission
from crmlite.retention import Kind


def kept() -> Iterable[Kind]:
    yield Kind(
        "quarantine",
        _l("Forms in quarantine"),
        _l("What was held or discarded and nobody released, from when it came in."),
        "outside",
        30,
        lambda before: sa.select(Submission.id).where(
            Submission.state.in_(["held", "discarded"]), Submission.received_at < before
        ),
        _forget,
        for_ever=False,
    )


def _forget(ids: list[int]) -> None:
    db.session.execute(sa.delete(Submission).where(Submission.id.in_(ids)))
