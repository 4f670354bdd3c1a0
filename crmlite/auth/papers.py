"""Papers: what customers get as PDF, with the organisation's letterhead, in their language."""

import time
from typing import Any

from flask import current_app

from crmlite import web
from crmlite.auth.models import Organisation


def compose(template: str, language: str, **context: Any) -> tuple[str, dict[str, bytes]]:
    """HTML and files for pdf.render(), of a template that extends pdf/_paper.html. Reads the database, makes no PDF."""
    with web.speaking(language):
        organisation = Organisation.get()
        logo = organisation.logo.read() if organisation.logo else None
        files = {"logo.png": logo} if logo else {}
        context |= {"organisation": organisation, "logo": "crmlite:logo.png" if logo else ""}
        return current_app.jinja_env.get_template(template).render(**_language(), **context), files


_KNOWN_FOR = 30.0


def firm() -> str:
    """Whose paper it is when a page is printed."""
    return name_of_firm() or "crmlite"


def name_of_firm() -> str:
    """Half a minute old at most, as every record's page says it, and most are not printed."""
    known: tuple[float, str] | None = current_app.extensions.get("crmlite.firm")
    if known is None or time.monotonic() - known[0] > _KNOWN_FOR:
        known = current_app.extensions["crmlite.firm"] = (time.monotonic(), Organisation.get().name)
    return known[1]


def _language() -> dict[str, str]:
    """Of the paper: a reader who prints another language than their own wants it as the customer gets it."""
    return {"lang": web.locale().language, "text_dir": web.locale().text_direction}
