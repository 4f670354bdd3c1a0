"""Moving between databases: every row of every table the same, ids that go on, search that finds, and what is refused."""

import re
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from pysqlite3 import dbapi2 as sqlite

from crmlite.backup import Refused, in_use, moving
from crmlite.backup import prints as prints_
from crmlite.backup.prints import Print
from crmlite.contacts.models import Contact
from crmlite.extensions import db
from crmlite.records import members
from tests import databases as dbs
from tests.backup.conftest import app_of, nothing, scalar

NOTED = 900_001
HIT = re.compile(r"/(contacts|leads)/\d+")


@pytest.fixture(params=dbs.KINDS)
def target(request, databases, tmp_path):
    """Where to: an address as people write it, of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.db'}"
        return
    try:
        url = databases.fresh("postgresql", nothing)
    except dbs.Unavailable as reason:
        pytest.skip(str(reason))
    yield url
    databases.drop(url)


@pytest.fixture
def firm(own_stage):
    """With what is easily lost on the way: an id that was given and is gone, JSON of both kinds of nothing, letters, a member."""
    with own_stage.writes("seller") as who:
        contact = db.session.get_one(Contact, own_stage.ids["rival.contact"])
        members.join(contact, who.user)
        ours = db.session.get_one(Contact, own_stage.ids["seller.contact"])
        ours.instructions = "Zoë’s 株式会社 \U0001f642 \\N \\. \t\n'\""
    with own_stage.app.app_context(), db.engines[None].begin() as connection:
        tag = {"id": NOTED, "name": "gone", "hue": "red"}
        connection.execute(sa.insert(db.metadata.tables["tag"]), tag)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT setval(pg_get_serial_sequence('tag', 'id'), %s)", (NOTED,))
        connection.execute(sa.delete(db.metadata.tables["tag"]).where(sa.column("id") == NOTED))
    let_go(own_stage)
    return own_stage


def let_go(stage) -> None:
    with stage.app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def move(stage, target: str) -> moving.Moved:
    settings = stage.app.extensions["crmlite.settings"]
    with stage.app.app_context():
        try:
            return moving.move(settings, target)
        finally:
            db.session.remove()


def prints(app) -> dict[str, Print]:
    with app.app_context(), db.engines["reader"].connect() as connection:
        return {table.name: prints_.of(connection, table) for table in db.metadata.tables.values()}


def test_every_row_of_every_table_is_the_same(firm, target):
    before = prints(firm.app)
    let_go(firm)
    moved = move(firm, target)
    assert moved.tables == before
    assert prints(firm.app) == before, "the old one is not changed"
    with app_of(firm.app.extensions["crmlite.settings"].instance, target) as app:
        assert prints(app) == before
        assert {name for name, (count, _sum) in before.items() if not count} <= {
            "organisation",
            "quote_decision",
            "mail_account",
            "suppression",
            "job",
            "throttle",
            "hit",
            "price",
            "recovery_code",
            "retention",
            "second_factor",
            "seen",
            "distinct_pair",
            "duplicate_pair",
            "import_mapping",
            "outside_id",
            "merge",
            "merge_move",
        }
        from crmlite import schema

        with app.app_context():
            assert schema.differences() == []


def test_an_id_that_was_given_is_not_given_again(firm, target):
    move(firm, target)
    with app_of(firm.app.extensions["crmlite.settings"].instance, target) as app, app.app_context():
        with db.engines[None].begin() as connection:
            tag = sa.insert(db.metadata.tables["tag"]).values(name="new", hue="red").returning(sa.column("id"))
            assert connection.scalar(tag) == NOTED + 1
            note = db.metadata.tables["note"]
            highest = connection.scalar(sa.select(sa.func.max(note.c.id)))
            values = {
                "record_type": "contact",
                "record_id": 1,
                "author_id": 1,
                "text": "x",
                "created_at": sa.func.now(),
            }
            if connection.dialect.name == "postgresql":
                assert connection.scalar(sa.insert(note).values(values).returning(note.c.id)) > highest


def test_search_finds_and_hides_as_before(firm, target):
    instance = firm.app.extensions["crmlite.settings"].instance
    words = [f"zc{owner}{kind}qx" for owner in ("seller", "rival", "nobody", "manager") for kind in ("contact", "lead")]

    def found(app, actor: str) -> list[bool]:
        client = app.test_client()
        client.set_cookie("crmlite_session", f"session-of-{actor}")
        return [bool(HIT.search(client.get(f"/records/search?q={word}").text)) for word in words]

    actors = ("seller", "rival", "manager", "service")
    before = {actor: found(firm.app, actor) for actor in actors}
    assert len({tuple(seen) for seen in before.values()}) > 1
    let_go(firm)
    move(firm, target)
    with app_of(instance, target) as app:
        assert {actor: found(app, actor) for actor in actors} == before


def test_there_and_back_again(firm, database, target, tmp_path):
    """And the journal's transaction numbers begin anew."""
    before = prints(firm.app)
    let_go(firm)
    move(firm, target)
    settings = firm.app.extensions["crmlite.settings"]
    back = f"sqlite:///{tmp_path / 'back.db'}"
    with app_of(settings.instance, target) as app:
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()
            moved = moving.move(app.extensions["crmlite.settings"], back)
            db.session.remove()
        assert moved.tables == before
    with app_of(settings.instance, back) as app:
        assert scalar(app, "SELECT count(*) FROM event WHERE tx <> 0") == 0
        assert scalar(app, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'") == 1


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE contact SET given = given || ' ' WHERE id = 1",
        "UPDATE contact SET birthday = '2000-01-01' WHERE id = 1",
        "UPDATE contact SET updated_at = '2020-01-01 00:00:00.000001' WHERE id = 1",
        "DELETE FROM note WHERE id = (SELECT max(id) FROM note)",
        "UPDATE event SET data = '{}' WHERE id = 1",
        "UPDATE contact SET deleted_at = created_at WHERE id = 1",
    ],
)
def test_the_hashes_would_notice(firm, change):
    """The control: one value of one row."""
    before = prints(firm.app)
    with firm.app.app_context(), db.engines[None].begin() as connection:
        connection.exec_driver_sql(change)
    after = prints(firm.app)
    assert sum(before[name] != after[name] for name in before) == 1


def test_a_row_that_is_lost_on_the_way_ends_it(firm, target, monkeypatch):
    insert, copy = moving._insert, moving._copy_in

    def loses(write):
        def run(connection, table, rows):
            rows = list(rows)
            write(connection, table, rows[1:] if table.name == "note" else rows)

        return run

    monkeypatch.setattr(moving, "_insert", loses(insert))
    monkeypatch.setattr(moving, "_copy_in", loses(copy))
    with pytest.raises(Refused, match="Table note is not the same in the new database"):
        move(firm, target)
    assert_empty(target)


def assert_empty(target: str) -> None:
    if target.startswith("sqlite"):
        path = Path(target.removeprefix("sqlite:///"))
        assert not path.exists()
        assert not path.with_name(path.name + ".part").exists()
        return
    engine = sa.create_engine(target.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.NullPool)
    assert sa.inspect(engine).get_table_names() == []


# --- what is refused --------------------------------------------------------------------------------------------------


def test_addresses_that_are_none(firm, tmp_path):
    settings = firm.app.extensions["crmlite.settings"]
    for url, sentence in (
        ("mysql://u@h/db", "The address must begin with sqlite:/// or postgresql://"),
        ("crm", "The address must look like"),
        (settings.database_url, "This is the database that is used already"),
        (f"sqlite:///{tmp_path}/no/such/folder.db", "There is no folder"),
        ("postgresql://crm:pa55word@127.0.0.1:1/crm", "The database does not answer"),
    ):
        let_go(firm)
        with pytest.raises(Refused, match=sentence) as refused:
            move(firm, url)
        assert "pa55word" not in str(refused.value)


def test_a_database_that_is_not_empty(firm, target):
    if target.startswith("sqlite"):
        with closing(sqlite.connect(target.removeprefix("sqlite:///"))) as connection:
            connection.execute("CREATE TABLE wp_posts (id INTEGER)")
    else:
        engine = sa.create_engine(target.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE wp_posts (id INTEGER)")
    with pytest.raises(Refused, match="exists already|it has the table wp_posts"):
        move(firm, target)


@pytest.mark.only_on("sqlite")
def test_a_log_that_was_left_of_another_database(firm, tmp_path):
    """Of one that was removed and had been killed: SQLite would write it over the new one when that is opened."""
    target, old = tmp_path / "new.db", tmp_path / "old.db"
    with closing(sqlite.connect(old)) as connection:
        connection.execute("PRAGMA journal_mode=wal")
        connection.execute("CREATE TABLE wp_posts (id INTEGER)")
        connection.commit()
        target.with_name("new.db-wal").write_bytes(old.with_name("old.db-wal").read_bytes())
    with pytest.raises(Refused, match="new.db-wal is left of another database"):
        move(firm, f"sqlite:///{target}")
    assert not target.exists()


def test_while_crmlite_runs(firm, target):
    lock = in_use.enter(firm.app.extensions["crmlite.settings"].instance)
    with lock, pytest.raises(Refused, match="crmlite is running with .*: stop it .* then move again"):
        move(firm, target)


def test_an_older_schema(firm, target):
    with firm.app.app_context(), db.engines[None].begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '20261124_1'")
    let_go(firm)
    with pytest.raises(Refused, match="run `crmlite upgrade` first"):
        move(firm, target)


@pytest.mark.only_on("sqlite")
def test_a_value_that_the_other_database_cannot_hold(firm, databases):
    try:
        url = databases.fresh("postgresql", nothing)
    except dbs.Unavailable as reason:
        pytest.skip(str(reason))
    with firm.app.app_context(), db.engines[None].begin() as connection:
        connection.exec_driver_sql("UPDATE note SET text = 'a' || char(0) || 'b' WHERE id = 1")
    with pytest.raises(Refused, match="The new database does not take it: .*It was left as it was"):
        move(firm, url)
    assert_empty(url)
    databases.drop(url)


@pytest.mark.only_on("sqlite")
def test_settings_are_what_it_reads(firm, tmp_path):
    settings = replace(firm.app.extensions["crmlite.settings"], database_url=f"sqlite:///{tmp_path / 'new.db'}")
    assert moving._checked(settings, f"sqlite:///{tmp_path / 'other.db'}")


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_cannot_hold_every_text(firm, databases, encoding):
    databases.require("postgresql")
    server, name = databases.fresh("postgresql", nothing).replace("+psycopg", "").rsplit("/", 1)
    other = f"{name}_{encoding.lower()}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(
            f"CREATE DATABASE {other} TEMPLATE template0 ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'"
        )
    url = f"{server}/{other}"
    with (
        firm.app.app_context(),
        pytest.raises(Refused, match=f"has the encoding {encoding}.*ENCODING 'UTF8'.*Nothing was written"),
    ):
        moving.move(firm.app.extensions["crmlite.settings"], url)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()[0] in (
            0,
            b"0",
        )
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {other} WITH (FORCE)")
