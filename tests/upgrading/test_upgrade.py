"""An upgrade: the snapshot before it, what is checked in its transaction, and that nothing is changed where it fails."""

import threading
import time
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from crmlite import extensions, schema, upgrading
from crmlite.auth import roles
from crmlite.auth.models import Role
from crmlite.extensions import db
from crmlite.upgrading import State, checks, snapshots
from tests.backup.conftest import nothing
from tests.upgrading.conftest import NOTE, execute, hashes, look, refused, rows_of

ANEW = (
    'with op.batch_alter_table("company", recreate="always" if is_sqlite else "auto") as batch:\n'
    '    batch.add_column(sa.Column("made_up", sa.String(), nullable=False, server_default="x"))'
)


@pytest.fixture
def snapshot_folder(settings):
    return Path(settings["instance"]) / "snapshots"


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
            sorted(map(repr, connection.execute(sa.text(f"SELECT * FROM {name}"))))
            for name in ("note", "affiliation", "tag")
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
    before = rows_of(old_url)
    with open_app(old_url).app_context():
        upgrading.upgrade()
    look(old_url)
    after = rows_of(old_url)
    for table in ("affiliation", "contact", "lead", "deal", "quote"):
        columns = {table: list(before[table][0])}
        assert hashes(after, columns) == hashes(before, columns)
    assert len(after["company"]) == len(before["company"])


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


@pytest.mark.only_on("postgresql")
def test_of_two_that_open_a_new_database_at_once_one_makes_the_roles(database, databases, open_app, monkeypatch):
    """`crmlite upgrade` beside a server that waits for it: both find that there is none yet."""
    url = databases.fresh(database, nothing)
    app = open_app(url)
    with app.app_context():
        upgrading.upgrade()
    own = roles.writing

    def make() -> None:
        with app.app_context():
            roles.make_standard()

    def overtaken() -> None:
        monkeypatch.setattr(roles, "writing", own)
        other = threading.Thread(target=make)
        other.start()
        other.join()
        own()

    monkeypatch.setattr(roles, "writing", overtaken)
    make()
    with app.app_context():
        assert sorted(db.session.scalars(sa.select(Role.name))) == sorted(roles.STANDARD)
