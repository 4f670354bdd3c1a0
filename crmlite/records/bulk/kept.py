"""What of changes of many records goes when its time is over: which ones they left alone. What they changed, the journal has."""

from collections.abc import Iterable

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from crmlite.extensions import db
from crmlite.records.bulk.models import RUNNING, BulkRefusal, BulkRun
from crmlite.retention import Kind


def kept() -> Iterable[Kind]:
    yield Kind(
        "bulk_runs",
        _l("Changes of many records"),
        _l(
            "Which records they left alone and why, from when they began. What they changed stays, and can still be undone."
        ),
        "inside",
        30,
        lambda before: sa.select(BulkRun.id).where(BulkRun.created_at < before, BulkRun.state != RUNNING),
        _forget,
    )


def _forget(ids: list[int]) -> None:
    for model, column in ((BulkRefusal, BulkRefusal.run_id), (BulkRun, BulkRun.id)):
        db.session.execute(sa.delete(model).where(column.in_(ids)))
