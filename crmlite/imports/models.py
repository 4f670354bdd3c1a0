"""Imports: a file, what its columns are, how far it is, and what became of each of its rows."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crmlite.extensions import PERSONAL, Base, db, utcnow
from crmlite.files import File

READING, UNREADABLE, MAPPING, TRYING, TRIED = "reading", "unreadable", "mapping", "trying", "tried"
RUNNING, STOPPED, DONE, UNDOING, UNDONE = "running", "stopped", "done", "undoing", "undone"
BUSY = frozenset({READING, TRYING, RUNNING, UNDOING})
"""While a job is at it."""
BEGUN = frozenset({RUNNING, STOPPED, DONE, UNDOING, UNDONE})

NEW, CHANGED, SAME, JOINED, SKIPPED, REFUSED = "new", "changed", "same", "joined", "skipped", "refused"
OUTCOMES = (NEW, CHANGED, SAME, JOINED, SKIPPED, REFUSED)
"""What becomes of a row. JOINED: it is of somebody whom an earlier row of the same file brought."""


_NAMED = sa.text("parent_id IS NOT NULL")


class Halted(Exception):
    """The import does not go on: somebody stopped it, or something is in its way. The message is a word for wording.py."""


class Import(Base):
    """One file that is taken in. Its rows are worked through in batches; batch and `place` are one transaction."""

    __tablename__ = "import"
    id: Mapped[int] = mapped_column(primary_key=True)
    made_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    name: Mapped[str] = mapped_column(info=PERSONAL)
    state: Mapped[str] = mapped_column(default=READING)
    problem: Mapped[str] = mapped_column(default="")
    """Why it is UNREADABLE, in a word (wording.py)."""
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("file.id"), index=True)
    stream_id: Mapped[int | None] = mapped_column(sa.ForeignKey("file.id"), index=True)
    """The file as rows of ours (reading/stream.py)."""
    found: Mapped[dict[str, Any]] = mapped_column("facts", default=dict, info=PERSONAL)
    """What reading found out: kind, headers, the look of each column with samples."""
    source: Mapped[str] = mapped_column(default="")
    mapping: Mapped[list[Any]] = mapped_column(default=list)
    """A target for each column (targets.py)."""
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    total: Mapped[int] = mapped_column(default=0)
    place: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    """Bytes of the stream that are done."""
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """How many rows of each outcome there are so far."""
    trial_counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    operation_id: Mapped[int | None]
    undo_id: Mapped[int | None]
    """The operation of its undo."""
    undo_place: Mapped[int | None]
    """Undo works backwards: rows above this number are undone."""
    undo_counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    begun_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    file: Mapped[File | None] = relationship(foreign_keys=[file_id])
    stream: Mapped[File | None] = relationship(foreign_keys=[stream_id])

    @property
    def headers(self) -> list[str]:
        return list(self.found.get("headers", ()))

    @property
    def is_busy(self) -> bool:
        return self.state in BUSY

    @property
    def has_begun(self) -> bool:
        return self.state in BEGUN

    @property
    def done(self) -> int:
        """Rows that are through."""
        return int(sum((self.trial_counts if self.state == TRYING else self.counts).get(name, 0) for name in OUTCOMES))

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0

    @classmethod
    def locked(cls, import_id: int) -> Self | None:
        """The import, for a change of its state; others wait."""
        return db.session.get(cls, import_id, with_for_update=True, populate_existing=True)

    def count(self, outcomes: dict[str, int], trial: bool) -> None:
        """Adds to what is counted: a dict is replaced, never changed in place."""
        known = self.trial_counts if trial else self.counts
        added = {name: known.get(name, 0) + number for name, number in outcomes.items()}
        if trial:
            self.trial_counts = {**known, **added}
        else:
            self.counts = {**known, **added}


class ImportRow(Base):
    """What becomes of one row: in the trial what would, in the run what did. No row is done twice: its number is its key."""

    __tablename__ = "import_row"
    __table_args__ = (
        sa.Index(None, "import_id", "trial", "outcome", "number"),
        sa.Index("ix_import_row_parent_id", "parent_id", sqlite_where=_NAMED, postgresql_where=_NAMED),
    )
    import_id: Mapped[int] = mapped_column(sa.ForeignKey("import.id"), primary_key=True)
    trial: Mapped[bool] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(sa.BigInteger)
    """Where it begins in the stream."""
    outcome: Mapped[str]
    brought: Mapped[str] = mapped_column(default="")
    """What it made: `p` a person, `c` a company, or both."""
    reasons: Mapped[list[Any]] = mapped_column(default=list, info=PERSONAL)
    """Pairs of a word (wording.py) and what it is about."""
    contact_id: Mapped[int | None] = mapped_column(index=True)
    company_id: Mapped[int | None] = mapped_column(index=True)
    parent_id: Mapped[int | None]
    """The company above the row's, where the row brought that too. None of the three is a foreign key: the record may be gone
    one day, that the row brought it stays true."""
    undone: Mapped[str] = mapped_column(default="")
    """What the undo did about it: removed, restored, or why not (wording.py)."""

    @classmethod
    def first_of(cls, import_id: int, column: Any, ids: Iterable[int], *more: Any) -> dict[int, int]:
        """The first row of that import's run that names each of these records in `column`."""
        wanted = list(ids)
        if not wanted:
            return {}
        query = sa.select(column, sa.func.min(cls.number)).where(
            cls.import_id == import_id, cls.trial.is_(False), column.in_(wanted), *more
        )
        # SQLite would read all rows of the import, for each batch anew
        query = query.with_hint(cls, f"INDEXED BY ix_import_row_{column.key}", "sqlite")
        return {number: row for number, row in db.session.execute(query.group_by(column)) if number is not None}


class OutsideId(Base):
    """What another program calls a company, so that people whose file names theirs by nothing else find it, whichever comes first.

    With `company_id`: that is the company. With `contact_id`: somebody who works there, and waits for it. Both go with the record
    and with the undo of the import; of a company that was merged the winner is meant.
    """

    __tablename__ = "outside_id"
    __table_args__ = (sa.Index(None, "source", "value"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(sa.ForeignKey("import.id"), index=True)
    source: Mapped[str]
    """The program; of files of none that is known the import alone, as others may number theirs alike."""
    value: Mapped[str] = mapped_column(info=PERSONAL)
    company_id: Mapped[int | None] = mapped_column(sa.ForeignKey("company.id", ondelete="CASCADE"), index=True)
    contact_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    job: Mapped[str] = mapped_column(default="", info=PERSONAL)
    """What somebody who waits does there."""


class ImportMapping(Base):
    """What somebody made of a set of headings, for the next file that has them."""

    __tablename__ = "import_mapping"
    id: Mapped[int] = mapped_column(primary_key=True)
    headings: Mapped[str] = mapped_column(unique=True)
    """A digest of them, in their order."""
    mapping: Mapped[list[Any]]
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
