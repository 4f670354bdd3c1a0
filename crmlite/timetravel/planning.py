"""What setting records back to how they were would change, and what has to stay: said before anything is done."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from crmlite import events, journal
from crmlite.auth.models import User, Viewer
from crmlite.extensions import db
from crmlite.journal import Event, EventLink, Operation
from crmlite.journal.history import Values
from crmlite.journal.models import from_json
from crmlite.records import types
from crmlite.records.policy import NOT_YOURS
from crmlite.records.types import RecordType
from crmlite.timetravel import moments, past
from crmlite.timetravel.past import History, Snapshot
from crmlite.timetravel.saying import Field, Words, settable_fields

MOST = 100
"""Records that are set back at once."""


@dataclass
class Plan:
    """What setting one record back would change."""

    kind: RecordType
    record: Any
    was: Snapshot
    now: Snapshot
    fields: list[Field] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """Why some of it, or all, stays as it is."""
    left_out: set[tuple[str, int]] = field(default_factory=set)
    """Parts that cannot come back."""
    is_left: bool = False
    """Whether it is left alone, because somebody changed it since it was looked at."""

    @cached_property
    def digest(self) -> str:
        return past.digest(self.now)

    @property
    def comes_back(self) -> bool:
        """Whether it is taken out of the trash."""
        return self.now.is_deleted and self.was.is_there and not self.was.is_deleted

    @property
    def changes(self) -> bool:
        return bool(self.fields) or self.comes_back


class Plans:
    """Records as they shall be again: `ids` at the moment `at`, all of their fields, or those in `names`.

    Those that `user` may not see are not among the plans; what they may not change says so.
    """

    def __init__(
        self, kind: RecordType, user: Viewer, ids: Collection[int], at: datetime, names: Collection[str] = ()
    ) -> None:
        self.kind, self.user, self.at, self.names = kind, user, at, frozenset(names)
        self.ids = sorted(ids)
        records = past.find_all(kind, user, ids, lock=not _is_reading())
        histories = [History(kind, record, at) for record in records]
        pairs = [(history.at(at), history.now) for history in histories]
        words = Words(kind, user, [snapshot for pair in pairs for snapshot in pair])
        self.plans = [
            self._plan(history.record, was, now, words) for history, (was, now) in zip(histories, pairs, strict=True)
        ]

    @property
    def written(self) -> str:
        return moments.written(self.at)

    @property
    def count(self) -> int:
        """Of records that will change."""
        return sum(plan.changes for plan in self.plans)

    def note_stale(self, seen: dict[int, str]) -> bool:
        """Whether a record is another than when its reader looked at it: those are left alone."""
        for plan in self.plans:
            plan.is_left = plan.changes and seen.get(plan.record.id) != plan.digest
        return any(plan.is_left for plan in self.plans)

    # --- what will change

    def _plan(self, record: Any, was: Snapshot, now: Snapshot, words: Words) -> Plan:
        plan = Plan(self.kind, record, was, now)
        if was.values is None:
            plan.problems.append(_("It was not there yet at that time."))
        elif getattr(record, "merged_into_id", None) is not None:
            plan.problems.append(_("It was merged into another one. Undo the merge first."))
        elif not self._may_edit(record, now):
            plan.problems.append(_("You may not change this."))
        else:
            plan.fields = [
                found for found in words.fields(was, now) if self._is_asked(found) and self._may_be_set(plan, found)
            ]
            if now.is_deleted and was.is_deleted:
                plan.problems.append(_("It was in the trash then, and is there now. Take it out first."))
                plan.fields = []
            elif was.is_deleted:
                plan.problems.append(_("It was in the trash then. It stays where it is now."))
        return plan

    def _may_edit(self, record: Any, now: Snapshot) -> bool:
        may = self.kind.policy.may(self.user, "edit", record)
        return may and (not now.is_deleted or self.kind.policy.may(self.user, "delete", record))

    def _is_asked(self, found: Field) -> bool:
        return found.differs and found.may_set_back and (not self.names or found.name in self.names)

    def _may_be_set(self, plan: Plan, found: Field) -> bool:
        if found.name in plan.was.parts:
            return self._may_parts_be_set(plan, found)
        value = (plan.was.values or {}).get(found.name)
        if found.name == "owner_id":
            return self._may_be_owned(plan, value)
        if self._is_in_another_currency(plan, found.name):
            plan.problems.append(_("%(field)s: it has another currency now. Set that back, too.", field=found.label))
            return False
        is_possible = self._points_at_something(plan.record, found.name, value)
        if not is_possible or not plan.record.may_become(found.name, self.read(plan.record, found.name, value)):
            plan.problems.append(_("%(field)s cannot be that any more.", field=found.label))
            return False
        return True

    def _is_in_another_currency(self, plan: Plan, name: str) -> bool:
        column = settable_fields(self.kind).get(name)
        if column is None or column.kind != "money" or not self.names or "currency" in self.names:
            return False
        was, now = ((snapshot.values or {}).get("currency") for snapshot in (plan.was, plan.now))
        return was != now

    def _points_at_something(self, record: Any, name: str, value: Any) -> bool:
        """Whether the row that a foreign key named then is there, and may be seen where it is a record."""
        column = type(record).__table__.c.get(name)
        for key in column.foreign_keys if column is not None and value is not None else ():
            other = types.get(key.column.table.name)
            if other is not None:
                return other.policy.seen(self.user, value) is not None
            return db.session.scalar(sa.select(key.column).where(key.column == value)) is not None
        return True

    def _may_parts_be_set(self, plan: Plan, found: Field) -> bool:
        if plan.record.id in self.merged_since:
            said = _(
                "%(field)s: another record was merged into this one since. Undo the merge first.", field=found.label
            )
            plan.problems.append(said)
            return False
        model: Any = journal.models()[found.name]
        for number, values in plan.was.parts[found.name].items():
            if number in plan.now.parts[found.name]:
                continue
            if not _has_its_place(self.user, values):
                plan.left_out.add((found.name, number))
                plan.problems.append(
                    _("%(field)s: what it belongs to is gone, or not there for you.", field=found.label)
                )
            elif db.session.get(model, number) is not None:
                plan.left_out.add((found.name, number))
                plan.problems.append(
                    _("%(field)s: something is part of another record now, and stays there.", field=found.label)
                )
        return True

    @cached_property
    def merged_since(self) -> set[int]:
        """Into which of the records others were merged since then."""
        if not hasattr(self.kind.model, "merged_into_id"):
            return set()
        query = (
            sa.select(Event.subject_id)
            .join(Operation, Operation.id == Event.operation_id)
            .where(
                Event.name == events.RECORDS_MERGED.name,
                Event.subject_type == self.kind.name,
                Operation.at > self.at,
                Operation.undone_by_id.is_(None),
            )
            .join(EventLink, EventLink.event_id == Event.id)
            .where(EventLink.record_type == self.kind.name, EventLink.record_id.in_(self.ids))
        )
        return set(db.session.scalars(query))

    def _may_be_owned(self, plan: Plan, owner_id: int | None) -> bool:
        owner = db.session.get(User, owner_id) if owner_id else None
        if owner_id and (owner is None or not owner.active):
            plan.problems.append(_("Its owner then does not work here any more."))
        elif not self.kind.policy.may_hand_over(self.user, plan.record):
            plan.problems.append(str(NOT_YOURS))
        else:
            return True
        return False

    def read(self, record: Any, name: str, value: Any) -> Any:
        """The value as the model has it: empty texts are no Nones."""
        column = type(record).__table__.c.get(name)
        if column is None:  # a custom field
            return value
        found = from_json(column, value)
        return "" if found is None and not column.nullable and column.type.python_type is str else found


def _is_reading() -> bool:
    session: Any = db.session()
    return bool(session.reading)


def _has_its_place(user: Viewer, values: Values) -> bool:
    """Whether the other record that it links to, and its tag, are still there for the user."""
    company_id = values.get("company_id")
    company = types.get("company")
    is_link = company_id is not None and values.get("contact_id") is not None
    if is_link and (company is None or company.policy.seen(user, company_id or 0) is None):
        return False
    tag: Any = journal.models()["tag"]
    return "tag_id" not in values or db.session.get(tag, values["tag_id"]) is not None
