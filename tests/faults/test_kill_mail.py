"""kill -9 of the worker in the middle of SMTP, many times: no mail goes out twice by itself, and what is uncertain says so.

Exactly once cannot be had over SMTP. What can: one attempt for each row, an honest `unknown`, and nothing missing once
somebody has pressed the button. `--long` kills a hundred times. Two workers that are built the easy way have to fail.
"""

import asyncio
import email
import io
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller

from crmlite.extensions import db, utcnow, writing
from crmlite.files import File
from crmlite.mail import outbox
from crmlite.mail.models import Message, MessageFile
from tests.mail.conftest import database_url, make_app  # noqa: F401 - fixtures
from tests.mail.test_smtp_faults import end_leases, write_mail
from tests.ports import free_port

HERE = Path(__file__).parents[2]


@dataclass
class Sink:
    """A mail server that remembers what it took, and lets the test see how far it is."""

    port: int = 0
    begun: int = 0
    taken: list[str] = field(default_factory=list)
    """Message-IDs of mails it has, whether its answer was heard or not."""
    broken: int = 0
    """Mails that came without their file."""
    thinks: float = 0.2
    """Seconds it takes before it has a mail, and again before it says so: long enough that a worker dies in here."""

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.begun += 1
        await asyncio.sleep(self.thinks)
        mail = email.message_from_bytes(envelope.content)
        self.broken += [part.get_filename() for part in mail.walk() if part.get_filename()] != ["offer.pdf"]
        self.taken.append(mail["Message-ID"])
        await asyncio.sleep(self.thinks)
        return "250 taken"


@pytest.fixture
def sink() -> Iterator[Sink]:
    handler = Sink(port=free_port())
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port, ready_timeout=60)
    controller.start()
    yield handler
    controller.stop()


@dataclass
class Run:
    """What is left after all kills, when every worker's lease has run out and what is due was sent."""

    kills: int
    ids: list[str]
    states: Counter
    taken: Counter

    @property
    def missing(self) -> int:
        return len(set(self.ids) - set(self.taken))

    @property
    def twice(self) -> int:
        return sum(times > 1 for times in self.taken.values())

    def wrong(self) -> list[str]:
        """Which of the promises about mail that nobody waits for do not hold."""
        unknown = self.states["unknown"]
        promises = {
            "no mail went out twice by itself": self.twice == 0,
            "each kill leaves one mail in doubt at most": unknown <= self.kills,
            "what is missing says that it may be": self.missing <= unknown,
            "all others were sent": self.states["sent"] + unknown == len(self.ids),
        }
        return [promise for promise, holds in promises.items() if not holds]


@pytest.fixture
def killed(make_app, database_url, tmp_path, sink, request):  # noqa: F811
    """Sends mails with a file by a worker that is killed again and again."""
    is_long = request.config.getoption("--long")

    def run(purpose: str = "test", variant: str = "", mails: int = 24, kills: int = 6) -> Run:
        if is_long:
            mails, kills = 600, 100
        app = make_app(smtp_url=f"smtp://127.0.0.1:{sink.port}")
        with app.app_context():
            ids = write_mails(mails, purpose)
        environment = {
            **os.environ,
            "CRMLITE_DATABASE_URL": database_url,
            "CRMLITE_INSTANCE": str(tmp_path / "instance"),
            "CRMLITE_SMTP_URL": f"smtp://127.0.0.1:{sink.port}",
        }
        chance = random.Random(7)
        for kill in range(kills):
            kill_a_worker(sink, [sys.executable, "-m", "tests.faults.sender", variant], environment, kill, chance)
        sink.thinks = 0.01  # from here on nobody is killed
        with app.app_context():
            finish()
            states = Counter(db.session.scalars(sa.select(Message.state)))
        return Run(kills, ids, states, Counter(sink.taken))

    return run


def write_mails(number: int, purpose: str) -> list[str]:
    rows = [write_mail(purpose=purpose, to=f"person{n}@example.org") for n in range(number)]
    writing()
    file = File.store(io.BytesIO(b"%PDF-1.7"), "offer.pdf", "application/pdf")
    db.session.add_all(MessageFile(message_id=row, file=file, name=file.name) for row in rows)
    db.session.commit()
    return list(db.session.scalars(sa.select(Message.message_id)))


def kill_a_worker(sink: Sink, command: list[str], environment: dict, kill: int, chance: random.Random) -> None:
    """Before the server has the mail, after it has it and before it said so, or at any moment: in turn."""
    begun, taken = sink.begun, len(sink.taken)
    worker = subprocess.Popen(command, cwd=HERE, env=environment, stderr=-3)
    more = 1 + kill % 2
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        if (sink.begun - begun if kill % 3 == 0 else len(sink.taken) - taken) >= more:
            break
        time.sleep(0.001)
    if kill % 3 == 2:
        time.sleep(chance.uniform(0, 4 * sink.thinks))
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    time.sleep(2 * sink.thinks)  # the server sees to what it has


def finish() -> None:
    """The leases of killed workers run out, and what is due is sent."""
    for _ in range(3):
        end_leases()
        send_all()
        writing()
        past = utcnow() - timedelta(seconds=1)
        db.session.execute(sa.update(Message).where(Message.state == "deferred").values(due_at=past))
        db.session.commit()
        send_all()
    db.session.rollback()


def send_all() -> None:
    while outbox.send_due():
        pass


def test_mail_under_kills(killed, make_app, sink):  # noqa: F811
    run = killed()
    print(f"{run.kills} kills, {len(run.ids)} mails: {dict(run.states)}, {run.missing} missing, {run.twice} twice")
    assert run.wrong() == []
    assert run.states["unknown"] >= run.kills // 2, "the kills did hit"
    assert run.missing > 0, "some of them before the server had the mail"
    assert sink.broken == 0
    with make_app(smtp_url=f"smtp://127.0.0.1:{sink.port}").app_context():
        writing()
        in_doubt = db.session.scalars(sa.select(Message).where(Message.state == "unknown")).all()
        for message in in_doubt:
            message.send_again()
        db.session.commit()
        send_all()
        assert set(db.session.scalars(sa.select(Message.state))) == {"sent"}
        again = {message.message_id for message in in_doubt}
    arrived = Counter(sink.taken)
    assert set(arrived) == set(run.ids), "after the button nothing is missing"
    assert {message_id for message_id, times in arrived.items() if times > 1} <= again, "twice only what somebody chose"
    assert sink.broken == 0


def test_what_somebody_waits_for_under_kills(killed):
    """It is sent again by itself, so it may come twice, with the same Message-ID, and is never missing."""
    run = killed(purpose="sign_in", kills=4)
    assert run.states == {"sent": len(run.ids)}
    assert run.missing == 0
    assert run.twice > 0, "the kills did hit"


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    ("variant", "promise"),
    [
        ("mark_before", "what is missing says that it may be"),
        ("mark_after", "no mail went out twice by itself"),
    ],
)
def test_workers_without_a_state_between_fail(killed, variant, promise):
    """The negative control: this test sees what the easy ways do wrong."""
    assert promise in killed(variant=variant, mails=12, kills=3).wrong()
