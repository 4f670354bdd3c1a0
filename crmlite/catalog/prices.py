"""What a product costs in a currency on a day."""

from datetime import date

from flask_babel import gettext as _

from crmlite import money
from crmlite.auth.models import Organisation
from crmlite.catalog.models.products import Price, Product
from crmlite.catalog.rates import NoRate, convert
from crmlite.numbers import MICRO


def price_for(product: Product, currency: str, day: date) -> tuple[int, bool]:
    """(unit_micro, includes_tax): its own price in that currency, else converted. Raises NoRate.

    What is converted is the price in the organisation's currency, where there is one, and else the first.
    """
    prices = {price.currency: price for price in product.prices}
    if not prices:
        raise NoRate(_("%(product)s has no price yet.", product=product.name))
    if currency in prices:
        return prices[currency].unit_micro, prices[currency].includes_tax
    source = prices.get(Organisation.get().currency) or next(iter(prices.values()))
    converted = convert(source.unit_micro, source.currency, currency, day)
    return _as_fine(converted, currency, source), source.includes_tax


def _as_fine(unit_micro: int, currency: str, source: Price) -> int:
    """Rounded to the decimals of the currency, and to as many more as the source's price has: 12.50 does not become 13.586957."""
    finer = 0
    while finer < MICRO and source.unit_micro * 10 ** (money.decimals(source.currency) + finer) % 10**MICRO:
        finer += 1
    step = 10 ** max(0, MICRO - money.decimals(currency) - finer)
    return (unit_micro + step // 2) // step * step or unit_micro
