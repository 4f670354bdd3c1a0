# ruff: noqa: F811 - fixtures are imported, and named again by those who ask for them
"""Periodic work: planned once however many workers there are, run once after a pause; and that an idle worker does not write."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from crmlite import jobs, schedule
from crmlite.auth.models import Throttle, User, UserSession
from crmlite.duplicates.models import DuplicateCard
from crmlite.extensions import db, pretending, utcnow, writing
from crmlite.jobs import Job
from crmlite.schedule import DAY, HOUR, Periodic
from tests.auth.conftest import app, database_url, make_app  # noqa: F401 - fixtures


def rows() -> list[Job]:
    return list(db.session.scalars(sa.select(Job).order_by(Job.id).execution_options(populate_existing=True)))


def make_due() -> None:
    writing()
    db.session.execute(sa.update(Job).where(Job.state == "queued").values(due_at=utcnow() - DAY))
    db.session.commit()


@pytest.mark.parametrize(
    ("every", "at", "expected"),
    [
        (HOUR, timedelta(), datetime(2026, 3, 29, 2, 0, tzinfo=UTC)),
        (HOUR, timedelta(minutes=30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (DAY, timedelta(hours=1), datetime(2026, 3, 30, 1, 0, tzinfo=UTC)),
        (DAY, timedelta(hours=3), datetime(2026, 3, 29, 3, 0, tzinfo=UTC)),
    ],
)
def test_the_next_time_is_on_the_grid_and_after_now(every, at, expected):
    assert Periodic(print, every, at).next_time(datetime(2026, 3, 29, 1, 0, tzinfo=UTC)) == expected


def test_each_is_planned_once_and_again_after_it_ran(app):
    with app.app_context():
        schedule.plan()
        schedule.plan()
        assert sorted(row.name for row in rows()) == sorted(jobs.name_of(p.job) for p in schedule.SCHEDULE)
        assert all(row.due_at > utcnow() for row in rows())
        make_due()
        schedule.plan()
        assert jobs.run_due() == len(schedule.SCHEDULE), "what was missed runs once, not once a day that was missed"
        assert {row.state for row in rows()} == {"done"}, [row.error for row in rows()]
        schedule.plan()
        assert len(rows()) == len(schedule.SCHEDULE), "this time of the day was run already"


def test_the_next_run_is_planned_when_its_time_is_another(app, monkeypatch):
    with app.app_context():
        schedule.plan()
        make_due()
        jobs.run_due()
        later = utcnow() + 2 * DAY
        monkeypatch.setattr(schedule, "utcnow", lambda: later)
        schedule.plan()
        assert sum(row.state == "queued" for row in rows()) == len(schedule.SCHEDULE)


def test_two_workers_plan_and_run_each_once(make_app):
    apps = [make_app(), make_app()]
    ran = []
    gate = threading.Barrier(2)

    def work(app) -> None:
        with app.app_context():
            gate.wait()
            schedule.plan()
            gate.wait()
            if app is apps[0]:
                make_due()
            gate.wait()
            ran.append(jobs.run_due())

    threads = [threading.Thread(target=work, args=(app,)) for app in apps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with apps[0].app_context():
        assert len(rows()) == sum(ran) == len(schedule.SCHEDULE)
        assert {(row.state, row.attempts) for row in rows()} == {("done", 1)}


def test_what_it_forgets(app):
    old, new = utcnow() - timedelta(minutes=1), utcnow() + DAY
    with app.app_context():
        writing()
        user = db.session.scalars(sa.select(User)).first()
        for name, until in (("old", old), ("new", new)):
            db.session.add(UserSession(user_id=user.id, secret_hash=name, expires_at=until))
            db.session.add(Throttle(key=name, count=1, until=until))
        db.session.add(Job(name="x", args={}, state="done", due_at=utcnow() - timedelta(days=8)))
        db.session.add(Job(name="x", args={}, state="parked", due_at=utcnow() - timedelta(days=8)))
        with pretending(utcnow() - DAY):
            jobs.note_seen("retention")
        db.session.commit()
        schedule.plan()
        make_due()
        jobs.run_due()
        assert db.session.scalars(sa.select(UserSession.secret_hash)).all() == ["new"]
        assert db.session.scalars(sa.select(Throttle.key)).all() == ["new"]
        assert [row.state for row in rows() if row.name == "x"] == ["parked"]


@pytest.mark.only_on("sqlite")
def test_sqlite_counts_its_large_tables(app, monkeypatch):
    monkeypatch.setattr(schedule, "FEW", 200)
    with app.app_context():
        writing()
        for number in range(200):
            db.session.add(Throttle(key=str(number), count=1, until=utcnow()))
        db.session.commit()
        count_tables()
        assert counted() == {"throttle"}


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("few", [0, schedule.FEW], ids=["kept, the control", "as it is"])
def test_a_table_that_was_small_when_it_was_counted_is_not_read_whole(app, monkeypatch, few):
    """Many rows come on the day after: their keys are looked up, and not sought in all of the table."""
    monkeypatch.setattr(schedule, "FEW", few)
    with app.app_context():
        writing()
        db.session.add(DuplicateCard(record_type="contact", record_id=1, values={}))
        db.session.commit()
        count_tables()
        writing()
        card = DuplicateCard
        query = sa.select(card.values).where(card.record_type == "contact", card.record_id.in_(range(400)))
        text = str(query.compile(db.engines[None], compile_kwargs={"literal_binds": True}))
        plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all()
        assert ("SCAN" if few == 0 else "SEARCH") in plan[0][3], plan


def count_tables() -> None:
    writing()
    schedule.optimize()
    db.session.commit()


def counted() -> set[str]:
    with db.engines["reader"].connect() as connection:
        return set(connection.scalars(sa.text("SELECT tbl FROM sqlite_stat1")))


def test_an_idle_worker_never_writes(app):
    begun = []
    with app.app_context():
        sa.event.listen(db.engines[None], "begin", begun.append)
        assert jobs.run_due() == 0
        assert begun == []
        writing()
        jobs.enqueue(schedule.optimize)
        db.session.commit()
        assert jobs.run_due() == 1
        assert begun != [], "the probe sees a transaction that is begun"


def test_the_worker_beats_plans_and_stops_when_told(app):
    stop = threading.Event()
    planned = []
    thread = threading.Thread(target=jobs.keep_working, args=(app, stop, lambda: planned.append(1)))
    thread.start()
    try:
        for _try in range(1200):
            if planned:
                break
            threading.Event().wait(0.05)
    finally:
        stop.set()
        thread.join(60)
    assert not thread.is_alive()
    assert planned == [1]
    with app.app_context():
        assert utcnow() - jobs.last_seen("worker") < timedelta(seconds=10)


def test_a_key_that_was_used_is_not_used_again(app):
    with app.app_context():
        writing()
        jobs.enqueue(schedule.optimize, key="once")
        jobs.enqueue(schedule.optimize, key="once")
        jobs.enqueue(schedule.optimize)
        jobs.enqueue(schedule.optimize)
        db.session.commit()
        assert len(rows()) == 3
