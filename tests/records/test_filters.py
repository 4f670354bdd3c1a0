"""The filter language against a second reading of it in plain Python: the same rows, whatever is combined."""

import tempfile
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from werkzeug.datastructures import MultiDict

from crmlite.companies.models import Company
from crmlite.contacts.models import Contact
from crmlite.contacts.types import CONTACT
from crmlite.extensions import db, pretending
from crmlite.records import filters, tags
from crmlite.records.filters import FilterError
from crmlite.records.listing import Listing
from tests import cast
from tests.records.who import request_of, viewer

CITIES = ("Oslo", "Bergen", "oslo", "Москва ÅS", "100%", "a_b", "")
COUNTRIES = ("NO", "NL", None)
LANGUAGES = ("en", "nl", None)
TAGS = ("VIP", "Fair", "Öl & Gas")
ZONE = "Asia/Dubai"
NOW = datetime.now(UTC)
TODAY = NOW.astimezone(ZoneInfo(ZONE)).date()


@dataclass
class Person:
    """What the Python reading knows of a contact."""

    id: int
    city: str
    country: str | None
    language: str | None
    owner: int | None
    birthday: date | None
    last_activity: datetime | None
    company_city: str | None
    tags: set[str] = field(default_factory=set)


PEOPLE: list[dict] = [
    {
        "city": CITIES[n % 7],
        "country": COUNTRIES[n % 3],
        "language": LANGUAGES[(n // 2) % 3],
        "owner": ("seller", "colleague", "rival", None)[n % 4],
        "birthday": None if n % 5 == 0 else TODAY - timedelta(days=n * 40),
        "last_activity": None if n % 4 == 1 else NOW - timedelta(days=n, hours=n % 24),
        "company": ("seller", "rival", None)[n % 3],
        "tags": {TAGS[i] for i in range(3) if n % (i + 2) == 0},
    }
    for n in range(70)
]


def build_people(url: str) -> None:
    cast.build(url)
    with tempfile.TemporaryDirectory() as folder:
        stage = cast.Stage(url, folder)
        with stage.writes():
            for at, owner in (("Oslo", "seller"), ("Bergen", "rival")):
                db.session.get_one(Company, stage.ids[f"{owner}.company"]).city = at
            for n, known in enumerate(PEOPLE):
                person = Contact.create(
                    None, given=f"P{n}", owner_id=known["owner"] and stage.ids[f"user.{known['owner']}"], team_id=None
                )
                person.city, person.country, person.language = known["city"], known["country"], known["language"]
                person.birthday, person.last_activity_at = known["birthday"], known["last_activity"]
                if known["company"]:
                    person.main_company_id = stage.ids[f"{known['company']}.company"]
                for name in sorted(known["tags"]):
                    tags.add(person, name)
        stage.close()


@pytest.fixture(autouse=True)
def _it_stays_now():
    """Midnight may pass in Dubai between the import of this module and a test."""
    with pretending(NOW):
        yield


@pytest.fixture(scope="module")
def stage(database, databases, tmp_path_factory):
    url = databases.fresh(database, build_people)
    made = cast.Stage(url, str(tmp_path_factory.mktemp("people")))
    yield made
    made.close()
    databases.drop(url)


@pytest.fixture(scope="module")
def people(stage) -> list[Person]:
    with stage.app.app_context():
        rows = db.session.query(Contact.id, Contact.given).filter(Contact.given.like("P%")).all()
    ids = {given: number for number, given in rows}
    at = {"seller": "Oslo", "rival": "Bergen", None: None}
    return [
        Person(
            ids[f"P{n}"], p["city"], p["country"], p["language"], p["owner"] and stage.ids[f"user.{p['owner']}"],
            p["birthday"], p["last_activity"], at[p["company"]], p["tags"],
        )
        for n, p in enumerate(PEOPLE)
    ]  # fmt: skip


# --- the second reading -----------------------------------------------------------------------------------------------


def day_of(text: str) -> date:
    if text == "today":
        return TODAY
    if text[0] in "+-":
        days = int(text[1:-1]) * {"d": 1, "w": 7, "m": 30, "y": 365}[text[-1]]
        return TODAY + timedelta(days=days if text[0] == "+" else -days)
    return date.fromisoformat(text)


def span(text: str, like: object) -> tuple:
    day = day_of(text)
    if not isinstance(like, datetime):
        return day, day + timedelta(days=1)
    zone = ZoneInfo(ZONE)
    return tuple(datetime(d.year, d.month, d.day, tzinfo=zone).astimezone(UTC) for d in (day, day + timedelta(days=1)))


def holds(person: Person, name: str, operator: str, values: list[str], me: int) -> bool:
    if name == "tag":
        if operator == "empty":
            return (not person.tags) == (values[-1] not in {"0", "no"})
        return bool(person.tags & set(values)) == (operator != "not")
    value = person.company_city if name == "company.city" else getattr(person, name)
    if name == "company.city" and value is None:
        return False
    if operator == "empty":
        return (value in {None, ""}) == (values[-1] not in {"0", "no"})
    if name == "owner":
        wanted = {me if text == "me" else int(text) for text in values}
        return (value in wanted) if operator == "" else value not in wanted
    if name in {"birthday", "last_activity"}:
        if value is None:
            return False
        spans = [span(text, value) for text in values]
        if operator == "after":
            return value >= spans[-1][0]
        if operator == "before":
            return value < spans[-1][0]
        return any(start <= value < end for start, end in spans)
    if operator == "contains":
        return value is not None and any(text.lower() in value.lower() for text in values)
    if operator == "starts":
        return value is not None and any(value.lower().startswith(text.lower()) for text in values)
    return value in values if operator == "" else value not in values


texts = st.lists(
    st.sampled_from([city for city in CITIES if city] + ["%", "_", "o", "New", "москва", "åS", "Nowhere"]),
    min_size=1,
    max_size=3,
)
yes_no = st.lists(st.sampled_from(["1", "0", "no", "yes"]), min_size=1, max_size=1)
dates = st.lists(
    st.sampled_from(
        ["today", "-1d", "-3w", "-2m", "-1y", "+1d", TODAY.isoformat(), (TODAY - timedelta(days=40)).isoformat()]
    ),
    min_size=1,
    max_size=2,
)
terms = st.one_of(
    st.tuples(st.sampled_from(["city", "company.city"]), st.sampled_from(["", "not", "contains", "starts"]), texts),
    st.tuples(
        st.just("country"), st.sampled_from(["", "not"]), st.lists(st.sampled_from(["NO", "NL", "SE"]), min_size=1)
    ),
    st.tuples(st.just("language"), st.sampled_from(["", "not"]), st.lists(st.sampled_from(["en", "nl"]), min_size=1)),
    st.tuples(
        st.just("owner"), st.sampled_from(["", "not"]), st.lists(st.sampled_from(["me", "1", "2", "99"]), min_size=1)
    ),
    st.tuples(st.sampled_from(["birthday", "last_activity"]), st.sampled_from(["", "after", "before"]), dates),
    st.tuples(
        st.just("tag"), st.sampled_from(["", "not"]), st.lists(st.sampled_from([*TAGS, "None"]), min_size=1, max_size=2)
    ),
    st.tuples(
        st.sampled_from(["city", "country", "owner", "birthday", "tag", "last_activity"]), st.just("empty"), yes_no
    ),
)
queries = st.lists(st.tuples(st.sampled_from(["", "", "1.", "2."]), terms), min_size=1, max_size=4)


def test_filters_find_what_a_second_reading_finds(stage, people):
    user = viewer(stage, "seller", time_zone=ZONE)
    numbers = {person.id for person in people}

    @settings(max_examples=250, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(queries)
    def run(query) -> None:
        args: MultiDict[str, str] = MultiDict()
        merged: dict[tuple[str, str, str], list[str]] = {}
        for group, (name, operator, values) in query:
            merged.setdefault((group, name, operator), []).extend(values)
        for (group, name, operator), values in merged.items():
            args.setlist(f"{group}{name}.{operator}" if operator else f"{group}{name}", values)
        with request_of(stage, user):
            listing = Listing(CONTACT, user, args)
            found = set(db.session.scalars(db.select(Contact.id).where(listing.query))) & numbers
        wanted = set()
        for person in people:
            alone, groups = [], {}
            for (group, name, operator), values in merged.items():
                kept = list(dict.fromkeys(values))
                answer = holds(person, name, operator, kept, user.id)
                (groups.setdefault(group, []) if group else alone).append(answer)
            if all(alone) and all(any(answers) for answers in groups.values()):
                wanted.add(person.id)
        assert found == wanted, dict(args.lists())

    run()


@pytest.mark.parametrize(
    "asked", ["city.contains=МОСКВА", "city.starts=москва", "city.contains=åS", "city.contains=Ås"]
)
def test_letters_are_large_and_small_in_every_alphabet(stage, people, asked):
    user = viewer(stage, "seller", time_zone=ZONE)
    with request_of(stage, user):
        listing = Listing(CONTACT, user, MultiDict([tuple(asked.split("="))]))
        found = set(db.session.scalars(db.select(Contact.id).where(listing.query)))
    assert found == {person.id for person in people if person.city == CITIES[3]}


@pytest.mark.parametrize("zone", ["Asia/Dubai", "Europe/Amsterdam", "Asia/Kathmandu", "America/New_York"])
def test_a_day_is_from_midnight_to_midnight_where_the_reader_is(stage, zone):
    user = viewer(stage, "seller", time_zone=zone)
    with request_of(stage, user):
        for moment in filters._span("2026-11-27", is_date=False):
            there = moment.astimezone(ZoneInfo(zone))
            assert (there.hour, there.minute, there.second) == (0, 0, 0)


def test_every_filter_of_every_type_works(stage):
    """Each column with each of its operators and a value that fits: none of them is only declared."""
    from crmlite.records import types

    fits = {
        "date": "-90d",
        "ago": "-90d",
        "user": "me",
        "company": "1",
        "contact": "1",
        "number": "1",
        "money": "1",
        "price": "1",
        "stage": "1",
        "pipeline": "1",
    }
    fits |= {"tax": "1", "offered": "yes", "quote_state": "sent"}
    user = viewer(stage)
    asked = 0
    with request_of(stage, user):
        for kind in types.registered().values():
            for column in kind.columns:
                if not column.filterable:
                    continue
                for operator in (*filters.OPERATORS.get(column.kind, filters._IS), "empty"):
                    key = f"{column.name}.{operator}" if operator else column.name
                    listing = Listing(kind, user, MultiDict({key: fits.get(column.kind, "x")}))
                    assert listing.total.count >= 0
                    assert len(listing.chips) == 1
                    asked += 1
    assert asked > 60


def test_every_link_of_every_type_works(stage):
    from crmlite.records import types

    user = viewer(stage)
    with request_of(stage, user):
        for kind in types.registered().values():
            for link in kind.links:
                listing = Listing(kind, user, MultiDict({f"{link}.owner": "me"}))
                assert listing.total.count >= 0


@pytest.mark.parametrize(
    "key", ["colour", "city.sounds", "owner.contains", "city.country.starts", "company", "1.", ".city"]
)
def test_what_is_not_in_the_tables_is_an_error(stage, key):
    user = viewer(stage)
    with request_of(stage, user), pytest.raises(FilterError):
        assert Listing(CONTACT, user, MultiDict({key: "red"})).total  # values are looked at when the list is asked


def test_a_link_that_is_also_a_column(stage):
    """company=1, company.empty=1 and company.not=1 are of the column, company.city=Oslo of the linked record."""
    user = viewer(stage)
    with request_of(stage, user):
        for key in ("company", "company.not", "company.empty"):
            assert Listing(CONTACT, user, MultiDict({key: "1"})).terms[0].link == ""
        term = Listing(CONTACT, user, MultiDict({"company.city.starts": "Os"})).terms[0]
        assert (term.link, term.column.name, term.operator) == ("company", "city", "starts")


def test_an_empty_value_is_no_filter(stage):
    user = viewer(stage)
    with request_of(stage, user):
        assert Listing(CONTACT, user, MultiDict({"city": "  "})).terms == []
