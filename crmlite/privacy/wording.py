"""What an erasure takes and keeps, in words."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l

from crmlite.privacy.models import Erasure

WENT = {
    "contact": _l("Contacts"),
    "point": _l("E-mails, phones and links"),
    "address": _l("Addresses"),
    "consent": _l("Consents"),
    "note": _l("Notes"),
    "file": _l("Files"),
    "lead": _l("Leads"),
    "deal": _l("Deals"),
    "quote": _l("Quotes that are not binding"),
    "order": _l("Orders that no law asks to keep any more"),
    "message": _l("Texts and addresses of mails"),
    "submission": _l("Forms that were filled in"),
    "import": _l("Files of imports"),
    "emptied": _l("Deals that stay without the person"),
    "named": _l("Notes on others that named the person"),
    "suppressions": _l("Fingerprints that are kept, so that an import does not bring the person back unnoticed"),
}
"""In the order of the certificate."""
PAPERS = {"quote": _l("Accepted quote"), "order": _l("Order")}


def went(erasure: Erasure) -> list[tuple[Any, int]]:
    return [(label, erasure.counts[name]) for name, label in WENT.items() if erasure.counts.get(name)]


def counted(records: Iterable[Any]) -> list[tuple[Any, int]]:
    """How many of each type, in the same order."""
    counts = Counter(record.__tablename__ for record in records)
    return [(label, counts[name]) for name, label in WENT.items() if counts[name]]


def paper(record: Any) -> Any:
    return paper_named(record.__tablename__)


def paper_named(name: str) -> Any:
    return PAPERS.get(name, name)
