"""Quotes: one number, one or more versions, and what became of them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, ClassVar, Self

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship
from werkzeug.exceptions import Conflict

from crmlite import events
from crmlite.companies.models import Company
from crmlite.contacts.models import Contact
from crmlite.extensions import Base, db, utcnow
from crmlite.files import File
from crmlite.fold import sort_key
from crmlite.pipeline.models import WON, Deal
from crmlite.records import links
from crmlite.records.types import Record, trash_index
from crmlite.sales.models import versions
from crmlite.sales.models.decisions import Decision
from crmlite.sales.models.lines import Line
from crmlite.sales.models.numbers import NumberRange
from crmlite.sales.models.orders import Order
from crmlite.sales.models.versions import QuoteVersion
from crmlite.web import today_in

STATES = (
    ("draft", _l("Draft"), "gray"),
    ("sent", _l("Sent"), "blue"),
    ("accepted", _l("Accepted"), "green"),
    ("declined", _l("Declined"), "red"),
    ("withdrawn", _l("Withdrawn"), "orange"),
    ("replaced", _l("Replaced"), "gray"),
    ("expired", _l("Expired"), "orange"),
)
"""The last is not stored: it follows from the day."""
STATE_LABELS = {name: label for name, label, _hue in STATES}
STATE_HUES = {name: hue for name, _label, hue in STATES}


class WrongState(Exception):
    """The quote, or this version of it, is past what was asked for; somebody was faster."""


class Quote(Record, Base):
    """What we offer somebody. `state`, `gross_minor`, `currency` and `valid_until` are those of the version that counts:
    the last one that was sent, else the draft."""

    __tablename__ = "quote"
    __table_args__ = (
        trash_index("quote"),
        sa.Index(None, "sort_name", "id", "owner_id", "team_id"),
        sa.Index(None, "number", "id", "owner_id", "team_id"),
        sa.Index(None, "gross_minor", "id", "owner_id", "team_id"),
        sa.Index(None, "valid_until", "id", "owner_id", "team_id"),
        sa.Index(None, "created_at", "id", "owner_id", "team_id"),
        sa.Index(None, "state", "id", "owner_id", "team_id"),
        sa.Index(None, "owner_id", "sort_name"),
        sa.Index(None, "team_id", "sort_name"),
        sa.Index(None, "contact_id"),
        sa.Index(None, "company_id"),
        sa.Index(None, "deal_id"),
        sa.UniqueConstraint("number"),
    )
    derived: ClassVar[frozenset[str]] = Record.derived | {"name", "state", "currency", "gross_minor", "valid_until"}
    number: Mapped[str]
    name: Mapped[str]
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contact.id"))
    company_id: Mapped[int | None] = mapped_column(sa.ForeignKey("company.id"))
    deal_id: Mapped[int | None] = mapped_column(sa.ForeignKey("deal.id"))
    state: Mapped[str] = mapped_column(default=versions.DRAFT)
    currency: Mapped[str]
    gross_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    valid_until: Mapped[date | None]
    contact: Mapped[Contact] = relationship()
    company: Mapped[Company | None] = relationship()
    deal: Mapped[Deal | None] = relationship()
    versions: Mapped[list[QuoteVersion]] = relationship(order_by=QuoteVersion.n, back_populates="quote")

    @classmethod
    def booked_since(cls, day: date) -> sa.ColumnElement[bool]:
        since = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return (
            sa.exists()
            .where(QuoteVersion.id == Decision.version_id, QuoteVersion.quote_id == cls.id)
            .where(Decision.verdict == versions.ACCEPTED, Decision.at >= since)
        )

    @classmethod
    def create(cls, actor: Any, *, name: str, contact: Contact, **values: Any) -> Self:
        """A new quote for `contact`, with its first draft. `values`: company_id, deal_id, owner, and those of a version."""
        of_version = {"name": name} | {key: values.pop(key) for key in versions.KEPT if key in values}
        quote = cls(name=name, created_by_id=actor.id if actor else None, **cls.holders(actor, values), **values)
        quote.number = NumberRange.take("quote", today_in(of_version["time_zone"]))
        quote.contact, quote.contact_id = contact, contact.id
        quote.sort_name = sort_key(name)
        draft = QuoteVersion(n=1, **of_version)
        quote.currency, quote.valid_until = draft.currency, draft.valid_until
        quote.versions.append(draft)
        db.session.add(quote)
        db.session.flush()  # until then it does not know its company and deal, which the event is about
        events.emit(events.QUOTE_CREATED, quote, about=quote.about(), number=quote.number)
        return quote

    def write(self, *, name: str, lines: Iterable[dict[str, Any]], **values: Any) -> Self:
        """Sets the draft's fields and lines: rows with the columns of Line, and `id` where there is one already. Raises
        WrongState where there is no draft, and totals.TooLarge."""
        draft = self.draft
        if draft is None:
            raise WrongState

        def put() -> None:
            for key, value in {"name": name, **values}.items():
                setattr(draft, key, value)
            _put_lines(draft, lines)
            db.session.flush()  # what is not said of a new line is there from now on
            draft.put_totals()
            self._follow()

        if events.changed(put):
            self.updated_at = utcnow()  # so that the row version grows where only a line changed, too
            events.emit(events.QUOTE_UPDATED, self, about=self.about())
        return self

    def rewrite(self) -> QuoteVersion:
        """A new draft, made from the last version. Raises WrongState where there is one, or where it was accepted."""
        if self.draft is not None or self.state == versions.ACCEPTED:
            raise WrongState
        draft = self.latest.copy(self.latest.n + 1)
        self.versions.append(draft)
        db.session.flush()
        events.emit(events.QUOTE_REWRITTEN, self, about=self.about(), n=draft.n)
        return draft

    def send(self, file: File, parties: dict[str, Any], to: str) -> links.Link:
        """Freezes the draft with the PDF file that goes out, and ends what was sent before. Returns the customer's link."""
        draft = self.draft
        if draft is None:
            raise WrongState
        for version in self.versions:
            if version.state == versions.SENT:
                version.state = versions.REPLACED
        draft.freeze(file, parties)
        self._follow()
        events.emit(
            events.QUOTE_SENT,
            self,
            about=self.about(),
            number=self.number,
            to=to,
            total={"minor": draft.gross_minor, "currency": draft.currency},
        )
        return links.make("quote", self, draft.n)

    def withdraw(self) -> Self:
        """The customer cannot accept it any more, and is told so where they look."""
        version = self.live
        if version is None or version.state != versions.SENT:
            raise WrongState
        version.state = versions.WITHDRAWN
        self._follow()
        events.emit(events.QUOTE_WITHDRAWN, self, about=self.about(), number=self.number)
        return self

    def accept(self, version: QuoteVersion, chosen: Iterable[int], **evidence: Any) -> Order:
        """The customer takes `version` with the optional lines of these ids: the order stands, and the deal is won.

        Once: raises WrongState where it cannot be accepted any more. The quote has to be locked by the caller.
        """
        if not version.is_open or version is not self.live:
            raise WrongState
        taken = {line.id for line in version.options} & set(chosen)
        for line in version.options:
            line.chosen = line.id in taken
        version.put_totals()
        version.state = versions.ACCEPTED
        self._decide(version, versions.ACCEPTED, chosen=sorted(taken), **evidence)
        self._follow()
        db.session.flush()
        events.emit(
            events.QUOTE_ACCEPTED,
            self,
            about=self.about(),
            number=self.number,
            name=evidence["name"],
            total={"minor": version.gross_minor, "currency": version.currency},
        )
        order = Order.from_quote(self, version)
        self._win_deal(order)
        for record in (self.contact, self.company):
            if record is not None:
                record.renew_lifecycle()
        return order

    def _win_deal(self, order: Order) -> None:
        """The deal is won, at what was ordered: also one that was given up, or lies in the trash and may come back from there."""
        deal = self.deal
        if deal is None or deal.stage.kind == WON:
            return
        if deal.currency == order.currency:
            deal.amount_minor = order.net_minor
        deal.win()

    def trash(self) -> Self:
        """Raises Conflict for one that the customer has, or that an order came of."""
        if self.state in {versions.SENT, versions.ACCEPTED}:
            raise Conflict(_("What the customer has in hand is not deleted. Withdraw the quote first."))
        return super().trash()

    def decline(self, version: QuoteVersion, reason: str, **evidence: Any) -> Self:
        """The customer does not want it. Raises WrongState where it cannot be declined any more."""
        if not version.is_open or version is not self.live:
            raise WrongState
        version.state = versions.DECLINED
        self._decide(version, versions.DECLINED, reason=reason, **evidence)
        self._follow()
        events.emit(events.QUOTE_DECLINED, self, about=self.about(), number=self.number, reason=reason)
        return self

    def derive(self) -> None:
        """Totals of the draft, and what lists show of the version that counts."""
        db.session.flush()
        db.session.expire(self, ["versions"])
        if (draft := self.draft) is not None:
            db.session.expire(draft, ["lines"])
            draft.put_totals()
        if self.versions:
            self._follow()

    # --- questions

    @property
    def title(self) -> str:
        return self.name

    @property
    def draft(self) -> QuoteVersion | None:
        """What is being written; nothing any more where another version was accepted meanwhile."""
        if any(version.state == versions.ACCEPTED for version in self.versions):
            return None
        return next((version for version in self.versions if version.is_draft), None)

    @hybrid_property
    def shown_state(self) -> str:
        """Its state, and whether the customer's time has run out."""
        is_over = self.valid_until is not None and self.valid_until < utcnow().date()
        return "expired" if self.state == versions.SENT and is_over else self.state

    @shown_state.inplace.expression
    @classmethod
    def _shown_state(cls) -> sa.ColumnElement[str]:
        is_over = sa.and_(cls.state == versions.SENT, cls.valid_until < utcnow().date())
        return sa.case((is_over, "expired"), else_=cls.state)

    @property
    def latest(self) -> QuoteVersion:
        return self.versions[-1]

    @property
    def live(self) -> QuoteVersion | None:
        """The last one that was sent: what the customer has."""
        return next((version for version in reversed(self.versions) if version.is_frozen), None)

    @property
    def shown(self) -> QuoteVersion:
        """The version that counts: what the customer has, else the draft."""
        return self.live or self.latest

    def version(self, n: int) -> QuoteVersion | None:
        return next((version for version in self.versions if version.n == n), None)

    def about(self) -> list[Any]:
        """What its events are about besides itself."""
        return [self.contact, self.company, self.deal]

    def search_texts(self) -> list[str | None]:
        return [self.name, self.number]

    def concerns(self) -> list[tuple[str, int]]:
        others = (("company", self.company_id), ("deal", self.deal_id))
        return [("contact", self.contact_id), *((name, number) for name, number in others if number)]

    # --- helpers

    def _follow(self) -> None:
        """Takes over what lists show of the version that counts."""
        version = self.shown
        self.name, self.sort_name = version.name, sort_key(version.name)
        self.state, self.currency = version.state, version.currency
        self.gross_minor, self.valid_until = version.gross_minor, version.valid_until

    def _decide(self, version: QuoteVersion, verdict: str, **evidence: Any) -> None:
        db.session.add(
            Decision(
                version_id=version.id,
                verdict=verdict,
                sha256=version.sha256,
                gross_minor=version.gross_minor,
                **evidence,
            )
        )


def _put_lines(draft: QuoteVersion, rows: Iterable[dict[str, Any]]) -> None:
    """Changes the lines that are named, adds those that are not there yet, and takes away the rest."""
    known = {line.id: line for line in draft.lines}
    kept = []
    for position, row in enumerate(rows):
        line = known.pop(row.get("id") or 0, None) or Line()
        for key, value in {**row, "position": position, "id": line.id}.items():
            setattr(line, key, value)
        kept.append(line)
    for line in known.values():
        db.session.delete(line)
    draft.lines = kept
