"""Whom and what a batch of rows is about: who is there already, found with a handful of statements for 500 rows.

People are the same by e-mail address, then by phone number, then by name and company. Addresses and numbers are shared (info@, the
switchboard): where both have names that have nothing in common, they are two. Companies are the same by VAT number, then by name.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from crmlite.auth.models import Viewer
from crmlite.companies.models import Company
from crmlite.companies.types import COMPANY
from crmlite.contacts.models import Contact
from crmlite.contacts.suppression import suppressed
from crmlite.contacts.types import CONTACT
from crmlite.extensions import db
from crmlite.fold import sort_key
from crmlite.imports.draft import Draft
from crmlite.imports.models import ImportRow, OutsideId
from crmlite.records.points import Point

Key = tuple[str, str]


class Person(NamedTuple):
    """Somebody a row may be about: there already, or from an earlier row."""

    id: int
    """Of the contact; below zero: minus the number of the row that brings it."""
    sort_name: str
    company: str
    """The sort name of where they work mainly."""
    reachable: bool
    may_edit: bool = True
    owner_id: int | None = None
    row: int | None = None
    """The row of this import that brought them."""


class Firm(NamedTuple):
    id: int
    may_edit: bool = True
    row: int | None = None


@dataclass
class Known:
    """People and companies by what they can be found by."""

    people: dict[Key, list[Person]] = field(default_factory=dict)
    firms: dict[Key, Firm] = field(default_factory=dict)
    erased: dict[Key, datetime] = field(default_factory=dict)
    """Addresses and numbers of people who were erased, and when that was."""

    def add_person(self, keys: Iterable[Key], person: Person) -> None:
        for key in keys:
            self.people.setdefault(key, []).append(person)

    def add_firm(self, keys: Iterable[Key], firm: Firm) -> None:
        for key in keys:
            self.firms.setdefault(key, firm)

    def person(self, draft: Draft) -> Person | None:
        company = draft.company_sort_name
        for key in person_keys(draft):
            fitting = [
                person
                for person in self.people.get(key, ())
                if _is_same(key[0], person, draft.sort_name, company, bool(draft.reach.points))
            ]
            if fitting:  # those one may change first, then who is there longest
                return min(fitting, key=lambda person: (not person.may_edit, person.row is not None, abs(person.id)))
        return None

    def erased_at(self, draft: Draft) -> datetime | None:
        """When the draft's person was erased: by their address, and by a number where there is no address."""
        emails = [("email", normal) for normal in draft.reach.normals("email")]
        keys = emails or [("phone", normal) for normal in draft.reach.normals("phone")]
        return min((self.erased[key] for key in keys if key in self.erased), default=None)

    def firm(self, keys: Sequence[Key]) -> Firm | None:
        return next((self.firms[key] for key in keys if key in self.firms), None)


def person_keys(draft: Draft) -> list[Key]:
    """By what the draft's person is found, the surest first."""
    keys = [("email", normal) for normal in draft.reach.normals("email")]
    keys += [("phone", normal) for normal in draft.reach.normals("phone")]
    return [*keys, ("name", draft.sort_name)] if draft.sort_name else keys


def own_firm_keys(draft: Draft) -> list[Key]:
    """By what its company is found."""
    keys = [("key", draft.company_key)] if draft.company_key else []
    if not draft.has_company:
        return keys
    return [*keys, *firm_keys("", draft.company.get("vat_id", "")), ("firm", draft.company_sort_name)]


def firm_keys(name: str, vat_id: str = "") -> list[Key]:
    plain = "".join(filter(str.isalnum, vat_id)).upper()
    return ([("vat", plain)] if len(plain) > 4 else []) + ([("firm", sort_key(name))] if name else [])


def _is_same(kind: str, person: Person, sort_name: str, company: str, reachable: bool) -> bool:
    if kind != "name":
        mine, theirs = set(sort_name.split()), set(person.sort_name.split())
        return not mine or not theirs or bool(mine & theirs)
    if company or person.company:
        return company == person.company
    return not (reachable and person.reachable)


# --- what the database knows ------------------------------------------------------------------------------------------


def look_up(drafts: Sequence[Draft], user: Viewer, import_id: int | None, source: str = "") -> Known:
    """What there is of what these drafts are about. `import_id`: whose rows are of this import. `source`: whose numbers of companies."""
    known = Known()
    keys = {key for draft in drafts if draft.refused is None and draft.has_person for key in person_keys(draft)}
    reached = {key for key in keys if key[0] != "name"}
    known.erased = suppressed(reached)
    found = _by_points(reached)
    by_name = _by_names({name for kind, name in keys if kind == "name"})
    ids = {number for numbers in found.values() for number in numbers} | by_name
    people = _people(ids, user, import_id)
    for key, numbers in found.items():
        for number in numbers:
            if number in people:
                known.add_person([key], people[number])
    for number in by_name:
        if number in people:
            known.add_person([("name", people[number].sort_name)], people[number])
    firms: set[Key] = set()
    for draft in drafts:
        if draft.refused is None:
            firms.update(own_firm_keys(draft), firm_keys(draft.parent))
    _firms(known, {key for key in firms if key[0] != "key"}, user, import_id)
    _numbered(known, [value for kind, value in firms if kind == "key"], source, user, import_id)
    return known


def _by_points(keys: set[Key]) -> dict[Key, list[int]]:
    found: dict[Key, list[int]] = {}
    for kind in ("email", "phone"):
        normals = [normal for of, normal in keys if of == kind]
        if not normals:
            continue
        query = sa.select(Point.normal, Point.contact_id).where(
            Point.kind == kind, Point.normal.in_(normals), Point.contact_id.is_not(None)
        )
        for normal, contact_id in db.session.execute(query.order_by(Point.contact_id)):
            found.setdefault((kind, normal), []).append(contact_id or 0)
    return found


def _by_names(names: set[str]) -> set[int]:
    if not names:
        return set()
    query = sa.select(Contact.id).where(Contact.sort_name.in_(names), Contact.deleted_at.is_(None))
    return set(db.session.scalars(query.limit(20_000)))


def _people(ids: set[int], user: Viewer, import_id: int | None) -> dict[int, Person]:
    if not ids:
        return {}
    may_edit = sa.case((CONTACT.policy.rows(user, "edit"), 1), else_=0)
    query = (
        sa.select(
            Contact.id,
            Contact.sort_name,
            Company.sort_name,
            Contact.main_email,
            Contact.main_phone,
            may_edit,
            Contact.owner_id,
        )
        .outerjoin(Company, Company.id == Contact.main_company_id)
        .where(Contact.id.in_(ids), Contact.deleted_at.is_(None))
    )
    ours = _ours(ImportRow.contact_id, ids, import_id)
    return {
        number: Person(number, name, company or "", bool(email or phone), bool(may), owner_id, ours.get(number))
        for number, name, company, email, phone, may, owner_id in db.session.execute(query)
    }


def _firms(known: Known, keys: set[Key], user: Viewer, import_id: int | None) -> None:
    """Companies that the user may see: of others they know nothing, and make their own."""
    names, vats = [name for kind, name in keys if kind == "firm"], [vat for kind, vat in keys if kind == "vat"]
    if not keys:
        return
    may_edit = sa.case((COMPANY.policy.rows(user, "edit"), 1), else_=0)
    query = sa.select(Company.id, Company.sort_name, Company.vat_id, may_edit).where(
        Company.deleted_at.is_(None), COMPANY.policy.rows(user)
    )
    which: list[sa.ColumnElement[bool]] = [Company.sort_name.in_(names)] if names else []
    if vats:
        plain: Any = sa.func.upper(Company.vat_id)
        for sign in " .-/":
            plain = sa.func.replace(plain, sign, "")
        which.append(sa.and_(Company.vat_id != "", plain.in_(vats)))
    found = db.session.execute(query.where(sa.or_(*which)).order_by(Company.id)).all()
    ours = _ours(ImportRow.company_id, {row[0] for row in found}, import_id)
    for number, name, vat_id, may in found:
        known.add_firm(reversed(firm_keys("", vat_id)), Firm(number, bool(may), ours.get(number)))
        known.add_firm([("firm", name)], Firm(number, bool(may), ours.get(number)))


def _numbered(known: Known, values: list[str], source: str, user: Viewer, import_id: int | None) -> None:
    """Companies by what the program calls them; where it has merged, the one that is left."""
    if not values:
        return
    may_edit = sa.case((COMPANY.policy.rows(user, "edit"), 1), else_=0)
    named = sa.orm.aliased(Company)
    query = (
        sa.select(OutsideId.value, Company.id, may_edit)
        .join(named, named.id == OutsideId.company_id)
        .join(Company, Company.id == sa.func.coalesce(named.merged_into_id, named.id))
        .where(OutsideId.source == source, OutsideId.value.in_(values))
        .where(Company.deleted_at.is_(None), COMPANY.policy.rows(user))
    )
    found = db.session.execute(query.order_by(OutsideId.id)).all()
    ours = _ours(ImportRow.company_id, {row[1] for row in found}, import_id)
    for value, number, may in found:
        known.add_firm([("key", value)], Firm(number, bool(may), ours.get(number)))


def _ours(column: Any, ids: Iterable[int], import_id: int | None) -> dict[int, int]:
    """Which rows of this import brought them."""
    if import_id is None:
        return {}
    return ImportRow.first_of(import_id, column, ids, ImportRow.brought.contains(_word(column)))


def _word(column: Any) -> str:
    return "p" if column is ImportRow.contact_id else "c"
