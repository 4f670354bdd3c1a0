"""The promise about duplicates holds for an address book whose author had not read the finder."""

from collections import Counter, defaultdict
from dataclasses import replace

import pytest

from crmlite.duplicates import scoring
from crmlite.duplicates.cards import Card
from crmlite.points import normal_phone
from tests.duplicates import independent
from tests.duplicates.test_finding import check, found_in


def card(person: independent.Person) -> Card:
    digits = "".join(filter(str.isdigit, person.phone))
    return Card(
        "contact", person.given, person.family, (person.email,) if person.email else (),
        (normal_phone(person.phone, person.country or "NL") or digits,) if person.phone else (), (),
        person.company, person.city, person.birthday,
    )  # fmt: skip


def rates(book: independent.Book, found: dict) -> str:
    """What the report of a run says: found of each kind, and how many are false."""
    of_kind, hits = Counter(book.pairs.values()), Counter(kind for pair, kind in book.pairs.items() if pair in found)
    told = ", ".join(f"{kind} {hits[kind]}/{total}" for kind, total in sorted(of_kind.items()))
    return f"found {hits.total()}/{len(book.pairs)} ({told}), false {len(found.keys() - book.pairs.keys())}"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_of_500_pairs_seeded_by_a_stranger_nearly_all_are_found_and_hardly_any_other(seed, pytestconfig):
    book = independent.book(20_000 if pytestconfig.getoption("--long") else 6_000, 500, seed)
    found = found_in([card(person) for person in book.people])
    print(rates(book, found))
    check(book, found)


def test_a_finder_that_sees_no_own_address_number_or_birthday_is_seen():
    book = independent.book(3_000, 300)
    with pytest.raises(AssertionError):
        check(book, found_in([Card("contact", one.given, one.family, company=one.company) for one in book.people]))


def test_a_stranger_s_book_is_the_same_for_the_same_seed_and_as_promised():
    book, again = independent.book(2_000, 200, 5), independent.book(2_000, 200, 5)
    assert (book.people, book.pairs) == (again.people, again.pairs)
    pairs = [(book.people[a], book.people[b]) for a, b in book.pairs]
    assert sum(not (a.email and b.email) for a, b in pairs) >= len(pairs) / 2
    assert sum(not (a.phone and b.phone) for a, b in pairs) >= len(pairs) / 3
    namesakes = defaultdict(list)
    for one in book.people:
        namesakes[one.given, one.family, one.city].append(one)
    assert max(map(len, namesakes.values())) >= 2


def test_what_families_and_colleagues_share_makes_nobody_one():
    father = Card("contact", "Jan", "Vos", ("vos@ziggo.nl",), ("+31201234567",), city="Breda", birthday="1950-03-01")
    assert scoring.compare(father, replace(father, birthday="1981-11-20")).score < scoring.SURE
    assert scoring.compare(father, replace(father, birthday="1950-01-03")).score >= scoring.SURE
    robert = Card("contact", "Robert", "Hall", ("info@acme.nl",), company="Acme", city="Breda")
    assert scoring.compare(robert, replace(robert, family="Underwood")).score < scoring.SURE
    assert scoring.compare(robert, replace(robert, given="Bob")).score >= scoring.SURE
    marta = Card("contact", "Marta", "Zander", ("m.zander@acme.nl",), company="Acme", city="Breda")
    assert scoring.compare(marta, replace(marta, family="Sander", emails=("m.sander@acme.nl",))).score < scoring.SURE
    tina = Card("contact", "Tina", "Holm", ("tina@gmail.com",), city="Odense")
    assert scoring.compare(tina, replace(tina, emails=(), phones=("+4520123456",))).score < scoring.SURE
