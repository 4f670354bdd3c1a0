"""kill -9 of the worker while it sends: no mail goes out twice by itself, and what is uncertain says so."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from crmlite.extensions import db, utcnow, writing
from crmlite.mail import outbox
from crmlite.mail.outbox import Message
from tests.mail.conftest import database_url, make_app  # noqa: F401 - fixtures
from tests.mail.servers import Stub
from tests.mail.test_smtp_faults import end_leases, header, write_mail

HERE = Path(__file__).parents[2]


@pytest.mark.parametrize("purpose", ["test", "sign_in"])
def test_mail_under_kills(make_app, database_url, tmp_path, purpose):  # noqa: F811
    mails, kills = 40, 6
    chance = random.Random(7)
    with Stub().running() as server:
        server.thinks = 0.02
        app = make_app(smtp_url=server.url)
        with app.app_context():
            ids = [write_mail(purpose=purpose, to=f"person{n}@example.org") for n in range(mails)]
        environment = {
            **os.environ,
            "CRMLITE_DATABASE_URL": database_url,
            "CRMLITE_INSTANCE": str(tmp_path / "instance"),
            "CRMLITE_SMTP_URL": server.url,
        }
        for kill in range(kills):
            before = len(server.texts)
            worker = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.sender"], cwd=HERE, env=environment, stderr=-3
            )
            deadline = time.monotonic() + 20
            while len(server.texts) < min(mails, before + 1 + kill % 4) and time.monotonic() < deadline:
                time.sleep(0.001)
            time.sleep(chance.uniform(0, 0.004))
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
        with app.app_context():
            finish()
            states = Counter(db.session.scalars(sa.select(Message.state).where(Message.id.in_(ids))))
            unknown = states.pop("unknown", 0)
            assert set(states) == {"sent"}
            assert unknown <= kills
            assert (unknown > 0) == (purpose == "test")
        arrived = Counter(header(text, b"Message-ID") for text in server.mails)
        assert len(arrived) >= mails - unknown, "nothing is missing but what says it may be"
        twice = [message_id for message_id, times in arrived.items() if times > 1]
        if purpose == "test":
            assert twice == []
        else:  # what somebody waits for is sent again by itself; the kills did hit, and this test would see a second copy
            assert twice


def finish() -> None:
    """The leases of killed workers run out, and what is due is sent."""
    for _ in range(3):
        end_leases()
        outbox.send_due()
        writing()
        past = utcnow() - timedelta(seconds=1)
        db.session.execute(sa.update(Message).where(Message.state == "deferred").values(due_at=past))
        db.session.commit()
        outbox.send_due()
    db.session.rollback()
