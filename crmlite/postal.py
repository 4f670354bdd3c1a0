"""Postal addresses as each country writes them: a table of orders, and the lines that come of it. Pure.

The last line of a letter that goes abroad is the country, in capitals and in the sender's language, as the post of the sender's
country has to read it. Everything else is as the post of the addressee's country wants it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from babel import Locale

from crmlite.regions import code_of

ORDERS = {
    **dict.fromkeys(("AR", "CR"), "{lines}\n{postcode} {city}\n{region}"),
    "AE": "{lines}\n{city}\n{region}",
    "AU": "{lines}\n{city} {region} {postcode}",
    "BD": "{lines}\n{city} - {postcode}",
    "BR": "{lines}\n{city} - {region}\n{postcode}",
    "CA": "{lines}\n{city} {region}  {postcode}",
    "CL": "{lines}\n{postcode} {city}\n{region}",
    "CO": "{lines}\n{city}, {region}, {postcode}",
    "EG": "{lines}\n{city}\n{region}\n{postcode}",
    "ES": "{lines}\n{postcode} {city}\n{region}",
    "GB": "{lines}\n{city}\n{region}\n{postcode}",
    "HK": "{lines}\n{city}\n{region}",
    "HU": "{city}\n{lines}\n{postcode}",
    "ID": "{lines}\n{city}\n{region} {postcode}",
    "IE": "{lines}\n{city}\n{region}\n{postcode}",
    "IN": "{lines}\n{city} {postcode}\n{region}",
    "IR": "{region}\n{city}\n{lines}\n{postcode}",
    "IT": "{lines}\n{postcode} {city} {region}",
    "JO": "{lines}\n{city} {postcode}",
    "JP": "{lines}\n{city}, {region}\n{postcode}",
    "KR": "{lines}\n{city}, {region} {postcode}",
    "CN": "{lines}\n{city}, {region}\n{postcode}",
    "KW": "{lines}\n{postcode} {city}",
    "MX": "{lines}\n{postcode} {city}, {region}",
    "MY": "{lines}\n{postcode} {city}\n{region}",
    "NZ": "{lines}\n{city} {postcode}",
    "PH": "{lines}\n{postcode} {city}\n{region}",
    "PK": "{lines}\n{city}-{postcode}",
    "QA": "{lines}\n{city}",
    "RU": "{lines}\n{city}\n{region}\n{postcode}",
    "SA": "{lines}\n{city} {postcode}",
    "SG": "{lines}\n{city} {postcode}",
    "TH": "{lines}\n{city}\n{region} {postcode}",
    "TR": "{lines}\n{postcode} {city}/{region}",
    "TW": "{lines}\n{city}, {region} {postcode}",
    "UA": "{lines}\n{city}\n{region}\n{postcode}",
    "US": "{lines}\n{city}, {region} {postcode}",
    "VN": "{lines}\n{city}\n{region} {postcode}",
    "ZA": "{lines}\n{city}\n{postcode}",
    **dict.fromkeys(
        (
            "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "FI", "FR", "GR", "HR", "IL", "IS", "LI", "LT", "LU",
            "LV", "MA", "MC", "NL", "NO", "PL", "PT", "RO", "RS", "SE", "SI", "SK", "TN",
        ),
        "{lines}\n{postcode} {city}",
    ),
}  # fmt: skip
"""A country that is not here is written as most are, with its region in a line of its own."""
USUAL = "{lines}\n{postcode} {city}\n{region}"
FROM_LARGE_TO_SMALL = {
    "CN": "{postcode}\n{region}{city}\n{lines}",
    "JP": "〒{postcode}\n{region}{city}\n{lines}",
    "KR": "{region} {city}\n{lines}\n{postcode}",
    "TW": "{postcode}\n{region}{city}\n{lines}",
}
"""As these countries write in their own script: from the large to the small, and the name at the end."""
SHORT_REGIONS = frozenset(("US", "CA", "AU", "IT", "BR"))
"""Where the region stands in the line of the town, by its letters."""
_OWN_SCRIPT = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True)
class Place:
    """Where somebody gets their post. `country` is a code."""

    lines: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""

    @classmethod
    def of(cls, row: Any) -> "Place":
        return cls(row.lines or "", row.postcode or "", row.city or "", row.region or "", row.country or "")

    @property
    def is_complete(self) -> bool:
        """Whether a letter may arrive: a street or a box, and a town or what stands for one."""
        return bool(self.lines.strip() and (self.city.strip() or self.postcode.strip()))


def block(names: Iterable[str], place: Place, home: str, language: str) -> list[str]:
    """The whole of what stands on an envelope, line by line: names, address, and the country where it is not `home`."""
    named = [name for name in names if name.strip()]
    lines = address(place)
    order = [*lines, *reversed(named)] if _is_from_large_to_small(place) else [*named, *lines]
    return [*order, abroad] if (abroad := country_line(place.country, home, language)) else order


def address(place: Place) -> list[str]:
    """The address in the order of its country, without names and country."""
    country = place.country.upper()
    order = FROM_LARGE_TO_SMALL[country] if _is_from_large_to_small(place) else ORDERS.get(country, USUAL)
    region = place.region.strip()
    if country in SHORT_REGIONS:
        region = code_of(country, region)
    elif region.casefold() == place.city.strip().casefold():
        region = ""  # Madrid, Madrid
    parts = {
        "lines": place.lines.strip(),
        "postcode": place.postcode.strip(),
        "city": place.city.strip(),
        "region": region,
    }
    found: list[str] = []
    for line in order.split("\n"):
        if line == "{lines}":
            found += [one.strip() for one in parts["lines"].splitlines()]
        else:
            found.append(_filled(line, parts))
    return [line for line in found if line]


def says(text: str, part: str, country: str) -> bool:
    """Whether a part of an address is in what was written of it, be it by its letters."""
    return part in text or code_of(country.upper(), part) in text


def country_line(country: str, home: str, language: str) -> str:
    """The country in the language of `language`, in capitals; "" at home, and where none is known."""
    if not country or country.upper() == home.upper():
        return ""
    name: str = Locale.parse(language).territories.get(country.upper(), country)
    return name.upper()


def _filled(line: str, parts: dict[str, str]) -> str:
    """The line with what is known. What separates two parts goes where one of them is missing."""
    found = ""
    for before, name in re.findall(r"([^{}]*)\{(\w+)\}", line):
        if parts[name]:
            found += before + parts[name] if found or before == "〒" else parts[name]
    return found


def _is_from_large_to_small(place: Place) -> bool:
    text = place.lines + place.city
    return place.country.upper() in FROM_LARGE_TO_SMALL and bool(_OWN_SCRIPT.search(text))
