"""Exchange rates: what money of other currencies costs in the organisation's own, from a day on."""

from datetime import date
from fractions import Fraction
from typing import Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crmlite import events
from crmlite.auth.models import Organisation
from crmlite.extensions import Base, db
from crmlite.journal import Journaled
from crmlite.numbers import MICRO

PER = (1, 100, 10_000)
"""For how many units a rate may be given: one rupiah in millionths of a euro would have two digits."""


class ExchangeRate(Journaled, Base):
    """`per` units of `currency` cost `rate_micro` millionths of `base`, from `valid_from` until the next one begins."""

    __tablename__ = "exchange_rate"
    __table_args__ = (sa.UniqueConstraint("currency", "base", "valid_from"),)
    currency: Mapped[str]
    base: Mapped[str]
    """The organisation's currency when this was written: rates in another one do not count when that changes."""
    per: Mapped[int] = mapped_column(default=1)
    rate_micro: Mapped[int] = mapped_column(sa.BigInteger)
    valid_from: Mapped[date]

    @property
    def factor(self) -> Fraction:
        """What one unit costs, exactly."""
        return Fraction(self.rate_micro, self.per * 10**MICRO)

    @classmethod
    def set(cls, currency: str, rate_micro: int, valid_from: date, per: int = 1) -> Self:
        """The rate from that day on; one that begins on the same day is changed to it."""
        base = Organisation.get().currency
        query = sa.select(cls).filter_by(currency=currency, base=base, valid_from=valid_from).with_for_update()
        rate = db.session.scalar(query) or cls(currency=currency, base=base, valid_from=valid_from)

        def put() -> None:
            rate.rate_micro, rate.per = rate_micro, per
            db.session.add(rate)

        if events.changed(put):
            events.emit(events.EXCHANGE_RATE_SET, rate, currency=currency)
        return rate

    def remove(self) -> None:
        events.emit(events.EXCHANGE_RATE_REMOVED, self, currency=self.currency)
        db.session.delete(self)
