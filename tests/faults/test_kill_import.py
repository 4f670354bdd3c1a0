"""kill -9 of a process that runs an import, many times: what is there in the end is what a run without a kill leaves.

`--long` kills a hundred times while 10,000 rows are taken in. A runner that commits its place apart from its rows has to fail.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from crmlite.companies.models import Company
from crmlite.contacts.models import Contact
from crmlite.extensions import db
from crmlite.imports.models import Import
from crmlite.records.notes import Note
from crmlite.records.tags import Tag, Tagging
from tests import cast
from tests.imports.conftest import Mover
from tests.imports.test_undo import rest

HERE = Path(__file__).parents[2]
RUNNER = [sys.executable, "-m", "tests.faults.importer"]


@pytest.fixture
def started(own_stage, database, tmp_path):
    """An import that was tried out and told to run, and nobody who does it yet."""
    stage: cast.Stage = own_stage

    def begin(rows: int) -> tuple[Mover, int, dict[str, str]]:
        mover = Mover(stage)
        number = mover.begin(sheet(rows))
        mover.try_out(number)
        assert mover.client.post(f"/imports/{number}/run").status_code == 303
        settings = stage.app.extensions["crmlite.settings"]
        environment = {
            **os.environ,
            "CRMLITE_DATABASE_URL": settings.database_url,
            "CRMLITE_INSTANCE": str(settings.instance),
            "CRMLITE_DISK_FLOOR_MB": "0",
        }
        return mover, number, environment

    return begin


def sheet(rows: int) -> str:
    return "Name,E-mail,Company,Parent company,Extra,Tags\n" + "".join(
        f"Person {n % (rows - 50)},p{n % (rows - 50)}@x.example,Firm {n % 90},Holding {n % 9},{n},T{n % 3}\n"
        for n in range(rows)
    )


def what_is_there(stage) -> list[tuple]:
    """Everybody with where they work, what that is a part of, their tags and notes: without numbers and times."""
    firm, holding = sa.orm.aliased(Company), sa.orm.aliased(Company)
    of = (sa.literal("contact") == Note.record_type) & (Note.record_id == Contact.id)
    worn = (sa.literal("contact") == Tagging.record_type) & (Tagging.record_id == Contact.id)
    query = (
        sa.select(Contact.name, Contact.main_email, firm.name, holding.name, Note.text, Tag.name)
        .outerjoin(firm, firm.id == Contact.main_company_id)
        .outerjoin(holding, holding.id == firm.parent_id)
        .outerjoin(Note, of)
        .outerjoin(Tagging, worn)
        .outerjoin(Tag, Tag.id == Tagging.tag_id)
    )
    with stage.engines["reader"].connect() as connection:
        return sorted((tuple(row) for row in connection.execute(query)), key=repr)


def killed(stage, number: int, environment: dict[str, str], kills: int, *variant: str) -> None:
    """Starts a runner again and again, and ends each at a moment of its work; the last one is left alone."""
    chance = random.Random(5)
    for _kill in range(kills):
        before = place(stage, number)
        process = subprocess.Popen([*RUNNER, str(number), *variant], cwd=HERE, env=environment)
        until = time.monotonic() + 30
        while process.poll() is None and place(stage, number) == before and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.25))
        process.send_signal(signal.SIGKILL)
        process.wait()
    subprocess.run([*RUNNER, str(number)], cwd=HERE, env=environment, check=True, timeout=600)
    assert left_over(environment["CRMLITE_INSTANCE"]) == []


def left_over(instance: str) -> list[str]:
    """Processes of that instance that outlived those who began them by some seconds."""
    until = time.monotonic() + 10
    while (found := sorted(_of(instance))) and time.monotonic() < until:
        time.sleep(0.1)
    return found


def _of(instance: str) -> Iterator[str]:
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            is_python = (
                b"tests.faults.importer" in (said := (process / "cmdline").read_bytes()) or b"crmlite.second" in said
            )
            if is_python and f"CRMLITE_INSTANCE={instance}\0".encode() in (process / "environ").read_bytes() + b"\0":
                yield process.name


def place(stage, number: int) -> int:
    with stage.engines["reader"].connect() as connection:
        return connection.scalar(sa.select(Import.place).where(Import.id == number)) or 0


def test_a_run_that_is_killed_ends_like_one_that_is_not(started, own_stage, pytestconfig):
    rows, kills = (10_000, 100) if pytestconfig.getoption("--long") else (2_000, 3)
    before = rest(own_stage)
    mover, number, environment = started(rows)
    killed(own_stage, number, environment, kills)
    done = mover.look(number)
    assert done.state == "done"
    assert sum(done.counts[name] for name in ("new", "joined")) == rows == len(done.rows)
    assert done.counts["people"] == rows - 50
    by_kills = rest(own_stage)
    with own_stage.app.app_context():
        people = db.session.scalar(
            sa.select(sa.func.count()).select_from(Contact).where(Contact.main_email.like("p%@x.example"))
        )
        assert people == rows - 50
    left_by_kills, report = what_is_there(own_stage), (done.counts, done.outcomes)
    mover.undo(number)
    assert rest(own_stage) == before
    assert by_kills != before
    clean = mover.move_in(sheet(rows))  # the same file, and nobody kills anything
    assert what_is_there(own_stage) == left_by_kills
    assert (clean.counts, clean.outcomes) == report


@pytest.mark.only_on("sqlite")
def test_the_harness_notices_a_place_that_is_remembered_too_late(started, own_stage):
    mover, number, environment = started(2_000)
    killed(own_stage, number, environment, 3, "forgetful")
    done = mover.look(number)
    assert len(done.rows) != 2_000 or done.counts.get("people") != 1_950
