"""Lists: keyed paging meets every row once, whatever it is sorted by, wherever values are missing or equal; bad requests get a sentence."""

import itertools
import tempfile
from datetime import timedelta
from urllib.parse import parse_qsl, quote, urlsplit

import hypothesis.strategies as st
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from werkzeug.datastructures import MultiDict

from crmlite.catalog.models import Product
from crmlite.catalog.types import PRODUCT
from crmlite.companies.types import COMPANY
from crmlite.contacts.models import Contact
from crmlite.contacts.types import CONTACT
from crmlite.extensions import db, utcnow
from crmlite.fold import sort_key
from crmlite.leads.models import Lead
from crmlite.leads.types import LEAD
from crmlite.pipeline.models import Deal, Stage
from crmlite.pipeline.types import DEAL
from crmlite.records import listing as listing_module
from crmlite.records.filters import FilterError
from crmlite.records.listing import Listing
from crmlite.sales.models import Order, Quote
from crmlite.sales.types import ORDER, QUOTE
from tests import cast, oracles
from tests.records.who import request_of, viewer

KINDS = {kind.name: kind for kind in (CONTACT, COMPANY, LEAD, PRODUCT, DEAL, QUOTE, ORDER)}
SORTS = [(kind.name, column.name) for kind in KINDS.values() for column in kind.columns if column.sortable]
NAMES = ("", "Anna", "anna", "Ánna", "Борис", "王芳", "zed", "Zed")


def build_many(url: str) -> None:
    """The cast's database with sixty more of each type: equal names, equal times, and no times at all."""
    cast.build(url)
    with tempfile.TemporaryDirectory() as folder:
        stage = cast.Stage(url, folder)
        start = utcnow() - timedelta(days=100)
        with stage.writes():
            first = db.session.get_one(Contact, stage.ids["seller.contact"])
            column = db.session.get_one(Stage, stage.ids["stage.first"])
            for n in range(60):
                when = None if n % 3 == 0 else start + timedelta(days=n % 7)
                person = Contact.create(None, given=NAMES[n % 8], family=NAMES[n % 5], team_id=None)
                firm = COMPANY.model.create(None, name=NAMES[n % 8] or "-")
                lead = Lead.create(None, contact=first, need=NAMES[n % 5], source=NAMES[n % 4], owner_id=None)
                code = f"{NAMES[n % 8]}{n}" if n % 3 else ""
                product = Product.create(None, name=NAMES[n % 8] or "-", code=code, owner_id=None)
                deal = Deal.create(
                    None, name=NAMES[n % 5], contact=first, stage=column, amount_minor=n % 4, owner_id=None
                )
                deal.close_on = when and when.date()
                values = {"number": f"{NAMES[n % 8]}{n}", "gross_minor": n % 4, "contact": first}
                values |= {"name": NAMES[n % 5], "sort_name": sort_key(NAMES[n % 5]), "currency": "EUR"}
                quote = Quote(valid_until=when and when.date(), **values)
                order = Order(ordered_on=(when or start).date(), **values)
                db.session.add_all([quote, order])
                for record in (person, firm, lead, product, deal, quote, order):
                    record.created_at = start + timedelta(days=n % 5)
                for record in (person, firm):
                    record.last_activity_at = when
                lead.state = ("new", "working", "qualified", "unqualified")[n % 4]
        stage.close()


@pytest.fixture(scope="module")
def _many(database, databases, tmp_path_factory):
    url = databases.fresh(database, build_many)
    stage = cast.Stage(url, str(tmp_path_factory.mktemp("many")))
    yield stage, url
    stage.close()
    databases.drop(url)


@pytest.fixture
def many(_many, databases):
    """A stage with sixty more of each type, put back after the test."""
    yield _many[0]
    databases.reset(_many[1])


def walk(kind, user, args: dict[str, str]) -> list[int]:
    """Ids of all pages, one after the other, by the links that the pages themselves hold."""
    found: list[int] = []
    for _page in range(100):
        page = Listing(kind, user, MultiDict(args))
        found += [row.id for row in page.rows]
        if page.next_url is None:
            return found
        args = dict(parse_qsl(urlsplit(page.next_url).query))
    raise AssertionError("the pages never end")


def in_order(kind, sort: str, descending: bool) -> list[int]:
    """What the order has to be, worked out in Python: empty ones last, equal ones by id."""
    column = kind.column(sort)
    attribute = getattr(kind.model, column.sort_by or column.attribute)
    rows = db.session.execute(sa.select(kind.model.id, attribute).where(kind.model.deleted_at.is_(None))).all()
    full = sorted((value, number) for number, value in rows if value is not None)
    empty = sorted(number for number, value in rows if value is None)
    if descending:
        full, empty = full[::-1], empty[::-1]
    return [number for _value, number in full] + empty


@pytest.mark.parametrize("page", [1, 7, 50])
@pytest.mark.parametrize("way", ["few", "walk"], ids=["filter first", "walk the index"])
@pytest.mark.parametrize("descending", [False, True], ids=["up", "down"])
@pytest.mark.parametrize(("name", "sort"), SORTS)
def test_every_row_once_and_in_order(many, monkeypatch, name, sort, descending, way, page):
    if page == 1 and way == "walk":
        page = 2
    monkeypatch.setattr(listing_module, "PAGE", page)
    monkeypatch.setattr(listing_module, "COUNT_TO", 3 if way == "walk" else 1000)
    kind, user = KINDS[name], viewer(many)
    with request_of(many, user):
        found = walk(kind, user, {"_sort": f"-{sort}" if descending else sort})
        assert found == in_order(kind, sort, descending)


@pytest.mark.parametrize("way", ["few", "walk"])
def test_pages_of_a_team_hold_only_what_it_may_see(many, monkeypatch, way):
    monkeypatch.setattr(listing_module, "PAGE", 5)
    monkeypatch.setattr(listing_module, "COUNT_TO", 3 if way == "walk" else 1000)
    user = viewer(many, "seller", "team", team_id=many.ids["team.Europe"])
    with request_of(many, user):
        found = walk(CONTACT, user, {"_sort": "name"})
        visible = set(db.session.scalars(CONTACT.policy.visible(user).with_only_columns(Contact.id)))
        assert len(found) == len(set(found))
        assert set(found) == visible


def test_a_row_added_before_the_cursor_moves_nothing(many, monkeypatch):
    """Paging by key: what others add meanwhile neither repeats nor hides a row."""
    monkeypatch.setattr(listing_module, "PAGE", 10)
    user = viewer(many)
    with request_of(many, user):
        first = Listing(CONTACT, user, MultiDict({"_sort": "name"}))
        seen, following = [row.id for row in first.rows], dict(parse_qsl(urlsplit(first.next_url).query))
    with many.writes():
        Contact.create(None, given="", family="").id  # noqa: B018 - sorts before all others
    with request_of(many, user):
        rest = walk(CONTACT, user, following)
        assert not set(seen) & set(rest)


def test_totals(many, monkeypatch):
    user = viewer(many)
    with request_of(many, user):
        everything = Listing(CONTACT, user, MultiDict())
        count = db.session.scalar(sa.select(sa.func.count()).where(Contact.deleted_at.is_(None)))
        assert (everything.total.count, everything.total.exact) == (count, True)
    monkeypatch.setattr(listing_module, "COUNT_TO", 10)
    with request_of(many, user):
        capped = Listing(CONTACT, user, MultiDict())
        assert (capped.total.count, capped.total.exact) == (10, False)
        assert capped.count() == count


# --- bad requests -----------------------------------------------------------------------------------------------------

BAD = {
    "unknown filter": "colour=red",
    "unknown operator": "name.sounds=anna",
    "operator of another kind": "owner.contains=1",
    "unknown sort": "_sort=colour",
    "column that cannot be sorted": "_sort=tags",
    "unknown column": "_columns=name,colour",
    "empty column": "_columns=name,,",
    "unknown control word": "_page=2",
    "no cursor": "_after=zzz",
    "cursor of nonsense": "_after=eyJhIjoxfQ",
    "cursor without an id": "_after=WyJhIiwgImIiXQ",
    "cursor of another kind": "_after=W1tdLCAxXQ",
    "cursor with a huge id": "_after=WyJhIiwgOTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTldCg",
    "cursor that is true": "_after=W3RydWUsIHRydWVd",
    "date that is none": "last_activity.after=soon",
    "number that is none": "owner=abc",
    "too long": "city=" + "x" * 300,
    "too many": "&".join(f"city=a{n}" for n in range(250)),
    "too many groups": "&".join(f"{n}.city=a" for n in range(60)),
    "unknown link": "wife.city=Oslo",
    "link to nothing": "company.=Oslo",
    "three steps": "company.parent.city=Oslo",
}


@pytest.mark.parametrize("query", BAD.values(), ids=BAD.keys())
@pytest.mark.parametrize(
    "path", ["/contacts/", "/companies/", "/leads/", "/quotes/", "/orders/", "/records/contact/count"]
)
def test_what_does_not_exist_gets_a_sentence(stage, path, query):
    answer = stage.client("manager").get(f"{path}?{query}")
    if answer.status_code == 200:
        assert query in {BAD["no cursor"], BAD["number that is none"]} or path != "/contacts/", query
    else:
        assert answer.status_code == 400
        assert "<main" in answer.text
        assert len(answer.text) > 200


@pytest.mark.parametrize("path", ["/records/parcel/count", "/records/user/pick", "/records/contact/1/field/password"])
def test_types_and_fields_that_do_not_exist(stage, path):
    assert stage.client("manager").get(path).status_code == 404


names = st.sampled_from(
    ["name", "city", "country", "owner", "lifecycle", "last_activity", "created_at", "tag", "tags", "company", "birthday",
     "source", "state", "_sort", "_after", "_columns", "_q", "", "x", "id"]
)  # fmt: skip
operators = st.sampled_from(
    ["", ".not", ".contains", ".starts", ".min", ".max", ".after", ".before", ".empty", ".x", "."]
)
prefixes = st.sampled_from(["", "1.", "company.", "contact.", "parent.", "1.company.", "0.1.", "."])
values = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["", "1", "0", "-1", "me", "today", "-90d", "+9999y", "-9999y", "0001-01-01", "9999-12-31", "2026-02-30", "NaN",
         "9" * 15, "9" * 16, "-" + "9" * 15, "name", "-name", "%", "_", "\\", "'", '"', "\x00", oracles.MARKER, "null",
         "WyJhIiwgMV0", "W251bGwsIDFd", "WzEsIDFd", "WyIyMDI2LTAxLTAxIiwgMV0", "\ud800"]
    ),
)  # fmt: skip


def test_any_query_string_is_answered(stage):
    """Thousands of query strings nobody would type: a list or a sentence, and never a 500."""
    client = stage.client("seller")
    seen = set()

    @settings(max_examples=400, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(
        st.sampled_from(
            [
                "/contacts/",
                "/companies/",
                "/leads/",
                "/quotes/",
                "/orders/",
                "/records/contact/count",
                "/records/lead/count",
            ]
        ),
        st.lists(st.tuples(prefixes, names, operators, values), min_size=1, max_size=4),
    )
    def run(path, terms) -> None:
        query = MultiDict([(f"{prefix}{name}{operator}", _typable(value)) for prefix, name, operator, value in terms])
        answer = client.get(path, query_string=query)
        seen.add(answer.status_code)
        assert answer.status_code in {200, 400}, (path, list(query.items(multi=True)))

    run()
    assert seen == {200, 400}


def _typable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def test_search_words_of_any_kind_are_answered(stage):
    client = stage.client("seller")

    @settings(max_examples=200, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(["/contacts/?_q=", "/records/search?q=", "/records/contact/pick?q="]), values)
    def run(path, words) -> None:
        assert client.get(path + quote(_typable(words))).status_code in {200, 400}

    run()


def test_a_listing_without_its_user_is_not_made(stage):
    user = viewer(stage, "seller", "none")
    with request_of(stage, user):
        page = Listing(CONTACT, user, MultiDict())
        assert (page.rows, page.total.count) == ([], 0)
        with pytest.raises(FilterError):
            Listing(CONTACT, user, MultiDict({"_nonsense": "1"}))


def test_the_permutations_are_all_there():
    """A new sortable column is walked by the test above by itself."""
    assert {name for name, _sort in SORTS} == set(cast.TYPES)
    assert len(list(itertools.product(SORTS, [0, 1]))) >= 12
