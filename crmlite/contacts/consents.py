"""Consent: what people agreed to, purpose by purpose, with the text they were shown, when, how and from where it came.

    for purpose in consents.purposes(): purpose.text_for(contact.language)
    Consent.give(contact, purpose, source="person")       # or withdraw(), renew()
    consents.standing(contact)                            # what holds now, for every purpose

Rows are evidence: they are added, never changed, and never taken back but with the import that brought them. What was recorded by
mistake is withdrawn by one more row.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol, Self, TypeVar

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crmlite import events
from crmlite.auth.models import Organisation
from crmlite.extensions import PERSONAL, UNJOURNALED, Base, db, utcnow
from crmlite.journal import Journaled

GIVEN, WITHDRAWN, RENEWED = "given", "withdrawn", "renewed"
ACTION_LABELS = {GIVEN: _l("Given"), WITHDRAWN: _l("Withdrawn"), RENEWED: _l("Renewed")}
SOURCES = (
    ("person", _l("The person themself")),
    ("form", _l("A form on a website")),
    ("colleague", _l("Recorded by a colleague")),
    ("import", _l("An import")),
)
SOURCE_LABELS = dict(SOURCES)
MAX_NAME, MAX_TEXT, MAX_HOW = 80, 4000, 300


# --- purposes ---------------------------------------------------------------------------------------------------------


class Purpose(Journaled, Base):
    """One thing that people are asked to agree to, such as a newsletter."""

    __tablename__ = "purpose"
    name: Mapped[str]
    position: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    retired_at: Mapped[datetime | None]
    """Since when nobody is asked any more; what was agreed to stays."""
    row_version: Mapped[int] = mapped_column(default=1, info=UNJOURNALED)
    texts: Mapped[list["PurposeText"]] = relationship(order_by="PurposeText.id", viewonly=True)

    __mapper_args__ = {"version_id_col": row_version}  # noqa: RUF012

    @classmethod
    def create(cls, actor: Any, name: str = "", texts: dict[str, str] | None = None) -> Self:
        """A new purpose, the last one. `texts` are by language: what people agree to, word for word."""
        last = db.session.scalar(sa.select(sa.func.max(cls.position))) or 0
        purpose = cls(name=name.strip()[:MAX_NAME], position=last + 1)
        db.session.add(purpose)
        db.session.flush()
        purpose._put_texts(texts or {})
        events.emit(events.PURPOSE_CREATED, purpose, purpose=purpose.name)
        return purpose

    def change(self, name: str, texts: dict[str, str] | None = None) -> Self:
        """Renames it. A text that is another than before becomes a new version: who agreed to an earlier one did so to that."""

        def put() -> None:
            self.name = name.strip()[:MAX_NAME]
            self._put_texts(texts or {})

        if events.changed(put):
            events.emit(events.PURPOSE_UPDATED, self, purpose=self.name)
        return self

    def retire(self) -> Self:
        """Nobody is asked for it any more."""
        if self.retired_at is None:
            self.retired_at = utcnow()
            events.emit(events.PURPOSE_RETIRED, self, purpose=self.name)
        return self

    def restore(self) -> Self:
        if self.retired_at is not None:
            self.retired_at = None
            events.emit(events.PURPOSE_RESTORED, self, purpose=self.name)
        return self

    def text_for(self, language: str | None) -> "PurposeText | None":
        """What is shown to who reads that language: the newest text in it, else in the firm's, else in any."""
        newest = {text.language: text for text in self.texts}
        if language in newest:
            return newest[language]
        for wanted in (Organisation.get().locale, "en"):
            if wanted in newest:
                return newest[wanted]
        return next(iter(newest.values()), None)

    def _put_texts(self, texts: dict[str, str]) -> None:
        known = db.session.scalars(
            sa.select(PurposeText).where(PurposeText.purpose_id == self.id).order_by(PurposeText.id)
        )
        newest = {text.language: text for text in known}
        for language, text in texts.items():
            words, before = text.strip()[:MAX_TEXT], newest.get(language)
            if words and (before is None or before.text != words):
                n = before.n + 1 if before else 1
                db.session.add(PurposeText(purpose_id=self.id, language=language, n=n, text=words))
        db.session.flush()
        db.session.expire(self, ["texts"])


class PurposeText(Journaled, Base):
    """One version of what people are shown, in one language. It never changes: another text is another version."""

    __tablename__ = "purpose_text"
    is_copied: ClassVar[bool] = False
    __table_args__ = (sa.UniqueConstraint("purpose_id", "language", "n"),)
    purpose_id: Mapped[int] = mapped_column(sa.ForeignKey("purpose.id"))
    language: Mapped[str]
    n: Mapped[int]
    text: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    def concerns(self) -> list[tuple[str, int]]:
        return [("purpose", self.purpose_id)]


def purposes(retired: bool = False) -> list[Purpose]:
    """What people are asked to agree to, in order, with their texts; `retired`: also what they are not asked any more."""
    query = sa.select(Purpose).options(sa.orm.selectinload(Purpose.texts)).order_by(Purpose.position, Purpose.id)
    return list(db.session.scalars(query if retired else query.where(Purpose.retired_at.is_(None))))


# --- consents ---------------------------------------------------------------------------------------------------------


class Consent(Journaled, Base):
    """That somebody gave, renewed or withdrew consent: one row each time."""

    __tablename__ = "consent"
    is_copied: ClassVar[bool] = False
    __table_args__ = (sa.Index(None, "contact_id", "purpose_id", "id"), sa.Index(None, "purpose_id", "action"))
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contact.id"))
    purpose_id: Mapped[int] = mapped_column(sa.ForeignKey("purpose.id"))
    point: Mapped[str] = mapped_column(default="", info=PERSONAL)
    """The address or number that it is about; empty: however they are reached."""
    action: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    """What they were shown, word for word; empty where nobody knows."""
    text_hash: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    version: Mapped[int | None]
    """Of the purpose's text in that language; None where another text was shown, such as a form's."""
    source: Mapped[str]
    how: Mapped[str] = mapped_column(default="", info=PERSONAL)
    """In words: on the phone, on paper at a fair, by which form."""
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    """The colleague who recorded it."""
    at: Mapped[datetime]
    """When they said so."""
    recorded_at: Mapped[datetime] = mapped_column(default=utcnow)
    purpose: Mapped[Purpose] = relationship()

    @classmethod
    def give(cls, contact: Any, purpose: Purpose, source: str = "person", **details: Any) -> Self:
        """They agree. `details`: point, how, by (a user), at, language; `text` where they were shown another one than the
        purpose's newest in their language."""
        return cls._record(GIVEN, contact, purpose, source, **details)

    @classmethod
    def renew(cls, contact: Any, purpose: Purpose, source: str = "person", **details: Any) -> Self:
        """They agreed before, and say so again: to the text as it is now."""
        return cls._record(RENEWED, contact, purpose, source, **details)

    @classmethod
    def withdraw(cls, contact: Any, purpose: Purpose, source: str = "person", **details: Any) -> Self:
        """They do not agree any more. Without a point that holds for all of them."""
        return cls._record(WITHDRAWN, contact, purpose, source, **details)

    @classmethod
    def _record(
        cls,
        action: str,
        contact: Any,
        purpose: Purpose,
        source: str,
        point: str = "",
        how: str = "",
        by: Any = None,
        at: datetime | None = None,
        text: str | None = None,
        language: str | None = None,
    ) -> Self:
        if source not in SOURCE_LABELS:
            raise ValueError(source)
        shown = None if text is not None or action == WITHDRAWN else purpose.text_for(language or contact.language)
        words = shown.text if shown else text or ""
        row = cls(
            contact_id=contact.id,
            purpose_id=purpose.id,
            point=point,
            action=action,
            text=words,
            text_hash=digest(words),
            language=shown.language if shown else language or "",
            version=shown.n if shown else None,
            source=source,
            how=how.strip()[:MAX_HOW],
            by_id=by.id if by else None,
            at=at or utcnow(),
        )
        row.purpose = purpose
        db.session.add(row)
        db.session.flush()
        contact.touch()
        events.emit(
            _EVENTS[action], contact, purpose=purpose.name, purpose_id=purpose.id, source=source, consent_id=row.id
        )
        return row

    @property
    def holds(self) -> bool:
        return self.action != WITHDRAWN

    @property
    def action_label(self) -> Any:
        return ACTION_LABELS.get(self.action, self.action)

    @property
    def source_label(self) -> Any:
        return SOURCE_LABELS.get(self.source, self.source)

    def is_outdated(self, language: str | None = None) -> bool:
        """Whether they agreed to a text of ours that is another by now; whose words a form's were, nobody knows. `language`:
        the one they read, where the row does not say."""
        now = [text for text in self.purpose.texts if text.language == (self.language or language)]
        return bool(self.holds and self.version and now and self.version < now[-1].n)

    def concerns(self) -> list[tuple[str, int]]:
        return [("contact", self.contact_id)]


_EVENTS = {
    GIVEN: events.CONSENT_GIVEN,
    RENEWED: events.CONSENT_RENEWED,
    WITHDRAWN: events.CONSENT_WITHDRAWN,
}


@event.listens_for(Consent, "before_update")
@event.listens_for(PurposeText, "before_update")
def _never_changed(_mapper: Any, _connection: Any, row: Any) -> None:
    """Evidence that could be changed would be none. Merging and erasing write past the session, and say so."""
    if db.session().is_modified(row):
        raise TypeError(f"{row.__tablename__} {row.id} is evidence: add a row instead")


def digest(text: str) -> str:
    """What shows that a text is the one that was shown."""
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


@dataclass(frozen=True)
class Standing:
    """What somebody's consent to one purpose is now."""

    purpose: Purpose
    newest: tuple[Consent, ...]
    """The newest row of each point it was given or withdrawn for, the latest first; () where they were never asked."""

    @property
    def holds(self) -> bool:
        return any(row.holds for row in self.newest)

    @property
    def last(self) -> Consent | None:
        return self.newest[0] if self.newest else None

    def holds_for(self, point: str) -> bool:
        """Whether they may be reached at that address for it."""
        fitting = next((row for row in self.newest if row.point in ("", point)), None)
        return fitting is not None and fitting.holds


def history(contact: Any) -> list[Consent]:
    """All that is recorded of somebody, the oldest first."""
    query = sa.select(Consent).where(Consent.contact_id == contact.id).order_by(Consent.at, Consent.id)
    return list(db.session.scalars(query))


def standing(contact: Any, rows: Iterable[Consent] | None = None) -> list[Standing]:
    """What holds now, for every purpose that people are asked about, and for those that this one was once."""
    by_purpose: dict[int, list[Consent]] = {}
    for row in history(contact) if rows is None else rows:
        by_purpose.setdefault(row.purpose_id, []).append(row)
    return [
        Standing(purpose, newest(by_purpose.get(purpose.id, ())))
        for purpose in purposes(retired=True)
        if purpose.retired_at is None or purpose.id in by_purpose
    ]


class _Said(Protocol):
    """A consent, or what a statement read of one."""

    @property
    def point(self) -> str: ...


_Saying = TypeVar("_Saying", bound=_Said)


def newest(rows: Iterable[_Saying]) -> tuple[_Saying, ...]:
    """Of rows from the oldest on, the last one of each point, the latest first."""
    points: dict[str, _Saying] = {}
    for row in rows:
        if not row.point:  # it speaks for all of them
            points.clear()
        points.pop(row.point, None)
        points[row.point] = row
    return tuple(reversed(points.values()))
