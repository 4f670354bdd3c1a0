"""The snapshot before an upgrade: whole, private, the last three kept, and no upgrade where there can be none."""

import resource
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crmlite import create_app, schema, upgrading
from crmlite.extensions import pretending
from crmlite.upgrading import State, snapshots
from tests.upgrading.conftest import NOTE, execute, in_child, look, refused


@pytest.fixture
def snapshot_folder(settings):
    return Path(settings["instance"]) / "snapshots"


def test_the_snapshot_is_the_database_as_it_was(old_url, open_app, history, snapshot_folder, databases):
    newest = history.add(NOTE)
    before = look(old_url)
    with open_app(old_url).app_context():
        done = upgrading.upgrade()
    assert done.after == newest
    assert look(old_url).version != before.version
    [path] = snapshots.all_of(snapshot_folder)
    assert done.snapshot == path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(snapshot_folder.stat().st_mode) == 0o700
    assert restored(path, old_url, databases) == before


def restored(path: Path, url: str, databases):
    if url.startswith("sqlite"):
        return look(f"sqlite:///{path}")
    server = url.rsplit("/", 1)[0]
    databases._run("CREATE DATABASE from_snapshot")
    try:
        command = ["pg_restore", "--exit-on-error", "--no-owner", f"--dbname={server}/from_snapshot", str(path)]
        subprocess.run(command, check=True, capture_output=True)
        return look(f"{server}/from_snapshot")
    finally:
        databases._run("DROP DATABASE from_snapshot WITH (FORCE)")


def test_only_the_last_three_are_kept(old_url, open_app, snapshot_folder):
    app = open_app(old_url)
    now = datetime(2026, 11, 26, tzinfo=UTC)
    taken = []
    for days in range(5):
        with pretending(now + timedelta(days=days)):
            taken.append(snapshots.take(app.extensions["crmlite.settings"], "20261126_3"))
    assert snapshots.all_of(snapshot_folder) == taken[-3:]


def test_what_a_killed_one_left_goes_with_the_next(old_url, open_app, snapshot_folder):
    snapshot_folder.mkdir(parents=True)
    (snapshot_folder / "20260101T000000000000Z-20261126_3.db.part").write_bytes(b"half")
    snapshots.take(open_app(old_url).extensions["crmlite.settings"], "20261126_3")
    assert len(list(snapshot_folder.iterdir())) == 1


def test_a_database_that_has_this_schema_or_nothing_needs_none(old_url, open_app, snapshot_folder, tmp_path):
    with open_app(old_url).app_context():
        upgrading.upgrade()
        here = len(snapshots.all_of(snapshot_folder))
        assert upgrading.upgrade() is None
    if old_url.startswith("sqlite"):
        old_url = f"sqlite:///{tmp_path}/empty.db"
    else:
        execute(old_url, "DROP SCHEMA public CASCADE")
        execute(old_url, "CREATE SCHEMA public")
    with open_app(old_url).app_context():
        assert upgrading.upgrade().before is None
        assert schema.differences() == []
    assert len(snapshots.all_of(snapshot_folder)) == here


@pytest.mark.only_on("postgresql")
def test_without_pg_dump_nothing_is_upgraded_unless_told(old_url, open_app, history, snapshot_folder, monkeypatch):
    history.add(NOTE)
    app = open_app(old_url)
    before = look(old_url)
    monkeypatch.setattr(snapshots.shutil, "which", lambda _program: None)
    error = refused(app)
    assert error.state is State.NO_PROGRAM
    assert "Install PostgreSQL's client programs (postgresql-client)" in str(error)
    assert "`crmlite upgrade --without-snapshot`" in str(error)
    assert look(old_url) == before
    with app.app_context():
        assert upgrading.upgrade(without_snapshot=True).snapshot is None
        assert schema.version() == schema.newest()


@pytest.mark.only_on("postgresql")
def test_what_pg_dump_says_is_said_without_the_password(old_url, open_app, history, monkeypatch, snapshot_folder):
    history.add(NOTE)
    app = open_app(old_url.replace("crmlite@", "crmlite:pa55word@"))
    monkeypatch.setattr(
        snapshots, "_login", lambda _url: {"PGHOST": "127.0.0.1", "PGPORT": "1", "PGPASSWORD": "pa55word"}
    )
    error = refused(app)
    assert error.state is State.NO_SNAPSHOT
    assert str(error).startswith("pg_dump could not take the snapshot: ")
    assert "pa55word" not in str(error)
    assert list(snapshot_folder.iterdir()) == []


@pytest.mark.only_on("sqlite")
def test_a_disk_that_is_full_in_the_middle_of_the_snapshot(old_url, settings, history, snapshot_folder, tmp_path):
    """In a process that may write no more than 200 KB into one file, which says what a full disk says."""
    history.add(NOTE)
    before = look(old_url)
    said = tmp_path / "said"

    def run() -> None:
        app = create_app({"database_url": old_url, **settings})
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        said.write_text(str(refused(app)))

    assert in_child(run) == 0
    assert said.read_text().startswith("The snapshot before the upgrade could not be written to ")
    assert list(snapshot_folder.iterdir()) == []
    assert look(old_url) == before


@pytest.mark.only_on("sqlite")
def test_a_disk_without_room_is_said_before(old_url, open_app, history, monkeypatch):
    history.add(NOTE)
    app = open_app(old_url)
    usage = snapshots.shutil.disk_usage("/")
    monkeypatch.setattr(snapshots.shutil, "disk_usage", lambda _path: usage._replace(free=0))
    assert "The disk has 0 MB left, and a snapshot of the database needs" in str(refused(app))
