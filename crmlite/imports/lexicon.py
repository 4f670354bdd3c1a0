"""Names of countries and languages in the languages that files are written in, and their codes. Pure."""

from functools import cache

from babel import Locale

from crmlite.fold import fold

READ = (
    "zh", "ja", "ko", "th", "vi", "he", "el", "bg", "uk", "sr", "ru", "tr", "hu", "ro", "hr", "sl", "sk", "cs", "pl", "lt", "lv",
    "et", "fi", "is", "da", "nb", "sv", "pt", "it", "ar", "es", "fr", "de", "nl", "en",
)  # fmt: skip
"""The last one has the last word."""
_COUNTRIES = {
    "uk": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "usa": "US", "u.s.a.": "US", "u.s.": "US",
    "united states of america": "US", "vereinigte staaten von amerika": "US", "holland": "NL", "the netherlands": "NL",
    "nederland": "NL", "niederlande": "NL", "uae": "AE", "korea": "KR", "russia": "RU", "czech republic": "CZ",
    "tschechische republik": "CZ", "ksa": "SA", "deu": "DE", "aut": "AT", "che": "CH", "nld": "NL", "bel": "BE", "fra": "FR",
    "gbr": "GB", "esp": "ES", "ita": "IT", "brd": "DE", "d": "DE", "f": "FR",
    "cesko": "CZ", "turkey": "TR", "macedonia": "MK", "ivory coast": "CI", "burma": "MM", "中华人民共和国": "CN",
}  # fmt: skip
_NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


def country_code(text: str) -> str:
    """Two letters; empty where nothing is called so."""
    plain = fold(text[:80]).strip().removeprefix("base.")  # Odoo's own names of them
    return _countries().get(plain, "")


def language_code(text: str) -> str:
    plain = fold(text[:80]).strip().replace("_", "-")
    known = _languages()
    pieces = (plain, plain.split("-")[0], plain.split("/")[0].strip())  # "nl-be", "dutch / nederlands"
    return next((known[piece] for piece in pieces if piece in known), "")


@cache
def _countries() -> dict[str, str]:
    found: dict[str, str] = {}
    for language in READ:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code not in _NO_COUNTRIES:
                found[fold(name)] = code
                found[code.lower()] = code
    return found | _COUNTRIES


@cache
def _languages() -> dict[str, str]:
    from crmlite.forms import SPOKEN

    found: dict[str, str] = {}
    for language in (*READ, *SPOKEN):
        for code in SPOKEN:
            name = Locale(language).languages.get(code)
            if name:
                found.setdefault(fold(name), code)
            found[code] = code
    return found | {"no": "nb"}
