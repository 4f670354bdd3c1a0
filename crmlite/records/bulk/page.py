"""What the page of a change of many records shows."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from crmlite.auth.models import Viewer
from crmlite.extensions import db
from crmlite.journal import Operation
from crmlite.records import types, undoing
from crmlite.records.bulk.models import RUNNING, STOPPED, BulkRefusal, BulkRun
from crmlite.records.types import RecordType

PAGE = 50


def names_of(kind: RecordType, user: Viewer, ids: Sequence[int]) -> dict[int, str]:
    """Of those that the user may see, also in the trash."""
    query = sa.select(kind.model.id, kind.model.name).where(kind.model.id.in_(ids), kind.policy.rows(user))
    return {number: name for number, name in db.session.execute(query)}  # noqa: C416 - dict() knows no rows


class RunPage:
    """One run, in whatever state it is; of the records that it left alone those after `after`."""

    def __init__(self, run: BulkRun, user: Viewer, after: int = 0) -> None:
        self.run, self.user, self.after = run, user, after
        self.type = types.get(run.record_type)

    @cached_property
    def _chain(self) -> list[int]:
        """Its operation, that which took it back, that which took that back, and so on."""
        chain = [self.run.operation_id]
        taken_back = sa.select(Operation.undone_by_id)
        while (further := db.session.scalar(taken_back.where(Operation.id == chain[-1]))) is not None:
            chain.append(further)
        return chain

    @cached_property
    def undone(self) -> undoing.Progress | None:
        return undoing.progress(*self._chain[-2:]) if len(self._chain) % 2 == 0 else None

    @property
    def is_busy(self) -> bool:
        return self.run.state == RUNNING or (self.undone is not None and self.undone.is_busy)

    @property
    def state(self) -> tuple[str, str]:
        """In a word, with its hue."""
        if self.undone is not None:
            return (_("Is being undone"), "blue") if self.undone.is_busy else (_("Undone"), "secondary")
        if self.run.state == RUNNING:
            return _("In work"), "blue"
        return (_("Stopped"), "orange") if self.run.state == STOPPED else (_("Done"), "green")

    @property
    def may_undo(self) -> bool:
        return self.undone is None and self.run.changed > 0

    @property
    def undo_url(self) -> str:
        return f"/records/undo/{self._chain[-1]}"

    @cached_property
    def refusals(self) -> list[tuple[str, str, str]]:
        """(name, address, reason) of each; what one may not see any more has no name."""
        if self.type is None:
            return []
        names = names_of(self.type, self.user, [row.record_id for row in self._rows[:PAGE]])
        return [
            (names.get(row.record_id, ""), self.type.url_of(row.record_id), row.reason) for row in self._rows[:PAGE]
        ]

    @property
    def next_after(self) -> int | None:
        return self._rows[PAGE - 1].record_id if len(self._rows) > PAGE else None

    @cached_property
    def _rows(self) -> Sequence[Any]:
        query = sa.select(BulkRefusal).where(BulkRefusal.run_id == self.run.id, BulkRefusal.record_id > self.after)
        return db.session.scalars(query.order_by(BulkRefusal.record_id).limit(PAGE + 1)).all()
