"""With a record that goes for good goes what is known of it here."""

from typing import Any

import sqlalchemy as sa

from crmlite import events
from crmlite.duplicates import keeping
from crmlite.duplicates.models import Distinct, Merge, MergeMove
from crmlite.extensions import db


@events.on(events.RECORD_PURGED)
def forget(record: Any, **_data: Any) -> None:
    name = record.__tablename__
    if name not in keeping.MODELS:
        return
    keeping.forget(db.session(), name, [record.id])
    either = sa.or_(Distinct.record_id == record.id, Distinct.other_id == record.id)
    for row in db.session.scalars(sa.select(Distinct).where(Distinct.record_type == name, either)).all():
        db.session.delete(row)
    merges = db.session.scalars(sa.select(Merge).where(Merge.record_type == name, Merge.winner_id == record.id)).all()
    for merge in merges:
        db.session.execute(sa.delete(MergeMove).where(MergeMove.merge_id == merge.id))
        db.session.delete(merge)
