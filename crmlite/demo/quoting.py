"""How quotes are made in the demo's stories: lines from the catalogue as it was that day, sent with a real paper, decided about."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from crmlite.catalog.prices import price_for
from crmlite.companies.models import Company
from crmlite.demo.stage import Stage
from crmlite.demo.visitors import BROWSERS
from crmlite.desk import openings
from crmlite.extensions import db, utcnow
from crmlite.pipeline.models import Deal
from crmlite.records import links
from crmlite.records.links import Hit
from crmlite.safety import network
from crmlite.sales import paper, totals
from crmlite.sales.models import ITEM, SECTION, TEXT, Order, Quote, QuoteVersion
from crmlite.sales.rows import as_quoted

COMPUTER, PHONE = BROWSERS


@dataclass(frozen=True)
class Item:
    """A product and how many; texts as the catalogue has them unless told, `off` in percent, at that day's price."""

    code: str
    count: float
    name: str = ""
    text: str | None = None
    off: float = 0
    optional: bool = False
    chosen: bool = False
    tax: str = ""
    """Another tax than the quote's."""


@dataclass(frozen=True)
class Section:
    name: str


@dataclass(frozen=True)
class Text:
    text: str


Row = Item | Section | Text

UNITS = {
    language: dict(zip(("piece", "hour", "delivery"), words, strict=True))
    for language, words in {
        "ar": ("قطعة", "ساعة", "شحنة"), "bg": ("бр.", "час", "доставка"), "da": ("stk.", "time", "levering"),
        "de": ("Stück", "Stunde", "Lieferung"), "it": ("pezzo", "ora", "consegna"), "nl": ("stuk", "uur", "levering"),
        "pl": ("szt.", "godz.", "dostawa"), "ru": ("шт.", "час", "доставка"), "zh": ("件", "小时", "次"),
    }.items()
}  # fmt: skip
"""What the catalogue's units are called, as sellers write it over for each customer."""


def begin(
    stage: Stage,
    email: str,
    name: str,
    *rows: Row,
    deal: str = "",
    tax: str = "standard",
    currency: str = "EUR",
    zone: str = "Europe/Amsterdam",
    valid: int = 30,
    gross: bool = False,
    **texts: str,
) -> Quote:
    """A draft for the contact with that address, at the firm where they are; `valid` in days, `deal` by its name."""
    contact = stage.known(email)
    company = db.session.get(Company, contact.main_company_id) if contact.main_company_id else None
    quote = Quote.create(
        stage.me,
        name=name,
        contact=contact,
        company_id=company.id if company else None,
        deal_id=_deal(deal).id if deal else None,
        currency=currency,
        includes_tax=gross,
        language=paper.language_of(contact, company),
        time_zone=zone,
        valid_until=stage.today + timedelta(days=valid),
    )
    return quote.write(name=name, lines=[_line(stage, row, quote.latest, tax) for row in rows], **texts)


def rewrite(stage: Stage, quote: Quote, *rows: Row, tax: str = "standard", valid: int = 30, **texts: str) -> None:
    """The next version, with these lines instead."""
    draft = quote.rewrite()
    until = stage.today + timedelta(days=valid)
    quote.write(name=quote.name, lines=[_line(stage, row, draft, tax) for row in rows], valid_until=until, **texts)


def look(quote: Quote, agent: str = COMPUTER, kind: str = "open") -> None:
    """The customer follows the link, or fetches the file."""
    link = links.of(quote)[0]
    db.session.add(
        Hit(link_id=link.id, kind=kind, at=utcnow(), agent=links.agent_of(agent), user_agent=agent[: links.MAX_AGENT])
    )
    db.session.flush()
    openings.tell(link.id)


def accept(quote: Quote, name: str, *optional: str, agent: str = COMPUTER) -> Order:
    """The customer takes what the customer has, with the optional lines whose products have these codes."""
    version = _live(quote)
    chosen = [line.id for line in version.options if line.code in optional]
    return quote.accept(version, chosen, name=name, **_evidence(agent))


def decline(quote: Quote, reason: str, agent: str = COMPUTER) -> None:
    quote.decline(_live(quote), reason, **_evidence(agent))


def _live(quote: Quote) -> QuoteVersion:
    assert quote.live is not None  # noqa: S101 - it was sent
    return quote.live


def _evidence(agent: str) -> dict[str, str]:
    return {"address": network("203.0.113.61"), "user_agent": agent}


def _spoken(version: QuoteVersion) -> str:
    """The customer's own language, also where no paper is in it."""
    company = version.quote.company
    return (company.language if company else None) or version.language


def _deal(name: str) -> Deal:
    return db.session.scalars(sa.select(Deal).where(Deal.name == name)).one()


def _line(stage: Stage, row: Row, version: QuoteVersion, tax_key: str) -> dict[str, Any]:
    """As the grid fills it in."""
    if isinstance(row, Section):
        return {"kind": SECTION, "name": row.name}
    if isinstance(row, Text):
        return {"kind": TEXT, "text": row.text}
    product, tax = stage.products[row.code], stage.taxes[row.tax or tax_key]
    rate = tax.rate_on(stage.today) or 0
    unit_micro, includes_tax = price_for(product, version.currency, stage.today)
    return {
        "kind": ITEM,
        "product_id": product.id,
        "code": product.code,
        "name": row.name or product.name,
        "text": product.description if row.text is None else row.text,
        "unit": UNITS.get(_spoken(version), {}).get(product.unit, product.unit),
        "qty_micro": round(row.count * totals.MICRO),
        "unit_micro": as_quoted(unit_micro, includes_tax, version.includes_tax, rate, version.currency),
        "discount_bp": round(row.off * 100),
        "tax_class_id": tax.id,
        "tax_name": tax.name,
        "tax_kind": tax.kind,
        "tax_note": tax.note,
        "tax_rate_bp": rate,
        "optional": row.optional,
        "chosen": row.chosen,
    }
