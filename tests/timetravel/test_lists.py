"""A list as of a moment is the list that was shown then."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from crmlite import events
from crmlite.companies.models import Company
from crmlite.contacts.models import Affiliation, Contact
from crmlite.contacts.types import CONTACT
from crmlite.duplicates import merging
from crmlite.extensions import db, pretending, utcnow
from crmlite.journal import Operation
from crmlite.records import listing as today
from crmlite.records import points, tags, types
from crmlite.records.listing import Listing
from crmlite.timetravel import listing as past
from crmlite.timetravel.listing import PastListing
from crmlite.timetravel.rolled import Rolled
from crmlite.timetravel.saying import LEFT_OUT
from tests import cast
from tests.records.who import request_of, viewer
from tests.timetravel.test_pages import CHANGES

QUERIES = (
    "",
    "_sort=-name",
    "_sort=-last_activity",
    "_sort=x.memo",
    "owner=me",
    "city=Oslo",
    "country.empty=1",
    "tag=VIP",
    "tag.not=VIP",
    "x.memo.contains=chair",
    "lifecycle=customer",
    "company={seller.company}",
    "company.not={rival.company}",
    "company.industry=Chairs",
    "company.x.memo=large&1.city=Oslo&1.tag=VIP",
    "created_at.after=-3d",
)


def arguments(stage, query: str) -> "MultiDict[str, str]":
    ids = {key: str(number) for key, number in stage.ids.items()}
    for key in ("seller.company", "rival.company"):
        query = query.replace("{" + key + "}", ids[key])
    return MultiDict(part.split("=", 1) for part in query.split("&") if part)


def shown(listing) -> list[tuple[int, str]]:
    """Ids and names on all pages of a list."""
    found = []
    while True:
        found += [(row.id, row["name"]) for row in listing.rows]
        if not (more := listing.next_url):
            return found
        args = MultiDict(part for part in sa.engine.make_url("x://y/?" + more.partition("?")[2]).query.items())
        again = {"at": listing.at} if isinstance(listing, PastListing) else {}
        listing = type(listing)(listing.type, listing.user, args, **again)


def at_every_step(stage, begin):
    """What happens, a step an hour."""

    def person(key: str) -> Contact:
        return db.session.get_one(Contact, stage.ids[key])

    def firm(key: str) -> Company:
        return db.session.get_one(Company, stage.ids[key])

    def a_link(key: str) -> Affiliation:
        return db.session.scalars(sa.select(Affiliation).where(Affiliation.contact_id == stage.ids[key])).first()

    yield lambda s: person("seller.contact").change(family="Aaltonen", language="fi")
    yield lambda s: tags.add(person("colleague.contact"), "VIP")
    yield lambda s: points.set_addresses(person("seller.contact"), [{"city": "Oslo", "country": "NO"}])
    yield lambda s: person("nobody.contact").set_custom(memo="wants chairs")
    yield lambda s: firm("seller.company").change(industry="Chairs")
    yield lambda s: firm("seller.company").set_custom(memo="large")
    yield lambda s: person("shared.contact").join(firm("seller.company"))
    yield lambda s: Contact.create(s.user, given="Brand", family="New", customer_since=begin.date())
    yield lambda s: person("rival.contact").trash()
    yield lambda s: person("colleague.contact").touch()
    yield lambda s: tags.take(person("colleague.contact"), "VIP")
    yield lambda s: a_link("shared.contact").remove()
    yield lambda s: person("rival.contact").restore()
    yield lambda s: firm("seller.company").change(industry="Tables")
    yield lambda s: person("manager.contact").hand_over(stage.ids["user.colleague"])
    yield lambda s: person("nobody.contact").set_custom(memo=None)
    yield lambda s: merging.merge(CONTACT, person("seller.contact"), [person("manager.contact")], {}, s.user)
    yield lambda s: firm("seller.company").trash()
    yield lambda s: events.emit(events.CONTACT_UPDATED, person("seller.contact"))


@pytest.mark.parametrize("how", ["few", "walked by twos", "nothing taken back"])
def test_every_list_at_every_step(stage, monkeypatch, how):
    """The last is the negative control: today's list is not the one of then."""
    if how == "nothing taken back":
        monkeypatch.setattr(Rolled, "changed", frozenset())
        with pytest.raises(AssertionError):
            compare(stage, QUERIES[:5])
        return
    if how == "walked by twos":
        for module in (today, past):
            monkeypatch.setattr(module, "PAGE", 2)
            monkeypatch.setattr(module, "COUNT_TO", 3)
    compare(stage, QUERIES if how == "few" else QUERIES[:8], totals=how == "few")


def compare(stage, queries, *, totals=True):
    begin = utcnow() + timedelta(days=1)
    admin = viewer(stage, "admin")
    kept = {}
    for number, step in enumerate(at_every_step(stage, begin)):
        at = begin + timedelta(hours=number)
        with pretending(at), stage.writes("admin") as s:
            step(s)
        with pretending(at), request_of(stage, admin):
            for query in queries:
                kept[at, query] = shown(Listing(CONTACT, admin, arguments(stage, query)))
    assert len({tuple(found) for found in kept.values()}) > 20  # else it would compare nothing
    with pretending(begin + timedelta(days=9)), request_of(stage, admin):
        for (at, query), was in kept.items():
            listing = PastListing(CONTACT, admin, arguments(stage, query), at)
            assert shown(listing) == was, (query, (at - begin) / timedelta(hours=1))
            if totals:
                assert listing.total.count == len(was)


@pytest.mark.parametrize("name", cast.TYPES)
def test_rows_of_every_type_show_what_they_showed(stage, name):
    kind, admin = types.known(name), viewer(stage, "admin")
    with request_of(stage, admin):
        columns = [column.name for column in kind.all_columns if column.kind not in LEFT_OUT]
        args = MultiDict({"_columns": ",".join(columns)})
        was = {row.id: dict(row) for row in Listing(kind, admin, args).rows}
        at = db.session.scalar(sa.select(sa.func.max(Operation.at)))
    with stage.writes("admin"):
        for owner in ("seller", "rival"):
            record = db.session.get_one(kind.model, stage.ids[f"{owner}.{name}"])
            record.change(**CHANGES.get(name, {}) if owner == "seller" else {}, **{"x.memo": "other"})
            tags.add(record, "Other")
        db.session.get_one(kind.model, stage.ids[f"colleague.{name}"]).trash()
    with request_of(stage, admin):
        listing = PastListing(kind, admin, args, at)
        assert {row.id: dict(row) for row in listing.rows} == was
        assert [row.state for row in listing.rows if row.state] == ["deleted"]
