"""What of contacts and companies stands in somebody's address book: the cards that they may see, as they may see them."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa
from babel import Locale

from crmlite.addressbook import vcards
from crmlite.addressbook.vcards import Card, Place, Reached
from crmlite.auth.models import Viewer
from crmlite.companies.models import Company
from crmlite.companies.types import COMPANY
from crmlite.contacts.models import Affiliation, Contact
from crmlite.contacts.types import CONTACT
from crmlite.extensions import db
from crmlite.records.points import Address, Point
from crmlite.records.rows import names_of
from crmlite.records.types import RecordType

KINDS: dict[str, RecordType] = {"contact": CONTACT, "company": COMPANY}
BATCH = 500
"""Cards that are made at once: so many are in memory, however many there are."""
Key = tuple[str, int]
_SPACE = UUID("6f0f5d1e-6f0b-5c53-9c3e-3a1d0f0c9a10")
_FILE = re.compile(r"(contact|company)-([1-9]\d{0,17})\.vcf")


def file_name(key: Key) -> str:
    return f"{key[0]}-{key[1]}.vcf"


def key_of(name: str) -> Key | None:
    """What file_name() was made of; None for what it never makes."""
    found = _FILE.fullmatch(name)
    return (found[1], int(found[2])) if found else None


def keys(user: Viewer) -> Iterator[Key]:
    """Of all cards in the user's address book, people first."""
    for name, kind in KINDS.items():
        query = kind.policy.visible(user).with_only_columns(kind.model.id).order_by(kind.model.id)
        last = 0
        while ids := list(db.session.scalars(query.where(kind.model.id > last).limit(BATCH))):
            yield from ((name, number) for number in ids)
            last = ids[-1]


def cards(wanted: Iterable[Key], user: Viewer, locale: str) -> Iterator[tuple[Key, Card]]:
    """Those of `wanted` that the user may see, in their order."""
    for batch in batches(wanted, BATCH):
        found: dict[Key, Card] = {}
        for name in KINDS:
            ids = [number for kind, number in batch if kind == name]
            made = (_contacts if name == "contact" else _companies)(ids, user, locale) if ids else {}
            found |= {(name, number): card for number, card in made.items()}
        yield from ((key, found[key]) for key in batch if key in found)


def batches(wanted: Iterable[Any], size: int) -> Iterator[list[Any]]:
    rest = iter(wanted)
    while batch := list(islice(rest, size)):
        yield batch


def etag(card: Card) -> str:
    """Of what it says, whoever asks: another text is another tag, whatever changed it."""
    return hashlib.sha256(vcards.write(card, "3.0").encode()).hexdigest()[:32]


def uid(key: Key) -> str:
    """The same for ever, in every book and export."""
    return f"urn:uuid:{uuid5(_SPACE, f'{key[0]}/{key[1]}')}"


# --- from the database ------------------------------------------------------------------------------------------------


def _contacts(ids: list[int], user: Viewer, locale: str) -> dict[int, Card]:
    columns = (Contact.id, Contact.name, Contact.given, Contact.family, Contact.salutation, Contact.birthday, Contact.language,
               Contact.instructions, Contact.main_company_id)  # fmt: skip
    rows = db.session.execute(_visible(CONTACT, user, ids).with_only_columns(*columns)).all()
    companies = names_of(COMPANY, {row.main_company_id for row in rows} - {None}, user)
    jobs = _jobs([row.id for row in rows if row.main_company_id in companies])
    points, places = _points("contact", ids), _places("contact", ids, locale)
    return {
        row.id: Card(
            uid=uid(("contact", row.id)), name=row.name, given=row.given, family=row.family, salutation=row.salutation,
            birthday=row.birthday, language=row.language or "", instructions=row.instructions,
            company=companies.get(row.main_company_id, ""), job=jobs.get((row.id, row.main_company_id), ""),
            points=points.get(row.id, ()), places=places.get(row.id, ()),
        )
        for row in rows
    }  # fmt: skip


def _companies(ids: list[int], user: Viewer, locale: str) -> dict[int, Card]:
    columns = (
        Company.id,
        Company.name,
        Company.language,
        Company.instructions,
        Company.vat_id,
        Company.industry,
        Company.parent_id,
    )
    rows = db.session.execute(_visible(COMPANY, user, ids).with_only_columns(*columns)).all()
    parents = names_of(COMPANY, {row.parent_id for row in rows} - {None}, user)
    points, places = _points("company", ids), _places("company", ids, locale)
    return {
        row.id: Card(
            uid=uid(("company", row.id)), name=row.name, is_company=True, language=row.language or "",
            instructions=row.instructions, vat_id=row.vat_id, industry=row.industry, part_of=parents.get(row.parent_id, ""),
            points=points.get(row.id, ()), places=places.get(row.id, ()),
        )
        for row in rows
    }  # fmt: skip


def _visible(kind: RecordType, user: Viewer, ids: list[int]) -> sa.Select[Any]:
    return kind.policy.visible(user).where(kind.model.id.in_(ids))


def _jobs(ids: list[int]) -> dict[tuple[int, int], str]:
    """What people do where they mainly work."""
    query = sa.select(Affiliation.contact_id, Affiliation.company_id, Affiliation.title)
    rows = db.session.execute(query.where(Affiliation.contact_id.in_(ids), Affiliation.main)) if ids else ()
    return {(contact_id, company_id): title for contact_id, company_id, title in rows}


def _points(name: str, ids: list[int]) -> dict[int, tuple[Reached, ...]]:
    holder = getattr(Point, f"{name}_id")
    query = sa.select(holder, Point.kind, Point.value, Point.label).where(holder.in_(ids))
    found: dict[int, tuple[Reached, ...]] = {}
    for number, kind, value, label in db.session.execute(query.order_by(Point.kind, Point.main.desc(), Point.id)):
        found[number] = (*found.get(number, ()), Reached(kind, value, label))
    return found


def _places(name: str, ids: list[int], locale: str) -> dict[int, tuple[Place, ...]]:
    holder = getattr(Address, f"{name}_id")
    query = sa.select(
        holder, Address.label, Address.lines, Address.postcode, Address.city, Address.region, Address.country
    ).where(holder.in_(ids))
    found: dict[int, tuple[Place, ...]] = {}
    for row in db.session.execute(query.order_by(Address.main.desc(), Address.id)):
        country = _countries(locale).get(row.country, row.country)
        place = Place(row.label, row.lines, row.postcode, row.city, row.region, country)
        found[row[0]] = (*found.get(row[0], ()), place)
    return found


@lru_cache(maxsize=50)
def _countries(locale: str) -> dict[str, str]:
    return dict(Locale.parse(locale, sep="-").territories)
