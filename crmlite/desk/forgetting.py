"""What goes when its time is over, or with the record that it was about."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from crmlite.desk.models import Notice
from crmlite.extensions import db, utcnow
from crmlite.records import favourites, seen

KEEP_READ = timedelta(days=90)
KEEP = timedelta(days=365)
"""What nobody read in a year nobody will."""


def forget_old() -> None:
    now = utcnow()
    old = sa.or_(Notice.read_at < now - KEEP_READ, Notice.at < now - KEEP)
    db.session.execute(sa.delete(Notice).where(old))


def forget_record(record: Any) -> None:
    """For good, with the record."""
    name, number = record.__tablename__, record.id
    db.session.execute(sa.delete(Notice).where(Notice.record_type == name, Notice.record_id == number))
    favourites.forget(name, number)
    seen.forget(name, number)
