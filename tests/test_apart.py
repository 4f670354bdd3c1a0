# ruff: noqa: F811 - fixtures are imported, and named again by those who ask for them
"""Jobs that take minutes: each in a process of its own, outside any transaction, its lease renewed, and tried again."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from crmlite import apart, backup, jobs, schedule
from crmlite.auth import jobs as auth_jobs
from crmlite.backup import jobs as backup_jobs
from crmlite.extensions import db, utcnow, writing
from crmlite.jobs import Job
from tests.auth.conftest import app, make_app  # noqa: F401 - fixtures
from tests.auth.conftest import own_database_url as database_url  # noqa: F401 - fixtures

PATIENCE = 60


@pytest.fixture
def worker(make_app, database_url, tmp_path, monkeypatch):
    """An app whose children find the same instance, as those of a real worker do."""
    for name, value in {
        "CRMLITE_INSTANCE": str(tmp_path / "instance"),
        "CRMLITE_DATABASE_URL": database_url,
        "CRMLITE_DISK_FLOOR_MB": "0",
    }.items():
        monkeypatch.setenv(name, value)
    return make_app()


def enqueue(app, function=backup_jobs.nightly) -> None:
    with app.app_context():
        writing()
        jobs.enqueue(function)
        db.session.commit()


def row(app) -> Job:
    with app.app_context():
        found = db.session.scalars(sa.select(Job).order_by(Job.id)).first()
        db.session.remove()
        return found


def run(app, stop=None) -> int:
    with app.app_context():
        return apart.run_due(stop or threading.Event())


def test_the_nightly_backup_is_made_by_a_process_of_its_own(worker):
    enqueue(worker)
    assert run(worker) == 1
    done = row(worker)
    assert (done.state, done.attempts, done.lease_until, done.error) == ("done", 1, None, None)
    latest = backup.latest(worker.extensions["crmlite.settings"])
    assert latest.problem is None
    assert latest.verified_at
    assert Path(latest.path).parent == worker.extensions["crmlite.settings"].instance / "backups"
    with worker.app_context():
        assert jobs.run_due() == 0, "it is done"


def test_the_worker_runs_others_meanwhile_and_leaves_it_to_its_thread(app):
    enqueue(app)
    enqueue(app, auth_jobs.forget_throttles)
    with app.app_context():
        assert jobs.run_due(beside=jobs.names_apart()) == 1
        states = dict(db.session.execute(sa.select(Job.name, Job.state)).all())
    assert states == {"backup.jobs.nightly": "queued", "auth.jobs.forget_throttles": "done"}


HELD = """
import sys, time
from pathlib import Path
from crmlite import cli
from crmlite.backup import making
begun, go_on, *sys.argv[1:] = sys.argv[1:]
make = making.make
def held(*args):
    Path(begun).touch()
    while not Path(go_on).exists():
        time.sleep(0.05)
    return make(*args)
making.make = held
cli.main()
"""


def test_nobody_waits_for_it(worker, monkeypatch, tmp_path):
    """While it is at work, the write lock is free for small transactions."""
    begun, go_on, real = tmp_path / "begun", tmp_path / "go on", apart.subprocess.Popen
    program = [sys.executable, "-c", HELD, str(begun), str(go_on)]
    monkeypatch.setattr(apart.subprocess, "Popen", lambda then, **how: real([*program, *then[3:]], **how))
    enqueue(worker)
    ended = threading.Event()

    def make() -> None:
        run(worker)
        ended.set()

    thread = threading.Thread(target=make)
    thread.start()
    until(begun.exists)
    with worker.app_context():
        for _time in range(20):
            jobs.beat("test")
        assert row(worker).state == "running", "it lasts longer than all of these"
        go_on.touch()
        while not ended.is_set():
            jobs.beat("test")
            time.sleep(0.01)
    thread.join(PATIENCE)
    assert row(worker).state == "done"


@pytest.mark.only_on("sqlite")
def test_as_an_ordinary_job_it_would_hold_the_lock(app):
    """The control: what the same probe sees while a job runs in its transaction."""
    begun, end = threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        end.wait(2)

    slow.__module__ = "crmlite.test"
    jobs.job(slow)
    enqueue(app, slow)

    def work() -> None:
        with app.app_context():
            jobs.run_due()

    thread = threading.Thread(target=work)
    thread.start()
    assert begun.wait(PATIENCE)
    threading.Timer(1, end.set).start()
    started = time.monotonic()
    with app.app_context():
        jobs.beat("test")
    assert time.monotonic() - started > 0.8
    thread.join(PATIENCE)


WAITS = """
import os, sys, time
while not os.path.exists(sys.argv[1]):
    time.sleep(0.05)
if sys.argv[2:]:
    os.execv(sys.argv[2], sys.argv[2:])
"""


def waiting_for(file: Path) -> list[str]:
    """A program that ends when the file is there, or becomes the one whose command follows."""
    return [sys.executable, "-c", WAITS, str(file)]


def sleeping(seconds: float) -> list[str]:
    return [sys.executable, "-c", f"import time; time.sleep({seconds})"]


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def child(monkeypatch):
    """Lets the job be another program; gives the processes that are started then."""

    def become(command: list[str]) -> list[subprocess.Popen]:
        real, started = apart.subprocess.Popen, []

        def start(_command: list[str], **options) -> subprocess.Popen:
            started.append(real(command, **options))
            return started[-1]

        monkeypatch.setattr(apart.subprocess, "Popen", start)
        return started

    return become


def test_its_lease_is_renewed_as_long_as_it_lives(worker, child, monkeypatch, tmp_path):
    monkeypatch.setattr(apart, "RENEW", 0.2)
    child(waiting_for(tmp_path / "enough"))
    enqueue(worker)
    seen = set()
    thread = threading.Thread(target=run, args=(worker,))
    thread.start()

    def three_leases() -> bool:
        seen.add(row(worker).lease_until)
        return len(seen - {None}) >= 3

    try:
        until(three_leases)
    finally:
        (tmp_path / "enough").touch()
        thread.join(PATIENCE)
    assert row(worker).state == "done"


def test_what_fails_is_tried_again_and_says_why(worker, monkeypatch):
    monkeypatch.setenv("CRMLITE_BACKUP_FOLDER", "/no/such/folder")
    enqueue(worker)
    run(worker)
    failed = row(worker)
    assert (failed.state, failed.attempts) == ("queued", 1)
    assert failed.due_at > utcnow()
    assert "cannot be written to /no/such/folder" in failed.error
    assert "Traceback" not in failed.error
    assert "cannot be written" in backup.latest(worker.extensions["crmlite.settings"]).problem


def test_one_that_fails_five_times_is_parked(worker, child):
    child(["/bin/false"])
    enqueue(worker)
    for _try in range(5):
        with worker.app_context():
            writing()
            db.session.execute(sa.update(Job).values(due_at=utcnow() - timedelta(hours=1)))
            db.session.commit()
        run(worker)
    parked = row(worker)
    assert (parked.state, parked.attempts) == ("parked", 5)
    assert parked.error == "its process ended with status 1"


def test_told_to_stop_it_ends_the_process_and_puts_the_job_back(worker, child):
    started = child(sleeping(600))
    enqueue(worker)
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(worker, stop))
    thread.start()
    until(lambda: started)
    stop.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert started[0].returncode == -signal.SIGTERM
    back = row(worker)
    assert (back.state, back.attempts, back.lease_until) == ("queued", 0, None)


def test_taken_over_by_another_it_ends(worker, child, monkeypatch):
    monkeypatch.setattr(apart, "RENEW", 0.1)
    started = child(sleeping(600))
    enqueue(worker)
    thread = threading.Thread(target=run, args=(worker,))
    thread.start()
    until(lambda: started)
    with worker.app_context():
        writing()
        db.session.execute(sa.update(Job).values(attempts=2))
        db.session.commit()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert started[0].returncode == -signal.SIGTERM
    assert (row(worker).state, row(worker).attempts) == ("running", 2)


def test_it_is_planned_for_its_time_of_the_day(make_app):
    app = make_app(backup_at="03:45")
    with app.app_context():
        schedule.plan()
        schedule.plan()
        [planned] = db.session.scalars(sa.select(Job).where(Job.name == "backup.jobs.nightly"))
        assert (planned.due_at.hour, planned.due_at.minute) == (3, 45)
        assert planned.key.startswith("schedule:backup.jobs.nightly:")
        assert json.dumps(planned.args) == "{}"


def test_without_a_time_there_is_none(make_app):
    app = make_app(backup_at="")
    with app.app_context():
        schedule.plan()
        assert not db.session.scalar(sa.select(sa.func.count()).where(Job.name == "backup.jobs.nightly"))
