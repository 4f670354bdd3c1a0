"""Amounts and days as cards show them: short, and remembered, for a board has hundreds of them and most were shown before."""

import re
from datetime import date
from functools import lru_cache

from babel import Locale
from babel.dates import format_skeleton
from babel.numbers import NumberPattern, parse_pattern

from crmlite.money import Money, decimals, format
from crmlite.web import locale


def short_money(amount: Money) -> str:
    """Without decimals where there are none: "€1,200"."""
    return _short_money(amount, str(locale()))


@lru_cache(maxsize=20_000)
def _short_money(amount: Money, language: str) -> str:
    if amount.minor % 10 ** decimals(amount.currency):
        return format(amount, language)
    return (
        _whole(language)
        .apply(amount.amount, Locale.parse(language), currency=amount.currency, currency_digits=False)
        .removeprefix("\u200f")
    )


@lru_cache
def _whole(language: str) -> NumberPattern:
    return parse_pattern(re.sub(r"([0#])\.0+", r"\1", Locale.parse(language).currency_formats["standard"].pattern))


def short_date(day: date, today: date) -> str:
    """ "12 Nov", with the year where it is another one than today's."""
    return _short_date(day, day.year != today.year, str(locale()))


@lru_cache(maxsize=4096)
def _short_date(day: date, has_year: bool, language: str) -> str:
    return format_skeleton("yMMMd" if has_year else "MMMd", day, locale=language)
