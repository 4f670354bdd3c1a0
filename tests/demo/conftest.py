"""The demo, played once for each database, and what is asked about it."""

import contextlib
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask

from crmlite import create_app, schema
from crmlite.demo.command import make_firm
from crmlite.extensions import db

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SEED = 1


@contextlib.contextmanager
def closing_app(url: str) -> Iterator[Flask]:
    """An app on this database; nothing stays connected afterwards."""
    app = create_app({"database_url": url, "instance": tempfile.mkdtemp(prefix="crmlite-"), "disk_floor_mb": 0})
    try:
        yield app
    finally:
        with app.app_context():
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()


@contextlib.contextmanager
def opened(url: str) -> Iterator[Flask]:
    """The same, inside its context."""
    with closing_app(url) as app, app.app_context():
        yield app


def build_firm(url: str) -> None:
    with opened(url):
        schema.upgrade()
        make_firm(SEED, NOW)


def dump(*left_out: tuple[str, str]) -> dict[str, list[dict]]:
    """All rows of all tables by their keys, without the (table, column) pairs that are left out."""
    found = {}
    for table in db.metadata.sorted_tables:
        columns = [c for c in table.c if (table.name, c.name) not in left_out]
        rows = db.session.execute(db.select(*columns).order_by(*table.primary_key))
        found[table.name] = [dict(row._mapping) for row in rows]
    db.session.rollback()
    return found


@pytest.fixture(scope="session")
def firm(database, databases):
    """The URL of a database with the demo in it. Only read it."""
    url = databases.fresh(database, build_firm)
    yield url
    databases.drop(url)


@pytest.fixture
def demo(firm):
    """Inside the demo's app."""
    with opened(firm) as app:
        yield app
