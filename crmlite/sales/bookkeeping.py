"""How long the law asks to keep what was agreed with customers: counted from the end of the year that it is of."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l

from crmlite.auth.models import Organisation
from crmlite.records.trash import BOOKS
from crmlite.retention import Kind

YEARS = {
    "AT": 7, "BE": 10, "CH": 10, "DE": 8, "DK": 5, "ES": 6, "FI": 6, "FR": 10, "GB": 6, "IE": 6, "IT": 10, "LU": 10,
    "NL": 7, "NO": 5, "PL": 5, "PT": 10, "SE": 7,
}  # fmt: skip
"""By country, for the papers of ordinary trade; what is about land or has a dispute about it may take longer."""
ANYWHERE = 10


def least_years() -> int:
    """Of the country that the organisation is in."""
    return YEARS.get(Organisation.get().country, ANYWHERE)


def kept() -> Iterable[Kind]:
    yield Kind(
        BOOKS,
        _l("Accepted quotes and orders"),
        _l(
            "So long after the end of their year they do not go for good, even when they are in the trash. "
            "Ask your bookkeeper whether yours have to stay longer."
        ),
        "books",
        ANYWHERE,
        least=least_years,
        for_ever=False,
        unit="years",
    )
