"""What people correct of themselves: each field of it, and what became of it; and to whom links were sent together."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, ClassVar, Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crmlite import events, journal
from crmlite.contacts.models import Contact
from crmlite.details import fields
from crmlite.details.fields import Wish
from crmlite.extensions import PERSONAL, UNJOURNALED, Base, db, utcnow
from crmlite.journal import Journaled

WAITING, ACCEPTED, REFUSED = "waiting", "accepted", "refused"
_NOT_TAKEN_BACK = {"correction", "correction_part", "consent"}
"""What of an operation stays when what was applied at once is taken back."""


class Correction(Journaled, Base):
    """What a person sent through their private link. It waits while one of its parts does."""

    __tablename__ = "correction"
    __table_args__ = (
        sa.Index(
            "ix_correction_waiting",
            "id",
            "contact_id",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
    )
    is_copied: ClassVar[bool] = False
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contact.id"), index=True)
    state: Mapped[str] = mapped_column(default=WAITING)
    """waiting or done"""
    received_at: Mapped[datetime] = mapped_column(default=utcnow)
    decided_at: Mapped[datetime | None]
    operation_id: Mapped[int | None]
    """Of what was applied at once: the operation that somebody may take back."""
    contact: Mapped[Contact] = relationship()
    parts: Mapped[list["CorrectionPart"]] = relationship(
        back_populates="correction", order_by="CorrectionPart.id", cascade="all, delete-orphan"
    )

    @classmethod
    def receive(cls, contact: Contact, wishes: Collection[Wish], at_once: bool) -> bool:
        """Takes what the person wants otherwise; False where that is nothing new. Sent twice, it is taken once.

        What may be applied `at_once` is, except where a colleague changed the same field since the person saw it, and except for
        another company: that is another record, and nobody here said so. The rest waits, beside what waits already.
        """
        waiting = cls.waiting_of(contact)
        known = [part for correction in waiting for part in correction.open_parts]
        news = _News(contact, known)
        for wish in wishes:
            news.take(wish)
        if not news.is_anything:
            return False
        now = [part for part in news.added if at_once and not part.late and not fields.names_a_company(part)]
        if now:
            cls._apply(contact, now)
        if rest := [part for part in news.added if part not in now]:
            correction = waiting[-1] if waiting else cls(contact_id=contact.id, contact=contact)
            correction.received_at = utcnow()
            correction.parts.extend(rest)
            db.session.add(correction)
        for part in news.dropped:
            part.correction.parts.remove(part)
        for correction in waiting:
            correction._close()
        db.session.flush()
        events.emit(events.DETAILS_RECEIVED, contact, name=contact.name)
        return True

    @classmethod
    def waiting_of(cls, contact: Contact) -> list[Self]:
        query = sa.select(cls).where(cls.contact_id == contact.id, cls.state == WAITING).order_by(cls.id)
        return list(db.session.scalars(query.options(sa.orm.joinedload(cls.parts))).unique())

    @classmethod
    def _apply(cls, contact: Contact, parts: list["CorrectionPart"]) -> None:
        correction = cls(contact_id=contact.id, contact=contact, state="done", decided_at=utcnow())
        correction.operation_id = journal.operation()
        for part in parts:
            part.state = ACCEPTED
        correction.parts.extend(parts)
        db.session.add(correction)
        db.session.flush()
        fields.put(contact, parts)

    @property
    def open_parts(self) -> list["CorrectionPart"]:
        return [part for part in self.parts if part.state == WAITING]

    def settle(self, accepted: Collection[int], refused: Collection[int], by: Any) -> None:
        """Decides about parts by their ids: what is accepted becomes so, the rest stays as it is. Others go on waiting."""
        chosen = [part for part in self.open_parts if part.id in {*accepted, *refused}]
        if not chosen:
            return
        taken = [part for part in chosen if part.id in accepted]
        for part in chosen:
            part.state, part.decided_by_id = (ACCEPTED if part in taken else REFUSED), by.id
        fields.put(self.contact, taken, by)
        self._close()
        db.session.flush()
        events.emit(
            events.DETAILS_REVIEWED,
            self.contact,
            name=self.contact.name,
            accepted=len(taken),
            refused=len(chosen) - len(taken),
        )

    def take_back(self, by: Any) -> journal.Undone:
        """What was applied at once is as it was before, except for what was changed since. Raises journal.CannotUndo, also
        where the contact was merged since: it is out of sight, and who it was merged into has the values already."""
        if self.operation_id is None:
            raise journal.CannotUndo
        keys = {key for key in journal.touched_by(self.operation_id) if key[0] not in _NOT_TAKEN_BACK}
        if any(name == "contact" and number != self.contact_id for name, number in keys):
            raise journal.CannotUndo
        undone = journal.undo_of(self.operation_id, keys)
        for part in self.parts:
            part.state, part.decided_by_id = REFUSED, by.id
        db.session.flush()
        events.emit(events.OPERATION_UNDONE, self.contact, operation_id=self.operation_id)
        return undone

    def concerns(self) -> list[tuple[str, int]]:
        return [("contact", self.contact_id)]

    def _close(self) -> None:
        if self.state == WAITING and not self.open_parts:
            self.state, self.decided_at = "done", utcnow()


class CorrectionPart(Journaled, Base):
    """One field, as it was held when the correction came in, and as the person wants it."""

    __tablename__ = "correction_part"
    is_copied: ClassVar[bool] = False
    correction_id: Mapped[int] = mapped_column(sa.ForeignKey("correction.id"), index=True)
    field: Mapped[str]
    """given, birthday, email, address, work, x.size: details/fields.py"""
    row_id: Mapped[int | None]
    """Of the point, address or affiliation; None for a new one."""
    was: Mapped[Any] = mapped_column(sa.JSON(none_as_null=True), info=PERSONAL | UNJOURNALED, nullable=True)
    now: Mapped[Any] = mapped_column(sa.JSON(none_as_null=True), info=PERSONAL | UNJOURNALED, nullable=True)
    """None: it shall go."""
    late: Mapped[bool] = mapped_column(default=False)
    """Whether somebody else had changed the field between the person's seeing and sending it."""
    state: Mapped[str] = mapped_column(default=WAITING)
    """waiting, accepted, refused"""
    decided_by_id: Mapped[int | None]
    """Who accepted or refused it; None for what was applied at once."""
    correction: Mapped[Correction] = relationship(back_populates="parts")

    def may_be_undone(self) -> bool:
        """What they sent stands in this row and nowhere else: once it is gone, nobody brings it back."""
        return self.was is not None or self.now is not None

    def concerns(self) -> list[tuple[str, int]]:
        return [("correction", self.correction_id)]


class _News:
    """What of a person's wishes is not held and does not wait already."""

    def __init__(self, contact: Contact, waiting: list[CorrectionPart]) -> None:
        self.held = fields.held(contact)
        self.waiting = waiting
        self.added: list[CorrectionPart] = []
        self.dropped: list[CorrectionPart] = []
        self.changed = False

    @property
    def is_anything(self) -> bool:
        return bool(self.added or self.dropped or self.changed)

    def take(self, wish: Wish) -> None:
        if wish.row_id is not None and wish.key not in self.held:  # removed meanwhile, or somebody else's
            wish = Wish(wish.field, None, wish.now, None)
        if wish.row_id is None and wish.field in fields.ROWS:
            self._take_new(wish)
        else:
            self._take_known(wish)

    def _take_known(self, wish: Wish) -> None:
        held = self.held.get(wish.key)
        part = next((part for part in self.waiting if (part.field, part.row_id) == wish.key), None)
        if wish.now == held:
            self._drop(part)
        elif part is None:
            late = wish.shown is not fields.UNKNOWN and wish.shown != held
            self.added.append(
                CorrectionPart(field=wish.field, row_id=wish.row_id, was=held, now=wish.now, late=late, state=WAITING)
            )
        elif part.now != wish.now:
            part.now, self.changed = wish.now, True

    def _take_new(self, wish: Wish) -> None:
        mine = [part for part in self.waiting if part.field == wish.field and part.row_id is None]
        before = next((part for part in mine if part.now == wish.shown), None)
        same = [value for key, value in self.held.items() if key[0] == wish.field] + [part.now for part in mine]
        same += [part.now for part in self.added if part.field == wish.field]
        if wish.now is None:
            self._drop(before)
        elif any(fields.is_same(wish.field, wish.now, other) for other in same):
            return
        elif before is not None:
            before.now, self.changed = wish.now, True
        else:
            self.added.append(
                CorrectionPart(field=wish.field, row_id=None, was=None, now=wish.now, late=False, state=WAITING)
            )

    def _drop(self, part: CorrectionPart | None) -> None:
        if part is not None:
            self.dropped.append(part)


class DetailsSending(Base):
    """Links that were sent to many people at once."""

    __tablename__ = "details_sending"
    id: Mapped[int] = mapped_column(primary_key=True)
    made_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    state: Mapped[str] = mapped_column(default="draft")
    """draft, sending, done"""
    operation_id: Mapped[int | None]
    """All of its batches are one operation."""

    @classmethod
    def locked(cls, sending_id: int) -> Self | None:
        return db.session.get(cls, sending_id, with_for_update=True, populate_existing=True)


class DetailsRequest(Base):
    """One person of a sending: waiting, sent, or why not."""

    __tablename__ = "details_request"
    __table_args__ = (sa.Index(None, "sending_id", "state", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    sending_id: Mapped[int] = mapped_column(sa.ForeignKey("details_sending.id"))
    contact_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contact.id"), index=True)
    state: Mapped[str] = mapped_column(default=WAITING)
    """waiting, sent, or no_address, bounced, not_yours, gone"""
