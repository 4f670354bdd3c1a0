"""kill -9 at the statements of an upgrade: the database is the old one or the new one, and the next start makes it the new one.

The same harness runs an upgrade that commits after every statement: if it found nothing between old and new there, it would
prove nothing here.
"""

import json
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from crmlite import create_app, schema, upgrading
from crmlite.upgrading import snapshots
from tests.upgrading.conftest import BUILDS, Look, in_child, look

STEPS = (
    """
    op.create_table("made_up", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("name", sa.String()))
    op.create_index("ix_made_up_name", "made_up", ["name"])
    op.execute("INSERT INTO made_up (id, name) SELECT id, family FROM contact")
    """,
    """
    with op.batch_alter_table("contact") as batch:
        batch.add_column(sa.Column("made_up", sa.String(), nullable=True))
    op.execute("UPDATE contact SET made_up = upper(family)")
    with op.batch_alter_table("company", recreate="always" if is_sqlite else "auto") as batch:
        batch.add_column(sa.Column("made_up", sa.Integer(), nullable=False, server_default="7"))
        batch.create_index("ix_company_made_up", ["made_up"])
    op.execute("DELETE FROM note WHERE id % 2 = 0")
    """,
)
FEW = 10
"""How many places a short run tries on each database; `--long` tries all."""


@dataclass
class Upgrade:
    """An upgrade in a process that can be killed at any of its statements, and at what the engine does between them."""

    settings: dict[str, Any]
    seen: Path
    is_careless: bool = False

    def points(self, url: str) -> list[str]:
        """Runs it to its end and gives what it came by."""
        assert self._run(url, None) == 0
        return json.loads(self.seen.read_text())

    def die(self, url: str, at: int) -> None:
        assert self._run(url, at) == -signal.SIGKILL

    def finish(self, url: str) -> None:
        assert self._run(url, None) == 0

    def _run(self, url: str, at: int | None) -> int:
        def run() -> None:
            came_by: list[str] = []

            def at_point(what: str) -> None:
                if len(came_by) == at:
                    os.kill(os.getpid(), signal.SIGKILL)
                came_by.append(what)

            self._watch(at_point)
            with create_app({"database_url": url, **self.settings}).app_context():
                upgrading.upgrade(without_snapshot=True)
            self.seen.write_text(json.dumps(came_by))

        return in_child(run)

    def _watch(self, at_point: Callable[[str], None]) -> None:
        event.listen(sa.Engine, "before_cursor_execute", lambda *given: at_point(given[2]))
        event.listen(sa.Engine, "commit", lambda _connection: at_point("COMMIT"))
        event.listen(sa.pool.Pool, "close", lambda *_given: at_point("afterwards"))
        if self.is_careless:
            event.listen(sa.Engine, "after_cursor_execute", self._commit)

    @staticmethod
    def _commit(connection: sa.Connection, _cursor: Any, statement: str, *_given: Any) -> None:
        if not writes([statement]):
            return
        raw = connection.connection.dbapi_connection
        if connection.dialect.name == "postgresql":
            raw.commit()
        elif raw.in_transaction and not statement.startswith("BEGIN"):
            raw.execute("COMMIT")
            raw.execute("BEGIN IMMEDIATE")


def writes(points: list[str]) -> list[int]:
    """The places before what changes something, before the commit and after it; what only looks is between them."""
    read = ("SELECT", "PRAGMA", "SHOW", "\nSELECT")
    return [number for number, what in enumerate(points) if not what.lstrip().upper().startswith(read)]


def some(numbers: list[int], most: int) -> list[int]:
    """Evenly, with the first and the last three, among which is the commit."""
    if len(numbers) <= most:
        return numbers
    step = (len(numbers) - 4) / (most - 4)
    return sorted({numbers[int(n * step)] for n in range(most - 3)} | set(numbers[-3:]))


@pytest.fixture
def harness(history, settings, tmp_path):
    for step in STEPS:
        history.add(step, shrinks=("note",))
    import alembic.autogenerate  # noqa: F401 - once, and not in each of the processes
    import alembic.command  # noqa: F401

    return Upgrade(settings, tmp_path / "seen")


@pytest.fixture(params=BUILDS, ids=lambda build: build.release.name)
def fresh(request, database, databases):
    """Gives new copies of a release's database, each gone when the next is asked for."""
    made: list[str] = []

    def make() -> str:
        while made:
            databases.drop(made.pop())
        made.append(databases.fresh(database, request.param))
        return made[-1]

    yield make
    for url in made:
        databases.drop(url)


def killed(harness: Upgrade, fresh: Callable[[], str], at: int) -> tuple[str, Look]:
    url = fresh()
    harness.die(url, at)
    return url, look(url)


def test_killed_anywhere_it_is_old_or_new_and_the_next_start_finishes(harness, fresh, pytestconfig):
    url = fresh()
    old = look(url)
    points = harness.points(url)
    new = look(url)
    assert (old.version, new.version) != (new.version, old.version)
    changing = writes(points)
    assert len(changing) > 10
    assert "COMMIT" in points
    numbers = range(len(points)) if pytestconfig.getoption("long") else some(changing, FEW)
    found = set()
    for at in numbers:
        url, after = killed(harness, fresh, at)
        assert after in (old, new), f"between, killed before {points[at]}"
        found.add(after.version)
        if at in changing:
            harness.finish(url)
            assert look(url) == new, f"killed before {points[at]}"
    assert found == {old.version, new.version}, "killed on both sides of the commit"


def test_committing_after_each_statement_would_be_noticed(harness, fresh):
    harness.is_careless = True
    url = fresh()
    old = look(url)
    points = harness.points(url)
    new = look(url)
    between = [at for at in some(writes(points)[2:-3], 6) if killed(harness, fresh, at)[1] not in (old, new)]
    assert between


def test_killed_in_the_middle_of_the_snapshot(harness, fresh, settings, monkeypatch):
    url = fresh()
    old = look(url)
    folder = Path(settings["instance"]) / "snapshots"

    def run() -> None:
        monkeypatch.setattr(snapshots, "_sync", lambda _path: os.kill(os.getpid(), signal.SIGKILL))
        with create_app({"database_url": url, **settings}).app_context():
            upgrading.upgrade()

    assert in_child(run) == -signal.SIGKILL
    assert look(url) == old
    assert snapshots.all_of(folder) == []
    with create_app({"database_url": url, **settings}).app_context():
        done = upgrading.upgrade()
        assert schema.version() == schema.newest()
    assert list(folder.iterdir()) == [done.snapshot]
