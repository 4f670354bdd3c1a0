"""The reader's language and time: translations, dates, numbers, names of countries."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date, format_time, format_timedelta, get_datetime_format, get_timezone
from babel.numbers import format_decimal
from babel.units import format_unit
from flask import Flask, current_app, g, request
from flask_babel import Domain, force_locale, get_locale
from flask_babel import gettext as _
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from crmlite import money, numbers
from crmlite.extensions import babel, utcnow

LANGUAGES = {"en": "English", "nl": "Nederlands", "ar": "العربية"}


def init_app(app: Flask) -> None:
    babel.init_app(app, locale_selector=_choose_locale, timezone_selector=_choose_time_zone, default_domain="messages")
    babel.domain_instance = _DOMAIN
    app.jinja_env.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals.update(_=_in_template, gettext=_in_template, ngettext=_many_in_template, languages=LANGUAGES)
    app.jinja_env.filters.update(
        ago=ago, date=show_date, datetime=show_datetime, filesize=filesize, number=show_number, language=language_name,
        country=country_name, quantity=show_quantity, percent=show_percent, money=show_money, price=show_price,
    )  # fmt: skip


def _choose_locale() -> str:
    chosen: str | None = g.get("locale")
    if chosen:
        return chosen
    user = g.get("user")
    if user:
        return str(user.locale)
    return request.accept_languages.best_match(LANGUAGES) or "en" if request else "en"


def _choose_time_zone() -> str | None:
    chosen: str | None = g.get("time_zone")
    if chosen:
        return chosen
    user = g.get("user")
    return user.time_zone if user else None


class _Domain(Domain):
    """Looks this request's translations up once: flask-babel asks its context three times for every string."""

    def get_translations(self) -> Any:
        try:
            here = g._get_current_object()  # each look through the proxy costs as much as the translation
        except RuntimeError:  # outside of requests and commands
            return super().get_translations()
        found = here.get("_translations")
        if found is None:
            pseudo = current_app.config.get("PSEUDO_LOCALE")
            found = here._translations = _PSEUDO if pseudo else super().get_translations()
        return found


_DOMAIN = _Domain()


def _gettext(text: str) -> str:
    translated: str = _DOMAIN.get_translations().gettext(text)
    return translated


def _ngettext(one: str, many: str, n: int) -> str:
    translated: str = _DOMAIN.get_translations().ngettext(one, many, n)
    return translated


@pass_eval_context
def _in_template(ways: EvalContext, text: str, /, **names: Any) -> str:
    """What Jinja's own does, without three calls through its context: a list asks for 120 texts."""
    translated = _DOMAIN.get_translations().gettext(text)
    if ways.autoescape:  # mails are plain text
        translated = Markup(translated)  # noqa: S704 - ours; the names are escaped
    return translated % names if names or "%" in translated else translated


@pass_eval_context
def _many_in_template(ways: EvalContext, one: str, many: str, num: int, /, **names: Any) -> str:
    translated = _DOMAIN.get_translations().ngettext(one, many, num)
    if ways.autoescape:
        translated = Markup(translated)  # noqa: S704 - ours; the names are escaped
    return translated % {"num": num, **names}


class _Pseudo:
    """Marks every translated string, so that a test sees which were not sent through gettext."""

    def gettext(self, text: str) -> str:
        return f"⟦{text}⟧"

    def ngettext(self, one: str, many: str, n: int) -> str:
        return f"⟦{one if n == 1 else many}⟧"

    ugettext, ungettext = gettext, ngettext  # flask-babel's names, for strings in Python


_PSEUDO = _Pseudo()


def locale() -> Locale:
    return get_locale() or Locale("en")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Inside, strings and dates are in that language: for mails, and for forms on other people's pages."""
    before = g.pop("_translations", None)
    try:
        with force_locale(language):
            yield
    finally:
        g.pop("_translations", None)
        if before is not None:
            g._translations = before


def local_today() -> date:
    return local_time(utcnow()).date()


def week_begin(day: date) -> date:
    """The first day of that day's week, as the reader counts weeks."""
    user = g.get("user")
    first: int = locale().first_week_day if user is None or user.week_start is None else user.week_start
    return day - timedelta(days=(day.weekday() - first) % 7)


def time_zone() -> str:
    return _choose_time_zone() or "UTC"


def local_time(value: datetime) -> datetime:
    return value.astimezone(get_timezone(time_zone()))


def show_date(value: date | datetime | None) -> str:
    if value is None:
        return ""
    return _plain(format_date(local_time(value) if isinstance(value, datetime) else value, "medium", locale()))


def show_datetime(value: datetime | None) -> str:
    """The day and the time to the minute, put together as the language does it."""
    if value is None:
        return ""
    at, here = local_time(value), locale()
    day, minute = format_date(at, "medium", here), format_time(at, "short", locale=here)
    return _plain(str(get_datetime_format("medium", locale=here)).replace("'", "").format(minute, day))


def ago(value: datetime | None) -> str:
    """How long ago, in the reader's words: the largest unit only."""
    if value is None:
        return ""
    seconds = int((value - utcnow()).total_seconds())
    return _("just now") if abs(seconds) < 60 else _ago(_rounded(seconds), locale().language)


def _rounded(seconds: int) -> int:
    unit = next((u for u in (31_536_000, 2_592_000, 604_800, 86_400, 3600, 60) if abs(seconds) >= u), 1)
    return int(seconds / unit) * unit


@lru_cache(maxsize=4096)
def _ago(seconds: int, language: str) -> str:
    return _plain(format_timedelta(timedelta(seconds=seconds), threshold=1, add_direction=True, locale=language))


def filesize(count: int) -> str:
    """How large, in the reader's words: "14 byte", "2.4 MB"."""
    unit = min(len(_SIZES) - 1, int(math.log(max(count, 1), 1000)))
    return _plain(format_unit(round(count / 1000**unit, 1), f"digital-{_SIZES[unit]}", "short", locale=locale()))


_SIZES = ("byte", "kilobyte", "megabyte", "gigabyte")


def _plain(text: str) -> str:
    """Without the invisible direction marks that CLDR puts into Arabic; our markup sets the direction."""
    return text.replace("\u200f", "").replace("\u200e", "")


def language_name(code: str | None) -> str:
    """The language's name in the reader's language."""
    if not code:
        return ""
    return locale().languages.get(code, code)


def country_name(code: str | None) -> str:
    """The country's name in the reader's language."""
    return locale().territories.get(code, code) if code else ""


def show_number(value: int) -> str:
    return _plain(format_decimal(value, locale=locale()))


def isolated(text: str) -> str:
    """`text`, such as a price, kept in one piece inside a sentence that runs from right to left."""
    return f"\u2068{text}\u2069" if locale().text_direction == "rtl" else text


def show_quantity(micro: int | None) -> str:
    """A number that is kept in millionths: "1.5"."""
    return "" if micro is None else numbers.show_decimal(micro, locale(), numbers.MICRO)


def show_percent(basis_points: int | None) -> str:
    return "" if basis_points is None else numbers.show_percent(basis_points, locale())


def today_in(time_zone: str) -> date:
    """The day it is there."""
    return utcnow().astimezone(get_timezone(time_zone)).date()


def show_money(minor: int | None, currency: str) -> str:
    return "" if minor is None else money.format(money.Money(minor, currency), locale())


def show_price(unit_micro: int | None, currency: str) -> str:
    """The price of one unit, which may have more decimals than its currency."""
    return "" if unit_micro is None else money.format_price(unit_micro, currency, locale())
