"""The pages of time travel: what they show of whom, and setting back with undo."""

import re
from datetime import timedelta
from urllib.parse import quote, unquote

import pytest
import sqlalchemy as sa

from crmlite import journal
from crmlite.companies.models import Company
from crmlite.contacts.models import Contact
from crmlite.contacts.types import CONTACT
from crmlite.duplicates import merging
from crmlite.extensions import db, utcnow
from crmlite.journal import Operation
from crmlite.records import points, tags, types
from crmlite.timetravel import changed
from tests import cast
from tests.records.purging import purge

WORD = "zcpastpersonqx"


def moment(stage) -> str:
    """Now, as addresses say it; what comes later comes after it."""
    with stage.app.app_context():
        return quote(db.session.scalar(sa.select(sa.func.max(Operation.at))).isoformat())


def contact(stage, key: str = "seller.contact") -> Contact:
    return db.session.get_one(Contact, stage.ids[key])


def changed_since(stage) -> tuple[str, int]:
    """A contact of the seller, whose everything was changed after the moment that is returned."""
    with stage.writes("seller") as s:
        made = Contact.create(s.user, given=WORD, family="Dijkstra", email="old@firm.example", city="Delft")
        points.add(made, "phone", "+31201234567")
        tags.add(made, "Early")
        number = made.id
    at = moment(stage)
    with stage.writes("seller"):
        person = db.session.get_one(Contact, number)
        person.change(family="Bakker", email="new@firm.example", language="nl")
        tags.take(person, "Early")
        tags.add(person, "Late")
        person.set_custom(memo="later")
    return at, number


def seen_in(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(seen-\d+)" value="(\w+)"', page))


def test_a_record_as_it_was_says_so_and_what_differs(stage):
    at, number = changed_since(stage)
    client = stage.client("seller")
    page = client.get(f"/timetravel/contact/{number}?at={at}").text
    assert "This is how it was on" in page
    for was in ("Dijkstra", "old@firm.example", "Early", "+31201234567"):
        assert was in page
    assert "Bakker" in page  # beside it, what it is now
    assert '<form method="post"' not in page.partition('id="then"')[2].partition("</main>")[0]
    earlier = client.get(f"/timetravel/contact/{number}?at=2001-01-01").text
    assert "It was not there yet" in earlier
    assert 'rel="next"' in earlier
    timeline = client.get(f"/records/contact/{number}/timeline").text
    assert f"/timetravel/contact/{number}?at=" in timeline


def test_a_field_is_set_back_and_undone(stage):
    at, number = changed_since(stage)
    client = stage.client("seller")
    page = client.get(f"/timetravel/contact/restore?at={at}&id={number}&name=family").text
    assert "Bakker" in page
    assert "Dijkstra" in page
    assert "new@firm.example" not in page
    form = {"at": unquote(at), "id": number, "name": "family", **seen_in(page)}
    assert client.post("/timetravel/contact/restore", data=form).status_code == 303
    with stage.app.app_context():
        person = db.session.get_one(Contact, number)
        assert (person.family, person.main_email, person.language) == ("Dijkstra", "new@firm.example", "nl")
        last = db.session.scalar(sa.select(sa.func.max(Operation.id)))
    assert client.post(f"/records/undo/{last}").status_code == 303
    with stage.app.app_context():
        assert db.session.get_one(Contact, number).family == "Bakker"


def test_all_of_a_group_is_set_back_but_not_what_somebody_changed_meanwhile(stage):
    at, number = changed_since(stage)
    with stage.writes("seller"):
        contact(stage).change(salutation="Dear all")
    client = stage.client("seller")
    page = client.get(f"/timetravel/contact/restore?at={at}&id={number}&id={stage.ids['seller.contact']}").text
    assert "Dear all" in page
    form = {
        "at": unquote(at),
        "id": [number, stage.ids["seller.contact"]],
        **seen_in(page),
    }
    with stage.writes("colleague"):
        contact(stage).change(salutation="Dear nobody")
    assert client.post("/timetravel/contact/restore", data=form).status_code == 303
    with stage.app.app_context():
        person = db.session.get_one(Contact, number)
        assert (person.family, person.main_email, person.language, person.custom) == (
            "Dijkstra", "old@firm.example", None, None,
        )  # fmt: skip
        assert [name for _id, name, _hue in tags.of("contact", [number])[number]] == ["Early"]
        assert contact(stage).salutation == "Dear nobody"
    again = client.post("/timetravel/contact/restore", data=form)
    assert again.status_code == 409  # nothing that was looked at is still so
    assert "Dear nobody" in again.text


def test_lists_say_what_became_of_their_records(stage):
    at, number = changed_since(stage)
    with stage.writes("seller"):
        db.session.get_one(Contact, number).trash()
    with stage.writes("admin") as s:
        merging.merge(CONTACT, contact(stage), [contact(stage, "colleague.contact")], {}, s.user)
    client = stage.client("admin")
    page = client.get(f"/timetravel/contact/?_at={at}&_columns=name,email,tags").text
    row = page.partition(WORD)[2].partition("</tr>")[0]
    assert "Dijkstra" in row
    assert "old@firm.example" in row
    assert "Early" in row
    assert "in the trash now" in row
    merged = page.partition(cast.canary("colleague", "contact") + "given")[2].partition("</tr>")[0]
    assert "merged since" in merged
    what = client.get(f"/timetravel/contact/compare?_at={at}&_only=gone").text
    assert WORD in what
    assert cast.canary("colleague", "contact") in what
    assert cast.canary("rival", "contact") not in what


@pytest.mark.parametrize("url", ["/timetravel/contact/?_at={at}", "/timetravel/contact/compare?_at={at}"])
def test_the_past_shows_nobody_what_they_may_not_see_now(stage, url):
    """The contact was the seller's then, and is the rival's now."""
    at = moment(stage)
    word = cast.canary("seller", "contact")
    with stage.writes("admin"):
        contact(stage).hand_over(stage.ids["user.rival"])
    page = stage.client("seller").get(url.format(at=at)).text
    assert word not in page
    assert word in stage.client("rival").get(url.format(at=at)).text
    number = stage.ids["seller.contact"]
    assert stage.client("seller").get(f"/timetravel/contact/{number}?at={at}").status_code == 404
    assert stage.client("seller").get(f"/timetravel/contact/restore?at={at}&id={number}").status_code == 404


def test_people_of_a_company_whom_one_may_not_see_leave_no_trace_in_its_past(stage):
    number = stage.ids["seller.company"]
    with stage.writes("rival") as s:
        hidden = Contact.create(s.user, given="Zqhidden")
        hidden.join(db.session.get_one(Company, number), "Zqhiddentitle")
    url = f"/timetravel/company/{number}"
    assert "Zqhiddentitle" in stage.client("manager").get(url).text, "the control"
    page = stage.client("seller").get(url).text
    assert "Zqhidden" not in page
    assert "a record that is not there for you" not in page


def test_who_may_not_say_whose_it_is_does_not_set_that_back(stage):
    at = moment(stage)
    with stage.writes("admin"):
        contact(stage).hand_over(stage.ids["user.colleague"])
    page = stage.client("seller").get(f"/timetravel/contact/restore?at={at}&id={stage.ids['seller.contact']}").text
    assert "Only its owner" in page
    assert "Set 1 record back" not in page


def test_what_is_not_known_any_more_is_said(stage):
    at = moment(stage)
    number, firm = stage.ids["seller.contact"], stage.ids["seller.company"]
    client = stage.client("seller")
    assert "removed for good since, with all" not in client.get(f"/timetravel/contact/{number}?at={at}").text
    with stage.writes("admin"):
        for name in ("order", "quote", "deal", "lead", "company"):
            db.session.get_one(types.get(name).model, stage.ids[f"seller.{name}"]).trash()
    with stage.writes():
        for days in (400, 800, 5000):
            purge(utcnow() + timedelta(days=days))
        assert db.session.get(types.get("company").model, firm) is None
    page = client.get(f"/timetravel/contact/{number}?at={at}").text
    assert "removed for good since, with all" in page
    assert cast.canary("seller", "company") not in page


def test_too_much_is_said_and_not_guessed(stage, monkeypatch):
    at, _number = changed_since(stage)
    monkeypatch.setattr(changed, "MOST", 0)
    answer = stage.client("seller").get(f"/timetravel/contact/?_at={at}")
    assert answer.status_code == 400
    assert "Too much was changed since then" in answer.text


def test_what_can_be_asked(stage):
    client = stage.client("seller")
    for bad in ("never", "0001-01-01T00:00", "9999-12-31T23:59:59", "2026-13-01"):
        assert client.get(f"/timetravel/contact/?_at={bad}").status_code == 400
    kept = client.get(f"/timetravel/contact/?owner=me&_view={stage.ids['view.seller']}&_at=2099-01-01").text
    assert re.search(r'aria-current="page" dir="auto">Kept<', kept)
    part = client.get(
        "/timetravel/contact/?_at=2099-01-01", headers={"HX-Request": "true", "HX-Request-Type": "partial"}
    )
    assert part.text.lstrip().startswith("<form")
    page = client.get("/timetravel/contact/?_at=2099-01-01&_q=somebody").text
    assert "The search words were left out" in page
    assert "/timetravel/contact/?owner=me" in client.get("/contacts/?owner=me").text


def test_filters_by_what_points_at_a_record_are_refused_and_not_guessed(stage):
    client = stage.client("manager")
    assert client.get("/contacts/?deals.name=Chairs").status_code == 200, "the control: of today it can be asked"
    answer = client.get("/timetravel/contact/?deals.name=Chairs")
    assert answer.status_code == 400
    assert "A list of the past cannot be filtered by “Deals”." in answer.text


CHANGES = {
    "company": {"name": "Other name", "industry": "Other", "city": "Elsewhere"},
    "deal": {"name": "Other name", "amount_minor": 99, "currency": "USD"},
    "product": {"name": "Other name", "code": "OTHER-1", "unit": "box"},
    "lead": {"source": "Other"},
}


@pytest.mark.parametrize("name", cast.TYPES)
def test_records_of_every_type_come_back(stage, name):
    at, kind = moment(stage), f"seller.{name}"
    model = types.known(name).model
    with stage.app.app_context():
        before = journal.values_of(db.session.get_one(model, stage.ids[kind]))
    with stage.writes("admin"):
        db.session.get_one(model, stage.ids[kind]).change(**CHANGES.get(name, {}), **{"x.memo": "other"})
        tags.add(db.session.get_one(model, stage.ids[kind]), "Other")
    client = stage.client("admin")
    page = client.get(f"/timetravel/{name}/restore?at={at}&id={stage.ids[kind]}").text
    form = {"at": unquote(at), "id": stage.ids[kind], **seen_in(page)}
    assert client.post(f"/timetravel/{name}/restore", data=form).status_code == 303
    with stage.app.app_context():
        after = journal.values_of(db.session.get_one(model, stage.ids[kind]))
        assert {**after, "last_activity_at": 0} == {**before, "last_activity_at": 0}
        assert "Other" not in [tag for _id, tag, _hue in tags.of(name, [stage.ids[kind]]).get(stage.ids[kind], [])]


def test_what_cannot_be_any_more_is_said(stage):
    """A deal's contact that its reader may not see, an amount whose currency changed, an owner who left, a code that is taken."""
    with stage.writes("admin"):
        db.session.get_one(types.known("deal").model, stage.ids["seller.deal"]).change(
            contact_id=stage.ids["rival.contact"]
        )
        product = db.session.get_one(types.known("product").model, stage.ids["seller.product"]).change(code="FIRST-1")
        assert product.code == "FIRST-1"
    at = moment(stage)
    with stage.writes("admin"):
        deal = db.session.get_one(types.known("deal").model, stage.ids["seller.deal"])
        deal.change(contact_id=stage.ids["seller.contact"], amount_minor=1, currency="USD")
        db.session.get_one(types.known("product").model, stage.ids["seller.product"]).change(code="SECOND-1")
        db.session.get_one(types.known("product").model, stage.ids["rival.product"]).change(code="FIRST-1")
    url = f"/timetravel/deal/restore?at={at}&id={stage.ids['seller.deal']}"
    client = stage.client("seller")
    assert "Contact cannot be that any more." in client.get(url).text
    assert "it has another currency now" in client.get(url + "&name=amount_minor").text
    admin = stage.client("admin")
    page = admin.get(f"/timetravel/product/restore?at={at}&id={stage.ids['seller.product']}").text
    form = {"at": unquote(at), "id": stage.ids["seller.product"], **seen_in(page)}
    assert admin.post("/timetravel/product/restore", data=form).status_code == 409
