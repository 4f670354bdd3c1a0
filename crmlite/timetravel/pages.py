"""What the page of a record as it was shows."""

from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from crmlite.auth.models import Viewer
from crmlite.journal import Change, Operation
from crmlite.records.colleagues import users
from crmlite.records.merged import successor
from crmlite.records.types import RecordType
from crmlite.timetravel import moments
from crmlite.timetravel.moments import Steps, written
from crmlite.timetravel.past import History
from crmlite.timetravel.saying import Field, Words


class RecordThen:
    """A record, found through past.find(), as it was at `at`, beside what it is at `to`: now, unless told otherwise."""

    def __init__(self, kind: RecordType, record: Any, user: Viewer, at: datetime, to: datetime | None) -> None:
        self.type, self.record, self.user = kind, record, user
        self.at = at if to is None else min(at, to)
        self.to = to if to is None else max(at, to)
        self.history = History(kind, record, self.at)
        self.was = self.history.at(self.at)
        self.now = self.history.now if self.to is None else self.history.at(self.to)

    @property
    def title(self) -> str:
        """What it was called then, or is called where it was not there then."""
        name = (self.was.values or self.now.values or {}).get("name")
        return str(name or "")

    @cached_property
    def fields(self) -> list[Field]:
        words = Words(self.type, self.user, [self.was, self.now])
        return [self._with_steps(found) for found in words.fields(self.was, self.now)]

    @property
    def differing(self) -> list[Field]:
        return [found for found in self.fields if found.differs]

    @cached_property
    def steps(self) -> Steps:
        return Steps(self.record, self.at)

    @property
    def is_deleted_now(self) -> bool:
        return self.record.deleted_at is not None and not self.is_merged

    @property
    def is_merged(self) -> bool:
        return getattr(self.record, "merged_into_id", None) is not None

    @cached_property
    def merged_into(self) -> str | None:
        """The address of what it is part of now."""
        number = successor(self.type, self.user, self.record.id) if self.is_merged else None
        return self.type.url_of(number) if number is not None else None

    @property
    def may_edit(self) -> bool:
        is_there = self.was.is_there and not self.is_merged
        return is_there and self.type.policy.may(self.user, "edit", self.record)

    def url(self, at: datetime, to: datetime | None = None) -> str:
        query = {"at": written(at)} | ({"to": written(to)} if to is not None else {})
        return f"/timetravel/{self.type.name}/{self.record.id}?{urlencode(query)}"

    def restore_url(self, name: str = "") -> str:
        query = {"id": self.record.id, "at": written(self.at)} | ({"name": name} if name else {})
        return f"/timetravel/{self.type.name}/restore?{urlencode(query)}"

    @property
    def picked(self) -> str:
        return moments.for_picker(self.at)

    @property
    def picked_to(self) -> str:
        return moments.for_picker(self.to) if self.to is not None else ""

    @cached_property
    def _done(self) -> list[tuple[Change, Operation]]:
        end = self.to or max((operation.at for _change, operation in self.history.changes), default=self.at)
        return self.history.between(self.at, end)

    def _with_steps(self, found: Field) -> Field:
        if not found.differs:
            return found
        steps: dict[int, tuple[datetime, str]] = {}
        for change, operation in self._done:
            if self._is_about(change, found.name):
                actor = users().get(operation.actor_id or 0)
                steps[operation.id] = (operation.at, actor["name"] if actor else "")
        return Field(found.name, found.label, found.was, found.now, True, found.may_set_back, tuple(steps.values()))

    def _is_about(self, change: Change, name: str) -> bool:
        if change.record_type == self.type.name:
            return name in (change.new or {}) or name in (change.old or {})
        return change.record_type == name
