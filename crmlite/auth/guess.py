"""What a browser's languages tell of the place its user is at: country, currency, time zone. To fill in a form, not to decide."""

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import get_territory_currencies

_CHIEF = {
    "AU": "Australia/Sydney", "BR": "America/Sao_Paulo", "CA": "America/Toronto", "CL": "America/Santiago",
    "CN": "Asia/Shanghai", "DE": "Europe/Berlin", "ES": "Europe/Madrid", "ID": "Asia/Jakarta", "KZ": "Asia/Almaty",
    "MX": "America/Mexico_City", "MY": "Asia/Kuala_Lumpur", "NZ": "Pacific/Auckland", "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow", "UA": "Europe/Kyiv", "US": "America/New_York",
}  # fmt: skip
"""Of countries with several zones, the one in which most people live."""


def country(languages: list[str]) -> str:
    """The first one that is named (nl-BE), else where most people speak the first language; "" where neither is known."""
    likely = ""
    for tag in languages[:10]:
        try:
            found = Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError, TypeError):
            continue
        if found.territory and len(found.territory) == 2:
            return found.territory
        likely = likely or get_global("likely_subtags").get(found.language, "").rpartition("_")[2]
    return likely if len(likely) == 2 else ""


def currency(of: str) -> str:
    """What is paid with there."""
    found = get_territory_currencies(of) if of else []
    return found[0] if found else ""


def time_zone(of: str) -> str:
    """What time it is there, for most."""
    zones = get_global("territory_zones").get(of, [])
    return _CHIEF.get(of) or (zones[0] if zones else "UTC")
