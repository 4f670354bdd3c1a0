"""Lines of a quote: items, texts and sections."""

from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crmlite.catalog.models import Product
from crmlite.extensions import Base
from crmlite.journal import Journaled
from crmlite.sales.totals import Item, Tax

ITEM, TEXT, SECTION = "item", "text", "section"


class Priced:
    """What a line of a quote and a line of an order both keep: copies, so that the catalogue can change."""

    position: Mapped[int]
    kind: Mapped[str] = mapped_column(default=ITEM)
    code: Mapped[str] = mapped_column(default="")
    name: Mapped[str] = mapped_column(default="")
    """What it is in a line: an item's or a section's heading."""
    text: Mapped[str] = mapped_column(default="")
    unit: Mapped[str] = mapped_column(default="")
    qty_micro: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    unit_micro: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    discount_bp: Mapped[int] = mapped_column(default=0)
    tax_name: Mapped[str] = mapped_column(default="")
    tax_kind: Mapped[str] = mapped_column(default="normal")
    tax_note: Mapped[str] = mapped_column(default="")
    tax_rate_bp: Mapped[int] = mapped_column(default=0)
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)

    @property
    def is_item(self) -> bool:
        return self.kind == ITEM

    @property
    def tax(self) -> Tax:
        return Tax(self.tax_rate_bp, self.tax_kind, self.tax_name, self.tax_note)


COPIED = (
    "position", "kind", "code", "name", "text", "unit", "qty_micro", "unit_micro", "discount_bp", "tax_name", "tax_kind", "tax_note",
    "tax_rate_bp", "amount_minor",
)  # fmt: skip
"""Columns of Priced."""


class Line(Priced, Journaled, Base):
    __tablename__ = "quote_line"
    __table_args__ = (sa.Index(None, "version_id", "position"),)
    derived: ClassVar[frozenset[str]] = frozenset({"amount_minor"})
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("quote_version.id"))
    product_id: Mapped[int | None] = mapped_column(sa.ForeignKey("product.id"), index=True)
    tax_class_id: Mapped[int | None] = mapped_column(sa.ForeignKey("tax_class.id"))
    optional: Mapped[bool] = mapped_column(default=False)
    chosen: Mapped[bool] = mapped_column(default=False)
    """Of an optional line, whether the customer takes it; before they decide, whether it is ticked for them."""
    version: Mapped[Any] = relationship("QuoteVersion", back_populates="lines")
    product: Mapped[Product | None] = relationship()

    @property
    def counts(self) -> bool:
        return self.is_item and (self.chosen or not self.optional)

    def priced(self, counts: bool | None = None) -> Item:
        """As totals take it."""
        counts = self.counts if counts is None else counts
        return Item(self.qty_micro, self.unit_micro, self.tax, self.discount_bp, counts)

    def may_be_undone(self) -> bool:
        return not self._of().is_frozen

    def may_become(self, name: str, value: Any) -> bool:
        return not self._of().is_frozen

    def concerns(self) -> list[tuple[str, int]]:
        return [("quote_version", self.version_id), ("quote", self._of().quote_id)]

    def _of(self) -> Any:
        """Its version, also while it is only being made or remembered."""
        from crmlite.extensions import db
        from crmlite.sales.models.versions import QuoteVersion

        return self.version or db.session.get_one(QuoteVersion, self.version_id)
