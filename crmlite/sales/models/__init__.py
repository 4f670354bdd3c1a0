"""Quotes with their versions and lines, what customers decided about them, and the orders that came of it."""

from crmlite.sales.models.decisions import Decision
from crmlite.sales.models.lines import ITEM, SECTION, TEXT, Line
from crmlite.sales.models.numbers import NumberRange
from crmlite.sales.models.orders import Order, OrderLine
from crmlite.sales.models.quotes import STATE_HUES, STATE_LABELS, STATES, Quote, WrongState
from crmlite.sales.models.versions import QuoteVersion

__all__ = [
    "ITEM",
    "SECTION",
    "STATES",
    "STATE_HUES",
    "STATE_LABELS",
    "TEXT",
    "Decision",
    "Line",
    "NumberRange",
    "Order",
    "OrderLine",
    "Quote",
    "QuoteVersion",
    "WrongState",
]
