"""Databases of released versions, and histories of the schema with migrations that are made up."""

import hashlib
import json
import os
import shutil
import signal
import sys
import textwrap
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from pysqlite3 import dbapi2 as sqlite

from crmlite import create_app, schema, upgrading
from crmlite.extensions import db
from crmlite.upgrading import NotUpgraded
from tests import releases


class BuildRelease:
    """What `databases.fresh()` calls; its template is called after it."""

    def __init__(self, release: Path) -> None:
        self.release = release
        self.__qualname__ = f"release_{release.name.replace('.', '_')}"

    def __call__(self, url: str) -> None:
        releases.load(self.release, url)


BUILDS = [BuildRelease(release) for release in releases.RELEASES]


@pytest.fixture(params=BUILDS, ids=lambda build: build.release.name)
def released(request, database, databases):
    """(release, URL of its database)."""
    url = databases.fresh(database, request.param)
    yield request.param.release, url
    databases.drop(url)


@pytest.fixture
def old_url(database, databases):
    """The newest release's database; for tests that bring a migration of their own."""
    url = databases.fresh(database, BUILDS[-1])
    yield url
    databases.drop(url)


@pytest.fixture
def settings(tmp_path):
    return {"instance": str(tmp_path / "instance"), "disk_floor_mb": 0}


@pytest.fixture
def open_app(settings):
    """An app on a database, with nothing connected afterwards."""
    made: list[Flask] = []

    def make(url: str, **further: Any) -> Flask:
        app = create_app({"database_url": url, **settings, **further})
        app.testing = True
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()


class History:
    """The real migrations in a folder of their own, to which made-up ones are added at the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(schema.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
        self._last, self._count = schema.newest(), 0

    def add(self, body: str, **declared: tuple[str, ...]) -> str:
        """A migration whose upgrade() is `body`, with `sa`, `op` and `is_sqlite` at hand; gives its revision."""
        self._count += 1
        revision = f"29991231_{self._count}"
        said = "".join(f"{name} = {value!r}\n" for name, value in declared.items())
        text = (
            f'import time\nimport sqlalchemy as sa\nfrom alembic import op\nrevision = "{revision}"\n'
            f'down_revision = "{self._last}"\n{said}\n\ndef upgrade():\n'
            f'    is_sqlite = op.get_bind().dialect.name == "sqlite"\n{textwrap.indent(textwrap.dedent(body), "    ")}\n'
        )
        (self.folder / "versions" / f"{revision}_made_up.py").write_text(text, "utf-8")
        self._last = revision
        schema._revisions.cache_clear()
        return revision


@pytest.fixture
def history(tmp_path, monkeypatch):
    made = History(tmp_path / "history")
    monkeypatch.setattr(schema, "FOLDER", made.folder)
    yield made
    schema._revisions.cache_clear()


NOTE = 'op.create_table("made_up", sa.Column("id", sa.Integer(), primary_key=True))'
"""What a made-up migration may do that is in nobody's way."""


def refused(app, **options) -> NotUpgraded:
    with app.app_context(), pytest.raises(NotUpgraded) as raised:
        upgrading.upgrade(**options)
    return raised.value


# --- looking at a database past our own code --------------------------------------------------------------------------


@dataclass(frozen=True)
class Look:
    """A whole database, to be compared: its schema in its own words, and all rows."""

    version: str
    schema: list[str]
    rows: dict[str, list[str]]


def look(url: str) -> Look:
    if url.startswith("sqlite"):
        with sqlite.connect(path_of(url)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
            said = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
            # a table that was made anew names its rules in any order
            said = [(*names, sorted(line.strip(" \t,") for line in (sql or "").splitlines())) for *names, sql in said]
            names = [name for kind, name, _table, _lines in said if kind == "table"]
            read = connection.execute
            rows = {name: [repr(row) for row in read(f'SELECT * FROM "{name}"').fetchall()] for name in names}
        connection.close()
    else:
        with psycopg.connect(url) as connection:
            said = [row for query in _CATALOGUE for row in connection.execute(query).fetchall()]
            names = [name for (name,) in connection.execute(_TABLES).fetchall()]
            rows = {name: [str(row) for row in connection.execute(f'SELECT * FROM "{name}"')] for name in names}
    if not url.startswith(
        "sqlite"
    ):  # a killed start has used up numbers: jobs that a migration plans get the next ones
        rows["job"] = [row.partition(", ")[2] for row in rows.get("job", [])]
    [version] = rows.get("alembic_version", [""])
    return Look(version.strip("(',)"), sorted(map(repr, said)), {name: sorted(found) for name, found in rows.items()})


_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
_CATALOGUE = (
    "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns"
    " WHERE table_schema = 'public'",
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace",
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
)


Rows = dict[str, list[dict[str, Any]]]


def rows_of(url: str) -> Rows:
    """All rows of all tables, by column."""
    connection = sqlite.connect(path_of(url)) if url.startswith("sqlite") else psycopg.connect(url)
    tables = "SELECT name FROM sqlite_master WHERE type = 'table'" if url.startswith("sqlite") else _TABLES
    found = {}
    for (table,) in connection.execute(tables).fetchall():
        held = connection.execute(f'SELECT * FROM "{table}"')
        names = [column[0] for column in held.description]
        found[table] = [dict(zip(names, row, strict=True)) for row in held.fetchall()]
    connection.close()
    return found


def hashes(rows: Rows, columns: dict[str, list[str]]) -> dict[str, list[str]]:
    """A hash of these columns of every row, for each table."""
    return {
        table: sorted(
            hashlib.sha256(json.dumps([row[name] for name in names], default=str).encode()).hexdigest()
            for row in rows.get(table, ())
        )
        for table, names in columns.items()
    }


def path_of(url: str) -> str:
    return url.removeprefix("sqlite:///")


def execute(url: str, statement: str) -> None:
    """Something that somebody else does to the database."""
    connection = sqlite.connect(path_of(url)) if url.startswith("sqlite") else psycopg.connect(url)
    connection.execute(statement)
    connection.commit()
    connection.close()


def in_child(run: Callable[[], None]) -> int:
    """Runs it in a process of its own, which may be killed; gives its status, negative for a signal."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        run()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)
