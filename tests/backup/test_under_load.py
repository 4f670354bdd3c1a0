"""Backups while others write: each is one moment of the database, restores, and answers. A copy of the file, which many make
instead, is none: the same harness has to find it broken."""

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pysqlite3 import dbapi2 as sqlite

from crmlite.backup import dump, making, postgresql
from crmlite.extensions import db
from tests.backup.conftest import app_of, restore, scalar, signed_in

WRITERS = 3


class Load:
    """People who write notes as fast as they can."""

    def __init__(self, stage) -> None:
        self._stage = stage
        self._stop = threading.Event()
        self.acknowledged: list[str] = []
        self._threads = [threading.Thread(target=self._write, args=(number,)) for number in range(WRITERS)]

    def _write(self, writer: int) -> None:
        client = self._stage.client("seller")
        url = f"/records/contact/{self._stage.ids['seller.contact']}/notes"
        number = 0
        while not self._stop.is_set():
            text = f"load {writer} {number}"
            if client.post(url, data={"text": text}).status_code == 303:
                self.acknowledged.append(text)
            number += 1

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)


def test_every_backup_under_load_restores_to_one_moment(own_stage, settings, elsewhere, tmp_path, pytestconfig):
    """Every note that was acknowledged before is in it, and each with its event and its change: none is half there."""
    for number in range(20 if pytestconfig.getoption("--long") else 3):
        path = tmp_path / f"{number}.tar.gz"
        with Load(own_stage) as load:
            while len(load.acknowledged) < 5:
                time.sleep(0.01)
            before = list(load.acknowledged)
            made = making.make(settings, path)
        assert made.verified_at, made.problem
        assert made.problem is None
        restore(path, elsewhere.instance)
        with app_of(elsewhere.instance, elsewhere.url) as app:
            texts = set(all_of(app, "SELECT text FROM note"))
            assert set(before) <= texts
            notes = scalar(app, "SELECT count(*) FROM note WHERE text LIKE 'load%'")
            last = "SELECT count(*) FROM change WHERE record_type = 'note' AND action = 'created'"
            assert notes >= len(before)
            assert scalar(app, last) == scalar(app, "SELECT count(*) FROM event WHERE name = 'note.added'")
            client = signed_in(app, "seller")
            page = client.get(f"/contacts/{own_stage.ids['seller.contact']}")
            assert page.status_code == 200
            assert client.get("/contacts/").status_code == 200


def all_of(app, statement: str) -> list[str]:
    with app.app_context(), db.engines["reader"].connect() as connection:
        return [row[0] for row in connection.exec_driver_sql(statement)]


def in_the_middle(hold: Callable[[], None], monkeypatch) -> None:
    """Lets every copy of a database call that while it reads: SQLite within its VACUUM, PostgreSQL with its snapshot taken."""
    opens, run = dump._open, postgresql.run

    def opened(path: Path, mode: str):
        connection = opens(path, mode)
        if mode == "rw":
            connection.set_progress_handler(hold, 1000)
        return connection

    def ran(url: str, program: str, *words: str, **options) -> None:
        if program == "pg_dump":
            hold()
        run(url, program, *words, **options)

    monkeypatch.setattr(dump, "_open", opened)
    monkeypatch.setattr(postgresql, "run", ran)


def test_writers_do_not_wait_for_a_backup(own_stage, settings, tmp_path, monkeypatch):
    """However fast the machine is: while a backup stands still, they go on."""
    written = []

    def hold() -> None:
        if not written:
            before, deadline = len(load.acknowledged), time.monotonic() + 60
            while len(load.acknowledged) < before + 10 and time.monotonic() < deadline:
                time.sleep(0.01)
            written.append(len(load.acknowledged) - before)

    in_the_middle(hold, monkeypatch)
    with Load(own_stage) as load:
        making.make(settings, tmp_path / "firm.tar.gz")
    assert len(written) == 1
    assert written[0] >= 10


# --- copies -----------------------------------------------------------------------------------------------------------


class Churn:
    """A database with a page or two moving at every moment, and its log folded into the file all the time."""

    def __init__(self, path: Path) -> None:
        self._path, self._stop = path, threading.Event()
        with sqlite.connect(path) as connection:
            connection.execute("PRAGMA journal_mode=wal")
            connection.execute("CREATE TABLE alembic_version (version_num)")
            connection.execute("INSERT INTO alembic_version VALUES ('1')")
            connection.execute("CREATE TABLE file (path, sha256)")
            connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a, b)")
            connection.execute("CREATE INDEX i ON t (a)")
            many = ((str(n * 7919 % 20011), "x" * 200) for n in range(20000))
            connection.executemany("INSERT INTO t (a, b) VALUES (?, ?)", many)
        self._thread = threading.Thread(target=self._write)

    def _write(self) -> None:
        connection = sqlite.connect(self._path, isolation_level=None)
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA wal_autocheckpoint=20")
        number = 0
        while not self._stop.is_set():
            number += 1
            connection.execute("BEGIN")
            connection.execute("DELETE FROM t WHERE id % 97 = ?", (number % 97,))
            rows = ((str(n * 31 % 20011), "y" * (n % 400)) for n in range(number, number + 200))
            connection.executemany("INSERT INTO t (a, b) VALUES (?, ?)", rows)
            connection.execute("COMMIT")
        connection.close()

    def __enter__(self) -> "Churn":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join(30)


def copied(source: Path, target: Path) -> bool:
    """As cp does it; whether it came out whole."""
    with open(source, "rb") as file, open(target, "wb") as copy:
        shutil.copyfileobj(file, copy, 64 * 1024)
    return not dump.check_sqlite(target)


@pytest.mark.only_on("sqlite")
def test_a_copy_of_the_file_is_broken_and_ours_is_not(database, tmp_path, pytestconfig):
    times = 20 if pytestconfig.getoption("--long") else 6
    source = tmp_path / "live.db"
    with Churn(source):
        ours, theirs = [], []
        for number in range(times):
            target = tmp_path / f"ours{number}"
            dump._vacuum(source, target)
            ours.append(not dump.check_sqlite(target))
        deadline = time.monotonic() + 120
        while all(theirs) and time.monotonic() < deadline:
            target = tmp_path / f"theirs{len(theirs)}"
            theirs.append(copied(source, target))
            target.unlink()
    assert all(ours)
    assert not all(theirs), "all copies of a file that is written to came out whole: this harness would find nothing"
