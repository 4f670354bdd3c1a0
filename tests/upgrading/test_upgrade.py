"""An upgrade: the snapshot before it, what is checked in its transaction, and that nothing is changed where it fails."""

import resource
import stat
import subprocess
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from pysqlite3 import dbapi2 as sqlite

from crmlite import create_app, extensions, schema, upgrading
from crmlite.extensions import pretending
from crmlite.upgrading import NotUpgraded, State, checks, snapshots
from tests.upgrading.conftest import execute, in_child, look, path_of

ANEW = (
    'with op.batch_alter_table("company", recreate="always" if is_sqlite else "auto") as batch:\n'
    '    batch.add_column(sa.Column("made_up", sa.String(), nullable=False, server_default="x"))'
)
NOTE = 'op.create_table("made_up", sa.Column("id", sa.Integer(), primary_key=True))'


@pytest.fixture
def snapshot_folder(settings):
    return Path(settings["instance"]) / "snapshots"


def refused(app, **options) -> NotUpgraded:
    with app.app_context(), pytest.raises(NotUpgraded) as raised:
        upgrading.upgrade(**options)
    return raised.value


# --- the snapshot -----------------------------------------------------------------------------------------------------


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


def test_a_database_that_has_this_schema_or_nothing_needs_none(old_url, open_app, databases, database, snapshot_folder):
    app = open_app(old_url)
    with app.app_context():
        upgrading.upgrade()
        here = len(snapshots.all_of(snapshot_folder))
        assert upgrading.upgrade() is None
    assert len(snapshots.all_of(snapshot_folder)) == here
    url = databases.fresh(database, nothing)
    with open_app(url).app_context():
        assert upgrading.upgrade().before is None
        assert schema.differences() == []
    assert len(snapshots.all_of(snapshot_folder)) == here
    databases.drop(url)


def nothing(url: str) -> None:
    if url.startswith("sqlite"):
        sqlite.connect(path_of(url)).close()


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


# --- the checks -------------------------------------------------------------------------------------------------------

BROKEN = {
    "loses rows": ('op.execute("DELETE FROM note")', "The table note had 35 rows and has 0, which no migration said."),
    "loses a table": ('op.drop_table("throttle")', "The table throttle is gone, which no migration said."),
    "leaves orphans": (
        'op.execute("DROP TABLE IF EXISTS nobody")\n'
        "if not is_sqlite:\n"
        '    op.execute("ALTER TABLE affiliation ADD CONSTRAINT hasty FOREIGN KEY (id) REFERENCES company (id) NOT VALID")\n'
        "else:\n"
        '    op.execute("UPDATE affiliation SET company_id = 4711 WHERE id = 1")',
        "There are rows that name others that do not exist: ",
    ),
    "does not do what the models say": (
        'with op.batch_alter_table("tag") as batch:\n    batch.drop_column("hue")',
        "The database is not as this version needs it: the column tag.hue is missing.",
    ),
    "fails half-way": (
        'op.execute("UPDATE contact SET family = \'lost\'")\nop.execute("SELECT no_such_column FROM contact")',
        "no_such_column",
    ),
    "raises": ('op.execute("DELETE FROM note")\nraise ValueError("no such luck")', "no such luck."),
    "sets another version": (
        "op.execute(\"INSERT INTO alembic_version (version_num) VALUES ('20200101_1')\")",
        "After all migrations the database says that it has the schema ",
    ),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_migration_that_breaks_something_leaves_the_database_as_it_was(old_url, open_app, history, how):
    body, sentence = BROKEN[how]
    history.add(NOTE)
    history.add(body)
    before = look(old_url)
    error = refused(open_app(old_url))
    assert error.state is State.FAILED
    assert sentence in str(error)
    assert "The database is as it was. The snapshot " in str(error)
    assert look(old_url) == before


@pytest.mark.parametrize("how", ["loses rows", "loses a table", "leaves orphans", "does not do what the models say"])
def test_without_the_checks_it_would_have_been_kept(old_url, open_app, history, monkeypatch, how):
    """The control of the test before: what does not fail by itself is committed."""
    history.add(BROKEN[how][0])
    before = look_at(old_url)
    monkeypatch.setattr(checks, "require_sound", lambda *_given, **_named: None)
    with open_app(old_url).app_context():
        upgrading.upgrade()
    assert look_at(old_url) != before


def look_at(url: str):
    """Rows and columns only, as these databases are broken."""
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.NullPool)
    with engine.connect() as connection:
        return [
            list(connection.execute(sa.text(f"SELECT * FROM {name}"))) for name in ("note", "affiliation", "tag")
        ] + [
            sa.inspect(connection).has_table("throttle"),
            sa.inspect(connection).get_foreign_keys("affiliation"),
        ]


@pytest.mark.only_on("sqlite")
def test_a_disk_that_is_full_in_the_middle(old_url, open_app, history):
    history.add(
        'pages = op.get_bind().exec_driver_sql("PRAGMA page_count").scalar_one()\n'
        'op.get_bind().exec_driver_sql(f"PRAGMA max_page_count={pages + 20}")\n'
        'op.create_table("made_up", sa.Column("bytes", sa.LargeBinary()))\n'
        'op.execute("INSERT INTO made_up SELECT zeroblob(100000) FROM contact")'
    )
    before = look(old_url)
    error = refused(open_app(old_url))
    assert error.state is State.FAILED
    assert "database or disk is full." in str(error)
    assert look(old_url) == before


def test_values_of_rows_are_not_said(old_url, open_app, history):
    history.add(
        "op.execute(\"INSERT INTO tag (name, hue) VALUES ('zcsecret', 'blue')\")\n"
        "op.execute(\"INSERT INTO tag (name, hue) VALUES ('zcsecret', 'blue')\")"
    )
    error = refused(open_app(old_url))
    assert "unique" in str(error).lower()
    assert "zcsecret" not in str(error)


def test_what_a_migration_says_it_takes_away_may_go(old_url, open_app, history):
    history.add('op.execute("DELETE FROM note")', shrinks=("note",))
    with open_app(old_url).app_context():
        upgrading.upgrade()
    assert look(old_url).rows["note"] == []


def test_what_the_administrator_added_does_not_stand_in_the_way(old_url, open_app, history):
    execute(old_url, "CREATE INDEX of_our_own ON contact (family)")
    execute(old_url, "CREATE TABLE of_our_own_too (id INTEGER)")
    history.add(NOTE)
    with open_app(old_url).app_context():
        upgrading.upgrade()
        assert schema.version() == schema.newest()


def test_a_table_that_others_name_can_be_made_anew(old_url, open_app, history):
    """SQLite copies a table to change it. With foreign keys on, dropping the old one takes or refuses what names it."""
    history.add(ANEW)
    before = look(old_url)
    with open_app(old_url).app_context():
        upgrading.upgrade()
    after = look(old_url)
    for table in ("affiliation", "contact", "lead", "deal", "quote"):
        assert after.rows[table] == before.rows[table]
    assert len(after.rows["company"]) == len(before.rows["company"])


@pytest.mark.only_on("sqlite")
def test_with_foreign_keys_on_it_could_not(old_url, open_app, history, monkeypatch):
    history.add(ANEW)
    app, prepare = open_app(old_url), extensions._prepare_sqlite
    monkeypatch.setattr(extensions, "_prepare_sqlite", lambda engine, begin, **_pragmas: prepare(engine, begin))
    assert "FOREIGN KEY constraint failed" in str(refused(app))


# --- whose database it is ---------------------------------------------------------------------------------------------


def test_a_newer_database_is_not_touched(old_url, open_app):
    execute(old_url, "UPDATE alembic_version SET version_num = '29990101_12'")
    before = look(old_url)
    error = refused(open_app(old_url))
    assert error.state is State.NEWER
    assert "the schema 29990101_12 of a newer crmlite" in str(error)
    assert look(old_url) == before


@pytest.mark.parametrize("revision", ["ae1027a6acf", "20200101_1"])
def test_a_database_of_something_else_is_not_touched(old_url, open_app, revision):
    execute(old_url, f"UPDATE alembic_version SET version_num = '{revision}'")
    before = look(old_url)
    error = refused(open_app(old_url))
    assert error.state is State.FOREIGN
    assert f"the schema {revision}, which no version of crmlite has" in str(error)
    assert look(old_url) == before


def test_tables_without_a_version_are_not_ours(old_url, open_app):
    execute(old_url, "DROP TABLE alembic_version")
    before = look(old_url)
    error = refused(open_app(old_url))
    assert error.state is State.FOREIGN
    assert "The database has tables, but none of crmlite's" in str(error)
    assert look(old_url) == before


def test_revisions_are_compared_as_days_and_numbers():
    assert schema._is_later("20261127_10", "20261127_9")
    assert not schema._is_later("20261127_9", "20261127_10")
    assert not schema._is_later("ae1027a6acf", "20261127_9")


# --- several at once --------------------------------------------------------------------------------------------------


def test_of_two_that_upgrade_at_once_one_does_it(old_url, open_app, history, snapshot_folder):
    history.add(f"{NOTE}\ntime.sleep(0.7)")
    apps = [open_app(old_url), open_app(old_url)]
    done = []

    def run(app) -> None:
        with app.app_context():
            done.append(upgrading.upgrade())

    threads = [threading.Thread(target=run, args=(app,)) for app in apps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one is None for one in done].count(True) == 1, done
    assert len(snapshots.all_of(snapshot_folder)) == 1


@pytest.mark.only_on("postgresql")
def test_whoever_reads_a_table_for_long_is_waited_for(old_url, open_app, history):
    history.add('op.add_column("contact", sa.Column("made_up", sa.String()))')
    app = open_app(old_url)
    reader = psycopg.connect(old_url)
    reader.execute("SELECT count(*) FROM contact")
    threading.Timer(6, reader.close).start()  # longer than what a request waits for
    began = time.monotonic()
    with app.app_context():
        assert upgrading.upgrade() is not None
    assert time.monotonic() - began > 4
