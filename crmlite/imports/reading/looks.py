"""What the values of a column look like: e-mail, phone, date and in which order, number and with which comma. Pure."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from crmlite.points import is_phone

SAMPLES = 5
FEW, LONGEST = 12, 60
"""Different values, and characters of each, that make a column a choice of them."""
LOOKED_AT = 20_000
"""Rows; of those after it every fiftieth."""
_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,190}\.[^@\s,;<>\".]{2,24}")
_LINK = re.compile(r"(?:https?://|www\.)\S{3,2000}", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?\d{1,3}(?:([.,' \u00a0\u202f])\d{3})+(?:([.,])\d+)?|[-+]?\d{1,18}(?:([.,])\d{1,6})?")
_DATE = re.compile(r"(\d{1,4})([-./ ])(\d{1,2})\2(\d{1,4})(?:[T ,]+\d{1,2}:\d{2}.{0,20})?")
ORDERS = ("ymd", "dmy", "mdy")


@dataclass
class Look:
    """Counts over the values of one column."""

    filled: int = 0
    samples: list[str] = field(default_factory=list)
    kinds: dict[str, int] = field(default_factory=dict)
    orders: dict[str, int] = field(default_factory=dict)
    """How many dates fit only some orders: a 31 cannot be a month."""
    commas: dict[str, int] = field(default_factory=dict)
    different: dict[str, None] = field(default_factory=dict)
    """Values, as long as there are few."""

    def add(self, value: str) -> None:
        self.filled += 1
        if len(self.samples) < SAMPLES and value not in self.samples:
            self.samples.append(value[:120])
        if len(self.different) <= FEW and value not in self.different:
            self.different[value[: LONGEST + 1]] = None
        kind = self._kind(value[:2000])
        if kind:
            self.kinds[kind] = self.kinds.get(kind, 0) + 1

    def _kind(self, value: str) -> str:
        if "@" in value:
            return "email" if _EMAIL.search(value) else ""
        if found := _DATE.fullmatch(value[:60]):
            for order in fitting(found):
                self.orders[order] = self.orders.get(order, 0) + 1
            return "date"
        if found := _NUMBER.fullmatch(value[:40]):
            self._count_comma(found)
            return "phone" if value[0] in "+0" and len(value) > 7 else "number"
        if _LINK.match(value):
            return "link"
        return "phone" if len(value) < 40 and is_phone(value) else ""

    def _count_comma(self, found: "re.Match[str]") -> None:
        thousands, after, decimal = found.groups()
        comma = after or decimal
        if not comma and thousands in {".", ","}:
            comma = "," if thousands == "." else "."
        if comma:
            self.commas[comma] = self.commas.get(comma, 0) + 1

    def told(self) -> dict[str, Any]:
        """As the page shows it: the kind that nine in ten have, the order of its dates, its decimal sign."""
        kind = next((kind for kind, count in self.kinds.items() if count * 10 >= self.filled * 9), "")
        told: dict[str, Any] = {"filled": self.filled, "samples": self.samples, "kind": kind}
        if self.kinds.get("date", 0) * 2 > self.filled:
            most = max(self.orders.values(), default=0)
            told["orders"] = [order for order in ORDERS if most and self.orders.get(order) == most]
        is_choice = not kind and len(self.different) <= FEW and self.filled >= 3 * len(self.different)
        if is_choice and max(map(len, self.different), default=LONGEST + 1) <= LONGEST:
            told["values"] = sorted(self.different)
        if self.commas:
            told["comma"] = max(self.commas, key=lambda comma: self.commas[comma])
        return told


def fitting(found: "re.Match[str]") -> list[str]:
    """Which orders of day, month and year the three numbers allow."""
    one, _sign, two, three = found.groups()
    if len(one) == 4:
        return ["ymd"] if _is_day(one, two, three) else []
    if len(three) not in {2, 4}:
        return []
    return [order for order, (d, m) in {"dmy": (one, two), "mdy": (two, one)}.items() if _is_day(three, m, d)]


def read_date(value: str, order: str) -> date | None:
    """The day that `value` names where dates are written in that order; None where it names none."""
    found = _DATE.fullmatch(value.strip()[:60])
    if found is None:
        return _bare(value.strip())
    one, _sign, two, three = found.groups()
    if len(one) == 4:
        return _day(one, two, three)
    if order == "ymd" or len(three) not in {2, 4}:
        return None
    return _day(three, two, one) if order == "dmy" else _day(three, one, two)


def _bare(value: str) -> date | None:
    """20260131, as vCards may write it, also with a time behind."""
    found = re.match(r"(\d{4})(\d{2})(\d{2})(?:T.{0,20})?$", value)
    return _day(*found.groups()) if found else None


def _is_day(year: str, month: str, day: str) -> bool:
    return _day(year, month, day) is not None


def _day(year: str, month: str, day: str) -> date | None:
    number = int(year)
    if len(year) <= 2:  # a person born in 30 is a hundred years old rather than not born yet
        number += 2000 if number <= date.today().year % 100 else 1900
    try:
        found = date(number, int(month), int(day))
    except ValueError:
        return None
    return found if 1850 <= found.year <= 2150 else None
