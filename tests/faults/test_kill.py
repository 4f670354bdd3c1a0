"""kill -9 of server and worker while people send forms: what was acknowledged is there, once.

The same harness runs an app that answers before it stores: if it reported no losses there, it would prove nothing here.
"""

import contextlib
import http.client
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from crmlite.auth.models import Role, User
from crmlite.contacts.models import Contact
from crmlite.extensions import db, utcnow, writing
from crmlite.jobs import Job
from crmlite.leads.fields import Field
from crmlite.leads.models import Lead, Submission, WebForm
from crmlite.mail.outbox import Message
from tests.leads.conftest import token
from tests.mail.conftest import database_url, make_app  # noqa: F401 - fixtures
from tests.ports import free_port

HERE = Path(__file__).parents[2]
CLIENTS = 4
HONEST = [sys.executable, "-m", "crmlite.cli", "serve", "--workers", "2"]
LIAR = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1", "tests.faults.answer_first:app"]


@dataclass
class Report:
    """What the clients were told, and what the database holds; everything by the number of the post."""

    acknowledged: set[int] = field(default_factory=set)
    kills: int = 0
    submissions: Counter[int] = field(default_factory=Counter)
    leads: Counter[int] = field(default_factory=Counter)
    contacts: Counter[int] = field(default_factory=Counter)
    mails: Counter[int] = field(default_factory=Counter)

    @property
    def lost(self) -> set[int]:
        return self.acknowledged - set(self.submissions)

    @property
    def without_lead(self) -> set[int]:
        return self.acknowledged - set(self.leads)

    @property
    def twice(self) -> set[int]:
        counts = (self.submissions, self.leads, self.contacts, self.mails)
        return {number for count in counts for number, times in count.items() if times > 1}


@pytest.fixture
def firm(make_app, database_url, tmp_path):  # noqa: F811
    """Runs a server with its worker, and kills it as often as told while posts come in."""
    app = make_app()

    def run(command: list[str], *, posts: int, kills: int, seed: int) -> Report:
        form = prepare(app)
        report = Report()
        environment = {
            **os.environ,
            "CRMLITE_DATABASE_URL": database_url,
            "CRMLITE_INSTANCE": str(tmp_path / "instance"),
        }
        with Server(command, environment) as server:
            clients = Clients(server.port, form, token(app, form, 60), range(posts), report.acknowledged)
            with clients:
                chance = random.Random(seed)
                while clients.are_busy and report.kills < kills:
                    clients.wait_for(posts * (report.kills + 1) // (kills + 1))
                    server.kill_one(chance)
                    report.kills += 1
            if command is HONEST:
                wait_until_done(app)
        count(app, report)
        return report

    return run


def test_nothing_acknowledged_is_lost_and_nothing_is_there_twice(firm, pytestconfig):
    posts, kills = (20_000, 200) if pytestconfig.getoption("--long") else (120, 4)
    report = firm(HONEST, posts=posts, kills=kills, seed=1)
    assert report.kills == kills
    assert report.acknowledged == set(range(posts))
    assert report.lost == set()
    assert report.without_lead == set()
    assert report.twice == set()
    assert set(report.mails) == set(report.leads)


def test_the_harness_notices_an_app_that_answers_before_it_stores(firm):
    report = firm(LIAR, posts=120, kills=4, seed=1)
    assert report.acknowledged == set(range(120))
    assert len(report.lost) > 0


# --- the server -------------------------------------------------------------------------------------------------------


class Server:
    """A command that serves, in a session of its own, started again whenever it does not answer any more."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.port = free_port()
        self._command = [*command, "--host", "127.0.0.1", "--port", str(self.port)]
        self._environment = environment

    def __enter__(self) -> "Server":
        self._start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._end()

    def kill_one(self, chance: random.Random) -> None:
        """kill -9 of one of its processes: web server, its workers, the one for jobs, or the one that watches them."""
        victim = chance.choice(session_of(self._process.pid))
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
        if victim == self._process.pid:
            self._process.wait()  # until then it looks alive, and nobody would start what it watched again
        if not self._answers(within=10):
            self._end()
            self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            self._command,
            cwd=HERE,
            env=self._environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert self._answers(within=90), "the server does not start"

    def _end(self) -> None:
        """Whatever is left of the session, orphans too."""
        for pid in session_of(self._process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()

    def _answers(self, within: float) -> bool:
        deadline = time.monotonic() + within
        while time.monotonic() < deadline and self._process.poll() is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
            with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
                connection.request("GET", "/f/none")
                connection.getresponse().read()
                return True
            time.sleep(0.1)
        return False


def session_of(leader: int) -> list[int]:
    """The processes of the session that `leader` began."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _parent, _group, session = entry.read_text().rpartition(")")[2].split()[:4]
            if int(session) == leader and state != "Z":
                found.append(int(entry.parent.name))
    return sorted(found)


# --- those who post ---------------------------------------------------------------------------------------------------


class Clients:
    """Browsers that send each post until they are thanked for it, always with the same key."""

    def __init__(self, port: int, form: str, form_token: str, numbers: range, acknowledged: set[int]) -> None:
        self._port, self._form, self._token, self._acknowledged = port, form, form_token, acknowledged
        self._numbers = list(numbers)
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(CLIENTS)]

    def __enter__(self) -> "Clients":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        for thread in self._threads:
            thread.join(120)
        assert not self.are_busy, "a client is not answered any more"

    @property
    def are_busy(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def wait_for(self, count: int) -> None:
        while self.are_busy and len(self._acknowledged) < count:
            time.sleep(0.002)

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._numbers:
                    return
                number = self._numbers.pop(0)
            deadline = time.monotonic() + 90
            while not self._post(number):
                if time.monotonic() > deadline:
                    return
                time.sleep(0.05)
            self._acknowledged.add(number)

    def _post(self, number: int) -> bool:
        """Whether the server thanked."""
        body = urlencode(
            {
                "f1": f"Visitor {number}",
                "f2": f"visitor-{number}@example.com",
                "f4": f"Need {number}",
                "_token": self._token,
                "_key": f"key-{number}",
                "website": "",
            }
        )
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=15)
        try:
            connection.request("POST", f"/f/{self._form}", body, {"Content-Type": "application/x-www-form-urlencoded"})
            answer = connection.getresponse()
            return answer.status == 200 and b"Thank you" in answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


# --- before and after -------------------------------------------------------------------------------------------------


def prepare(app) -> str:
    """A form without limits whose leads somebody is told about; returns its public id."""
    fields = [
        Field("f1", "Name", "text", True, "contact.name"),
        Field("f2", "E-mail", "email", True, "contact.email"),
        Field("f4", "Need", "textarea", False, "lead.need"),
    ]
    with app.app_context():
        writing()
        role = db.session.scalars(sa.select(Role)).first() or Role(name="seller")
        db.session.add(role)
        db.session.flush()
        owner = User(name="Owner", email="owner@firm.example", password="x", role_id=role.id)
        db.session.add(owner)
        db.session.flush()
        form = WebForm.create(
            None,
            name="Killed",
            fields=[f.stored() for f in fields],
            owner_id=owner.id,
            limit_per_hour=0,
            limit_per_visitor=0,
        )
        db.session.commit()
        return form.public_id


def wait_until_done(app) -> None:
    """Until the worker has nothing left. A killed worker's lease is ended here instead of waited for."""
    left, deadline = None, time.monotonic() + 120
    while time.monotonic() < deadline:
        with app.app_context():
            writing()
            running = sa.update(Job).where(Job.state == "running")
            db.session.execute(running.values(lease_until=utcnow() - timedelta(seconds=1)))
            db.session.commit()
            periodic = sa.func.coalesce(Job.key, "").startswith("schedule:")  # always has a next time
            is_open = sa.and_(Job.state.in_(["queued", "running"]), sa.not_(periodic))
            open_jobs = db.session.scalar(sa.select(sa.func.count()).where(is_open))
        if not open_jobs:
            return
        if left is None or open_jobs < left:  # thousands of posts take their time; standing still is what must not be
            left, deadline = open_jobs, time.monotonic() + 120
        time.sleep(0.5)
    raise AssertionError("the worker does not finish")


def count(app, report: Report) -> None:
    with app.app_context():
        for name, query in {
            "submissions": sa.select(Submission.client_key).where(Submission.client_key.startswith("key-")),
            "leads": sa.select(Lead.need),
            "contacts": sa.select(Contact.family),
            "mails": sa.select(Message.subject),
        }.items():
            numbers = (text.replace("-", " ").split()[-1] for text in db.session.scalars(query))
            getattr(report, name).update(int(number) for number in numbers if number.isdigit())
        with db.engines["reader"].connect() as connection:
            if connection.dialect.name == "sqlite":
                assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
                assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
