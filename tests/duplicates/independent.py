"""A second address book with seeded duplicates, written from the promise alone by one who had not read the finder.

`book(n, pairs, seed)` is the same for the same numbers. Its people are Dutch, Italian, Russian, Danish, Arabic, English,
German, Polish and Turkish; many share what strangers share: a very common name, a company's mailbox and switchboard,
a home. No two of them are one person. Each seeded pair is a person and the record that a colleague made of the same
person a second time, with one or two changes; what is left is enough to tell (`enough`).
"""

import random
from collections import defaultdict
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import chain, count

from tests.duplicates.independent_names import CITIES, CULTURES, LATIN, LEGAL, PHONES, SCHEMES, Culture

KINDS = ("typo", "transliteration", "swapped", "nickname", "phone")
ROWS = (
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "йцукенгшщзхъ",
    "фывапролджэ",
    "ячсмитьбю",
    "ضصثقفغعهخحجد",
    "شسيبلاتنمكط",
    "ئءؤرىةوزظ",
)


@dataclass(frozen=True)
class Person:
    given: str
    family: str
    culture: Culture
    native: tuple[str, str]  # the name in the person's own script, the formal one
    style: str  # how the record writes it: "" for the person's own script
    email: str = ""
    phone: str = ""
    number: tuple[str, str, str] = ("", "", "")  # country, area, the rest
    company: str = ""
    city: str = ""
    country: str = ""
    birthday: str = ""
    delicate: bool = False  # has a near double, such as a son of the same name; no second record is made of these


@dataclass
class Book:
    people: list[Person]
    pairs: dict[tuple[int, int], str]  # positions in `people`, the lower one first -> kind


@dataclass
class Company:
    name: str
    city: str
    country: str
    domain: str
    number: tuple[str, str, str]
    left: int
    names: set[tuple[str, str]] = field(default_factory=set)


def book(n: int, pairs: int, seed: int = 1) -> Book:
    maker = Maker(random.Random(seed))
    people = maker.people(n - pairs)
    doubles: dict[int, tuple[str, Person]] = {}
    for i in range(pairs):
        kind = KINDS[i % len(KINDS)]
        # Half without the e-mail and a third without phone; one whose phone is written in another way has it.
        place, double = maker.double(people, kind, i // 5 % 2 == 0, kind != "phone" and i % 12 < 5, doubles)
        doubles[place] = (kind, double)
    everybody = [*enumerate(people), *((place, double) for place, (_, double) in doubles.items())]
    maker.rng.shuffle(everybody)
    places = defaultdict(list)
    for position, (place, _) in enumerate(everybody):
        places[place].append(position)
    return Book([one for _, one in everybody], {(places[p][0], places[p][1]): kind for p, (kind, _) in doubles.items()})


def enough(one: Person, other: Person, shared: set[str]) -> bool:
    """Whether a careful colleague says of two records with (nearly) the same name that they are the same person.

    An own address or an own number says it. Of a birthday (which counts twice), the company, the city and what is shared
    there, two say it for a rare name and three for a common one.
    """
    own, common = 0, one.culture.is_common(one.native[1])
    if one.email and one.email == other.email:
        own += 1 if one.email in shared else 3
    if one.phone and other.phone:
        own += 1 if "".join(one.number) in shared else 3
    own += 2 if one.birthday and one.birthday == other.birthday else 0
    own += bool(one.company and other.company) + bool(one.city and other.city)
    return own >= (3 if common else 2)


class Maker:
    def __init__(self, rng: random.Random) -> None:
        self.rng, self.shared, self.companies = rng, set[str](), dict[str, list[Company]]()
        self.serial = count(1)
        self.taken: set[str] = set()

    def people(self, n: int) -> list[Person]:
        made: list[Person] = []
        while len(made) < n:
            dice = self.rng.random()
            made += (
                self.household()
                if dice < 0.05
                else self.like_named_colleagues()
                if dice < 0.01 + 0.05
                else [self.person()]
            )
        return made[:n]

    def person(self, culture: Culture | None = None, native: tuple[str, str] | None = None) -> Person:
        rng = self.rng
        culture = culture or rng.choices(CULTURES, [one.share for one in CULTURES])[0]
        native = native or culture.name(rng)
        style = rng.choices(list(culture.styles), list(culture.styles.values()))[0]
        given, family = (spelled(culture, word, style, rng) for word in native)
        home = culture.countries if rng.random() < 0.8 else ("NL", "DE")
        country = rng.choice(home)
        one = Person(given, family, culture, native, style)
        if rng.random() < 0.85:
            one = replace(one, country=country, city=self.city(country, style))
        if rng.random() < 0.3:
            one = replace(one, birthday=self.birthday(1940, 2004))
        if rng.random() < 0.6:
            one = self.employed(one)
        if not one.email and rng.random() < 0.75:
            one = replace(one, email=self.address(one, rng.choice(culture.mailers)))
        if not one.phone and (rng.random() < 0.7 or not one.email):
            one = self.with_number(one, self.number(country, mobile=rng.random() < 0.8))
        return one

    def employed(self, one: Person, company: Company | None = None) -> Person:
        """At a company where nobody else has that name; with its mailbox and switchboard, or an own address and number."""
        rng, key = self.rng, (one.culture.formal(one.native[0]), one.native[1].removeprefix("ال"))
        company = company or self.company(one.country or "NL")
        if key in company.names:
            return one
        company.names.add(key)
        one = replace(one, company=company.name, city=company.city, country=company.country)
        mail, phone = rng.random(), rng.random()
        if mail < 0.85:
            email = f"{rng.choice(['info', 'info', 'office', 'sales'])}@{company.domain}"
            self.shared.add(email)
            one = replace(one, email=email if mail < 0.15 else self.address(one, company.domain))
        if phone < 0.25:
            self.shared.add("".join(company.number))
            one = self.with_number(one, company.number)
        return one

    def company(self, country: str) -> Company:
        rng, here = self.rng, self.companies.setdefault(country, [])
        if not here or (rng.random() < 0.1 and sum(one.left for one in here) < 200):
            culture = next((one for one in CULTURES if country in one.countries), CULTURES[0])
            stem = romanised(culture, rng.choice([*culture.common, *culture.tail]), rng).split()[-1].replace("'", "")
            branch, legal = rng.choice(LEGAL[country][0]), rng.choice(LEGAL[country][1])
            domain = f"{plain(stem)}{next(self.serial)}.{country.lower()}"
            size = min(80, int(rng.paretovariate(0.9)) + 1)
            here.append(
                Company(
                    f"{stem} {branch} {legal}",
                    self.city(country, "x"),
                    country,
                    domain,
                    self.number(country, False),
                    size,
                )
            )
        company = rng.choice(here)
        company.left -= 1
        if company.left <= 0:
            here.remove(company)
        return company

    def household(self) -> list[Person]:
        """Two to four at one address and phone, often with one mailbox; sometimes a father and his son of the same name.

        The records of those with like names have a birthday.
        """
        rng, first = self.rng, self.person()
        culture, (given, family) = first.culture, first.native
        number, mailbox = (
            self.number(first.country or "NL", mobile=False),
            self.address(replace(first, native=("", family)), rng.choice(culture.mailers)),
        )
        self.shared |= {"".join(number), mailbox}
        if rng.random() < 0.12:
            natives, years = [(given, family)] * 2, [(1940, 1965), (1970, 2000)]
        else:
            names = {culture.formal(given): (given, family)}
            for _ in range(rng.randint(1, 3)):
                other = culture.name(rng, family)
                names.setdefault(culture.formal(other[0]), other)
            natives, years = list(names.values()), [(0, 0)] * len(names)
            if any(
                get_close_matches(one, names.keys() - {one}, 1, 0.6) for one in names
            ):  # Anna and Anne: the records tell them apart
                years = [(1940, 2004)] * len(names)
        members = []
        for native, span in zip(natives, years, strict=True):
            names_ = [spelled(culture, word, first.style, rng) for word in native]
            one = replace(first, given=names_[0], family=names_[1], native=native, email="", company="", birthday="")
            one = self.with_number(one, number)
            if rng.random() < 0.7:
                one = replace(
                    one, email=mailbox if rng.random() < 0.4 else self.address(one, rng.choice(culture.mailers))
                )
            if span[0] or rng.random() < 0.3:
                one = replace(one, birthday=self.birthday(*(span if span[0] else (1940, 2004))), delicate=bool(span[0]))
            members.append(one)
        return members

    def like_named_colleagues(self) -> list[Person]:
        """Marco and Mario Rossi, or Marco Rossi and Marco Rosso: each has a number or an address of their own."""
        rng = self.rng
        culture = rng.choices(CULTURES, [one.share for one in CULTURES])[0]
        given, family = culture.name(rng)
        if rng.random() < 0.7:
            likes = get_close_matches(given, culture.men + culture.women, 4, 0.7)
            others = [culture.gendered(name, family) for name in likes if culture.formal(name) != culture.formal(given)]
        else:
            others = [
                culture.gendered(given, name)
                for name in get_close_matches(culture.masculine(family), [*culture.common, *culture.tail], 4, 0.8)
            ]
            others = [one for one in others if one[1].removeprefix("ال") != family.removeprefix("ال")]
        if not others:
            return []
        company, made = self.company(rng.choice(culture.countries)), []
        by_mail = rng.random() < 0.5
        for native in ((given, family), rng.choice(others)):
            one = self.employed(
                replace(self.person(culture, native), email="", phone="", number=("", "", ""), company=""), company
            )
            if by_mail:
                one = replace(one, email=self.address(one, company.domain))
            else:
                one = self.with_number(one, self.number(company.country, mobile=True))
            made.append(replace(one, delicate=True))
        return made

    def double(self, people: list[Person], kind: str, no_mail: bool, no_phone: bool, used: dict) -> tuple[int, Person]:
        """The place of somebody, and the record that is made of the same person a second time."""
        rng = self.rng
        while True:
            place = rng.randrange(len(people))
            one = people[place]
            if place in used or one.delicate or (no_mail and not one.email) or (no_phone and not one.phone):
                continue
            other = self.renamed(one, kind)
            if other is None or (kind == "phone" and not one.phone):
                continue
            other = replace(other, email="" if no_mail else one.email, phone="" if no_phone else one.phone)
            other = replace(other, birthday="") if rng.random() < 0.6 else other
            other = replace(other, company="") if rng.random() < 0.2 else other
            other = replace(other, city="") if rng.random() < 0.2 else other
            if other.phone and (kind == "phone" or rng.random() < 0.4):
                other = self.with_number(other, other.number, but=one.phone)
            if rng.random() < 0.35:
                other = self.also_changed(other)
            if enough(one, other, self.shared):
                return place, other

    def renamed(self, one: Person, kind: str) -> Person | None:
        rng, culture = self.rng, one.culture
        if kind == "typo":
            part = rng.choice(["given", "family"])
            word = self.mistyped(getattr(one, part))
            if not word or word.casefold() in culture.known:
                return None
            return replace(one, given=word) if part == "given" else replace(one, family=word)
        if kind == "transliteration":
            style = rng.choice([style for style in (*culture.styles, *culture.abroad) if style != one.style or style])
            given, family = (spelled(culture, word, style, rng) for word in one.native)
            return replace(one, given=given, family=family) if (given, family) != (one.given, one.family) else None
        if kind == "nickname":
            shorts = culture.nicknames.get(one.native[0])
            return replace(one, given=spelled(culture, rng.choice(shorts), one.style, rng)) if shorts else None
        return replace(one, given=one.family, family=one.given) if kind == "swapped" else one

    def mistyped(self, word: str) -> str | None:
        rng = self.rng
        if len(word) < 4:
            return None
        i = rng.randrange(0 if rng.random() < 0.1 else 1, len(word) - 1)
        row = next((row for row in ROWS if word[i].lower() in row), "")
        way = rng.choice(["dropped", "doubled", "transposed", "neighbour"])
        if way == "dropped":
            new = word[:i] + word[i + 1 :]
        elif way == "doubled":
            new = word[: i + 1] + word[i:]
        elif way == "transposed":
            new = word[:i] + word[i + 1] + word[i] + word[i + 2 :]
        else:
            at = row.find(word[i].lower()) + rng.choice([-1, 1])
            new = word[:i] + row[at] + word[i + 1 :] if row and 0 <= at < len(row) else word
        return None if new == word or " " in word[i : i + 2] else new

    def also_changed(self, one: Person) -> Person:
        """Something small besides: the city's other name, no legal form, no capitals, the other mailbox."""
        rng, way = self.rng, self.rng.choice(["city", "legal", "capitals", "mail", "particle"])
        if way == "city" and one.city:
            return replace(one, city=rng.choice(next(names for names in CITIES[one.country] if one.city in names)))
        if way == "legal" and one.company:
            legal = max((form for form in LEGAL[one.country][1] if one.company.endswith(form)), key=len)
            return replace(one, company=one.company.removesuffix(legal).strip())
        if way == "capitals":
            return replace(one, family=rng.choice([one.family.upper(), one.family.lower()]))
        if way == "mail" and one.email and one.birthday + one.phone:
            return replace(one, email=self.address(one, rng.choice(one.culture.mailers)))
        if way == "particle" and one.family.startswith(("van der ", "van den ", "van ", "de ")):
            particle, name = one.family.rsplit(" ", 1)
            return replace(one, family=f"{name}, {particle}")
        return one

    def number(self, country: str, mobile: bool) -> tuple[str, str, str]:
        _, _, mobiles, fixed, length = PHONES[country]
        area = self.rng.choice((mobiles if mobile else fixed).split())
        digits = length - len(area)
        return country, area, str(self.rng.randrange(2 * 10 ** (digits - 1), 10**digits))

    def with_number(self, one: Person, number: tuple[str, str, str], but: str = "") -> Person:
        """As people write it: from abroad, or as at home if that is here, or if the record says in which country."""
        country, area, rest = number
        code, trunk, *_ = PHONES[country]
        two = " ".join(rest[i : i + 2] for i in range(0, len(rest), 2))
        forms = [
            f"+{code} {area} {rest}",
            f"+{code}{area}{rest}",
            f"00{code}{area}{rest}",
            f"00{code} {area} {two}",
            f"+{code}-{area}-{rest}",
        ]
        forms += [f"+{code} (0){area} {rest}"] if trunk == "0" else [f"+{code} ({area}) {rest}"]
        home = [f"{trunk}{area}-{rest}", f"{trunk}{area} {two}", f"({trunk}{area}) {rest}", f"{trunk}{area}{rest}"]
        home = [f"8 ({area}) {rest[:3]}-{rest[3:5]}-{rest[5:]}", f"8{area}{rest}"] if country == "RU" else home
        local = (one.country or "NL") == country and self.rng.random() < (0.6 if country == "NL" else 0.15)
        return replace(
            one, phone=self.rng.choice([form for form in (home if local else forms) if form != but]), number=number
        )

    def address(self, one: Person, domain: str) -> str:
        """One that nobody else has."""
        given, family = (plain(romanised(one.culture, word, self.rng)) for word in one.native)
        first = (
            self.rng.choice([f"{given}.{family}", f"{given[:1]}.{family}", f"{given}{family[:1]}", given])
            if given
            else family
        )
        tries = (f"{first}{n or ''}@{domain}" for n in chain([0], count(self.rng.randint(2, 99))))
        new = next(one for one in tries if one not in self.taken)
        self.taken.add(new)
        return new

    def city(self, country: str, style: str) -> str:
        names = self.rng.choices(CITIES[country], [1 / n for n in range(2, len(CITIES[country]) + 2)])[0]
        return names[0] if not style or names[0].isascii() or len(names) == 1 else names[1]

    def birthday(self, since: int, until: int) -> str:
        return f"{self.rng.randint(since, until)}-{self.rng.randint(1, 12):02}-{self.rng.randint(1, 28):02}"


def spelled(culture: Culture, name: str, style: str, rng: random.Random) -> str:
    """A name of the culture as written in that style: its own script, as on passports, as one hears it in German, ..."""
    if not style:
        return name
    if style == "y":
        return name.replace("ij", "y")
    if style in LATIN:
        return name.translate(LATIN[style])
    if culture.script == "arabic":
        return culture.latin(name, rng)
    words = [culture.usual.get(word, "") if style == "english" else "" for word in name.split()]
    return " ".join(usual or letters(word, style) for usual, word in zip(words, name.split(), strict=True))


def letters(word: str, style: str) -> str:
    if style == "english":
        word = word.replace("ий", "ы")
    new = "".join(SCHEMES[style].get(letter.lower(), letter) for letter in word)
    return new.capitalize()


def romanised(culture: Culture, name: str, rng: random.Random) -> str:
    if name.isascii() or culture.script == "latin" or all(letter < "\u0250" for letter in name):
        return name.translate(LATIN["bare"])
    return spelled(culture, name, "english", rng)


def plain(name: str) -> str:
    return "".join(letter for letter in name.translate(LATIN["bare"]).lower() if letter.isascii() and letter.isalnum())
