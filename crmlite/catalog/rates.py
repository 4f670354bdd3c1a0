"""Prices from one currency into another, by the rates of a day."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from math import floor

import sqlalchemy as sa
from flask_babel import gettext as _

from crmlite.auth.models import Organisation
from crmlite.catalog.models.rates import ExchangeRate
from crmlite.extensions import db
from crmlite.web import show_date


class NoRate(ValueError):
    """There is no price, or no way to one: the sentence says what is missing and who can add it."""


def convert(unit_micro: int, from_currency: str, to_currency: str, day: date) -> int:
    """The same worth in another currency on that day, half a millionth rounded away from zero. Raises NoRate.

    Rates are of the organisation's currency; between two others the way goes over it.
    """
    if from_currency == to_currency:
        return unit_micro
    costs = _costs({from_currency, to_currency}, day)
    return _rounded(unit_micro * costs[from_currency] / costs[to_currency])


def in_force(currencies: Iterable[str], base: str, day: date) -> dict[str, ExchangeRate]:
    """By currency, the rate that began last, among those that began by that day."""
    newest = (
        sa.select(ExchangeRate.currency, sa.func.max(ExchangeRate.valid_from).label("since"))
        .where(ExchangeRate.base == base, ExchangeRate.currency.in_(currencies), ExchangeRate.valid_from <= day)
        .group_by(ExchangeRate.currency)
        .subquery()
    )
    query = sa.select(ExchangeRate).join(
        newest, sa.and_(newest.c.currency == ExchangeRate.currency, newest.c.since == ExchangeRate.valid_from)
    )
    return {rate.currency: rate for rate in db.session.scalars(query.where(ExchangeRate.base == base))}


def _costs(currencies: set[str], day: date) -> dict[str, Fraction]:
    """What one unit of each costs in the organisation's currency."""
    base = Organisation.get().currency
    found = in_force(currencies - {base}, base, day)
    costs = {base: Fraction(1)} | {currency: rate.factor for currency, rate in found.items()}
    for currency in sorted(currencies - set(costs)):
        raise NoRate(
            _(
                "There is no exchange rate for %(currency)s on %(day)s. A manager can add one under Exchange rates.",
                currency=currency,
                day=show_date(day),
            )
        )
    return costs


def _rounded(exact: Fraction) -> int:
    sign = -1 if exact < 0 else 1
    return sign * floor(abs(exact) + Fraction(1, 2))
