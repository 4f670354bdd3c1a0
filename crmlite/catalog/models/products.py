"""Products: what a line of a quote is made from, with a price in each currency that has one of its own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Mapped, mapped_column, relationship
from werkzeug.exceptions import Conflict

from crmlite import events
from crmlite.catalog.models.taxes import TaxClass
from crmlite.extensions import Base, db
from crmlite.fold import sort_key
from crmlite.journal import Journaled
from crmlite.records.types import Record, trash_index

_CODE_COUNTS = "deleted_at IS NULL AND code <> ''"


class CodeTaken(Conflict):
    """Another product has this code, and is not in the trash."""


@dataclass(frozen=True)
class Worth:
    """The price of one unit: millionths of the major unit, and whether tax is in it."""

    unit_micro: int
    includes_tax: bool = False


class Product(Record, Base):
    __tablename__ = "product"
    __table_args__ = (
        trash_index("product"),
        sa.Index(None, "sort_name", "id", "owner_id", "team_id"),
        sa.Index(None, "code", "id", "owner_id", "team_id"),
        sa.Index(None, "owner_id", "sort_name"),
        sa.Index(None, "team_id", "sort_name"),
        sa.Index(
            "uq_product_code",
            "code",
            unique=True,
            sqlite_where=sa.text(_CODE_COUNTS),
            postgresql_where=sa.text(_CODE_COUNTS),
        ),
    )
    name: Mapped[str]
    code: Mapped[str] = mapped_column(default="")
    """What the firm calls it in a word; of two products that are not deleted only one has it."""
    description: Mapped[str] = mapped_column(default="")
    """The text that a line of a quote begins with."""
    unit: Mapped[str] = mapped_column(default="")
    """What is counted: piece, hour, m²."""
    instructions: Mapped[str] = mapped_column(default="")
    """For those who sell it; customers do not read it."""
    tax_class_id: Mapped[int | None] = mapped_column(sa.ForeignKey("tax_class.id"), index=True)
    active: Mapped[bool] = mapped_column(default=True)
    """Whether it is offered: new quotes do not find it otherwise."""
    tax_class: Mapped[TaxClass | None] = relationship()

    @property
    def title(self) -> str:
        return self.name

    def search_texts(self) -> list[str | None]:
        return [self.name, self.code, self.description]

    @property
    def prices(self) -> list["Price"]:
        """In all currencies that have one, the oldest first; asked of the database."""
        return list(db.session.scalars(sa.select(Price).where(Price.product_id == self.id).order_by(Price.id)))

    @classmethod
    def create(cls, actor: Any, name: str, prices: Mapping[str, Worth | None] | None = None, **values: Any) -> Self:
        """A new product. Raises CodeTaken."""
        product = cls(name=name, created_by_id=actor.id if actor else None, **cls.holders(actor, values))
        product._set(values)
        db.session.add(product)
        with _somebody_faster(product.code):
            events.emit(events.PRODUCT_CREATED, product)
        product._put_prices(prices or {}, tell=False)
        return product

    def change(self, prices: Mapping[str, Worth | None] | None = None, **values: Any) -> Self:
        """Sets fields, and the price in each currency of `prices`: None takes it away, other currencies stay. Raises CodeTaken."""
        if "owner_id" in values:
            self.hand_over(values.pop("owner_id"))
        with _somebody_faster(values.get("code", self.code)):
            if values and events.changed(lambda: self._set(values)):
                events.emit(events.PRODUCT_UPDATED, self)
        self._put_prices(prices or {})
        return self

    def withdraw(self) -> Self:
        """It is not offered any more; what was quoted stays quoted."""
        if self.active:
            self.active = False
            events.emit(events.PRODUCT_WITHDRAWN, self)
        return self

    def offer(self) -> Self:
        if not self.active:
            self.active = True
            events.emit(events.PRODUCT_OFFERED, self)
        return self

    def restore(self) -> Self:
        self._require_code(self.code)
        return super().restore()

    def may_become(self, name: str, value: Any) -> bool:
        """An undo brings back neither a code that another product has by now nor a product with such a code."""
        if name == "code":
            return self.deleted_at is not None or not is_taken(value, self.id)
        if name == "deleted_at":
            return value is not None or not is_taken(self.code, self.id)
        return super().may_become(name, value)

    def _set(self, values: dict[str, Any]) -> None:
        if values.get("code", self.code) != self.code:
            self._require_code(values["code"])
        self.put(values)
        self.sort_name = sort_key(self.name)

    def _require_code(self, code: str) -> None:
        if is_taken(code, self.id):
            raise CodeTaken(_taken(code))

    def _put_prices(self, wanted: Mapping[str, Worth | None], tell: bool = True) -> None:
        now = {price.currency: price for price in self.prices} if wanted else {}
        for currency, worth in wanted.items():
            price = now.get(currency)
            if worth is None:
                if price is not None:
                    db.session.delete(price)
                    self._tell(events.PRODUCT_UNPRICED, price)
            elif price is None or price.worth != worth:
                price = price or Price(product_id=self.id, currency=currency)
                price.unit_micro, price.includes_tax = worth.unit_micro, worth.includes_tax
                db.session.add(price)
                if tell:
                    self._tell(events.PRODUCT_PRICED, price)

    def _tell(self, kind: events.EventType, price: "Price") -> None:
        events.emit(kind, self, price={"unit_micro": price.unit_micro, "currency": price.currency})


class Price(Journaled, Base):
    """What one unit of a product costs in one currency."""

    __tablename__ = "price"
    __table_args__ = (sa.UniqueConstraint("product_id", "currency"),)
    product_id: Mapped[int] = mapped_column(sa.ForeignKey("product.id"))
    currency: Mapped[str]
    unit_micro: Mapped[int] = mapped_column(sa.BigInteger)
    includes_tax: Mapped[bool] = mapped_column(default=False)

    @property
    def worth(self) -> Worth:
        return Worth(self.unit_micro, self.includes_tax)

    def concerns(self) -> list[tuple[str, int]]:
        return [("product", self.product_id)]


@contextmanager
def _somebody_faster(code: str) -> Iterator[None]:
    """On PostgreSQL two can look whether a code is free at the same time; the index lets one of them in."""
    try:
        yield
    except sa.exc.IntegrityError as error:
        raise CodeTaken(_taken(code)) from error


def _taken(code: str) -> str:
    return _("Another product has the code %(code)s.", code=code)


def is_taken(code: str | None, besides: int | None = None) -> bool:
    """Whether a product that is not deleted has this code, written large or small."""
    if not code:
        return False
    query = sa.select(Product.id).where(
        sa.func.lower(Product.code) == code.lower(), Product.code != "", Product.deleted_at.is_(None)
    )
    with db.session.no_autoflush:
        return db.session.scalar(query.where(Product.id != (besides or 0)).limit(1)) is not None
