"""A stand-in sees and changes what the absent one may, while it lasts and no longer; the timeline says for whom."""

from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from crmlite.auth.models import Absence, User
from crmlite.extensions import db, pretending
from crmlite.journal import Event
from crmlite.records import search, types
from tests import oracles
from tests.cast import TYPES, canary

FIRST, LAST = date(2027, 7, 5), date(2027, 7, 16)
BEFORE, DURING, AFTER = (datetime(2027, 7, day, 12, tzinfo=UTC) for day in (4, 10, 17))


@pytest.fixture
def holiday(stage):
    """The rival stands in for the seller of another team: what they see of it they see for that reason alone."""
    with stage.writes("admin"):
        seller, rival = (db.session.get_one(User, stage.ids[f"user.{key}"]) for key in ("seller", "rival"))
        Absence.create(seller, rival, FIRST, LAST)
    return stage


@contextmanager
def at(stage, moment, actor="rival"):
    """A browser at that time; sessions last that long."""
    with stage.app.app_context(), pretending(moment):
        yield stage.client(actor)


@pytest.mark.parametrize("kind", TYPES)
def test_records_are_seen_and_changed_during_it_and_at_no_other_time(holiday, kind):
    stage, number = holiday, holiday.ids[f"seller.{kind}"]
    shared = f"/records/{kind}/{number}"
    everybodys = kind == "product"
    for moment, seen in ((BEFORE, everybodys), (DURING, True), (AFTER, everybodys)):
        with at(stage, moment) as client:
            assert client.get(f"{shared}/around").status_code == (200 if seen else 404), moment
            changed = client.post(f"{shared}/tags", data={"name": f"at {moment:%d}"}).status_code
            allowed = 303 if moment is DURING and not everybodys else 403 if everybodys else 404
            assert changed == allowed, moment


def test_lists_and_search_know_it(holiday):
    word = canary("seller", "contact")
    for moment, seen in ((BEFORE, False), (DURING, True), (AFTER, False)):
        with at(holiday, moment) as client:
            for url in ("/contacts/", "/records/search?q=zcsellerc", "/contacts/?_q=zcsellerc"):
                assert (word in client.get(url).text) is seen, (url, moment)


def test_it_begins_and_ends_with_the_days_of_who_is_away(holiday):
    """The seller lives in another zone than UTC: midnight there counts."""
    with holiday.writes("admin"):
        seller = db.session.get_one(User, holiday.ids["user.seller"])
        seller.time_zone = "Pacific/Auckland"
        rival = db.session.get_one(User, holiday.ids["user.rival"])
        there = Absence.create(seller, rival, date(2027, 9, 1), date(2027, 9, 1))
        assert (there.starts_at, there.ends_at) == (
            datetime(2027, 8, 31, 12, tzinfo=UTC),
            datetime(2027, 9, 1, 12, tzinfo=UTC),
        )
    url = f"/contacts/{holiday.ids['seller.contact']}"
    for moment, status in (
        (datetime(2027, 8, 31, 11, 59, 59, tzinfo=UTC), 404),
        (datetime(2027, 8, 31, 12, 0, tzinfo=UTC), 200),
        (datetime(2027, 9, 1, 11, 59, 59, tzinfo=UTC), 200),
        (datetime(2027, 9, 1, 12, 0, tzinfo=UTC), 404),
    ):
        with at(holiday, moment) as client:
            assert client.get(url).status_code == status, moment


def test_nothing_of_it_is_deleted_or_given_away(holiday):
    number = holiday.ids["seller.contact"]
    with at(holiday, DURING) as client:
        with oracles.expect_equal(holiday.engines["reader"]):
            assert client.post(f"/records/contact/{number}/delete").status_code == 403
            assert client.post(f"/records/contact/{number}/owner", data={"user_id": "5"}).status_code == 403
            ids = {"id": str(number), "action": "assign", "user_id": str(holiday.ids["user.rival"])}
            assert client.post("/records/contact/bulk", data=ids).status_code == 403
            assert client.post("/records/contact/bulk", data={**ids, "action": "delete"}).status_code == 403


def test_the_stand_in_of_a_stand_in_gets_nothing(holiday):
    with holiday.writes("admin"):
        rival, service = (db.session.get_one(User, holiday.ids[f"user.{key}"]) for key in ("rival", "service"))
        Absence.create(rival, service, FIRST, LAST)
    with at(holiday, DURING, "service") as client:
        assert client.get(f"/leads/{holiday.ids['seller.lead']}").status_code == 404
        assert client.get(f"/leads/{holiday.ids['rival.lead']}").status_code == 200, "the control"


def test_settings_are_not_lent(holiday):
    """Who stands in for an administrator sees what they see, and administers nothing."""
    with holiday.writes("admin"):
        admin, service = (db.session.get_one(User, holiday.ids[f"user.{key}"]) for key in ("admin", "service"))
        Absence.create(admin, service, FIRST, LAST)
    with at(holiday, DURING, "service") as client:
        assert client.get(f"/leads/{holiday.ids['rival.lead']}").status_code == 200
        for url in ("/auth/team", "/auth/roles", "/auth/organisation", "/deals/pipelines"):
            assert client.get(url).status_code == 403, url
        assert client.post("/leads/new", data={"need": "x", "name": "Anna"}).status_code == 403, (
            "nothing is added for them"
        )


def test_the_timeline_says_for_whom(holiday):
    number = holiday.ids["seller.contact"]
    with at(holiday, DURING) as client:
        assert client.post(f"/records/contact/{number}/notes", data={"text": "Called back"}).status_code == 303
        own = holiday.ids["rival.contact"]
        assert client.post(f"/records/contact/{own}/notes", data={"text": "Mine"}).status_code == 303
        names = dict(db.session.execute(sa.select(User.id, User.name)).all())
        absent = names[holiday.ids["user.seller"]]
        assert f"for {absent}" in client.get(f"/records/contact/{number}/timeline").text
        assert f"for {absent}" not in client.get(f"/records/contact/{own}/timeline").text
        ids = {"id": [str(number), str(own)], "action": "tag", "tag": "Fair"}
        assert client.post("/records/contact/bulk", data=ids).status_code == 303
        query = sa.select(Event.subject_id, Event.for_user_id).where(Event.name == "tag.added")
        marked = dict(db.session.execute(query.order_by(Event.id.desc()).limit(2)).all())
    assert marked == {number: holiday.ids["user.seller"], own: None}


def test_both_get_the_notices(holiday):
    quote = holiday.token("sent.quote")
    with holiday.app.app_context(), pretending(DURING):
        holiday.client().post(f"/p/quote/{quote}/accept", data={"name": "Ada", "agree": "y"})
        for key in ("seller", "rival"):
            assert "The customer accepted" in holiday.client(key).get("/desk/notices").text, key
        absent = db.session.get_one(User, holiday.ids["user.seller"]).name
        assert f"for {absent}" in holiday.client("rival").get("/desk/notices").text


def test_without_an_absence_only_the_owner_hears(stage):
    """The control."""
    stage.client().post(f"/p/quote/{stage.token('sent.quote')}/accept", data={"name": "Ada", "agree": "y"})
    assert "The customer accepted" in stage.client("seller").get("/desk/notices").text
    assert "The customer accepted" not in stage.client("rival").get("/desk/notices").text


# --- saying it --------------------------------------------------------------------------------------------------------


def say(stage, actor="seller", **more):
    form = {
        "user_id": str(stage.ids["user.seller"]), "deputy_id": str(stage.ids["user.rival"]),
        "first_day": "2027-07-05", "last_day": "2027-07-16", **more,
    }  # fmt: skip
    return stage.client(actor).post("/auth/absences", data=form)


def test_one_says_it_oneself_and_takes_it_back(stage):
    assert say(stage).status_code == 303
    page = stage.client("seller").get("/auth/absences").text
    assert "stands in" in page
    with stage.app.app_context():
        absence = db.session.scalars(sa.select(Absence).where(Absence.first_day == FIRST)).one()
        operation = db.session.scalar(sa.select(sa.func.max(Event.operation_id)))
    assert stage.client("colleague").post(f"/records/undo/{operation}").status_code == 404
    assert stage.client("seller").post(f"/records/undo/{operation}").status_code == 303
    with stage.app.app_context():
        assert db.session.get(Absence, absence.id) is None


def test_ending_it_early_takes_effect_at_once(holiday):
    with holiday.app.app_context():
        number = db.session.scalars(sa.select(Absence.id).where(Absence.first_day == FIRST)).one()
    contact = f"/contacts/{holiday.ids['seller.contact']}"
    with at(holiday, DURING) as client:
        assert client.get(contact).status_code == 200
        assert holiday.client("colleague").post(f"/auth/absences/{number}/end").status_code == 404
        assert holiday.client("seller").post(f"/auth/absences/{number}/end").status_code == 303
        assert client.get(contact).status_code == 404
        assert holiday.client("seller").post(f"/auth/absences/{number}/end").status_code == 404, "it is over"


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"last_day": "2027-07-04"}, "The last day comes before the first."),
        ({"first_day": "2020-01-01", "last_day": "2020-01-02"}, "That day has passed."),
        ({"last_day": "2029-07-04"}, "That is longer than a year."),
        ({"deputy_id": ""}, "Please fill this in."),
        ({"first_day": "soon"}, "That is not a date."),
        ({"first_day": "2098-01-05", "last_day": "2098-02-01"}, "stands in then already"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(stage, more, sentence):
    answer = say(stage, **more)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_nobody_stands_in_for_oneself_or_is_sent_away_by_others(stage):
    assert say(stage, deputy_id=str(stage.ids["user.seller"])).status_code == 422
    assert say(stage, actor="rival").status_code == 422
    assert say(stage, actor="admin").status_code == 303


def test_who_left_does_not_stand_in(holiday):
    with holiday.writes("admin"):
        db.session.get_one(User, holiday.ids["user.seller"]).deactivate()
    with at(holiday, DURING) as client:
        assert client.get(f"/contacts/{holiday.ids['seller.contact']}").status_code == 404


def test_the_search_index_answers_like_the_policy(holiday):
    """Two ways to the same: for every type, what the search finds is what the list shows."""
    from crmlite.auth.signin import viewers

    with holiday.app.app_context(), pretending(DURING):
        rival, seller = viewers(User.id.in_([holiday.ids["user.rival"], holiday.ids["user.seller"]]))
        if rival.id != holiday.ids["user.rival"]:
            rival, seller = seller, rival
        from dataclasses import replace

        both = replace(rival, absent=(seller,))
        for kind in types.registered().values():
            listed = set(db.session.scalars(kind.policy.visible(both).with_only_columns(kind.model.id)))
            found = set(search.ids(both, "zc", kind, 500))
            word = {
                row.id
                for row in db.session.scalars(sa.select(kind.model))
                if "zc" in " ".join(filter(None, row.search_texts()))
            }
            assert found == listed & word, kind.name


def test_who_stands_in_makes_nobody_a_member(holiday):
    """A membership would outlast the absence."""
    stage, url = holiday, f"/records/contact/{holiday.ids['seller.contact']}"
    with at(stage, DURING) as client:
        assert f'action="{url}/members"' not in client.get(f"{url}/around").text
        for who in ("rival", "marketing"):
            assert client.post(f"{url}/members", data={"user_id": stage.ids[f"user.{who}"]}).status_code == 403
        assert client.post(f"{url}/members/{stage.ids['user.seller']}/remove").status_code == 403
    with at(stage, DURING, "seller") as client:
        assert client.post(f"{url}/members", data={"user_id": stage.ids["user.marketing"]}).status_code == 303
    with at(stage, AFTER) as client:
        assert client.get(f"{url}/around").status_code == 404
