"""What became of a list between two moments: what is new in it, what is gone from it, and what changed, with who did it last."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from crmlite import journal
from crmlite.auth.models import Viewer
from crmlite.extensions import db, utcnow
from crmlite.journal import Change, Operation
from crmlite.records.colleagues import users
from crmlite.records.types import RecordType
from crmlite.timetravel import moments
from crmlite.timetravel.changed import touched
from crmlite.timetravel.listing import PastListing
from crmlite.timetravel.moments import written
from crmlite.timetravel.past import Snapshot
from crmlite.timetravel.rolled import Rolled
from crmlite.timetravel.saying import Field, Words

PAGE = 50
NEW, GONE, CHANGED = "new", "gone", "changed"


@dataclass(frozen=True)
class Difference:
    """One record of the difference."""

    id: int
    name: str
    what: str
    url: str
    fields: tuple[Field, ...]
    at: datetime | None
    who: str


class Comparison:
    """The list that `args` ask for, at `start` and at `end`. Raises FilterError and TooMuch."""

    def __init__(
        self, kind: RecordType, user: Viewer, args: "MultiDict[str, str]", start: datetime, end: datetime | None
    ) -> None:
        self.type, self.user, self.is_now = kind, user, end is None
        start, end = min(start, end or utcnow()), max(start, end or utcnow())
        self.start, self.end = start, end
        self.only, place = args.get("_only", ""), args.get("_from", "")
        self.skip = int(place) if place.isascii() and place.isdigit() and len(place) < 9 else 0
        kept = MultiDict((key, value) for key, value in args.items(multi=True) if key not in {"_only", "_from"})
        self.listing = PastListing(kind, user, kept, start)

    # --- addresses

    def url(self, **changes: str | None) -> str:
        words = {"_at": written(self.start), "_to": None if self.is_now else written(self.end), "_only": self.only}
        pairs = [*self.listing.pairs, *((key, value) for key, value in {**words, **changes}.items() if value)]
        return f"/timetravel/{self.type.name}/compare?{urlencode(pairs)}"

    @property
    def picked(self) -> tuple[str, str]:
        return moments.for_picker(self.start), "" if self.is_now else moments.for_picker(self.end)

    @property
    def tabs(self) -> list[tuple[str, int, str]]:
        """What there is of each kind of difference: its name, how many, its address."""
        numbers = {name: sum(what == name for what in self._what.values()) for name in (NEW, GONE, CHANGED)}
        return [(name, number, self.url(_only=name, _from=None)) for name, number in numbers.items()]

    @cached_property
    def next_url(self) -> str | None:
        further = self.skip + PAGE
        return self.url(_from=str(further)) if further < len(self._listed) else None

    # --- what differs

    @cached_property
    def rows(self) -> list[Difference]:
        ids = self._listed[self.skip : self.skip + PAGE]
        was, now = self._snapshots(ids, self.start), self._snapshots(ids, self.end)
        words = Words(self.type, self.user, [*was.values(), *now.values()])
        last = self._last(ids)
        found = []
        for number in ids:
            one, other = was[number], now[number]
            name = ((other if other.values else one).values or {}).get("name") or ""
            differing = tuple(field for field in words.fields(one, other) if field.differs)
            fields = differing if self._what[number] != NEW or one.values else ()
            query = urlencode({"at": written(self.start)} | ({} if self.is_now else {"to": written(self.end)}))
            url = f"/timetravel/{self.type.name}/{number}?{query}"
            found.append(Difference(number, name, self._what[number], url, fields, *last.get(number, (None, ""))))
        return found

    @cached_property
    def _listed(self) -> list[int]:
        """What is new first, then what is gone, then what changed; the latest records first."""
        order = {NEW: 0, GONE: 1, CHANGED: 2}
        wanted = {number: what for number, what in self._what.items() if self.only in {"", what}}
        return sorted(wanted, key=lambda number: (order[wanted[number]], -number))

    @cached_property
    def _what(self) -> dict[int, str]:
        start, end = (
            Rolled(self.type, self.user, self.listing.terms, self.listing.order.column, at)
            for at in (self.start, self.end)
        )
        own = touched(self.type.name, self.start, self.end)
        candidates = own | start.changed
        was, now = _members(start, candidates), _members(end, candidates)
        found = dict.fromkeys(now - was, NEW) | dict.fromkeys(was - now, GONE)
        return found | dict.fromkeys(was & now & own, CHANGED)

    def _snapshots(self, ids: Collection[int], at: datetime) -> dict[int, Snapshot]:
        found = journal.many_as_of(self.type.name, ids, at) if ids else {}
        return {number: Snapshot(values, {}) for number, values in found.items()}

    def _last(self, ids: Collection[int]) -> dict[int, tuple[datetime, str]]:
        """When each was changed last in that time, and by whom."""
        query = (
            sa.select(Change.record_id, Operation.at, Operation.actor_id)
            .join(Operation, Operation.id == Change.operation_id)
            .where(Change.record_type == self.type.name, Change.record_id.in_(ids))
            .where(Operation.at > self.start, Operation.at <= self.end)
            .order_by(Change.id)
        )
        rows: Any = db.session.execute(query) if ids else ()
        return {number: (at, users().get(actor_id or 0, {}).get("name", "")) for number, at, actor_id in rows}


def _members(rolled: Rolled, ids: Collection[int]) -> set[int]:
    query = rolled.query(ids)
    return set(db.session.scalars(query)) if query is not None else set()
