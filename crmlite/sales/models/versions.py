"""Versions of a quote: one draft that is written, and those that were sent, as the customer saw them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, ClassVar, Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crmlite.catalog.models import TaxClass
from crmlite.extensions import Base, db, utcnow
from crmlite.files import File
from crmlite.journal import Journaled
from crmlite.sales.models.decisions import Decision
from crmlite.sales.models.lines import COPIED, Line
from crmlite.sales.totals import Totals, add_up
from crmlite.web import today_in

DRAFT, SENT, ACCEPTED, DECLINED, WITHDRAWN, REPLACED = (
    "draft", "sent", "accepted", "declined", "withdrawn", "replaced",
)  # fmt: skip
KEPT = ("name", "currency", "includes_tax", "language", "time_zone", "valid_until", "intro", "terms")
"""What a new version takes over from the one before, besides its lines."""


class QuoteVersion(Journaled, Base):
    """draft -> sent -> accepted, declined, withdrawn or replaced by a later one. Once sent nothing of it changes but that."""

    __tablename__ = "quote_version"
    __table_args__ = (sa.UniqueConstraint("quote_id", "n"),)
    derived: ClassVar[frozenset[str]] = frozenset({"net_minor", "tax_minor", "gross_minor"})
    quote_id: Mapped[int] = mapped_column(sa.ForeignKey("quote.id"))
    n: Mapped[int]
    state: Mapped[str] = mapped_column(default=DRAFT)
    name: Mapped[str] = mapped_column(default="")
    """The subject, as this version says it."""
    currency: Mapped[str]
    includes_tax: Mapped[bool] = mapped_column(default=False)
    """Whether the prices of its lines are gross."""
    language: Mapped[str]
    time_zone: Mapped[str]
    """Where the day ends on which it ends: the customer's."""
    valid_until: Mapped[date | None]
    intro: Mapped[str] = mapped_column(default="")
    terms: Mapped[str] = mapped_column(default="")
    net_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    tax_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    gross_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    parties: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Who it is from and for, as printed: written when it is sent."""
    frozen_at: Mapped[datetime | None]
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("file.id"))
    sha256: Mapped[str] = mapped_column(default="")
    quote: Mapped[Any] = relationship("Quote", back_populates="versions")
    lines: Mapped[list[Line]] = relationship(order_by=[Line.position, Line.id], back_populates="version")
    file: Mapped[File | None] = relationship()

    @property
    def is_draft(self) -> bool:
        return self.state == DRAFT

    @property
    def is_frozen(self) -> bool:
        return self.frozen_at is not None

    @property
    def is_expired(self) -> bool:
        """Whether the customer's day after the last one has begun."""
        return self.valid_until is not None and today_in(self.time_zone) > self.valid_until

    @property
    def is_open(self) -> bool:
        """Whether the customer can decide about it now."""
        return self.state == SENT and not self.is_expired

    @property
    def shown_state(self) -> str:
        return "expired" if self.state == SENT and self.is_expired else self.state

    @property
    def decision(self) -> Decision | None:
        return db.session.scalar(sa.select(Decision).where(Decision.version_id == self.id))

    @property
    def items(self) -> list[Line]:
        return [line for line in self.lines if line.is_item]

    @property
    def options(self) -> list[Line]:
        return [line for line in self.items if line.optional]

    def changed_taxes(self) -> list[str]:
        """Names of taxes whose rate today is not the one that was written down."""
        today = today_in(self.time_zone)
        taxed = [(line, db.session.get(TaxClass, line.tax_class_id)) for line in self.items if line.tax_class_id]
        return sorted(
            {line.tax_name for line, tax in taxed if tax is not None and tax.rate_on(today) != line.tax_rate_bp}
        )

    def totals(self, chosen: Iterable[int] | None = None) -> Totals:
        """With the optional lines of these ids; None: those that are ticked."""
        taken = None if chosen is None else set(chosen)
        items = [line.priced(None if taken is None else not line.optional or line.id in taken) for line in self.items]
        return add_up(items, self.currency, includes_tax=self.includes_tax)

    def put_totals(self) -> None:
        """Writes down what the lines add up to."""
        found = self.totals()
        for line, value in zip(self.items, found.amounts, strict=True):
            line.amount_minor = value
        self.net_minor, self.tax_minor, self.gross_minor = found.net_minor, found.tax_minor, found.gross_minor

    def copy(self, n: int) -> Self:
        """A draft with the same lines and terms."""
        draft = type(self)(quote_id=self.quote_id, n=n, **{name: getattr(self, name) for name in KEPT})
        db.session.add(draft)
        for line in self.lines:
            draft.lines.append(
                Line(
                    **{name: getattr(line, name) for name in COPIED},
                    product_id=line.product_id,
                    tax_class_id=line.tax_class_id,
                    optional=line.optional,
                    chosen=line.chosen,
                )
            )
        draft.put_totals()
        return draft

    def freeze(self, file: File, parties: dict[str, Any]) -> None:
        """From here on it is what the customer has."""
        self.file, self.file_id, self.sha256 = file, file.id, file.sha256
        self.parties, self.frozen_at, self.state = parties, utcnow(), SENT

    # --- what the journal asks

    def may_become(self, name: str, value: Any) -> bool:
        """Of one that was sent only the withdrawal can be taken back."""
        if not self.is_frozen:
            return True
        return name == "state" and {self.state, value} == {WITHDRAWN, SENT} and self is self.quote.live

    def may_be_undone(self) -> bool:
        return not self.is_frozen

    def concerns(self) -> list[tuple[str, int]]:
        return [("quote", self.quote_id)]
