"""What stands around every page: one's favourites in the sidebar and how many notices are unread, in one statement."""

from functools import cached_property
from typing import Any

import sqlalchemy as sa

from crmlite.auth.models import Viewer
from crmlite.desk.inbox import standing
from crmlite.desk.models import Notice
from crmlite.extensions import at_most, db
from crmlite.records import favourites
from crmlite.records.favourites import Starred
from crmlite.records.policy import statement_for

MOST = 99
"""Above it, how many exactly does not matter."""


class Desk:
    """Asked by the page's frame: fragments never ask, and cost nothing."""

    def __init__(self, user: Viewer) -> None:
        self.user = user

    @property
    def unread(self) -> int:
        """How many notices are unread, at most MOST + 1."""
        return next(row.position for row in self._rows if row.record_type == "")

    @cached_property
    def favourites(self) -> list[Starred]:
        return favourites.starred(row for row in self._rows if row.record_type != "")

    def star_of(self, record_type: str, record_id: int = 0, query: str = "") -> Starred | None:
        wanted = (record_type, record_id, query)
        return next((one for one in self.favourites if (one.record_type, one.record_id, one.query) == wanted), None)

    @cached_property
    def _rows(self) -> list[Any]:
        return list(db.session.execute(statement_for(self.user, "around", self._statement)))

    def _statement(self) -> sa.CompoundSelect[Any]:
        unread = (
            standing(self.user.id).where(Notice.read_at.is_(None)).with_only_columns(Notice.id).limit(at_most(MOST + 1))
        )
        count = sa.select(sa.func.count()).select_from(unread.subquery()).scalar_subquery()
        zero, empty = sa.literal(0), sa.literal("")
        first = sa.select(zero, empty.label("record_type"), zero, empty, empty, count.label("position"))
        parts = favourites.selects(self.user)
        return sa.union_all(parts[0], *parts[1:], first)
