"""A quote on paper: who it is from and for, and the document as HTML and as PDF, in the customer's language."""

import base64
import hashlib
from typing import Any, NamedTuple

from flask import Response, send_file
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from crmlite import pdf, postal
from crmlite.auth import papers
from crmlite.auth.models import Organisation
from crmlite.postal import Place
from crmlite.records.points import Address, of
from crmlite.sales.models import Quote, QuoteVersion
from crmlite.web import LANGUAGES, today_in


def parties(quote: Quote, language: str) -> dict[str, Any]:
    """Who it is from and for, as it is printed and kept. The address is the company's where there is one, else the person's."""
    ours, company, contact = Organisation.get(), quote.company, quote.contact
    address = next(iter(of(company, Address) if company else []), None) or next(iter(of(contact, Address)), None)
    lines = postal.block((), Place.of(address), ours.country, language) if address else []
    return {
        "from": {
            "name": ours.name,
            "legal_name": ours.legal_name,
            "address": ours.address.splitlines(),
            "vat_id": ours.vat_id,
            "email": ours.email,
            "phone": ours.phone,
        },
        "to": {
            "name": contact.name,
            "company": company.name if company else "",
            "address": lines,
            "vat_id": company.vat_id if company else "",
        },
    }


def compose(quote: Quote, version: QuoteVersion, *, is_draft: bool = True) -> tuple[str, dict[str, bytes]]:
    """HTML of the paper and the files that it shows."""
    return papers.compose(
        "pdf/quote.html",
        version.language,
        quote=quote,
        version=version,
        parties=version.parties or parties(quote, version.language),
        totals=version.totals(),
        date=today_in(version.time_zone),
        is_draft=is_draft,
    )


def make(quote: Quote, version: QuoteVersion, *, is_draft: bool = True) -> bytes:
    """The PDF. Raises pdf.Failed. Never in a transaction that writes."""
    return pdf.render(*compose(quote, version, is_draft=is_draft))


def as_answer(quote: Quote, version: QuoteVersion) -> Response:
    """The very file that was sent, for a view with `headers("document")`. Raises NotFound where it is gone."""
    if version.file is None or not version.file.location.is_file():
        raise NotFound(_("This file is missing on the server. Tell the administrator."))
    name = file_name(quote, version)
    return send_file(version.file.location, mimetype="application/pdf", download_name=name, max_age=0)


class InBrowser(NamedTuple):
    html: str
    style_hash: str
    """What a policy allows its one style sheet by."""


def for_browsers(html: str, files: dict[str, bytes]) -> InBrowser:
    """The same for a browser, which has no files but those in the page itself."""
    for name, content in files.items():
        html = html.replace(f"crmlite:{name}", f"data:image/png;base64,{base64.b64encode(content).decode()}")
    style = html.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return InBrowser(html, f"'sha256-{digest}'")


def file_name(quote: Quote, version: QuoteVersion) -> str:
    """Letters that every mail program and file system takes."""
    number = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in quote.number)
    return f"{number}.pdf" if version.n == 1 else f"{number}-v{version.n}.pdf"


def language_of(quote_contact: Any, company: Any) -> str:
    """The customer's, as far as papers speak it; else the organisation's."""
    wanted = (quote_contact.language, company.language if company else None, Organisation.get().locale, "en")
    return next(language for language in wanted if language in LANGUAGES)
