"""The taxes that a country's sellers need first. Who sets crmlite up changes them under Taxes: laws change, and trades differ."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from crmlite.catalog.models.taxes import Rate


@dataclass(frozen=True)
class Tax:
    name: str
    kind: str = "normal"
    rates: tuple[Rate, ...] = ()
    note: str = ""


STANDARD: dict[str, tuple[int, int | date]] = {
    # the European Union
    "AT": (2000, 1984), "BE": (2100, 1996), "BG": (2000, 1999), "CY": (1900, 2014), "CZ": (2100, 2013), "DE": (1900, 2021),
    "DK": (2500, 1992), "EE": (2400, date(2025, 7, 1)), "ES": (2100, date(2012, 9, 1)), "FI": (2550, date(2024, 9, 1)),
    "FR": (2000, 2014), "GR": (2400, date(2016, 6, 1)), "HR": (2500, date(2012, 3, 1)), "HU": (2700, 2012),
    "IE": (2300, date(2021, 3, 1)), "IT": (2200, date(2013, 10, 1)), "LT": (2100, date(2009, 9, 1)), "LU": (1700, 2024),
    "LV": (2100, date(2012, 7, 1)), "MT": (1800, 2004), "NL": (2100, date(2012, 10, 1)), "PL": (2300, 2011),
    "PT": (2300, 2011), "RO": (2100, date(2025, 8, 1)), "SE": (2500, date(1990, 7, 1)), "SI": (2200, date(2013, 7, 1)),
    "SK": (2300, 2025),
    # elsewhere
    "AE": (500, 2018), "CH": (810, 2024), "GB": (2000, date(2011, 1, 4)), "IS": (2400, 2015), "NO": (2500, 2005),
    "SA": (1500, date(2020, 7, 1)), "TR": (2000, date(2023, 7, 10)), "ZA": (1500, date(2018, 4, 1)),
}  # fmt: skip
"""The standard rate in basis points, and the day or the year since when."""

REDUCED: dict[str, tuple[int, int | date]] = {
    "NL": (900, 2019),
    "BE": (600, 1996),
    "DE": (700, 2021),
    "GB": (500, 2001),
    "CH": (260, 2024),
    "AT": (1000, 1984),
}
"""The reduced rate where there is one that most mean by that."""

UNION = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT",
    "NL", "PL", "PT", "RO", "SE", "SI", "SK",
)  # fmt: skip


def taxes_of(country: str) -> list[Tax]:
    """What sellers there charge, the usual one first; in a country whose rate is not known only the class without tax."""
    found = []
    if country in STANDARD:
        found.append(Tax(_("VAT, standard rate"), rates=_rates(STANDARD[country])))
    if country in REDUCED:
        found.append(Tax(_("VAT, reduced rate"), rates=_rates(REDUCED[country])))
    if country in UNION:
        note = _("VAT reverse charged to the customer, article 196 of Directive 2006/112/EC.")
        found.append(Tax(_("Reverse charge in the EU"), "reverse", note=note))
        note = _("Export outside the European Union, exempt from VAT.")
        return [*found, Tax(_("Export outside the EU"), "exempt", note=note)]
    return [*found, Tax(_("Without tax"), "exempt")]


def _rates(known: tuple[int, int | date]) -> tuple[Rate, ...]:
    rate, since = known
    return (Rate(rate, since if isinstance(since, date) else date(since, 1, 1)),)
