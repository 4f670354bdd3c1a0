"""A block of cells written at once, as a spreadsheet does it: so many rows of a list times so many of its columns.

Each cell is checked as its own form would check it. One that does not take what is pasted is named with the reason, and the
others are written; whether those are kept is for the caller to say, who has not committed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import Conflict, Forbidden
from wtforms import Form

from crmlite import journal
from crmlite.auth.models import Viewer
from crmlite.extensions import db
from crmlite.records import edit, inline, pasted
from crmlite.records.policy import NOT_YOURS
from crmlite.records.rows import names_of
from crmlite.records.types import Column, RecordType

MOST_CELLS = 1000
MOST_ROWS = 200
"""On SQLite others wait to save meanwhile: two seconds."""

SAMPLES = 6
"""Changes that are shown of a block before it is saved."""

NO_ROW = _l("There is no row here. Show more rows first.")
NO_COLUMN = _l("There is no column here.")
NOT_IN_PLACE = _l("This is not changed in a list. Open the record.")
NOT_THERE = _l("This record is not there any more.")
NOT_ALLOWED = _l("You may not change this record.")


@dataclass(frozen=True)
class Block:
    """What was pasted where: `texts` and `seen` have a row for each id, and in it a value for each name."""

    ids: Sequence[int]
    """Rows of the list, from top to bottom; 0 where the block is longer than the list."""
    names: Sequence[str]
    """Its columns, in reading order; "" where the block is wider."""
    seen: Sequence[Sequence[int]]
    """The version of the record that each cell showed."""
    texts: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Refused:
    """A cell that stays as it is, and why."""

    row: int
    """Of the block, counted from 1."""
    record_id: int
    title: str
    name: str
    label: Any
    text: str
    reason: str

    @property
    def key(self) -> str:
        return f"{self.row}:{self.name}"


@dataclass(frozen=True)
class Changed:
    """A cell with what it said before, and what was read from the block."""

    title: str
    label: Any
    before: str
    after: str


@dataclass
class Outcome:
    changed: int = 0
    """Cells that are something else than before."""
    samples: list[Changed] = field(default_factory=list)
    """The first SAMPLES of them."""
    records: list[Any] = field(default_factory=list)
    """Those that were changed."""
    allowed: int = 0
    """How many of the rows the user may change at all."""
    refused: list[Refused] = field(default_factory=list)


def put(kind: RecordType, user: Viewer, block: Block) -> Outcome:
    """Writes what fits. Does not commit."""
    titles = names_of(kind, set(block.ids) - {0}, user)
    records = {record.id: record for record in _editable(kind, user, list(titles))}
    columns = [kind.column(name) if name else None for name in block.names]
    outcome = Outcome(allowed=len(records))
    for at, record_id in enumerate(block.ids):
        cells = _Cells(kind, user, columns, records.get(record_id), block.seen[at], block.texts[at])
        whole = _why_none(record_id, titles, records)
        outcome.changed += 0 if whole else cells.put()
        if cells.changed:
            outcome.records.append(records[record_id])
            title, room = titles.get(record_id) or "", SAMPLES - len(outcome.samples)
            outcome.samples += [Changed(title, *words) for words in cells.words[:room]]
        for n, reason in cells.refused if not whole else ((n, whole) for n in range(len(columns))):
            outcome.refused.append(
                Refused(
                    at + 1,
                    record_id,
                    titles.get(record_id) or "",
                    block.names[n],
                    column.label if (column := columns[n]) else "",
                    block.texts[at][n],
                    str(reason),
                )
            )
    return outcome


def _why_none(record_id: int, titles: dict[int, str], records: dict[int, Any]) -> Any:
    """Why nothing of a row can be changed."""
    if not record_id:
        return NO_ROW
    if record_id not in titles:
        return NOT_THERE
    return None if record_id in records else NOT_ALLOWED


def _editable(kind: RecordType, user: Viewer, ids: list[int]) -> list[Any]:
    """Those of `ids` that the user may see and change, locked."""
    model = kind.model
    query = sa.select(model).where(
        model.id.in_(ids), model.deleted_at.is_(None), kind.policy.rows(user), kind.policy.rows(user, "edit")
    )
    found = list(db.session.scalars(query.order_by(model.id).with_for_update(of=model)))
    for record in found:
        record.may_be_handed_over = kind.policy.may_hand_over(user, record)
        if user.absent:
            journal.act_for(record, kind.policy.stands_in(user, "edit", record))
    return found


class _Cells:
    """What is pasted into one row."""

    def __init__(
        self,
        kind: RecordType,
        user: Viewer,
        columns: Sequence[Column | None],
        record: Any,
        seen: Sequence[int],
        texts: Sequence[str],
    ) -> None:
        self.kind, self.user, self.columns, self.record = kind, user, columns, record
        self.seen, self.texts = seen, texts
        self.reasons: dict[int, Any] = {}
        self.changed = 0
        self.words: list[tuple[Any, str, str]] = []
        """(label, before, after) of what changed."""
        self._then: dict[int, dict[str, Any]] = {}

    @property
    def refused(self) -> list[tuple[int, Any]]:
        """(which of the columns, why)."""
        return sorted(self.reasons.items())

    def put(self) -> int:
        """Writes what fits; how many cells that changed."""
        now = self.kind.form(data=inline.stored(self.kind, self.record))
        sent = dict(self._read(now))
        form = self._checked(sent)
        differ = [n for n in sent if form[self._name(n)].data != now[self._name(n)].data]
        values = {self._name(n): form[self._name(n)].data for n in differ if not self._is_stale(n)}
        if not values:
            return 0
        try:
            self.record.change(**values)
        except (Conflict, Forbidden) as refusal:
            self.reasons |= {n: refusal.description for n in differ if n not in self.reasons}
            return 0
        self.changed = len(values)
        names = {self._name(n): self._column(n).label for n in differ}
        self.words = [(names[name], pasted.said(now[name]), pasted.said(form[name])) for name in values]
        return self.changed

    def _name(self, n: int) -> str:
        return self._column(n).field_name

    def _column(self, n: int) -> Column:
        column = self.columns[n]
        assert column is not None  # noqa: S101 - _read left those out
        return column

    def _read(self, now: Form) -> Iterator[tuple[int, list[str]]]:
        """What a form would have sent of each text."""
        for n, column in enumerate(self.columns):
            if column is None:
                self.reasons[n] = NO_COLUMN
            elif not column.edit or column.field_name not in now:
                self.reasons[n] = NOT_IN_PLACE
            elif column.is_owner and not self.record.may_be_handed_over:
                self.reasons[n] = NOT_YOURS
            else:
                try:
                    yield n, pasted.sent(now[column.field_name], self.texts[n])
                except ValueError as problem:
                    self.reasons[n] = problem

    def _checked(self, sent: dict[int, list[str]]) -> Form:
        """The form with all that fits together; takes out of `sent` what does not."""
        while True:
            typed = MultiDict((self._name(n), value) for n, values in sent.items() for value in values)
            form = self.kind.form(typed, data=inline.stored(self.kind, self.record))
            wrong = [n for n in sent if not inline.is_valid(form, self._column(n))]
            if not wrong:
                return form
            for n in wrong:
                self.reasons[n] = form[self._name(n)].errors[0]
                del sent[n]

    def _is_stale(self, n: int) -> bool:
        """Whether somebody changed that cell since it was shown; or nobody knows."""
        column, seen = self._column(n), self.seen[n]
        if not 0 < seen <= self.record.row_version:
            self.reasons[n] = edit.NO_VERSION
        elif {column.name, column.attribute, column.field_name} & self._changed_since(seen).keys():
            theirs = inline.shown(self.kind, column, self.record, self.user)
            self.reasons[n] = (
                _("Somebody changed this to “%(value)s” meanwhile.", value=theirs)
                if theirs
                else _("Somebody emptied this meanwhile.")
            )
        return n in self.reasons

    def _changed_since(self, version: int) -> dict[str, Any]:
        if version not in self._then:
            self._then[version] = edit.fields_then(self.record, str(version))
        return self._then[version]
