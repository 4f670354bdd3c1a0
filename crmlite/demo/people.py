"""Firms and their people made up from names: plain data, the same for the same seed, one firm after the other.

The demo plays them with the real verbs, the bulk path writes them as rows; both read only what is here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from crmlite.demo.names import CULTURES, INDUSTRIES, POSTS, Culture, Word
from crmlite.demo.pipelines import OPEN_STAGES

PEOPLE_A_FIRM = 5
BUSY_EVERY, BUSY_NOTES = 5000, 200
"""One contact in so many has a timeline of so many notes: what a page must be able to show."""

TAGS = ("newsletter", "trade fair", "visited us", "reference", "asked for samples", "school holidays only", "VIP")
NOTES = (
    "Called about the {product}: wants {count}, delivered to {city} before the summer.",
    "Sent samples of felt in grey and moss green, {count} pieces.",
    "Visited the site in {city}. Reverberation is bad in the canteen; {count} baffles would do.",
    "No answer twice. Trying again next week.",
    "Asked whether the {product} comes with a lower floor. It does, in six weeks.",
    "Happy with the {product}. Would be a reference for others in {city}.",
    "Budget is decided in the autumn; call back then about {count} × {product}.",
    "Complained about a scratched door of the {product}. Spare part sent the same day.",
    "Met at the fair. Card on file, wants the price list in writing.",
    "Compares us with a cheaper firm. Fire class decides, so I sent our certificate.",
    "Measured {count} rooms together. Report follows by mail.",
    "Wants one {product} on trial for a fortnight.",
)
PRODUCTS = ("Uil phone booth", "Kerkuil meeting booth", "Wolk baffle", "Vilt 40 wall panel", "Mos ceiling island")
INSTRUCTIONS = (
    "Deliver before 8:00, the street is closed to lorries afterwards.",
    "Invoices only with an order number on them.",
    "Ring the caretaker half an hour ahead.",
    "No deliveries in school holidays.",
)


@dataclass(frozen=True, slots=True)
class Customer:
    since: date
    until: date | None


OFFERS = (
    "{count} Uil phone booths", "Kerkuil meeting booths, {count} rooms", "Wolk baffles for the canteen",
    "Wall panels for {count} classrooms", "Mos islands for the open office", "One booth on trial",
)  # fmt: skip
REASONS = ("Too expensive", "Went to somebody else", "No budget this year")
OPEN_EVERY = 10
"""One deal in so many is open still."""


@dataclass(frozen=True, slots=True)
class End:
    after: timedelta
    """Since the deal was added."""
    reason: str
    """Why it was lost; empty: it was won."""


@dataclass(frozen=True, slots=True)
class Deal:
    """A firm's, with its first person. Whose it is: the firm's."""

    at: datetime
    name: str
    amount_minor: int
    kind: str
    stage: int
    """Its place among the open stages of all pipelines."""
    close_on: date
    end: End | None

    @property
    def last(self) -> datetime:
        """When something was done about it last."""
        return self.at + self.end.after if self.end else self.at


@dataclass(slots=True)
class Note:
    after: timedelta
    """Since its contact was added."""
    author: int
    text: str


@dataclass(slots=True)
class Person:
    number: int
    at: datetime
    by: int
    """Who adds it. Users and teams are numbers in lists that the caller has."""
    owner: int | None
    """None: nobody's, or only a team's."""
    team: int | None
    customer: "Customer | None"
    given: str
    family: str
    language: str
    country: str
    city: str
    birthday: date | None
    email: str
    phone: str
    mobile: str
    """Empty for those who have none."""
    street: str
    """Empty: no address of their own."""
    postcode: str
    title: str
    buying_role: str
    since: date
    tags: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


@dataclass(slots=True)
class Firm:
    number: int
    at: datetime
    by: int
    owner: int | None
    team: int | None
    customer: "Customer | None"
    name: str
    industry: str
    language: str
    country: str
    city: str
    street: str
    postcode: str
    email: str
    phone: str
    url: str
    instructions: str
    parent: int | None
    """The number of another firm that this one belongs to, made before it."""
    people: list[Person] = field(default_factory=list)
    deal: Deal | None = None


@dataclass(frozen=True)
class Owner:
    """Somebody who owns records: their place in the list of users, their team's in the list of teams."""

    user: int
    team: int | None
    weight: float


class Generator:
    """Makes up `size` people in firms of five, added between `since` and `until` in this order."""

    def __init__(self, seed: int, size: int, owners: Sequence[Owner], since: datetime, until: datetime) -> None:
        self._random = Random(seed)  # noqa: S311 - the same for the same seed is the point
        self._luck = Random(f"deals {seed}")  # noqa: S311 - its own, so that people are who they were without deals
        self.size = size
        self._owners = owners
        self._colleagues = {o.user: [p for p in owners if p.team == o.team] for o in owners}
        self._since, self._step = since, (until - since) / max(1, size + 2 * (size // PEOPLE_A_FIRM))
        self._weights = list(accumulate(o.weight for o in owners))
        self._shares = list(accumulate(culture.share for culture in CULTURES))
        self._moment = 0

    def firms(self) -> Iterator[Firm]:
        people = 0
        number = 0
        while people < self.size:
            firm = self._firm(number)
            # the last firm takes in who is left over, so that there are N // 5 firms and N people
            last = number + 1 >= max(1, self.size // PEOPLE_A_FIRM)
            count = self.size - people if last else PEOPLE_A_FIRM
            culture = self._culture
            firm.people = [self._person(people + i, firm, culture) for i in range(count)]
            people += count
            number += 1
            firm.deal = self._deal(number)
            yield firm

    # --- one firm, one person -----------------------------------------------------------------------------------------

    def _firm(self, number: int) -> Firm:
        r = self._random
        self._culture = culture = r.choices(CULTURES, cum_weights=self._shares)[0]
        by, owner, team = self._owner()
        at = self._next()
        at_trade = int(r.random() * len(culture.trades))
        brand, family, city = self._one(culture.brands), self._one(culture.families), self._one(culture.cities)
        pattern = self._one(culture.firm)
        self._domain = f"{brand.latin if '{brand}' in pattern else family.latin}-{city.latin}{number}.example"
        street, postcode = self._place(culture)
        return Firm(
            number=number,
            at=at,
            by=by,
            owner=owner,
            team=team,
            customer=self._customer(at),
            name=pattern.format(
                trade=culture.trades[at_trade].text, brand=brand.text, family=family.text, city=city.text
            ),
            industry=INDUSTRIES[at_trade],
            language=culture.language,
            country=culture.country,
            city=city.text,
            street=street,
            postcode=postcode,
            email=f"info@{self._domain}",
            phone=self._digits(culture.phone),
            url=f"https://www.{self._domain}",
            instructions=self._one(INSTRUCTIONS) if r.random() < 0.08 else "",
            parent=number - 1 if number and r.random() < 0.05 else None,
        )

    def _person(self, number: int, firm: Firm, culture: Culture) -> Person:
        r = self._random
        woman = r.random() < 0.5
        given = self._one(culture.women if woman else culture.men)
        family = self._one(culture.families)
        if woman:
            family = _feminine(family, culture)
        by, owner, team = (firm.by, firm.owner, firm.team) if r.random() < 0.9 else self._owner()
        post = int(r.random() * len(POSTS))
        at = self._next()
        street, postcode = self._place(culture) if r.random() < 0.3 else ("", "")
        person = Person(
            number=number,
            at=at,
            by=by,
            owner=owner,
            team=team,
            customer=self._customer(at) if r.random() < 0.3 else None,
            given=given.text,
            family=family.text,
            language=culture.language,
            country=culture.country,
            city=firm.city if street or r.random() < 0.7 else self._one(culture.cities).text,
            birthday=date(1958, 1, 1) + timedelta(int(r.random() * 16000)) if r.random() < 0.3 else None,
            email=f"{given.latin}.{family.latin}{number}@{self._domain}",
            phone=self._digits(culture.phone),
            mobile=self._digits(culture.mobile) if r.random() < 0.4 else "",
            street=street,
            postcode=postcode,
            title=culture.titles[post],
            buying_role=POSTS[post],
            since=at.date() - timedelta(int(r.random() * 3000)),
            tags=[self._one(TAGS)] if r.random() < 0.25 else [],
        )
        person.notes = list(self._notes(person))
        return person

    def _notes(self, person: Person) -> Iterator[Note]:
        """Written one after the other before the next contact is added, so that the journal is in order."""
        r = self._random
        count = BUSY_NOTES if person.number % BUSY_EVERY == 100 else int(r.random() * 3)
        authors = self._colleagues[person.by]
        for at in range(count):
            text = self._one(NOTES).format(
                product=self._one(PRODUCTS), count=2 + int(r.random() * 60), city=person.city
            )
            author = self._one(authors).user if r.random() < 0.3 else person.by
            yield Note(self._step * (at + 1) / (count + 1), author, text)

    def _deal(self, number: int) -> Deal:
        r, at = self._luck, self._next()
        reason = "" if r.random() < 0.5 else REASONS[int(r.random() * len(REASONS))]
        end = End(self._step * 0.9 * r.random(), reason)
        return Deal(
            at=at,
            name=OFFERS[int(r.random() * len(OFFERS))].format(count=2 + int(r.random() * 20)),
            amount_minor=int(r.random() ** 2 * 6_000) * 1000,
            kind=("new", "new", "expansion", "renewal")[int(r.random() * 4)],
            stage=int(r.random() * OPEN_STAGES),
            close_on=at.date() + timedelta(7 + int(r.random() * 120)),
            end=None if number % OPEN_EVERY == 1 else end,
        )

    # --- pieces -------------------------------------------------------------------------------------------------------

    def _next(self) -> datetime:
        self._moment += 1
        return self._since + self._step * (self._moment - 1)

    def _owner(self) -> tuple[int, int | None, int | None]:
        """(who adds it, its owner, its team): most records are somebody's, a few only a team's, fewer nobody's."""
        found = self._random.choices(self._owners, cum_weights=self._weights)[0]
        luck = self._random.random()
        if luck < 0.01:
            return found.user, None, None
        return found.user, (None if luck < 0.03 else found.user), found.team

    def _customer(self, at: datetime) -> Customer | None:
        luck = self._random.random()
        if luck > 0.5:
            return None
        since = at.date() - timedelta(30 + int(self._random.random() * 2000))
        return Customer(since, at.date() - timedelta(int(luck * 200)) if luck < 0.1 else None)

    def _one(self, choices: Sequence[Any]) -> Any:
        return choices[int(self._random.random() * len(choices))]

    def _place(self, culture: Culture) -> tuple[str, str]:
        street, number = self._one(culture.streets), 1 + int(self._random.random() * 180)
        return f"{street} {number}", self._digits(culture.postcode)

    def _digits(self, pattern: str) -> str:
        r = self._random
        number = iter(str(int(r.random() * 10 ** pattern.count("#"))).zfill(pattern.count("#")))
        return "".join(
            next(number) if c == "#" else "ABDEFGHJKLNPRSTUVWXZ"[int(r.random() * 20)] if c == "?" else c
            for c in pattern
        )


def _feminine(family: Word, culture: Culture) -> Word:
    for ending, womens, latin, womens_latin in culture.feminine:
        if family.text.endswith(ending):
            return Word(family.text.removesuffix(ending) + womens, family.latin.removesuffix(latin) + womens_latin)
    return family
