"""Another program reads the database while crmlite serves: our log stays, and what is acknowledged afterwards is kept.

POSIX takes all locks of a process away when it closes any descriptor of the file. SQLite then believes that nobody uses the database,
and the next program that ends deletes the log under our feet: everything written from then on would be lost.
"""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from crmlite import create_app
from tests.cast import Stage

pytestmark = pytest.mark.only_on("sqlite")

READ = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); print(c.execute('SELECT count(*) FROM contact').fetchone()); c.close()"


def work(stage: Stage) -> Path:
    """Several connections of one process, as a busy server has; the path of the log."""
    seller = stage.client("seller")
    for path in ("/contacts/", "/companies/", "/desk/"):
        assert seller.get(path).status_code == 200
    assert seller.post("/companies/new", data={"name": "Before"}).status_code == 303
    settings = stage.app.extensions["crmlite.settings"]
    create_app(
        {"database_url": settings.database_url, "instance": str(settings.instance)}
    )  # as a second start in this process
    assert seller.get("/contacts/").status_code == 200
    return Path(f"{stage.app.extensions['crmlite.settings'].sqlite_path}-wal")


def read_elsewhere(path: Path) -> None:
    subprocess.run([sys.executable, "-c", READ, str(path)], check=True, capture_output=True)


def test_what_is_written_after_another_program_read_is_kept(own_stage):
    log = work(own_stage)
    before = log.stat().st_ino
    read_elsewhere(own_stage.app.extensions["crmlite.settings"].sqlite_path)
    assert log.exists()
    assert log.stat().st_ino == before
    assert own_stage.client("seller").post("/companies/new", data={"name": "Afterwards Ltd"}).status_code == 303
    with sqlite3.connect(f"file:{own_stage.app.extensions['crmlite.settings'].sqlite_path}?mode=ro", uri=True) as other:
        assert other.execute("SELECT count(*) FROM company WHERE name = 'Afterwards Ltd'").fetchone() == (1,)
    other.close()


def test_a_process_that_opens_and_closes_the_file_loses_its_log(own_stage):
    """The control: this is what must never be done."""
    log = work(own_stage)
    os.close(os.open(own_stage.app.extensions["crmlite.settings"].sqlite_path, os.O_RDWR))
    read_elsewhere(own_stage.app.extensions["crmlite.settings"].sqlite_path)
    assert not log.exists()
