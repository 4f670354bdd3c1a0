"""What a row changes of a person or company that is there already: only what it adds, or, told so, what it says differently."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from crmlite.companies.models import Company
from crmlite.contacts.consents import Consent
from crmlite.contacts.models import Affiliation, Contact
from crmlite.extensions import db
from crmlite.fold import fold
from crmlite.imports import agreeing, pictures, tagging
from crmlite.imports.answers import Said
from crmlite.imports.draft import Picture, Reach
from crmlite.imports.models import CHANGED, SAME
from crmlite.records import tags
from crmlite.records.custom_fields import PREFIX
from crmlite.records.notes import Note
from crmlite.records.points import Address, Point

if TYPE_CHECKING:
    from crmlite.imports.planning import Plan

_PERSON = ("given", "family", "salutation", "birthday", "language", "instructions")
_COMPANY = ("vat_id", "industry", "language", "instructions")


@dataclass
class Update:
    values: dict[str, Any] = field(default_factory=dict)
    points: list[dict[str, Any]] = field(default_factory=list)
    addresses: list[dict[str, Any]] = field(default_factory=list)
    note: str = ""
    tags: list[str] = field(default_factory=list)
    agreed: list[Said] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    joins: bool = False
    """Whether the person gets a link to the row's company."""
    job: str | None = None
    """What the link that is there shall say from now on."""
    parent: bool = False

    def __bool__(self) -> bool:
        return bool(
            self.values
            or self.points
            or self.addresses
            or self.note
            or self.tags
            or self.agreed
            or self.pictures
            or self.joins
            or self.job is not None
            or self.parent
        )


@dataclass
class Stock:
    """What the records hold that a batch is about, read with a few statements."""

    locks: bool
    """Whether they are going to be changed."""
    contacts: dict[int, Contact] = field(default_factory=dict)
    companies: dict[int, Company] = field(default_factory=dict)
    points: dict[tuple[str, int], list[Point]] = field(default_factory=dict)
    addresses: dict[tuple[str, int], list[Address]] = field(default_factory=dict)
    links: dict[tuple[int, int], Affiliation] = field(default_factory=dict)
    notes: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    tags: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    agreed: dict[int, list[Consent]] = field(default_factory=dict)
    pictures: dict[tuple[str, int], set[str]] = field(default_factory=dict)

    def fetch(self, plans: Iterable["Plan"]) -> None:
        """Adds what these rows are about and is not here yet."""
        plans = list(plans)
        contacts = {p.contact_id for p in plans if p.contact_id and p.contact_id > 0 and p.outcome != "skipped"}
        companies = {p.company_id for p in plans if p.company_id and p.company_id > 0 and p.outcome != "skipped"}
        self.contacts |= self._load(Contact, contacts - self.contacts.keys())
        self.companies |= self._load(Company, companies - self.companies.keys())
        for name, ids in (("contact", contacts), ("company", companies)):
            self._parts(name, ids)
        self._links(contacts)
        if any(plan.draft.agreed for plan in plans):
            self.agreed |= agreeing.of(contacts)
        if any(plan.draft.pictures for plan in plans):
            self.pictures |= pictures.of({("contact", n) for n in contacts} | {("company", n) for n in companies})

    def _load(self, model: Any, ids: set[int]) -> dict[int, Any]:
        if not ids:
            return {}
        query = sa.select(model).where(model.id.in_(ids)).order_by(model.id)
        if self.locks:
            query = query.with_for_update()
        found = db.session.scalars(query.execution_options(populate_existing=True))
        return {record.id: record for record in found}

    def _parts(self, name: str, ids: set[int]) -> None:
        if not ids:
            return
        for model, into in ((Point, self.points), (Address, self.addresses)):
            key = getattr(model, f"{name}_id")
            known: dict[tuple[str, int], list[Any]] = {(name, number): [] for number in ids}
            for part in db.session.scalars(sa.select(model).where(key.in_(ids)).order_by(model.id)):
                known[name, getattr(part, f"{name}_id")].append(part)
            into.update(known)
        texts = sa.select(Note.record_id, Note.text).where(Note.record_type == name, Note.record_id.in_(ids))
        for number, text in db.session.execute(texts):
            self.notes.setdefault((name, number), set()).add(text)
        for number, worn in tags.of(name, sorted(ids)).items():
            self.tags[name, number] = {word for _id, word, _hue in worn}

    def _links(self, contacts: set[int]) -> None:
        if contacts:
            for link in db.session.scalars(sa.select(Affiliation).where(Affiliation.contact_id.in_(contacts))):
                if link.is_current:
                    self.links[link.contact_id, link.company_id] = link

    # --- what changes -------------------------------------------------------------------------------------------------

    def person_update(self, plan: "Plan", fills: bool) -> Update:
        draft, number = plan.draft, plan.contact_id or 0
        contact, key = self.contacts[number], ("contact", number)
        update = Update(_values(contact, draft.person, _PERSON, fills))
        update.values |= _custom(contact, draft.custom, fills)
        self._reach(update, key, draft.reach, fills)
        if draft.note and draft.note not in self.notes.get(key, ()):
            update.note = draft.note
        update.tags = tagging.lacking(draft.tags, self.tags.get(key, ()))
        update.pictures = self._lacking(draft.pictures, key)
        if draft.agreed:
            update.agreed, kept = agreeing.lacking(draft.agreed, self.agreed.get(number, ()))
            reasons = [("said_since", said.how) for said in kept]
            plan.reasons += [reason for reason in reasons if reason not in plan.reasons]
        if plan.company_id:
            link = self.links.get((number, plan.company_id or 0))
            if link is None:
                update.joins = True
            elif draft.job and link.title != draft.job and (not fills or not link.title):
                update.job = draft.job
        return update

    def company_update(self, plan: "Plan", fills: bool) -> Update:
        draft, number = plan.draft, plan.company_id or 0
        company, key = self.companies[number], ("company", number)
        update = Update(_values(company, draft.company, _COMPANY, fills))
        update.values |= _custom(company, draft.company_custom, fills)
        self._reach(update, key, draft.company_reach, fills)
        if draft.company_note and draft.company_note not in self.notes.get(key, ()):
            update.note = draft.company_note
        update.tags = tagging.lacking(draft.company_tags, self.tags.get(key, ()))
        if not draft.has_person:
            update.pictures = self._lacking(draft.pictures, key)
        update.parent = bool(plan.parent_id and company.parent_id is None and plan.parent_id != number)
        return update

    def outcome(self, plan: "Plan") -> str:
        return CHANGED if plan.update or plan.company_update or plan.brings else SAME

    def _lacking(self, brought: list[Picture], key: tuple[str, int]) -> list[Picture]:
        known = self.pictures.get(key, ())
        return [picture for picture in brought if picture.sha256 not in known]

    def _reach(self, update: Update, key: tuple[str, int], reach: Reach, fills: bool) -> None:
        known = self.points.get(key, [])
        mains: set[str] = set()
        for point in reach.points:
            there = next((p for p in known if p.kind == point["kind"] and p.normal == point["normal"]), None)
            first = point["kind"] not in mains
            mains.add(point["kind"])
            leads = first and not fills and not (there is not None and there.main)
            if there is None:
                update.points.append({name: point[name] for name in ("kind", "value", "label")} | {"main": leads})
            elif leads:
                update.points.append(_row_of(there, True))
            if leads:
                update.points += [_row_of(p, False) for p in known if p.kind == point["kind"] and p.main]
        written = {_written(address) for address in self.addresses.get(key, [])}
        update.addresses = [address for address in reach.addresses if _folded(address.values()) not in written]


def _values(record: Any, values: dict[str, Any], names: Iterable[str], fills: bool) -> dict[str, Any]:
    found = {name: values[name] for name in names if values.get(name)}
    return {
        name: value
        for name, value in found.items()
        if (not getattr(record, name) if fills else getattr(record, name) != value)
    }


def _custom(record: Any, values: dict[str, Any], fills: bool) -> dict[str, Any]:
    known = record.custom or {}
    return {
        PREFIX + key: value
        for key, value in values.items()
        if value is not None and known.get(key) != value and not (fills and key in known)
    }


def _row_of(point: Point, main: bool) -> dict[str, Any]:
    return {"id": point.id, "kind": point.kind, "value": point.value, "label": point.label, "main": main}


def _written(address: Address) -> str:
    return _folded((address.lines, address.postcode, address.city, address.region, address.country, address.label))


def _folded(parts: Iterable[str]) -> str:
    return "|".join(fold(part).strip() for part in parts)
