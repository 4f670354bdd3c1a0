"""Made-up firms and people played with the real verbs: the demo's passers-by, and what the bulk path is measured against."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from crmlite import journal
from crmlite.auth.models import User
from crmlite.companies.models import Company
from crmlite.contacts.models import Contact
from crmlite.demo.people import Customer, Deal, End, Firm, Note, Person
from crmlite.demo.pipelines import open_stages
from crmlite.extensions import db, pretending
from crmlite.pipeline import models
from crmlite.records import notes, tags


class ByVerbs:
    """Adds firms and their people one operation after the other, at their times. Commits each."""

    def __init__(self, users: Sequence[User], team_ids: Sequence[int]) -> None:
        self._users, self._team_ids = users, team_ids
        self._companies: dict[int, int] = {}
        self._contacts: dict[int, Contact] = {}
        self._deals: dict[int, models.Deal] = {}

    def add(self, firm: Firm) -> None:
        for when, by, step in self.steps(firm):
            with pretending(when):
                journal.act_as("user", self._users[by].id)
                journal.label("request")
                step()
                db.session.commit()

    def steps(self, firm: Firm) -> Iterator[tuple[datetime, int, Callable[[], object]]]:
        """(when, by whom, what), in order."""
        yield firm.at, firm.by, partial(self._add_firm, firm)
        for person in firm.people:
            yield person.at, person.by, partial(self._add_person, person, firm)
            for note in person.notes:
                yield person.at + note.after, note.author, partial(self._write, person, note)
        if firm.deal is not None:
            yield firm.deal.at, firm.by, partial(self._add_deal, firm, firm.deal)
            if firm.deal.end is not None:
                yield firm.deal.last, firm.by, partial(self._end_deal, firm, firm.deal.end)

    def _add_firm(self, firm: Firm) -> None:
        company = Company.create(
            self._users[firm.by],
            firm.name,
            industry=firm.industry,
            language=firm.language,
            country=firm.country,
            instructions=firm.instructions,
            points=[
                {"kind": "email", "value": firm.email, "label": "work"},
                {"kind": "phone", "value": firm.phone, "label": "work"},
                {"kind": "url", "value": firm.url, "label": "work"},
            ],
            addresses=[
                {
                    "lines": firm.street,
                    "postcode": firm.postcode,
                    "city": firm.city,
                    "country": firm.country,
                    "label": "delivery",
                }
            ],
            **self._owner(firm),
            **_customer(firm.customer),
        )
        if firm.parent is not None:
            company.change(parent_id=self._companies[firm.parent])
        self._companies[firm.number] = company.id

    def _add_person(self, person: Person, firm: Firm) -> Contact:
        points = [
            {"kind": "email", "value": person.email, "label": "work"},
            {"kind": "phone", "value": person.phone, "label": "direct"},
        ]
        if person.mobile:
            points.append({"kind": "phone", "value": person.mobile, "label": "mobile"})
        values: dict[str, Any] = {"points": points}
        if person.street:
            home = {"lines": person.street, "postcode": person.postcode, "city": person.city, "country": person.country}
            values["addresses"] = [{**home, "label": "home"}]
        else:
            values["city"] = person.city
        if person.birthday:
            values["birthday"] = person.birthday
        contact = Contact.create(
            self._users[person.by],
            person.given,
            person.family,
            language=person.language,
            country=person.country,
            **values,
            **self._owner(person),
            **_customer(person.customer),
        )
        company = db.session.get_one(Company, self._companies[firm.number])
        contact.join(company, person.title, person.buying_role, person.since)
        for tag in person.tags:
            tags.add(contact, tag)
        self._contacts[person.number] = contact
        return contact

    def _write(self, person: Person, note: Note) -> None:
        notes.Note.write(self._contacts[person.number], self._users[note.author].id, note.text)

    def _add_deal(self, firm: Firm, deal: Deal) -> None:
        self._deals[firm.number] = models.Deal.create(
            self._users[firm.by],
            name=deal.name,
            contact=self._contacts[firm.people[0].number],
            stage=open_stages()[deal.stage],
            company_id=self._companies[firm.number],
            amount_minor=deal.amount_minor,
            kind=deal.kind,
            close_on=deal.close_on,
            **self._owner(firm),
        )

    def _end_deal(self, firm: Firm, end: End) -> None:
        deal = self._deals[firm.number]
        if end.reason:
            deal.lose(end.reason)
        else:
            deal.win()

    def _owner(self, made: Firm | Person) -> dict[str, int | None]:
        return {
            "owner_id": None if made.owner is None else self._users[made.owner].id,
            "team_id": None if made.team is None else self._team_ids[made.team],
        }


def _customer(customer: Customer | None) -> dict[str, Any]:
    return {"customer_since": customer.since, "customer_until": customer.until} if customer else {}
