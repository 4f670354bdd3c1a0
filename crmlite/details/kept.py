"""What of corrections goes when its time is over."""

from collections.abc import Iterable

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from crmlite.details.models import Correction, DetailsRequest, DetailsSending
from crmlite.extensions import db
from crmlite.retention import Kind


def kept() -> Iterable[Kind]:
    yield Kind(
        "corrections",
        _l("What people corrected of themselves"),
        _l("What they sent, from when it was decided. What was changed by it stays, and so does what waits."),
        "outside",
        365,
        lambda before: sa.select(Correction.id).where(Correction.state == "done", Correction.decided_at < before),
        _forget_corrections,
    )
    yield Kind(
        "details_sendings",
        _l("To whom links to their details were sent together"),
        _l("From when they were sent. The mails themselves stay."),
        "inside",
        365,
        lambda before: sa.select(DetailsSending.id).where(DetailsSending.created_at < before),
        _forget_sendings,
    )


def _forget_corrections(ids: list[int]) -> None:
    for correction in db.session.scalars(
        sa.select(Correction).where(Correction.id.in_(ids)).order_by(Correction.id)
    ).all():
        db.session.delete(correction)


def _forget_sendings(ids: list[int]) -> None:
    db.session.execute(sa.delete(DetailsRequest).where(DetailsRequest.sending_id.in_(ids)))
    db.session.execute(sa.delete(DetailsSending).where(DetailsSending.id.in_(ids)))
