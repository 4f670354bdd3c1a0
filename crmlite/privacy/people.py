"""Who somebody is, in all that is held: the contact, whom was merged into it, and what is theirs."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from crmlite.contacts.models import Affiliation, Contact
from crmlite.extensions import db
from crmlite.leads.models import Lead
from crmlite.pipeline.models import Deal
from crmlite.records import trash
from crmlite.records.points import Address, Point
from crmlite.records.types import Record
from crmlite.sales.models import Order, Quote

SHORTEST = 5
"""Letters of a name or line that is looked for in other people's words: shorter ones stand in too many."""


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
        own = {point.normal for point in self.points if point.kind == kind}
        shared = sa.select(Point.normal).where(
            Point.kind == kind,
            Point.normal.in_(own),
            sa.or_(Point.contact_id.is_(None), Point.contact_id.not_in(self.ids)),
        )
        return sorted(own - set(db.session.scalars(shared)))

    @cached_property
    def sure_words(self) -> list[str]:
        """What names them wherever it stands: their whole name, addresses and numbers; the longest first."""
        found = {contact.name for contact in self.contacts}
        found |= {value for point in self.points for value in (point.value, point.normal)}
        found |= {line for address in self.addresses for line in address.lines.splitlines()}
        return _longest_first(found)

    @cached_property
    def words(self) -> list[str]:
        """What names them in what was written about things that they had to do with: the last name too."""
        return _longest_first({*self.sure_words, *(contact.family for contact in self.contacts)})

    def of(self, model: Any) -> list[Any]:
        """Their leads, deals, quotes or orders, trash included."""
        query = sa.select(model).where(model.contact_id.in_(self.ids)).order_by(model.id)
        return list(db.session.scalars(query))

    @cached_property
    def theirs(self) -> dict[str, list[Any]]:
        return {model.__tablename__: self.of(model) for model in (Lead, Quote, Order, Deal)}


def _longest_first(words: Iterable[str]) -> list[str]:
    found = {word.strip() for word in words if len(word.strip()) >= SHORTEST}
    return sorted(found, key=lambda word: (-len(word), word))


@dataclass
class Fate:
    """What becomes of what is theirs."""

    goes: list[Record]
    stays: list[Any]
    """What bookkeeping law wants kept, as it is."""
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
    return Fate(going + [deal for deal in person.theirs["deal"] if deal not in emptied], stays, emptied)


def without(value: Any, words: Iterable[str]) -> Any:
    """The same, in JSON's own types, without these words."""
    if isinstance(value, str):
        return _without(value, words)
    if isinstance(value, list):
        return [without(one, words) for one in value]
    if isinstance(value, dict):
        return {key: without(one, words) for key, one in value.items()}
    return value


GONE = "[…]"
"""What stands where a word of theirs was."""


def _without(text: str, words: Iterable[str]) -> str:
    for word in words:
        low, at = text.casefold(), 0
        if len(low) != len(text):  # a letter that folds to two: as it is written only
            text = text.replace(word, GONE)
            continue
        wanted = word.casefold()
        while (at := text.casefold().find(wanted, at)) >= 0:
            text = text[:at] + GONE + text[at + len(word) :]
            at += len(GONE)
    return text
