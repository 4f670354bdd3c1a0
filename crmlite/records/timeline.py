"""What happened to a record, newest first: its events with who did them, the notes and the changed fields that belong to them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from babel.dates import format_date
from flask_babel import gettext as _

from crmlite import events, web
from crmlite.auth.models import Viewer
from crmlite.events import EventType
from crmlite.extensions import db
from crmlite.journal import Change, Event, EventLink, Operation
from crmlite.records import custom_cells, lifecycle, types
from crmlite.records.colleagues import users
from crmlite.records.notes import Note
from crmlite.records.types import Column, RecordType

PAGE = 30
WHOLE = 1000
"""What a page for paper, or for browsers without script, holds at most."""
LONGEST = 300
"""Characters of a changed value that are shown."""


@dataclass(frozen=True)
class Diff:
    label: Any
    old: str
    new: str


@dataclass(frozen=True)
class Entry:
    """One event as people read it."""

    id: int
    at: datetime
    sentence: str
    icon: str
    actor: dict[str, Any] | None
    note: Note | None
    diffs: tuple[Diff, ...]
    about: tuple[str, str] | None
    """Name and address of the other record that it happened to, where it is another one."""
    is_undone: bool
    undo_url: str | None
    """For those who did it themselves, where it can be taken back."""
    moment: str = ""
    """Right after it, as the address of the record as it was says it."""
    for_whom: str = ""
    """The absent colleague that whoever did it stood in for."""


Subject = tuple[str, str, bool]
"""Name and address of a record, and whether the user may change it."""


class Timeline:
    """A page of the events linked to a record, older than the event `before`.

    An event of a record that the user may not see stays on the page, without what it was.
    """

    def __init__(
        self, kind: RecordType, record: Any, user: Viewer, before: int | None = None, most: int = PAGE
    ) -> None:
        self.type, self.record, self.user, self.before, self.most = kind, record, user, before, most

    @property
    def is_whole(self) -> bool:
        """Whether what it lacks is older than what any page shows."""
        return self.most != PAGE

    @cached_property
    def groups(self) -> list[tuple[str, list[Entry]]]:
        """Entries by period: today, yesterday, this week, then months. The first label is empty where the page before had it."""
        found = [
            (label, list(entries)) for label, entries in groupby(self._entries, key=lambda entry: period(entry.at))
        ]
        if found and self.before is not None:
            at = db.session.scalar(sa.select(Event.at).where(Event.id == self.before))
            if at is not None and period(at) == found[0][0]:
                found[0] = ("", found[0][1])
        return found

    @cached_property
    def next_url(self) -> str | None:
        if len(self._rows) <= self.most:
            return None
        return f"{self.type.shared_url_of(self.record.id)}/timeline?before={self._rows[self.most - 1][0].id}"

    @cached_property
    def _rows(self) -> list[Any]:
        query = (
            sa.select(Event, Operation, events.has_final(Operation.id))
            .join(EventLink, EventLink.event_id == Event.id)
            .join(Operation, Operation.id == Event.operation_id)
            .where(EventLink.record_type == self.type.name, EventLink.record_id == self.record.id)
            .order_by(EventLink.event_id.desc())
            .limit(self.most + 1)
        )
        if self.before is not None:
            query = query.where(EventLink.event_id < self.before)
        return list(db.session.execute(query))

    @cached_property
    def _entries(self) -> list[Entry]:
        rows = [
            (event, operation, kind) for event, operation, _final in self._rows[: self.most] if (kind := _shown(event))
        ]
        self._final = {operation.id for _event, operation, is_final in self._rows if is_final}
        notes = _notes(event.data["note_id"] for event, *_rest in rows if "note_id" in event.data)
        subjects, self._unseen = self._look_up(rows)
        diffs = self._diffs({operation.id for event, operation, _kind in rows if self._has_diffs(event)})
        return [self._entry(*row, notes, subjects, diffs) for row in rows]

    def _entry(
        self, event: Event, operation: Operation, kind: EventType, notes: Any, subjects: Any, diffs: Any
    ) -> Entry:
        own = self._is_own(event)
        subject = subjects.get((event.subject_type, event.subject_id))
        if not own and subject is None:
            return Entry(
                event.id, event.at, _("Something about a record that you may not see"), "lock", None, None, (), None,
                False, None, operation.at.isoformat().replace("+00:00", "Z"),
            )  # fmt: skip
        actor = users().get(operation.actor_id or 0)
        return Entry(
            id=event.id,
            at=event.at,
            sentence=str(_sentence(kind, operation))
            % _words(event, kind, operation, actor, self._unseen.get(event.id, set())),
            icon=kind.icon,
            actor=actor,
            note=self._note_of(event, notes),
            diffs=diffs.get(operation.id, ()) if self._has_diffs(event) else (),
            about=None if own or subject is None else subject[:2],
            is_undone=operation.undone_by_id is not None,
            undo_url=f"/records/undo/{operation.id}" if self._may_undo(event, operation, subject) else None,
            moment=operation.at.isoformat().replace("+00:00", "Z"),
            for_whom=users().get(event.for_user_id or 0, {}).get("name", ""),
        )

    def _note_of(self, event: Event, notes: dict[int, Note]) -> Note | None:
        """The note an event is about, if it is one of the event's own record, or of this one, which that was merged into."""
        note = notes.get(event.data.get("note_id", 0))
        holders = {(event.subject_type, event.subject_id), (self.type.name, self.record.id)}
        return note if note is not None and (note.record_type, note.record_id) in holders else None

    def _is_mine(self, operation: Operation) -> bool:
        return operation.actor_kind == "user" and operation.actor_id == self.user.id

    def _may_undo(self, event: Event, operation: Operation, subject: "Subject | None") -> bool:
        """Whether undo would not be refused: those who did it and may still change it, or gave it away by that."""
        is_done = self._is_mine(operation) and operation.kind != "undo" and operation.undone_by_id is None
        follows = event.name == events.LIFECYCLE_CHANGED.name  # from something else, which is what can be undone
        if not is_done or follows or operation.id in self._final:
            return False
        may_edit = subject[2] if subject is not None else self._may_edit
        return may_edit or event.name == events.RECORD_ASSIGNED.name or event.name.endswith(".created")

    @cached_property
    def _may_edit(self) -> bool:
        return self.type.policy.may(self.user, "edit", self.record)

    def _is_own(self, event: Event) -> bool:
        return bool(event.subject_type == self.type.name and event.subject_id == self.record.id)

    def _has_diffs(self, event: Event) -> bool:
        return self._is_own(event) and event.name.endswith(".updated")

    def _look_up(
        self, rows: list[tuple[Event, Operation, EventType]]
    ) -> tuple[dict[tuple[str, int], "Subject"], dict[int, set[str]]]:
        """The other records that the user may see; and by event the types of records that its sentence names and that the user
        may not see: `company`, `contact`. In one statement."""
        queries = [*self._subject_queries(event for event, *_rest in rows), *self._unseen_queries(rows)]
        subjects: dict[tuple[str, int], Subject] = {}
        unseen: dict[int, set[str]] = {}
        for name, number, title, may_edit in db.session.execute(sa.union_all(*queries)) if queries else ():
            if may_edit is None:
                unseen.setdefault(number, set()).add(name)
            else:
                subjects[name, number] = (title, types.registered()[name].url_of(number), bool(may_edit))
        return subjects, unseen

    def _subject_queries(self, found: Iterable[Event]) -> list[Any]:
        wanted: dict[str, set[int]] = {}
        for event in found:
            if not self._is_own(event):
                wanted.setdefault(event.subject_type, set()).add(event.subject_id)
        kinds = {name: kind for name in sorted(wanted) if (kind := types.get(name)) is not None}
        return [
            sa.select(
                sa.literal(name).label("type"),
                kind.model.id,
                kind.model.name,
                sa.case((kind.policy.rows(self.user, "edit"), 1), else_=0).label("may_edit"),
            ).where(kind.model.id.in_(wanted[name]), kind.policy.rows(self.user))
            for name, kind in kinds.items()
        ]

    def _unseen_queries(self, rows: list[tuple[Event, Operation, EventType]]) -> list[Any]:
        named: dict[str, list[int]] = {}
        for event, _operation, event_type in rows:
            for name in sorted(set(event_type.payload) & set(types.registered())):
                named.setdefault(name, []).append(event.id)
        return [
            sa.select(
                sa.literal(name).label("type"),
                EventLink.event_id,
                sa.literal("").label("name"),
                sa.null().cast(sa.Integer).label("may_edit"),
            )
            .outerjoin(kind.model, sa.and_(kind.model.id == EventLink.record_id, kind.policy.rows(self.user)))
            .where(EventLink.event_id.in_(ids), EventLink.record_type == name, kind.model.id.is_(None))
            for name, ids in sorted(named.items())
            if (kind := types.registered()[name])
        ]

    def _diffs(self, operation_ids: set[int]) -> dict[int, tuple[Diff, ...]]:
        if not operation_ids:
            return {}
        by_attribute = {column.attribute: column for column in self.type.all_columns if column.edit}
        rows = db.session.scalars(
            sa.select(Change)
            .where(
                Change.record_type == self.type.name,
                Change.record_id == self.record.id,
                Change.operation_id.in_(operation_ids),
                Change.action == "updated",
            )
            .order_by(Change.id)
        )
        found: dict[int, tuple[Diff, ...]] = {}
        for change in rows:
            old, new = change.old or {}, change.new or {}
            was, now = ({"currency": getattr(self.record, "currency", ""), **values} for values in (old, new))
            diffs = tuple(
                Diff(
                    column.label,
                    in_words(column, old.get(name), was["currency"]),
                    in_words(column, new.get(name), now["currency"]),
                )
                for name, column in by_attribute.items()
                if name in new
            )
            found[change.operation_id] = (*found.get(change.operation_id, ()), *diffs)
        return found


def _shown(event: Event) -> EventType | None:
    kind = events.get(event.name)
    return None if kind is None or kind.hidden else kind


def _notes(ids: Iterable[int]) -> dict[int, Note]:
    wanted = set(ids)
    return {note.id: note for note in db.session.scalars(sa.select(Note).where(Note.id.in_(wanted)))} if wanted else {}


def _sentence(kind: EventType, operation: Operation) -> Any:
    return kind.by_customer if kind.by_customer and operation.actor_kind == "customer" else kind.sentence


def _words(
    event: Event, kind: EventType, operation: Operation, actor: dict[str, Any] | None, unseen: set[str]
) -> dict[str, Any]:
    """What the sentence's %(names)s become, in the reader's language."""
    words = {**dict.fromkeys(kind.payload, ""), **event.data}
    words |= {name: "…" for name in unseen if name in words}
    if event.name == events.LIFECYCLE_CHANGED.name:
        words["now"] = lifecycle.LABELS.get(words["now"], _("none"))
    if event.name == events.RECORD_ASSIGNED.name:
        words["owner"] = words["owner"] or _("nobody")
    if event.name == events.FORM_SUBMITTED.name:
        words["name"] = words["name"] or _nobodys_name("customer")
    words = {name: _said(value) for name, value in words.items()}
    words["actor"] = actor["name"] if actor else _nobodys_name(operation.actor_kind)
    return words


def _said(value: Any) -> Any:
    """A price comes as {"unit_micro": 12500000, "currency": "EUR"}, an amount as {"minor": 1250, "currency": "EUR"}, a time as
    {"moment": "2026-05-31T12:00:00+00:00"}."""
    if isinstance(value, dict) and "minor" in value:
        return web.isolated(web.show_money(value["minor"], value["currency"]))
    if isinstance(value, dict) and "moment" in value:
        return web.show_datetime(datetime.fromisoformat(value["moment"]))
    if isinstance(value, dict) and "unit_micro" in value:
        return web.isolated(web.show_price(value["unit_micro"], value["currency"]))
    return value


def _nobodys_name(actor_kind: str) -> str:
    return {"customer": _("A visitor"), "rule": _("A rule"), "system": "crmlite"}.get(actor_kind) or _("Somebody")


def in_words(column: Column, value: Any, currency: str) -> str:
    """A field's value out of the journal."""
    if value is None or value == "":
        return ""
    if column.custom is not None:
        return custom_cells.said(column.custom, value, {number: user["name"] for number, user in users().items()})[
            :LONGEST
        ]
    if column.kind == "user":
        return str(users().get(value, {}).get("name", value))
    if column.kind == "date":
        return web.show_date(date.fromisoformat(value))
    if column.kind == "language":
        return web.language_name(value)
    if column.kind == "money":
        return web.show_money(value, currency)
    text = str(value)
    if column.choices:
        text = str({str(choice): label for choice, label in column.choices()}.get(text, text))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def period(at: datetime) -> str:
    """Today, yesterday, this week, last week, then months: how lists of what happened are divided."""
    day, today = web.local_time(at).date(), web.local_today()
    if day >= today:
        return _("Today")
    if day == today - timedelta(days=1):
        return _("Yesterday")
    week = web.week_begin(today)
    if day >= week:
        return _("Earlier this week")
    if day >= week - timedelta(days=7):
        return _("Last week")
    return format_date(day, "LLLL yyyy", locale=web.locale())
