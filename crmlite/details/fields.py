"""Which fields of a contact the person sees and may correct; what they hold, in JSON's own types; setting them; saying them.

A field is known by its name and, of those that there are several of, the id of its row: ("given", None), ("email", 7).
What colleagues note for each other (instructions, role when they buy, owner, tags, notes) is none of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from crmlite import web
from crmlite.companies.models import Company
from crmlite.companies.types import COMPANY
from crmlite.contacts.models import Affiliation, Contact
from crmlite.extensions import db, utcnow
from crmlite.fold import sort_key
from crmlite.journal import from_json, to_json
from crmlite.records import custom_cells, custom_fields, points
from crmlite.records.custom_fields import PREFIX, CustomField
from crmlite.records.points import LABELS, Address, Point

PLAIN = {
    "salutation": _l("Form of address"),
    "given": _l("First name"),
    "family": _l("Last name"),
    "language": _l("Language"),
    "birthday": _l("Birthday"),
}
ROWS = {
    "email": _l("E-mail"),
    "phone": _l("Phone"),
    "url": _l("Link"),
    "address": _l("Address"),
    "work": _l("Company and job title"),
}
ADDRESS = ("label", "lines", "postcode", "city", "region", "country")
Key = tuple[str, int | None]
UNKNOWN: Any = object()
"""What was shown, where nobody knows."""


@dataclass(frozen=True)
class Wish:
    """One field that the person wants otherwise: `now` None takes it away; `shown` is what they saw when they wrote that."""

    field: str
    row_id: int | None
    now: Any
    shown: Any

    @property
    def key(self) -> Key:
        return (self.field, self.row_id)


class Part(Protocol):
    """Of a correction: what shall become of a field."""

    field: Any
    row_id: Any
    was: Any
    now: Any


def names_a_company(part: Part) -> bool:
    """Whether it says that they work at another company than is known."""
    if part.field != "work" or part.now is None:
        return False
    return part.was is None or not is_same("work", part.was, part.now)


def held(contact: Contact) -> dict[Key, Any]:
    """Everything that the person sees, as it is now."""
    found: dict[Key, Any] = {(name, None): value_or_none(getattr(contact, name)) for name in PLAIN}
    found |= {(name, None): value_or_none(contact.value_of(name)) for name in customs()}
    for point in points.of(contact, Point):
        found[point.kind, point.id] = {"value": point.value, "label": point.label}
    for address in points.of(contact, Address):
        found["address", address.id] = {name: getattr(address, name) for name in ADDRESS}
    for link in works(contact):
        found["work", link.id] = {"company": link.company.name, "title": link.title}
    return found


def value_or_none(value: Any) -> Any:
    """In JSON's own types; zero is a value."""
    return None if value in (None, "", []) else to_json(value)


def customs() -> dict[str, CustomField]:
    """The firm's own fields that are shown to people themselves, by their names."""
    return {field.name: field for field in custom_fields.of("contact") if field.for_person}


def works(contact: Contact) -> list[Affiliation]:
    """Where they work now, the main company first."""
    query = (
        sa.select(Affiliation)
        .join(Affiliation.company)
        .options(sa.orm.contains_eager(Affiliation.company))
        .where(Affiliation.contact_id == contact.id, Company.deleted_at.is_(None))
        .order_by(Affiliation.main.desc(), Affiliation.id)
    )
    return [link for link in db.session.scalars(query) if link.is_current]


def is_same(field: str, one: Any, other: Any) -> bool:
    """Whether two rows of that field are one: the same address, number or link, spelled in any way."""
    if one is None or other is None:
        return one is other
    if field in {"email", "phone", "url"}:
        try:
            return points.normal(field, one["value"]) == points.normal(field, other["value"])
        except ValueError:
            return bool(one["value"] == other["value"])
    if field == "work":
        return bool(sort_key(one["company"]) == sort_key(other["company"]))
    return all(one[name] == other[name] for name in ADDRESS if name != "label")


def put(contact: Contact, parts: Iterable[Part], by: Any = None) -> None:
    """Makes the contact what these parts say. `by` is who accepted them: it decides which companies are known."""
    values: dict[str, Any] = {}
    columns = sa.inspect(Contact).columns
    for part in parts:
        if part.field in PLAIN:
            empty = None if columns[part.field].nullable else ""
            values[part.field] = empty if part.now is None else from_json(columns[part.field], part.now)
        elif part.field in customs():
            values[part.field] = part.now
        elif part.field == "address":
            row = part.now or dict.fromkeys(ADDRESS, "")
            values.setdefault("addresses", []).append({"id": part.row_id or 0, **row})
        elif part.field in {"email", "phone", "url"}:
            row = part.now or {"value": ""}
            values.setdefault("points", []).append({"id": part.row_id or 0, "kind": part.field, **row})
        elif part.field == "work":
            _put_work(contact, part, by)
    if values:
        contact.change(**values)


def _put_work(contact: Contact, part: Part, by: Any) -> None:
    """The job title, or another company: the former one stays on record as ended today."""
    link = next((link for link in works(contact) if link.id == part.row_id), None)
    if part.now is None:
        if link is not None:
            link.end(utcnow().date())
        return
    if link is not None and sort_key(link.company.name) == sort_key(part.now["company"]):
        link.change(part.now["title"], link.buying_role, link.since, link.until, main=link.main)
        return
    if link is not None:
        link.end(utcnow().date())
    contact.join(company_named(part.now["company"], by), part.now["title"])


def company_named(name: str, by: Any) -> Company:
    """The one company of that name that who accepts it may see, else a new one of theirs. Raises Forbidden."""
    query = COMPANY.policy.visible(by).where(Company.sort_name == sort_key(name)).limit(2)
    known = list(db.session.scalars(query))
    if len(known) == 1:
        company: Company = known[0]
        return company
    COMPANY.policy.require_create(by)
    return Company.create(by, name=name)


# --- in words ---------------------------------------------------------------------------------------------------------


def day(text: str) -> date:
    return date.fromisoformat(text)


def label(field: str) -> Any:
    custom = customs().get(field)
    return custom.label if custom else PLAIN.get(field) or ROWS.get(field) or field.removeprefix(PREFIX)


def said(field: str, value: Any) -> str:
    """A field's value in words; "" for nothing."""
    if value is None or value == "":
        return ""
    if custom := customs().get(field):
        return str(custom_cells.said(custom, value, {}))
    if field == "birthday":
        return str(web.show_date(day(value)))
    if field == "language":
        return str(web.language_name(value))
    if field == "work":
        return ", ".join(filter(None, (value["title"], value["company"])))
    if field == "address":
        parts = (value["lines"], f"{value['postcode']} {value['city']}".strip(), value["region"])
        country = web.country_name(value["country"]) if value["country"] else ""
        return ", ".join(filter(None, (*parts, country, _label_of(value))))
    if isinstance(value, dict) and "value" in value:
        return f"{value['value']} ({_label_of(value)})"
    return str(value)


def _label_of(value: dict[str, Any]) -> str:
    return str(dict(LABELS).get(value["label"], value["label"]))
