"""Taxes: classes that products belong to, each with its rates over time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crmlite import events
from crmlite.extensions import UNJOURNALED, Base, db, utcnow
from crmlite.journal import Journaled

KINDS = (
    ("normal", _l("Normal: charged at a rate")),
    ("reverse", _l("Reverse charge: the customer pays it themselves")),
    ("exempt", _l("Exempt")),
)
KIND_LABELS = {"normal": _l("Normal"), "reverse": _l("Reverse charge"), "exempt": _l("Exempt")}
"""The same in a word or two, for tables."""


@dataclass(frozen=True)
class Rate:
    """A rate as it is to be: `id` of the row that is changed to it, 0 for a new one."""

    rate_bp: int
    valid_from: date
    valid_to: date | None = None
    id: int = 0


class TaxClass(Journaled, Base):
    """How something is taxed."""

    __tablename__ = "tax_class"
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(default="normal")
    note: Mapped[str] = mapped_column(default="")
    """Printed on papers that have a line of this class, such as the law that exempts it."""
    active: Mapped[bool] = mapped_column(default=True)
    """Whether products and lines can be given it; those that have it keep it."""
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, info=UNJOURNALED)
    row_version: Mapped[int] = mapped_column(default=1, info=UNJOURNALED)
    rates: Mapped[list["TaxRate"]] = relationship(
        order_by="TaxRate.valid_from", lazy="selectin", viewonly=True, sync_backref=False
    )

    __mapper_args__ = {"version_id_col": row_version}  # noqa: RUF012

    def rate_on(self, day: date) -> int | None:
        """Basis points on that day: of the rates that hold, the one that began last. None where none does.

        Reverse charge and exempt are 0.
        """
        if self.kind != "normal":
            return 0
        held = [rate for rate in self.rates if rate.holds_on(day)]
        return max(held, key=lambda rate: rate.valid_from).rate_bp if held else None

    def next_rate(self, day: date) -> "TaxRate | None":
        """The first rate that begins after that day."""
        return next((rate for rate in self.rates if rate.valid_from > day), None)

    @classmethod
    def create(cls, name: str, rates: Iterable[Rate] = (), **values: Any) -> Self:
        tax_class = cls(name=name, **values)
        db.session.add(tax_class)
        db.session.flush()
        tax_class._put_rates(rates)
        events.emit(events.TAX_CLASS_CREATED, tax_class, tax=name)
        return tax_class

    def change(self, rates: Iterable[Rate] | None = None, **values: Any) -> Self:
        """Sets fields; `rates` are all it has from now on."""

        def put() -> None:
            for name, value in values.items():
                setattr(self, name, value)
            if rates is not None:
                self._put_rates(rates)

        if events.changed(put):
            self.updated_at = utcnow()  # so that the row version grows where only a rate changed, too
            events.emit(events.TAX_CLASS_UPDATED, self, tax=self.name)
        return self

    def _put_rates(self, wanted: Iterable[Rate]) -> None:
        rows = {row.id: row for row in db.session.scalars(sa.select(TaxRate).where(TaxRate.tax_class_id == self.id))}
        for rate in wanted:
            row = rows.pop(rate.id, None) or TaxRate(tax_class_id=self.id)
            row.rate_bp, row.valid_from, row.valid_to = rate.rate_bp, rate.valid_from, rate.valid_to
            db.session.add(row)
        for row in rows.values():
            db.session.delete(row)
        db.session.flush()
        db.session.expire(self, ["rates"])


class TaxRate(Journaled, Base):
    """What a class charges from a day on, and until another day where one is named."""

    __tablename__ = "tax_rate"
    tax_class_id: Mapped[int] = mapped_column(sa.ForeignKey("tax_class.id"), index=True)
    rate_bp: Mapped[int]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    """The last day it holds. Without one it holds until the next one begins."""

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def offered() -> list[TaxClass]:
    """The classes that can be chosen, the oldest first."""
    return list(db.session.scalars(sa.select(TaxClass).where(TaxClass.active).order_by(TaxClass.id)))
