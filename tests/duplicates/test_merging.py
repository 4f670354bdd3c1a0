"""Merging carries everything over, and taking apart leaves the database as it was, but for what people did since."""

import re
import sys
from datetime import date

import hypothesis.strategies as st
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings

from crmlite import journal
from crmlite.auth.models import User
from crmlite.companies.models import Company
from crmlite.companies.types import COMPANY
from crmlite.contacts.models import Contact
from crmlite.contacts.types import CONTACT
from crmlite.duplicates import merging, relations, separating
from crmlite.duplicates.models import Distinct, Merge
from crmlite.extensions import db
from crmlite.leads.models import Lead
from crmlite.mail.models import Message
from crmlite.pipeline.models import Deal, Stage
from crmlite.records import favourites, members, points, tags, trash, types
from crmlite.records.notes import Note
from crmlite.records.points import Point, of
from crmlite.sales.models import Quote
from tests.cast import VERSION
from tests.journal.verbs import rows

KINDS = {"contact": CONTACT, "company": COMPANY}
LEFT_OUT = {"merge", "merge_move", "duplicate_pair", "distinct_pair"}
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def dump(until: int | None = None) -> dict:
    """All rows; of the journal the links of events up to that one, as a merge adds to them."""
    last = until or db.session.scalar(sa.select(sa.func.max(journal.Event.id)))
    link = journal.EventLink
    links = db.session.execute(sa.select(link.record_type, link.record_id, link.event_id).where(link.event_id <= last))
    found = {name: rows for name, rows in rows(db.metadata.tables).items() if name not in LEFT_OUT}
    return {**found, "event_link": sorted(map(tuple, links)), "last event": last}


def differences(before: dict, after: dict) -> list[str]:
    return [
        f"{name}: {[r for r in before[name] if r not in after[name]]} became {[r for r in after[name] if r not in before[name]]}"
        for name in before
        if before[name] != after[name]
    ]


def fill(stage, user, record, word: str) -> None:
    """Something of everything that can point at a contact or company."""
    is_person = isinstance(record, Contact)
    points.add(record, "email", f"{word}@example.com")
    points.add(record, "phone", "+31 20 555 01 77")
    points.set_addresses(record, [{"lines": f"{word} 1", "city": "Utrecht", "country": "NL"}])
    Note.write(record, user.id, f"{word} note")
    tags.add(record, word)
    tags.add(record, "both")
    members.join(record, db.session.get_one(User, stage.ids["user.colleague"]), word)
    favourites.add(user.id, record.__tablename__, record.id)
    other = db.session.get_one(Company, stage.ids["colleague.company"])
    contact = record if is_person else db.session.get_one(Contact, stage.ids["colleague.contact"])
    (contact if is_person else contact).join(other if is_person else record, title="Buyer")
    mine = {} if is_person else {"company_id": record.id}
    Lead.create(user, contact=contact, need=f"{word} lead", **mine)
    Deal.create(
        user, name=f"{word} deal", contact=contact, stage=db.session.get_one(Stage, stage.ids["stage.first"]), **mine
    )
    Quote.create(user, name=f"{word} quote", contact=contact, **mine, **VERSION)
    db.session.add(
        Message(
            message_id=f"<{word}{record.id}@x>", sender="a@example.com", to="b@example.com", language="en", subject=word,
            text=word, purpose="test", about_type=record.__tablename__, about_id=record.id, state="sent",
        )
    )  # fmt: skip
    db.session.flush()


def people(stage, name: str, count: int = 2) -> list[int]:
    with stage.writes("seller") as s:
        made = []
        for n in range(count):
            word = f"w{n}"
            if name == "contact":
                record = Contact.create(
                    s.user, given=f"Anna{n}", family="Berg", birthday=date(1980, 1, 1) if n else None
                )
            else:
                record = Company.create(s.user, name=f"Noordlicht{n}", industry="" if n else "Light")
            fill(stage, s.user, record, word)
            made.append(record.id)
    return made


def merged(stage, name: str, ids: list[int], asked: dict | None = None) -> tuple[int, int]:
    """(merge, operation)."""
    kind = KINDS[name]
    with stage.writes("seller") as s:
        winner, *losers = (db.session.get_one(kind.model, number) for number in ids)
        done = merging.merge(kind, winner, losers, asked or {}, s.user)
        return done.id, done.operation_id


@pytest.mark.parametrize("name", ["contact", "company"])
def test_everything_is_carried_over_and_comes_back(stage, name):
    ids = people(stage, name, 3)
    with stage.app.app_context():
        before = dump()
    merge_id, operation = merged(stage, name, ids)
    model = KINDS[name].model
    with stage.app.app_context():
        for relation in relations.to(name):
            if relation.handling.how == relations.MOVE:
                left = db.session.execute(sa.select(relation.table.c.id).where(relation.of(ids[1:]))).all()
                assert left == [], f"{relation.name} still points at who is merged"
        winner = db.session.get_one(model, ids[0])
        assert {point.value for point in of(winner, Point)} == {
            "w0@example.com",
            "w1@example.com",
            "w2@example.com",
            "+31 20 555 01 77",
        }
        assert {word for _id, word, _hue in tags.of(name, [winner.id])[winner.id]} == {"w0", "w1", "w2", "both"}
        assert len(members.of(winner)) == 1
        for loser in (db.session.get_one(model, number) for number in ids[1:]):
            assert loser.deleted_at
            assert loser.merged_into_id == winner.id
        former = "Anna1" if name == "contact" else "Noordlicht1"
    client = stage.client("seller")
    assert f"{KINDS[name].url}{ids[0]}" in client.get(f"/records/search?q={former}", headers=HTMX).text
    shown, more = "", f"/records/{name}/{ids[0]}/timeline"
    while more:
        page = client.get(more).text
        shown, older = shown + page, re.search(rf"/records/{name}/{ids[0]}/timeline.before=\d+", page)
        more = older[0] if older else ""
    assert all(f"{word} note" in shown for word in ("w0", "w1", "w2"))
    answer = stage.client("seller").post(f"/records/undo/{operation}", headers=HTMX)
    assert answer.status_code == 204, answer.text
    with stage.app.app_context():
        assert db.session.get_one(Merge, merge_id).left == []
        assert differences(before, dump(before["last event"])) == []
    assert stage.client("seller").post(f"/records/undo/{operation}", headers=HTMX).status_code == 409


graphs = st.lists(
    st.tuples(
        st.sampled_from(["note", "tag", "work", "email", "lead", "deal", "above", "member", "address"]),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    max_size=12,
)


class Graph:
    """Four people and four companies, and whatever ties them together."""

    def __init__(self, stage, user: User) -> None:
        self.stage, self.user = stage, user
        self.people = [Contact.create(user, given=f"P{n}", family="Berg") for n in range(4)]
        self.firms = [Company.create(user, name=f"Firm {n}") for n in range(4)]

    def tie(self, what: str, a: int, b: int) -> None:
        person, firm = self.people[a], self.firms[b]
        if what == "note":
            Note.write(person if a % 2 else firm, self.user.id, "x")
        elif what == "tag":
            tags.add(person, f"t{b}")
            tags.add(firm, f"t{a}")
        elif what == "work":
            person.join(firm, title=("", "Buyer")[a % 2])
        elif what == "email":
            points.add(person, "email", f"e{b}@example.com")
            points.add(firm, "email", f"e{a}@example.com")
        elif what == "lead":
            Lead.create(self.user, contact=person, need="x", company_id=firm.id)
        elif what == "deal":
            stage = db.session.get_one(Stage, self.stage.ids["stage.first"])
            Deal.create(self.user, name="x", contact=person, stage=stage, company_id=firm.id)
        elif what == "above" and firm.may_become("parent_id", self.firms[a].id):
            firm.change(parent_id=self.firms[a].id)
        elif what == "member":
            members.join(person, db.session.get_one(User, self.stage.ids["user.colleague"]), f"r{b}")
        elif what == "address":
            points.set_addresses(person, [{"lines": f"Kade {b}", "city": "Utrecht", "country": "NL"}])


@given(
    ties=graphs,
    order=st.permutations(range(4)),
    count=st.integers(2, 4),
    name=st.sampled_from(["contact", "company"]),
    take=st.integers(0, 3),
)
@settings(
    max_examples=200 if "--long" in sys.argv else 10,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_graph_is_as_it_was_after_merging_and_taking_apart(stage, ties, order, count, name, take):
    with stage.writes("seller") as s:
        graph = Graph(stage, s.user)
        for what, a, b in ties:
            graph.tie(what, a, b)
        ids = [(graph.people if name == "contact" else graph.firms)[n].id for n in order][:count]
    with stage.app.app_context():
        before = dump()
    field = "given" if name == "contact" else "name"
    merge_id, _operation = merged(stage, name, ids, {field: ids[take % count]})
    with stage.app.app_context():
        check_whole(name, ids)
    with stage.writes("seller"):
        left = taken_apart(name, merge_id)
    assert left == []
    with stage.app.app_context():
        assert differences(before, dump(before["last event"])) == []


def taken_apart(name: str, merge_id: int) -> list:
    done = db.session.get_one(Merge, merge_id)
    kind = KINDS[name]
    winner = db.session.get_one(kind.model, done.winner_id)
    return separating.separate(kind, done, winner, [db.session.get_one(kind.model, number) for number in done.losers])


def check_whole(name: str, ids: list[int]) -> None:
    """What must hold of any merge: nothing points at who is gone, one main of each kind, no circle of companies."""
    for relation in relations.to(name):
        if relation.handling.how in {relations.MOVE, relations.UNITE} and relation.table.name != name:
            assert db.session.execute(sa.select(relation.table.c.id).where(relation.of(ids[1:]))).first() is None, (
                relation.name
            )
    model = KINDS[name].model
    winner = db.session.get_one(model, ids[0])
    mains = [point.kind for point in of(winner, Point) if point.main]
    assert len(mains) == len(set(mains))
    if name == "company":
        step, seen = winner, set()
        while step is not None and step.parent_id:
            assert step.id not in seen, "a company is part of itself"
            seen.add(step.id)
            step = db.session.get(Company, step.parent_id)
    for contact in db.session.scalars(
        sa.select(Contact).where(Contact.deleted_at.is_(None), Contact.main_company_id.is_not(None))
    ):
        assert db.session.get_one(Company, contact.main_company_id).merged_into_id is None


def test_a_merge_that_forgets_a_relation_is_seen(stage, monkeypatch):
    ids = people(stage, "contact")
    monkeypatch.setitem(relations.KNOWN, "deal.contact_id", relations.Handling(relations.STAY))
    merged(stage, "contact", ids)
    with stage.app.app_context():
        left = db.session.scalars(sa.select(Deal.id).where(Deal.contact_id == ids[1])).all()
    assert len(left) == 1


def test_what_people_did_since_is_listed_and_stays(stage):
    ids = people(stage, "contact")
    merge_id, _operation = merged(stage, "contact", ids, {"given": ids[1]})
    with stage.writes("seller") as s:
        winner = db.session.get_one(Contact, ids[0])
        winner.change(given="Hanna")
        Note.write(winner, s.user.id, "since")
        deal = db.session.scalars(sa.select(Deal).where(Deal.name == "w1 deal")).one()
        deal.change(contact_id=stage.ids["seller.contact"])
    answer = stage.client("seller").post(f"/duplicates/merges/{merge_id}/separate")
    assert answer.headers["Location"] == f"/duplicates/merges/{merge_id}"
    page = stage.client("seller").get(f"/duplicates/merges/{merge_id}").text
    assert "First name" in page
    assert "Deals" in page or "Deal" in page
    with stage.app.app_context():
        winner, loser = (db.session.get_one(Contact, number) for number in ids)
        assert (winner.given, loser.given, loser.deleted_at) == ("Hanna", "Anna1", None)
        assert (
            db.session.scalars(sa.select(Deal.contact_id).where(Deal.name == "w1 deal")).one()
            == stage.ids["seller.contact"]
        )
        since = db.session.scalars(sa.select(Note.record_id).where(Note.text == "since")).one()
        assert since == winner.id


def test_a_merge_of_a_merge_is_taken_apart_from_the_outside(stage):
    a, b, c = people(stage, "contact", 3)
    with stage.app.app_context():
        before = dump()
    first, _operation = merged(stage, "contact", [b, c])
    second, _operation = merged(stage, "contact", [a, b])
    client = stage.client("seller")
    assert client.get(f"/contacts/{c}").headers["Location"] == f"/contacts/{a}"
    assert client.post(f"/duplicates/merges/{first}/separate").status_code == 409
    assert client.post(f"/duplicates/merges/{second}/separate").status_code == 303
    assert client.post(f"/duplicates/merges/{first}/separate").status_code == 303
    with stage.app.app_context():
        assert differences(before, dump(before["last event"])) == []


def test_who_is_no_double_of_a_loser_is_none_of_the_winner(stage):
    a, b, c = people(stage, "contact", 3)
    with stage.writes("seller"):
        Distinct.say(db.session.get_one(Contact, b), db.session.get_one(Contact, c))
    merged(stage, "contact", [a, b])
    with stage.app.app_context():
        assert Distinct.find("contact", a, c) is not None


# --- through the pages ------------------------------------------------------------------------------------------------


def test_the_preview_names_every_relation_and_asks_field_by_field(stage):
    ids = people(stage, "contact")
    page = stage.client("seller").get(f"/duplicates/contact/merge?id={ids[0]}&id={ids[1]}&into={ids[1]}").text
    for label in (
        "Deals",
        "Leads",
        "Quotes",
        "Orders",
        "Notes",
        "Mails",
        "Stars",
        "Notices",
        "Events on the timeline",
    ):
        assert label in page
    assert 'name="take-given"' in page
    assert 'name="take-main_email"' in page
    form = {"id": ids, "into": ids[1], "take-given": ids[0], **versions(stage, ids)}
    answer = stage.client("seller").post("/duplicates/contact/merge", data=form)
    assert answer.status_code == 303
    with stage.app.app_context():
        assert db.session.get_one(Contact, ids[1]).given == "Anna0"


def versions(stage, ids: list[int]) -> dict:
    with stage.app.app_context():
        return {f"version-{n}": db.session.get_one(Contact, n).row_version for n in ids}


def test_a_stale_preview_is_refused_with_what_was_and_what_is(stage):
    ids = people(stage, "contact")
    seen = versions(stage, ids)
    with stage.writes("colleague"):
        db.session.get_one(Contact, ids[1]).change(given="Changed")
    answer = stage.client("seller").post(
        "/duplicates/contact/merge", data={"id": ids, "into": ids[0], **seen}, headers=HTMX
    )
    assert answer.status_code == 409
    assert "Anna1" in answer.text
    assert "Changed" in answer.text
    with stage.app.app_context():
        assert db.session.get_one(Contact, ids[1]).merged_into_id is None


@pytest.mark.parametrize(("actor", "status"), [("colleague", 403), ("rival", 404), ("manager", 303)])
def test_who_may_not_delete_them_all_may_not_merge(stage, actor, status):
    ids = people(stage, "contact")
    form = {"id": ids, "into": ids[0], **versions(stage, ids)}
    assert stage.client(actor).post("/duplicates/contact/merge", data=form).status_code == status


@pytest.mark.parametrize(
    ("actor", "report", "separate"),
    [("seller", 200, 303), ("colleague", 200, 403), ("rival", 404, 404), ("manager", 200, 303)],
)
def test_who_sees_a_merge_and_who_takes_it_apart(stage, actor, report, separate):
    """The canary: the name that both had."""
    ids = people(stage, "contact")
    merge_id, operation = merged(stage, "contact", ids)
    client = stage.client(actor)
    page = client.get(f"/duplicates/merges/{merge_id}")
    assert page.status_code == report
    assert ("Anna1" in page.text) is (report == 200)
    if actor != "manager":
        assert client.post(f"/records/undo/{operation}").status_code == (separate if actor == "seller" else 404)
    if actor != "seller":
        assert client.post(f"/duplicates/merges/{merge_id}/separate").status_code == separate


def test_the_preview_counts_no_deals_that_one_may_not_see(stage):
    ids = people(stage, "contact")
    with stage.writes("rival") as s:
        at = db.session.get_one(Stage, stage.ids["stage.first"])
        Deal.create(s.user, name="hidden", contact=db.session.get_one(Contact, ids[1]), stage=at)
    with stage.app.app_context():
        assert dict(counted(stage, "seller", ids))["Deals"] == 1
        assert dict(counted(stage, "manager", ids))["Deals"] == 2


def counted(stage, actor: str, ids: list[int]) -> list[tuple[str, str]]:
    page = stage.client(actor).get(f"/duplicates/contact/merge?id={ids[0]}&id={ids[1]}&into={ids[0]}").text
    return [(label, int(number)) for label, number in re.findall(r"<dt>([^<]+)</dt><dd>(\d+)</dd>", page)]


def test_the_losers_address_leads_to_the_winner_and_the_trash_does_not_show_it(stage):
    ids = people(stage, "contact")
    merged(stage, "contact", ids)
    client = stage.client("seller")
    assert client.get(f"/contacts/{ids[1]}").headers["Location"] == f"/contacts/{ids[0]}"
    assert (
        client.get(f"/records/contact/{ids[1]}/timeline").headers["Location"] == f"/records/contact/{ids[0]}/timeline"
    )
    assert client.get(f"/contacts/{ids[1]}/edit").headers["Location"] == f"/contacts/{ids[0]}/edit"
    assert stage.client("rival").get(f"/contacts/{ids[1]}").status_code == 404
    assert "Anna1" not in client.get("/records/trash").text
    assert client.post(f"/records/contact/{ids[1]}/restore").status_code == 404


def test_a_winner_that_goes_for_good_takes_along_what_was_merged_into_it(stage):
    ids = people(stage, "contact")
    merged(stage, "contact", ids)
    with stage.writes("seller"):
        for model in (Lead, Deal, Quote):  # what cannot be without a contact
            for record in db.session.scalars(sa.select(model).where(model.contact_id == ids[0])).all():
                record.trash()
        db.session.get_one(Contact, ids[0]).trash()
    with stage.writes():
        for name in ("quote", "deal", "lead", "contact"):
            kind = types.known(name)
            trash.purge(
                kind, list(db.session.scalars(sa.select(kind.model.id).where(kind.model.deleted_at.is_not(None))))
            )
    with stage.app.app_context():
        assert db.session.get(Contact, ids[0]) is None
        assert db.session.get(Contact, ids[1]) is None
        assert db.session.scalars(sa.select(Merge)).all() == []


def test_the_toast_says_how_to_go_back(stage):
    ids = people(stage, "contact")
    form = {"id": ids, "into": ids[0], **versions(stage, ids)}
    client = stage.client("seller")
    assert client.post("/duplicates/contact/merge", data=form, headers=HTMX).status_code == 204
    page = client.get(f"/contacts/{ids[0]}").text
    assert "/records/undo/" in page
    around = client.get(f"/duplicates/contact/{ids[0]}/doubles").text
    assert "Undo the merge" in around


def test_pressed_twice_it_leads_to_the_one_that_is_left(stage):
    with stage.writes("seller") as as_:
        made = [Contact.create(as_.user, given="Twice", family="Pressed") for _one in range(3)]
        db.session.flush()
        ids = [contact.id for contact in made]
    seller = stage.client("seller")
    sent = {"id": ids[:2], "into": ids[1]} | {f"version-{number}": 1 for number in ids}
    first, second = (seller.post("/duplicates/contact/merge", data=sent) for _time in range(2))
    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"] == f"/contacts/{ids[1]}"
    assert seller.post("/duplicates/contact/merge", data={**sent, "id": ids}).status_code == 404, "one was never merged"
    assert stage.client("rival").post("/duplicates/contact/merge", data=sent).status_code == 404
