"""Our cards, read by our own import, say what they said: every field, label and order, whatever is typed into them."""

import string
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crmlite.addressbook import vcards
from crmlite.addressbook.vcards import Card, Place, Reached
from crmlite.companies.models import Company
from crmlite.contacts.models import Affiliation, Contact
from crmlite.extensions import db
from crmlite.imports.drafts import Drafter
from crmlite.imports.reading import vcards as reader
from crmlite.imports.sources.cards import CARDS
from crmlite.imports.sources.habits import Habits
from crmlite.imports.targets import LEFT_OUT
from crmlite.records.points import LABELS, Address, Point, of
from tests.imports.conftest import Mover

LETTERS = string.ascii_letters + string.digits + " ,;:\\\"'=<>&.-_äøßЖ王أ\u200d😀"
KEYS = st.sampled_from([key for key, _label in LABELS])
COUNTRIES = {"NL": "Netherlands", "DE": "Germany", "CI": "Côte d’Ivoire", "US": "United States", "": ""}


def word(longest: int = 30, least: int = 0) -> st.SearchStrategy[str]:
    """A line as forms keep it."""
    plain = st.text(LETTERS, max_size=longest).map(lambda text: " ".join(text.replace("\u200d", "").split()))
    return plain.filter(lambda text: len(text) >= least and text[:1] != "'")


def lines() -> st.SearchStrategy[str]:
    return st.lists(word(20, 1), max_size=3).map("\n".join)


def places() -> st.SearchStrategy[tuple[Place, ...]]:
    one = st.builds(
        Place, label=KEYS, lines=lines(), postcode=word(10), city=word(20), region=word(20),
        country=st.sampled_from(list(COUNTRIES.values())),
    )  # fmt: skip
    return st.lists(one.filter(lambda place: place.lines or place.city), max_size=3).map(tuple)


def points() -> st.SearchStrategy[tuple[Reached, ...]]:
    local = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=12)
    mails = local.map(lambda name: f"{name}@firm.example")
    phones = st.integers(10_000_000, 99_999_999).map(lambda n: f"+31 6 {str(n)[:4]} {str(n)[4:]}")
    links = local.map(lambda name: f"https://{name}.example/a,b;c?d=e&f")
    kinds = {"email": mails, "phone": phones, "url": links}

    def labelled(kind: str) -> st.SearchStrategy[list[Reached]]:
        return st.lists(
            st.builds(Reached, st.just(kind), kinds[kind], KEYS), max_size=3, unique_by=lambda one: one.value
        )

    return st.tuples(*map(labelled, kinds)).map(lambda groups: tuple(one for group in groups for one in group))


LANGUAGES = st.sampled_from(["", "nl", "en", "ar", "zh"])
DAYS = st.none() | st.dates(date(1900, 1, 1), date(2020, 12, 31))
PEOPLE = st.builds(
    Card, uid=st.just("urn:uuid:1"), name=st.just("?"), given=word(), family=word(least=1), salutation=word(),
    company=word(), job=word(), birthday=DAYS, language=LANGUAGES, instructions=lines(), points=points(), places=places(),
)  # fmt: skip
COMPANIES = st.builds(
    Card, uid=st.just("urn:uuid:1"), name=word(least=1), is_company=st.just(True), language=LANGUAGES, instructions=lines(),
    vat_id=word(20), industry=word(20), part_of=word(), points=points(), places=places(),
)  # fmt: skip


def drafted(card: Card, version: str, folder: Path):
    path = folder / "card.vcf"
    path.write_bytes(vcards.write(card, version).encode())
    ((_number, cells),) = reader.cards(path, "utf-8")
    assert isinstance(cells, dict), cells
    mapping = [CARDS.target(heading) or "" for heading in cells]
    orders = dict.fromkeys(range(len(mapping)), "ymd")
    drafter = Drafter(
        list(cells),
        [m or LEFT_OUT if m == "-" else m for m in mapping],
        orders,
        {},
        "NL",
        {},
        Habits(),
        {},
    )
    return drafter.draft(1, 0, list(cells.values()))


def reach_of(reach):
    points = [(point["kind"], point["value"], point["label"]) for point in reach.points]
    return sorted(points, key=lambda point: ("email", "phone", "url").index(point[0])), [
        Place(**{**found, "country": COUNTRIES[found["country"]]}) for found in reach.addresses
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("cards")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(PEOPLE, st.sampled_from(["3.0", "4.0"]))
@example(Card("u", "?", given="a\\", family="b\\;,"), "4.0")
def test_people_come_back(folder, card, version):
    made = drafted(card, version, folder)
    assert made.refused is None
    person = {name: value for name, value in made.person.items() if value not in ("", None)}
    expected = {
        name: getattr(card, name) for name in ("given", "family", "salutation", "birthday", "language", "instructions")
    }
    assert person == {name: value for name, value in expected.items() if value not in ("", None)}
    assert made.company.get("name", "") == card.company
    assert made.job == (card.job if card.company else "")
    assert reach_of(made.reach) == ([(p.kind, p.value, p.label) for p in card.points], list(card.places))
    assert made.note == ("" if card.company or not card.job else f"Job title: {card.job}")


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(COMPANIES, st.sampled_from(["3.0", "4.0"]))
def test_companies_come_back(folder, card, version):
    made = drafted(card, version, folder)
    assert (made.refused, made.person) == (None, {})
    expected = {name: getattr(card, name) for name in ("name", "vat_id", "industry", "language", "instructions")}
    assert {n: v for n, v in made.company.items() if v} == {n: v for n, v in expected.items() if v}
    assert made.parent == ("" if card.part_of == card.name else card.part_of)
    assert reach_of(made.company_reach) == ([(p.kind, p.value, p.label) for p in card.points], list(card.places))
    assert made.note + made.company_note == ""


def test_the_comparison_would_notice(folder, monkeypatch):
    """Negative control: with one sign left as it is, the parts of a name move."""
    card = Card("u", "?", given="One; two", family="Three")
    monkeypatch.setattr(vcards, "escaped", lambda text: text)
    assert drafted(card, "4.0", folder).person["given"] != card.given


@given(st.text(max_size=300))
def test_whatever_it_says_a_card_is_lines_of_75_bytes(text):
    written = vcards.write(Card("u", text, given=text, instructions=text, points=(Reached("url", text),)))
    assert written.endswith("END:VCARD\r\n")
    assert all(len(line.encode()) <= 75 and "\r" not in line and "\n" not in line for line in written.split("\r\n"))
    assert written.replace("\r\n ", "").count("\r\nEND:VCARD") == 1
    assert written.replace("\r\n ", "").count("\r\nFN:") == 1


def whole(holder) -> dict:
    """What there is of a person or company, without what it was given by being made."""
    columns = (
        "name",
        "given",
        "family",
        "salutation",
        "birthday",
        "language",
        "instructions",
        "vat_id",
        "industry",
        "city",
        "country",
    )
    found = {name: getattr(holder, name, None) for name in columns}
    found["points"] = [
        (p.kind, p.value, p.normal, p.label, p.main)
        for p in sorted(of(holder, Point), key=lambda p: (p.kind, not p.main, p.id))
    ]
    found["addresses"] = [
        (a.label, a.lines, a.postcode, a.city, a.region, a.country, a.main) for a in of(holder, Address)
    ]
    if isinstance(holder, Contact):
        links = db.session.scalars(sa.select(Affiliation).where(Affiliation.contact_id == holder.id))
        found["companies"] = [(link.company.name, link.title, link.main) for link in links]
    return found


@pytest.mark.parametrize("form", ["vcard3", "vcard4"])
def test_an_export_of_lists_moves_in_again(stage, form):
    with stage.writes("manager") as it:
        firm = Company.create(it.user, name="Round; Trip, Ltd", vat_id="NL001", industry="Ships", instructions="Ring\ntwice", language="nl",
                              points=[{"kind": "url", "value": "https://trip.example/a,b", "label": "work"}])  # fmt: skip
        person = Contact.create(
            it.user, given="Zoë", family="O'Neill; Jr.", salutation="Dr", birthday=date(1979, 12, 31), language="nl",
            instructions="A, b; c", points=[
                {"kind": "email", "value": "zoe@trip.example", "label": "home"},
                {"kind": "email", "value": "zoe.work@trip.example", "label": "invoice", "main": True},
                {"kind": "phone", "value": "+31 6 2222 3333", "label": "mobile"},
                {"kind": "phone", "value": "+31 20 222 33 33", "label": "direct"},
            ],
            addresses=[
                {"label": "delivery", "lines": "Dock 1\nGate 2", "postcode": "1011 AB", "city": "Amsterdam", "region": "NH",
                 "country": "NL"}
            ],
        )  # fmt: skip
        person.join(firm, title="Captain, first")
        before = whole(person), whole(firm)
    client = stage.client("manager")
    files = [
        client.post(f"/records/{kind}/export", data={"format": form, "id": str(number)}).data
        for kind, number in (("company", firm.id), ("contact", person.id))
    ]
    with stage.writes("manager"):
        db.session.get_one(Contact, person.id).trash()
        db.session.get_one(Company, firm.id).trash()
    done = Mover(stage).move_in(b"".join(files), "cards.vcf")
    assert set(done.outcomes.values()) == {"new"}, (done.outcomes, done.problem)
    with stage.app.app_context():
        found = db.session.scalars(
            sa.select(Contact).where(Contact.family == person.family, Contact.deleted_at.is_(None))
        ).one()
        company = db.session.scalars(
            sa.select(Company).where(Company.name == firm.name, Company.deleted_at.is_(None))
        ).one()
        assert (whole(found), whole(company)) == before
