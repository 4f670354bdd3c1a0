"""Who somebody is, in all that is held: the contact, whom was merged into it, and what is theirs."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from crmlite.contacts.models import Affiliation, Contact
from crmlite.extensions import db
from crmlite.fold import sort_key
from crmlite.leads.models import Lead
from crmlite.pipeline.models import Deal
from crmlite.privacy import former
from crmlite.records import trash
from crmlite.records.points import Address, Point
from crmlite.records.types import Record
from crmlite.sales.models import Order, Quote

SHORTEST, SHORTEST_NAME = 5, 3
"""Letters of a text, and of a name by itself, that is looked for in what others wrote: shorter ones stand in too many."""


@dataclass
class Person:
    """One person, by the id of their contact, trash included."""

    contact_id: int
    ids: list[int] = field(init=False)
    """The contact's, and those of all that were merged into it."""

    def __post_init__(self) -> None:
        self.ids = [self.contact_id]
        while further := self._merged_into(self.ids):
            self.ids += further

    def _merged_into(self, ids: list[int]) -> list[int]:
        query = sa.select(Contact.id).where(Contact.merged_into_id.in_(ids), Contact.id.not_in(ids))
        return list(db.session.scalars(query.order_by(Contact.id)))

    @cached_property
    def contacts(self) -> list[Contact]:
        return list(db.session.scalars(sa.select(Contact).where(Contact.id.in_(self.ids)).order_by(Contact.id)))

    @cached_property
    def points(self) -> list[Point]:
        return list(db.session.scalars(sa.select(Point).where(Point.contact_id.in_(self.ids)).order_by(Point.id)))

    @cached_property
    def reached(self) -> set[former.Reached]:
        """How they are and were reached."""
        return former.points(self.ids)

    @cached_property
    def _former_names(self) -> set[tuple[str, str]]:
        return former.names([(one.id, one.given, one.family) for one in self.contacts])

    @cached_property
    def addresses(self) -> list[Address]:
        return list(db.session.scalars(sa.select(Address).where(Address.contact_id.in_(self.ids)).order_by(Address.id)))

    @cached_property
    def affiliations(self) -> list[Affiliation]:
        query = sa.select(Affiliation).where(Affiliation.contact_id.in_(self.ids)).order_by(Affiliation.id)
        return list(db.session.scalars(query.options(sa.orm.joinedload(Affiliation.company))))

    @property
    def keys(self) -> list[tuple[str, str]]:
        """Their e-mails and phones as equal ones share them."""
        return sorted({(point.kind, point.normal) for point in self.points if point.kind in {"email", "phone"}})

    @cached_property
    def emails(self) -> list[str]:
        """Theirs alone: an address that others have too says nothing of whom a mail was to."""
        return self._own("email")

    @cached_property
    def phones(self) -> list[str]:
        return self._own("phone")

    def _own(self, kind: str) -> list[str]:
        own = {one.normal for one in self.reached if one.kind == kind}
        shared = sa.select(Point.normal).where(
            Point.kind == kind,
            Point.normal.in_(own),
            sa.or_(Point.contact_id.is_(None), Point.contact_id.not_in(self.ids)),
        )
        return sorted(own - set(db.session.scalars(shared)))

    @cached_property
    def sure_words(self) -> "Words":
        """What names them wherever it stands: their whole name, addresses and numbers."""
        return _any_of(self._texts, ())

    @cached_property
    def words(self) -> "Words":
        """What names them in what was written about things that they had to do with: first and last name alone, too."""
        names = {name for one in self.contacts for name in (one.given, one.family)}
        return _any_of(self._texts, names.union(*self._former_names))

    @property
    def _texts(self) -> set[str]:
        found = {contact.name for contact in self.contacts} | {" ".join(both).strip() for both in self._former_names}
        found |= {value for one in self.reached for value in (one.value, one.normal)}
        return found | {line for address in self.addresses for line in address.lines.splitlines()}

    def of(self, model: Any) -> list[Any]:
        """Their leads, deals, quotes or orders, trash included."""
        query = sa.select(model).where(model.contact_id.in_(self.ids)).order_by(model.id)
        return list(db.session.scalars(query))

    @cached_property
    def theirs(self) -> dict[str, list[Any]]:
        return {model.__tablename__: self.of(model) for model in (Lead, Quote, Order, Deal)}


Words = re.Pattern[str]
"""What is looked for in texts."""


def _any_of(texts: Iterable[str], names: Iterable[str]) -> Words:
    """Any of these texts, and these names where they are whole words; folded as they are sorted by, too."""
    folded = [(text, sort_key(text)) for text in texts]
    long = {text.strip() for both in folded for text in both if len(text.strip()) >= SHORTEST}
    whole = {name.strip() for one in names for name in (one, sort_key(one)) if len(name.strip()) >= SHORTEST_NAME}
    parts = [re.escape(text) for text in sorted(long, key=lambda text: (-len(text), text))]
    parts += [rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(whole, key=lambda name: (-len(name), name))]
    return re.compile("|".join(parts) or r"(?!)", re.IGNORECASE)


@dataclass
class Fate:
    """What becomes of what is theirs."""

    goes: list[Record]
    stays: list[Any]
    """What bookkeeping law wants kept, as it is."""
    begin: date
    """The first day of what that law is about now."""
    emptied: list[Record]
    """Deals that go on without them: of a company, or with such a paper."""


def fate(person: Person) -> Fate:
    begin = trash.books_begin()
    booked = {
        (model.__tablename__, number)
        for model in (Quote, Order)
        for number in db.session.scalars(
            sa.select(model.id).where(model.contact_id.in_(person.ids), model.booked_since(begin))
        )
    }
    papers = person.theirs["order"] + person.theirs["quote"]
    stays = [paper for paper in papers if (paper.__tablename__, paper.id) in booked]
    with_papers = {paper.deal_id for paper in stays}
    emptied = [deal for deal in person.theirs["deal"] if deal.company_id or deal.id in with_papers]
    going = [*person.theirs["lead"], *[paper for paper in papers if paper not in stays]]
    going += [deal for deal in person.theirs["deal"] if deal not in emptied]
    return Fate(going, stays, begin, emptied)


GONE = "[…]"
"""What stands where a word of theirs was."""


def without(value: Any, words: Words) -> Any:
    """The same, in JSON's own types, without these words."""
    if isinstance(value, str):
        return words.sub(GONE, value)
    if isinstance(value, list):
        return [without(one, words) for one in value]
    if isinstance(value, dict):
        return {key: without(one, words) for key, one in value.items()}
    return value
