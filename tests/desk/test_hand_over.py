"""Who leaves hands everything over: records of every type and memberships, as one operation that can be taken back."""

import re

import pytest
import sqlalchemy as sa

from crmlite import jobs, journal
from crmlite.auth import handover
from crmlite.auth.models import Member, User
from crmlite.contacts.models import Contact
from crmlite.extensions import db, writing
from crmlite.journal import Operation
from crmlite.leads.models import WebForm
from crmlite.records import members, types, undoing
from tests.journal.verbs import rows

OWNED = ("contact", "company", "lead", "product", "deal", "quote", "order")


def owners(stage) -> dict[str, set[int]]:
    """Who owns anything of each type, without the trash."""
    with stage.app.app_context():
        found = {}
        for name in OWNED:
            model = types.registered()[name].model
            query = sa.select(model.owner_id).where(model.deleted_at.is_(None), model.owner_id.is_not(None))
            found[name] = set(db.session.scalars(query))
        return found


def last_operation(stage) -> int:
    with stage.app.app_context():
        return db.session.scalar(sa.select(sa.func.max(Operation.id)))


def state(stage) -> dict:
    with stage.app.app_context():
        return rows(db.metadata.tables)


@pytest.fixture
def helping(stage):
    """The seller works on a record of nobody, and on one that the manager works on too."""
    with stage.writes("admin") as s:
        del s
        shared = db.session.get_one(Contact, stage.ids["rival.contact"])
        members.join(shared, db.session.get_one(User, stage.ids["user.seller"]), "advises")
        members.join(shared, db.session.get_one(User, stage.ids["user.manager"]), "decides")
    return stage


def leave(stage, **to):
    form = {name.replace("_", "-", 1): str(value) for name, value in to.items()}
    return stage.client("admin").post(f"/auth/team/{stage.ids['user.seller']}/deactivate", data=form)


def test_the_page_says_how_many_there_are_of_each_type(helping):
    page = helping.client("admin").get(f"/auth/team/{helping.ids['user.seller']}/hand-over").text
    with helping.app.app_context():
        counted = {one.name: one.number for one in handover.held(helping.ids["user.seller"])}
        model = types.registered()["contact"].model
        mine = sa.select(sa.func.count()).where(
            model.owner_id == helping.ids["user.seller"], model.deleted_at.is_(None)
        )
        assert counted["contact"] == db.session.scalar(mine)
    assert set(counted) == {*OWNED, "web_form", "member"}
    shown = dict(re.findall(r'for="to-(\w+)">[^<]*</label></th><td class="cx-num-col">(?:<a [^>]*>)?(\d+)', page))
    assert {name: int(number) for name, number in shown.items()} == counted


def test_everything_goes_to_whoever_is_chosen_and_comes_back_as_one(helping):
    stage, seller, manager = helping, helping.ids["user.seller"], helping.ids["user.manager"]
    before = state(stage)
    assert leave(stage, to=manager).status_code == 303
    assert all(seller not in found for found in owners(stage).values())
    with stage.app.app_context():
        assert db.session.get_one(User, seller).active is False
        assert db.session.get_one(WebForm, stage.ids["form"]).owner_id == manager
        assert db.session.scalars(sa.select(Member.id).where(Member.user_id == seller)).all() == []
        twice = sa.select(Member.role).where(
            Member.record_id == stage.ids["rival.contact"], Member.record_type == "contact", Member.user_id == manager
        )
        assert db.session.scalars(twice).all() == ["decides"], "who works on it already keeps what they do there"
    assert stage.client("admin").post(f"/records/undo/{last_operation(stage)}").status_code == 303
    after = state(stage)
    compared = before.keys() - {"job", "device_password"}  # passwords of devices do not come back
    assert {name: after[name] for name in compared} == {name: before[name] for name in compared}


def test_each_type_may_go_to_somebody_else_or_stay(helping):
    stage, ids = helping, helping.ids
    rival, manager, seller = ids["user.rival"], ids["user.manager"], ids["user.seller"]
    assert leave(stage, to=manager, to_contact=rival, to_company="keep").status_code == 303
    with stage.app.app_context():
        contact = db.session.get_one(Contact, ids["seller.contact"])
        assert (contact.owner_id, contact.team_id) == (rival, db.session.get_one(User, rival).team_id)
    found = owners(stage)
    assert seller in found["company"]
    assert seller not in found["deal"]


@pytest.mark.parametrize("to", ["gone", "seller"])
def test_nobody_who_left_or_leaves_gets_anything(helping, to):
    before = owners(helping)
    answer = leave(helping, to=helping.ids[f"user.{to}"])
    assert answer.status_code == 422
    assert "Choose somebody who works here." in answer.text
    assert owners(helping) == before
    with helping.app.app_context():
        assert db.session.get_one(User, helping.ids["user.seller"]).active is True


def test_who_left_before_can_still_hand_over(helping):
    """Without a receiver they keep it; later it is handed over without them."""
    stage = helping
    assert leave(stage).status_code == 303
    assert stage.ids["user.seller"] in owners(stage)["contact"]
    url = f"/auth/team/{stage.ids['user.seller']}/hand-over"
    assert "Only hand over" in stage.client("admin").get(url).text
    assert stage.client("admin").post(url, data={"to": str(stage.ids["user.manager"])}).status_code == 303
    assert all(stage.ids["user.seller"] not in found for found in owners(stage).values())


# --- many -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def many(own_stage, monkeypatch):
    """Of a batch of five the seller has several."""
    monkeypatch.setattr(handover, "BATCH", 5)
    with own_stage.writes("seller") as s:
        for n in range(12):
            Contact.create(s.user, given=f"Person {n}")
    return own_stage


def run_jobs(stage) -> None:
    with stage.app.app_context():
        jobs.run_due()


def handed(stage) -> tuple[int, int]:
    """(operations, records) that were handed over by whoever is no job."""
    with stage.app.app_context():
        query = (
            sa.select(sa.func.count(sa.distinct(Operation.id)), sa.func.count())
            .join(journal.Event, journal.Event.operation_id == Operation.id)
            .where(journal.Event.name == "record.assigned", Operation.actor_id == stage.ids["user.admin"])
        )
        return tuple(db.session.execute(query).one())


def test_many_are_a_job_in_batches_of_one_operation(many):
    answer = leave(many, to=many.ids["user.manager"])
    assert answer.status_code == 303
    assert handed(many) == (1, 5), "the first batch at once"
    run_jobs(many)
    assert all(many.ids["user.seller"] not in found for found in owners(many).values())
    operations, records = handed(many)
    assert operations == 1
    assert records > 12
    with many.app.app_context():
        operation = db.session.scalar(
            sa.select(Operation.id)
            .where(Operation.actor_id == many.ids["user.admin"])
            .order_by(Operation.id.desc())
            .limit(1)
        )
    assert many.client("admin").post(f"/records/undo/{operation}").status_code == 303
    assert many.ids["user.manager"] in owners(many)["contact"], "the manager's own"
    with many.app.app_context():
        mine = sa.select(sa.func.count()).select_from(Contact).where(Contact.owner_id == many.ids["user.seller"])
        assert db.session.scalar(mine) >= 13


def test_batches_that_wait_do_not_go_on_after_an_undo(many):
    leave(many, to=many.ids["user.manager"])
    assert many.client("admin").post(f"/records/undo/{last_operation(many)}").status_code == 303
    before = owners(many)
    run_jobs(many)
    assert owners(many) == before
    assert many.ids["user.seller"] in before["contact"]


def test_a_batch_that_is_run_twice_does_no_harm(many):
    """The control of the job's key: the same batch again hands over what is left, and no record twice."""
    leave(many, to=many.ids["user.manager"])
    run_jobs(many)
    before = handed(many)
    with many.app.app_context():
        operation = last_operation(many)
        writing()
        handover.go_on(many.ids["user.seller"], {"contact": many.ids["user.manager"]}, operation, 9)
        db.session.commit()
    assert handed(many) == before


def test_very_many_are_taken_back_in_parts(many, monkeypatch):
    """As one undo; it ends with everything as it was."""
    monkeypatch.setattr(undoing, "LARGE", 10)
    monkeypatch.setattr(undoing, "PART", 4)
    before = state(many)
    leave(many, to=many.ids["user.manager"])
    run_jobs(many)
    operation = last_by_admin(many)
    answer = many.client("admin").post(f"/records/undo/{operation}")
    assert answer.status_code == 303
    assert state(many)["contact"] != before["contact"], "the rest waits for the worker"
    run_jobs(many)
    after = state(many)
    compared = before.keys() - {"job", "throttle", "device_password"}
    assert {name: after[name] for name in compared} == {name: before[name] for name in compared}
    with many.app.app_context():
        undos = sa.select(sa.func.count()).select_from(Operation).where(Operation.kind == "undo")
        assert db.session.scalar(undos) == 1
    assert many.client("admin").post(f"/records/undo/{operation}").status_code == 409, "once is enough"


def test_an_undo_in_parts_that_is_taken_back_stops(many, monkeypatch):
    monkeypatch.setattr(undoing, "LARGE", 10)
    monkeypatch.setattr(undoing, "PART", 4)
    leave(many, to=many.ids["user.manager"])
    run_jobs(many)
    handed_over = owners(many)
    many.client("admin").post(f"/records/undo/{last_by_admin(many)}")
    assert many.client("admin").post(f"/records/undo/{last_by_admin(many)}").status_code == 303
    run_jobs(many)
    assert owners(many) == handed_over


def last_by_admin(stage) -> int:
    with stage.app.app_context():
        by = sa.select(sa.func.max(Operation.id)).where(Operation.actor_id == stage.ids["user.admin"])
        return db.session.scalar(by)


def test_an_undo_that_takes_back_little_is_not_spent(stage):
    """Five contacts go to one and four of them on to another: from the end of the chain all come back."""
    ids = stage.ids
    with stage.writes("admin"):
        made = [Contact.create(db.session.get_one(User, ids["user.seller"]), given=f"Chain {n}").id for n in range(5)]
    admin = stage.client("admin")

    def hand_over(numbers, to):
        with stage.writes("admin"):
            for number in numbers:
                lifecycle_free = db.session.get_one(Contact, number)
                lifecycle_free.assign(db.session.get_one(User, ids[to]))
        return last_operation(stage)

    def owner_ids():
        with stage.app.app_context():
            return list(
                db.session.scalars(sa.select(Contact.owner_id).where(Contact.id.in_(made)).order_by(Contact.id))
            )

    first, second = hand_over(made, "user.colleague"), hand_over(made[1:], "user.rival")
    said = admin.post(f"/records/undo/{first}", headers={"HX-Request": "true", "HX-Current-URL": "/"})
    assert "Undo the later changes first" in said.headers["HX-Trigger"]
    assert owner_ids() == [ids["user.seller"], *[ids["user.rival"]] * 4]
    assert admin.post(f"/records/undo/{second}").status_code == 303
    assert admin.post(f"/records/undo/{first}").status_code == 303
    assert owner_ids() == [ids["user.seller"]] * 5
    assert admin.post(f"/records/undo/{first}").status_code == 409, "and now it is"
