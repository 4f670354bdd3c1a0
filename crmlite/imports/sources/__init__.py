"""Which program a file is from, and what its columns are: by their headings, else by their names and by the look of the values."""

from collections.abc import Sequence
from typing import Any

from crmlite.imports.sources import cards, espocrm, google, hubspot, odoo, outlook, pipedrive, salesforce, words
from crmlite.imports.sources.source import Source, folded

SOURCES: tuple[Source, ...] = (
    google.GOOGLE, salesforce.SALESFORCE, salesforce.SALESFORCE_ACCOUNTS, hubspot.HUBSPOT_COMPANIES, hubspot.HUBSPOT,
    pipedrive.PIPEDRIVE, pipedrive.PIPEDRIVE_ORGANIZATIONS, espocrm.ESPOCRM_ACCOUNTS, espocrm.ESPOCRM, odoo.ODOO_BY_COMPANY, odoo.ODOO,
    outlook.OUTLOOK,
)  # fmt: skip
LABELS = {source.name: source.label for source in (*SOURCES, cards.CARDS)}
_BY_LOOK = {"email": "contact.email/work", "phone": "contact.phone/work", "link": "contact.url/work"}


def recognise(kind: str, headers: Sequence[str]) -> Source | None:
    """The program that writes such files; of several the one that more headings speak for."""
    if kind == "vcard":
        return cards.CARDS
    names = set(map(folded, headers))
    best = max(SOURCES, key=lambda source: source.fits(names))
    return best if best.fits(names) else None


def suggest(source: Source | None, headers: Sequence[str], columns: Sequence[dict[str, Any]]) -> list[str]:
    """A target for each column; empty where nothing is known, "-" for what only that program understands."""
    about_companies = _is_about_companies(headers) if source is None else False
    table = words.COMPANIES if about_companies else words.PEOPLE
    found: list[str] = []
    for header, column in zip(headers, columns, strict=True):
        target = source.target(header) if source else None
        if target is None:
            target = table.get(folded(header), "")
            if not target and not source:
                target = _BY_LOOK.get(column.get("kind", ""), "")
                target = target.replace("contact.", "company.") if about_companies else target
        found.append(_fresh(target, found))
    return _with_surname_alone(found)


def _is_about_companies(headers: Sequence[str]) -> bool:
    """Whether no column is about a person: then `Name` is the company's."""
    targets = {words.PEOPLE.get(folded(header), "") for header in headers}
    persons = {"contact.given", "contact.family", "contact.job", "contact.birthday", "contact.phone/mobile"}
    tells = {"company.vat_id", "company.industry"} & targets
    return not persons & targets and ("company.name" in targets and "contact.name" not in targets or bool(tells))


def _fresh(target: str, taken: list[str]) -> str:
    """What a person has several of gets a number of its own; of the rest the first column has it, others are put into the note."""
    if not target or target == "-" or "#" in target or target not in taken:
        return target
    base = target.split("/")[0].rpartition(".")[2]
    if base in {"email", "phone", "url"}:
        return f"{target}#{sum(other.split('#')[0] == target for other in taken) + 1}"
    return target if base in {"lines", "note", "formatted", "tags"} else ""


def _with_surname_alone(found: list[str]) -> list[str]:
    """`Nom` beside no `Prénom` is the whole name."""
    if "contact.family" in found and "contact.given" not in found and "contact.name" not in found:
        found[found.index("contact.family")] = "contact.name"
    return found
