# ruff: noqa: F811 - fixtures are imported, and named again by those who ask for them
"""The clock is set forward, back, and stands at changes of the time: periodic work runs each of its times once, no mail goes out twice."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa

from crmlite import jobs, schedule
from crmlite.extensions import db, pretending, utcnow, writing
from crmlite.jobs import Job
from crmlite.mail import outbox, sending
from crmlite.schedule import DAY, HOUR, Periodic
from tests.mail.conftest import database_url, make_app  # noqa: F401 - fixtures
from tests.mail.test_headers import app, inbox  # noqa: F401 - fixtures

STEP = timedelta(minutes=10)
WEEKENDS = {
    "spring": datetime(2026, 3, 28, 12, tzinfo=UTC),
    "autumn": datetime(2026, 10, 24, 12, tzinfo=UTC),
    "leap day": datetime(2028, 2, 28, 12, tzinfo=UTC),
    "end of a month": datetime(2026, 4, 30, 12, tzinfo=UTC),
}
JUMPS = {
    "an hour ahead": (HOUR,),
    "an hour back": (-HOUR,),
    "a day ahead": (DAY,),
    "a day back": (-DAY,),
    "ahead and back": (DAY, -DAY),
    "ten years ahead, and noticed an hour later": (3652 * DAY, -3652 * DAY),
}


@jobs.job
def hourly() -> None:
    RUNS["hourly"] += 1


@jobs.job
def daily() -> None:
    RUNS["daily"] += 1


RUNS: Counter[str] = Counter()


def walk(begin: datetime, jumps: tuple[timedelta, ...]) -> list[datetime]:
    """What the clock shows over two days, with a jump each six hours, at half past."""
    times, now, jumps_left = [], begin, list(jumps)
    for step in range(2 * 24 * 6):
        if step % 36 == 3 and step > 36 and jumps_left:
            now += jumps_left.pop(0)
        times.append(now)
        now += STEP
    return times


def live(times: list[datetime]) -> dict[str, list[datetime]]:
    """Plans and works at each of these times; gives for which times each job was run."""
    RUNS.clear()
    for now in times:
        with pretending(now):
            schedule.plan()
            jobs.run_due()
    done = db.session.execute(sa.select(Job.name, Job.due_at).where(Job.state == "done").order_by(Job.due_at)).all()
    return {kind: [due_at for name, due_at in done if name.endswith(f".{kind}")] for kind in RUNS}


@pytest.mark.parametrize(
    ("begin", "jumps"),
    [(begin, ()) for begin in WEEKENDS.values()] + [(WEEKENDS["spring"], jumps) for jumps in JUMPS.values()],
    ids=[*WEEKENDS, *JUMPS],
)
def test_each_time_is_run_once(app, monkeypatch, begin, jumps):
    monkeypatch.setattr(schedule, "SCHEDULE", (Periodic(hourly, HOUR), Periodic(daily, DAY)))
    times = walk(begin, jumps)
    with app.app_context():
        done = live(times)
    for kind, due in done.items():
        assert len(set(due)) == len(due) == RUNS[kind]
    full = {now for before, now in pairwise(times) if now.minute == 0 and now - before == STEP}
    assert full - {times[0]} <= set(done["hourly"]), "no hour that the clock showed in passing was left out"
    assert {now for now in full if now.hour == 0} <= set(done["daily"])


def test_without_its_key_a_time_would_be_run_again(app, monkeypatch):
    """The control: the clock goes back, and the same hour is planned again."""
    monkeypatch.setattr(schedule, "SCHEDULE", (Periodic(hourly, HOUR),))
    enqueue = jobs.enqueue
    monkeypatch.setattr(jobs, "enqueue", lambda function, *, key, due_at: enqueue(function, due_at=due_at))
    with app.app_context():
        due = live(walk(WEEKENDS["spring"], (-HOUR,)))["hourly"]
    assert len(set(due)) < len(due)


@pytest.mark.parametrize("jump", [HOUR, -HOUR, DAY, -DAY], ids=str)
def test_a_mail_that_was_sent_is_not_sent_again(app, inbox, jump):
    with app.app_context():
        writing()
        outbox.send("typed", "anna@example.com", language="en", purpose="test", name="Anna", need="Chairs")
        db.session.commit()
        before = len(inbox.envelopes)
        assert sending.send_due() == 1
        with pretending(utcnow() + jump):
            assert sending.send_due() == 0
        assert len(inbox.envelopes) == before + 1
