"""Orders: what customers took, line by line, as they took it."""

from datetime import date
from typing import Any, Self

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Mapped, mapped_column, relationship
from werkzeug.exceptions import Conflict

from crmlite import events
from crmlite.companies.models import Company
from crmlite.contacts.models import Contact
from crmlite.extensions import Base, db
from crmlite.fold import sort_key
from crmlite.journal import Journaled
from crmlite.records.lifecycle import facts_from
from crmlite.records.types import Record, trash_index
from crmlite.sales.models.lines import COPIED, Priced
from crmlite.sales.models.numbers import NumberRange
from crmlite.sales.models.versions import QuoteVersion
from crmlite.sales.totals import Item, Totals, add_up
from crmlite.web import today_in


class Order(Record, Base):
    __tablename__ = "order"
    __table_args__ = (
        trash_index("order"),
        sa.Index(None, "sort_name", "id", "owner_id", "team_id"),
        sa.Index(None, "number", "id", "owner_id", "team_id"),
        sa.Index(None, "gross_minor", "id", "owner_id", "team_id"),
        sa.Index(None, "ordered_on", "id", "owner_id", "team_id"),
        sa.Index(None, "owner_id", "sort_name"),
        sa.Index(None, "team_id", "sort_name"),
        sa.Index(None, "contact_id", "ordered_on"),
        sa.Index(None, "company_id", "ordered_on"),
        sa.Index(None, "deal_id"),
        sa.UniqueConstraint("number"),
        sa.UniqueConstraint("quote_version_id"),
    )
    number: Mapped[str]
    name: Mapped[str]
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contact.id"))
    company_id: Mapped[int | None] = mapped_column(sa.ForeignKey("company.id"))
    deal_id: Mapped[int | None] = mapped_column(sa.ForeignKey("deal.id"))
    quote_id: Mapped[int | None] = mapped_column(sa.ForeignKey("quote.id"), index=True)
    quote_version_id: Mapped[int | None] = mapped_column(sa.ForeignKey("quote_version.id"))
    ordered_on: Mapped[date]
    """Where the customer is."""
    currency: Mapped[str]
    includes_tax: Mapped[bool] = mapped_column(default=False)
    net_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    tax_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    gross_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    contact: Mapped[Contact] = relationship()
    company: Mapped[Company | None] = relationship()
    version: Mapped[QuoteVersion | None] = relationship()
    lines: Mapped[list["OrderLine"]] = relationship(order_by="OrderLine.position")

    @classmethod
    def booked_since(cls, day: date) -> sa.ColumnElement[bool]:
        return cls.ordered_on >= day

    @classmethod
    def from_quote(cls, quote: Any, version: QuoteVersion) -> Self:
        """The order of a version that was accepted; its owner's and team's, who made the quote. Once for each version."""
        order = cls(
            number=NumberRange.take("order", today_in(version.time_zone)),
            name=version.name,
            sort_name=sort_key(version.name),
            company_id=quote.company_id,
            deal_id=quote.deal_id,
            quote_id=quote.id,
            quote_version_id=version.id,
            owner_id=quote.owner_id,
            team_id=quote.team_id,
            ordered_on=today_in(version.time_zone),
            currency=version.currency,
            includes_tax=version.includes_tax,
            net_minor=version.net_minor,
            tax_minor=version.tax_minor,
            gross_minor=version.gross_minor,
        )
        order.contact, order.company, order.contact_id = quote.contact, quote.company, quote.contact_id
        for line in version.lines:
            if line.counts or not line.is_item:
                order.lines.append(
                    OrderLine(product_id=line.product_id, **{name: getattr(line, name) for name in COPIED})
                )
        db.session.add(order)
        events.emit(
            events.ORDER_CREATED,
            order,
            about=[*quote.about(), quote],
            number=order.number,
            total={"minor": order.gross_minor, "currency": order.currency},
        )
        return order

    def trash(self) -> Self:
        """Raises Conflict for one that a customer made by accepting a quote: bookkeeping keeps it."""
        if self.quote_id is not None:
            raise Conflict(_("What a customer ordered is not deleted: they have it, too."))
        return super().trash()

    def derive(self) -> None:
        self.sort_name = sort_key(self.name)

    @property
    def title(self) -> str:
        return self.name

    def totals(self) -> Totals:
        items = [
            Item(line.qty_micro, line.unit_micro, line.tax, line.discount_bp) for line in self.lines if line.is_item
        ]
        return add_up(items, self.currency, includes_tax=self.includes_tax)

    def search_texts(self) -> list[str | None]:
        return [self.name, self.number]

    def concerns(self) -> list[tuple[str, int]]:
        others = (("company", self.company_id), ("deal", self.deal_id))
        return [("contact", self.contact_id), *((name, number) for name, number in others if number)]


class OrderLine(Priced, Journaled, Base):
    __tablename__ = "order_line"
    __table_args__ = (sa.Index(None, "order_id", "position"),)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("order.id"))
    product_id: Mapped[int | None] = mapped_column(sa.ForeignKey("product.id"), index=True)

    def concerns(self) -> list[tuple[str, int]]:
        return [("order", self.order_id)]


@facts_from
def first_order(record: Any) -> dict[str, Any]:
    """What the lifecycle of a contact or company follows from: the day of its first order."""
    key = {"contact": Order.contact_id, "company": Order.company_id}[record.__tablename__]
    query = sa.select(sa.func.min(Order.ordered_on)).where(key == record.id, Order.deleted_at.is_(None))
    return {"first_order_on": db.session.scalar(query)}
