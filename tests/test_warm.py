"""What apps share comes out the same for each of them, an app that differs gets its own, and a database that was lent is as new."""

from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from pysqlite3 import dbapi2 as sqlite
from werkzeug.routing import IntegerConverter, Map, Rule

from crmlite.extensions import _SqliteCompiler
from tests import oracles, rows, warm
from tests.auth.conftest import build

# --- apps -------------------------------------------------------------------------------------------------------------


def show(template: str, **filters) -> str:
    app = Flask(__name__)
    app.jinja_env.filters.update(filters)
    return app.jinja_env.from_string(template).render(word="a&b")


def test_a_template_is_compiled_once_for_apps_that_are_alike_and_anew_for_others(tmp_path):
    assert show("{{ word }}{{ 1 | twice }}", twice=lambda n: n * 2) == "a&amp;b2"
    assert show("{{ word }}{{ 1 | twice }}", twice=lambda n: n * 3) == "a&amp;b3", "a filter of this app"
    assert show("{{ word }}{{ 'x' | upper }}") == "a&amp;bX"
    assert show("{{ word }}{{ 'x' | upper }}", upper=lambda _text: "mine") == "a&amp;bmine", "folded into the code"
    (tmp_path / "page.html").write_text("old")
    app = Flask(__name__, template_folder=str(tmp_path))
    assert app.jinja_env.get_template("page.html").render() == "old"
    (tmp_path / "page.html").write_text("new")
    assert Flask(__name__, template_folder=str(tmp_path)).jinja_env.get_template("page.html").render() == "new"


def url_of(number: int, **converters) -> str:
    map_ = Map([Rule("/contacts/<int:contact_id>/notes", endpoint="notes")], converters=converters)
    return map_.bind("localhost").build("notes", {"contact_id": number})


def test_a_url_is_built_by_the_converters_of_its_own_app():
    class Padded(IntegerConverter):
        def to_url(self, value: int) -> str:
            return f"{value:04}"

    assert [url_of(7), url_of(7, int=Padded), url_of(8)] == [
        "/contacts/7/notes",
        "/contacts/0007/notes",
        "/contacts/8/notes",
    ]


def test_sql_is_shared_by_engines_whose_dialects_are_alike(monkeypatch):
    compiled = []
    monkeypatch.setattr(_SqliteCompiler, "visit_select", lambda *a, **k: compiled.append(1) or SEEN(*a, **k))
    table = sa.table("nowhere_else", sa.column("a", sa.JSON))

    def run(serializer) -> str:
        engine = sa.create_engine("sqlite://", module=sqlite)
        engine.dialect.statement_compiler = _SqliteCompiler
        engine.dialect._json_serializer = serializer
        with engine.connect() as connection:
            connection.exec_driver_sql("CREATE TABLE nowhere_else (a)")
            connection.execute(sa.insert(table), {"a": {"b": 1}})
            connection.execute(sa.select(table))
            return connection.exec_driver_sql("SELECT a FROM nowhere_else").scalar()

    assert [run(str), run(str)] == ["{'b': 1}", "{'b': 1}"]
    assert len(compiled) == 1, "the second engine took what the first had compiled"
    assert run(repr_of_all) == "all", "one that writes values differently has its own"
    assert len(compiled) == 2


SEEN = _SqliteCompiler.visit_select


def repr_of_all(_value: object) -> str:
    return "all"


def test_the_key_of_a_statement_holds_what_the_dialect_is():
    one, other = (sa.create_engine("sqlite://", module=sqlite).dialect for _ in range(2))
    assert warm.ways_of(one) == warm.ways_of(other)
    for name in ("statement_compiler", "server_version_info", "_json_serializer", "_json_deserializer", "paramstyle"):
        changed = sa.create_engine("sqlite://", module=sqlite).dialect
        setattr(changed, name, "another")
        assert warm.ways_of(one) != warm.ways_of(changed), name


# --- databases --------------------------------------------------------------------------------------------------------


def all_rows(url: str) -> oracles.Dump:
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.NullPool)
    return oracles.dump(engine, leave_out=())


class Borrower:
    """Lends databases, and gives back at the end what was not given back before."""

    def __init__(self, databases: Any) -> None:
        self._databases, self._held = databases, []

    def lend(self) -> str:
        self._held.append(self._databases.lend("postgresql", build))
        return self._held[-1]

    def give_back(self, url: str) -> None:
        self._held.remove(url)
        self._databases.give_back(url)

    def drop(self, url: str) -> None:
        self._held.remove(url)
        self._databases.drop(url)

    def close(self) -> None:
        for url in list(self._held):
            self.give_back(url)


@pytest.fixture
def borrower(databases):
    databases.require("postgresql")
    borrower = Borrower(databases)
    yield borrower
    borrower.close()


def spoil(url: str) -> None:
    """Changes rows in every way there is."""
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE \"user\" SET name = 'Changed' WHERE email LIKE 'seller%'")
        connection.execute("DELETE FROM \"user\" WHERE email LIKE 'service%'")
        connection.execute("INSERT INTO team (name) VALUES ('New')")
        connection.execute("SELECT nextval(pg_get_serial_sequence('team', 'id'))")


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("honest", [True, False])
def test_rows_of_a_database_that_was_lent_are_put_back(database, databases, borrower, monkeypatch, honest):
    """The negative control: without restoring, the same comparison sees what the one before left behind."""
    if not honest:
        monkeypatch.setattr(rows, "restore_all", lambda _connection: None)
    template = all_rows(databases.template("postgresql", build))
    first = borrower.lend()
    assert all_rows(first) == template
    spoil(first)
    assert all_rows(first) != template
    borrower.give_back(first)
    again = borrower.lend()
    assert again == first
    assert (all_rows(again) == template) is honest
    if not honest:
        borrower.drop(again)
        return
    with psycopg.connect(again) as connection:
        [last] = connection.execute("SELECT max(id) FROM team").fetchone()
        [team] = connection.execute("INSERT INTO team (name) VALUES ('Newer') RETURNING id").fetchone()
    assert team == last + 1, "sequences too"


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE team ADD COLUMN forgotten INTEGER",
        "DROP TABLE throttle",
        "CREATE INDEX of_our_own ON team (name, id)",
        "ALTER TABLE team ALTER COLUMN name DROP NOT NULL",
        "CREATE FUNCTION of_our_own() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ],
)
def test_one_with_another_schema_is_not_lent_again(database, databases, borrower, change):
    url = borrower.lend()
    with psycopg.connect(url) as connection:
        connection.execute(change)
    borrower.give_back(url)
    assert url not in databases._templates, "it was removed"


@pytest.mark.only_on("postgresql")
def test_who_is_still_connected_is_thrown_out(database, databases, borrower):
    url = borrower.lend()
    with psycopg.connect(url) as left_open:
        left_open.execute("INSERT INTO team (name) VALUES ('Never committed')")
        borrower.give_back(url)
        with pytest.raises(psycopg.OperationalError):
            left_open.execute("SELECT 1")


@pytest.mark.only_on("postgresql")
def test_what_was_not_yet_committed_is_not_committed_into_the_next_test(database, databases, borrower):
    """The same for a database that is reset and keeps its connections: only those that wrote and did not end it are closed."""
    url = borrower.lend()
    template = all_rows(url)
    with psycopg.connect(url, autocommit=True) as idle, psycopg.connect(url) as left_open:
        idle.execute("UPDATE team SET name = 'Committed ' || id")
        left_open.execute("UPDATE \"user\" SET name = 'Never committed'")
        databases.reset(url)
        with pytest.raises(psycopg.OperationalError):
            left_open.execute("SELECT 1")
        assert idle.execute("SELECT 1").fetchone() == (1,)
    assert all_rows(url) == template
