"""Sixteen who write, thirty-two who read, and the worker: nobody is told that the database is locked, and no change is lost."""

import contextlib
import http.client
import os
import random
import re
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest

from crmlite.demo.cast import PASSWORD
from tests.demo.conftest import build_firm
from tests.test_serve import Server

WRITERS, READERS, COUNTERS = 16, 32, 4
ENOUGH = 40
"""So many changes tell whether any is lost. A busy machine takes longer over them, and gets a minute."""
PAGES = (
    "/contacts/",
    "/contacts/1",
    "/companies/?_sort=-name",
    "/deals/board",
    "/contacts/?_q=ka",
    "/records/contact/1/timeline",
)


@dataclass
class Crowd:
    """What they did, and what they were answered."""

    port: int
    cookie: str
    until: float
    minds: bool
    """Whether writers say what they saw before they wrote."""
    added: list[int] = field(default_factory=list)
    """The contact of each change that was taken: threads append without losing one, counting they might."""
    answers: set[object] = field(default_factory=set)
    slowest: float = 0.0

    def run(self) -> None:
        work = [self._write] * WRITERS + [self._read] * READERS
        threads = [threading.Thread(target=job, args=(random.Random(n),)) for n, job in enumerate(work)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    @property
    def at_it(self) -> bool:
        over = time.monotonic() - self.until
        return over < 0 or (len(self.added) < ENOUGH and over < 60)

    def _write(self, chance: random.Random) -> None:
        """Counts one up in a field of a contact; where somebody was faster, reads and tries again."""
        while self.at_it:
            contact = chance.randint(1, COUNTERS)
            seen = self.number_of(contact)
            values = {"family": str(seen + 1)} | ({"was": str(seen)} if self.minds else {})
            if self.ask("POST", f"/records/contact/{contact}/field/family", **values)[0] == 200:
                self.added.append(contact)
            time.sleep(chance.random() / 20)

    def _read(self, chance: random.Random) -> None:
        while self.at_it:
            self.ask("GET", chance.choice(PAGES))
            time.sleep(chance.random() / 10)

    def number_of(self, contact: int) -> int:
        body = self.ask("GET", f"/records/contact/{contact}/field/family?edit=1")[1]
        return int(re.search(r'name="was" value="(\d+)"', body)[1])

    def ask(self, method: str, path: str, **values: str) -> tuple[int, str]:
        started = time.monotonic()
        headers = {"Cookie": self.cookie, "HX-Request": "true", "Content-Type": "application/x-www-form-urlencoded"}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            try:
                connection.request(method, path, urlencode(values), headers)
                answer = connection.getresponse()
                status, body = answer.status, answer.read().decode()
            except (OSError, http.client.HTTPException) as error:
                status, body = 0, repr(error)
        self.answers.add(status or body)
        self.slowest = max(self.slowest, time.monotonic() - started)
        return status, body


@pytest.fixture
def crowd(database, databases, tmp_path):
    """Sets the counters to nought, lets the crowd in for so many seconds, and gives it with what the counters say at the end."""
    url = databases.fresh(database, build_firm)
    server = Server(
        {
            **os.environ,
            "CRMLITE_DATABASE_URL": url,
            "CRMLITE_INSTANCE": str(tmp_path / "instance"),
            "CRMLITE_DISK_FLOOR_MB": "0",
        }
    )
    server.wait_for(200)

    def run(seconds: float, minds: bool) -> tuple[Crowd, dict[int, int]]:
        made = Crowd(server.port, sign_in(server.port), time.monotonic() + seconds, minds)
        for contact in range(1, COUNTERS + 1):
            assert made.ask("POST", f"/records/contact/{contact}/field/family", family="0")[0] == 200
        made.run()
        return made, {contact: made.number_of(contact) for contact in range(1, COUNTERS + 1)}

    yield run
    server.close()
    databases.drop(url)


def test_nobody_is_locked_out_and_no_change_is_lost(crowd, pytestconfig):
    made, counters = crowd(600 if pytestconfig.getoption("--long") else 5, minds=True)
    assert made.answers <= {200, 409}
    assert len(made.added) >= ENOUGH
    assert counters == {contact: made.added.count(contact) for contact in counters}
    assert made.slowest < 30


def test_writers_who_do_not_say_what_they_saw_lose_changes(crowd):
    """The control: the counters notice."""
    made, counters = crowd(4, minds=False)
    assert sum(counters.values()) < len(made.added)


def sign_in(port: int) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(connection):
        body = urlencode({"email": "manager@demo.example", "password": PASSWORD})
        connection.request("POST", "/login", body, {"Content-Type": "application/x-www-form-urlencoded"})
        return connection.getresponse().headers["Set-Cookie"].split(";")[0]
