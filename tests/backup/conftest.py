"""A firm with a record of each type, its backup, and what tells whether two instances are the same."""

import contextlib
import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from crmlite import create_app
from crmlite.auth.models import User, UserSession
from crmlite.backup import making, restoring
from crmlite.extensions import db, writing
from crmlite.files import File
from tests import oracles

UNCOMPARED = ("message", "user_session", "device_password", "password_reset", "invitation", "heartbeat")
"""Tables that a restore changes, or a process that lives."""


def nothing(_url: str) -> None:
    """Fills no database."""


@pytest.fixture
def empty_url(database, databases):
    """A database without tables; on SQLite a file that is not there."""
    url = databases.fresh(database, nothing)
    if database == "sqlite":
        Path(url.removeprefix("sqlite:///")).unlink()
    yield url
    databases.drop(url)


@pytest.fixture
def settings(own_stage):
    """With stored files that are what their rows say: those of the template lie in another instance's folder."""
    with own_stage.app.app_context(), db.engines[None].begin() as connection:
        for file in db.session.query(File).all():
            data = file.location.read_bytes()
            values = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
            connection.execute(sa.update(File.__table__).where(File.__table__.c.id == file.id).values(values))
        db.session.remove()
    return own_stage.app.extensions["crmlite.settings"]


@pytest.fixture
def made(settings, tmp_path):
    """A backup of the firm, not encrypted."""
    return Path(making.make(settings, tmp_path / "firm.tar.gz", check=False).path)


@pytest.fixture
def elsewhere(database, empty_url, tmp_path, monkeypatch):
    """Another machine, as far as a restore can tell: an instance folder and an empty database."""
    instance = tmp_path / "elsewhere"
    monkeypatch.delenv("CRMLITE_DATABASE_URL", raising=False)
    if database == "postgresql":
        monkeypatch.setenv("CRMLITE_DATABASE_URL", empty_url)
    url = empty_url if database == "postgresql" else f"sqlite:///{instance / 'crmlite.db'}"
    return SimpleNamespace(instance=instance, url=url)


def restore(path: Path, instance: Path, key=None) -> restoring.Restored:
    return restoring.restore(path, key, instance)


@contextlib.contextmanager
def app_of(instance: Path, url: str) -> Iterator[Flask]:
    app = create_app(
        {"instance": str(instance), "database_url": url, "disk_floor_mb": 0, "public_url": "http://localhost"}
    )
    app.testing = True
    yield app
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def signed_in(app: Flask, key: str) -> FlaskClient:
    """A browser in which that one of the cast signed in: again, as a restore ends all sign-ins."""
    with app.app_context():
        writing()
        user = db.session.scalars(sa.select(User).filter_by(email=f"{key}@demo.example")).one()
        _session, secret = UserSession.start(user, "", "", days=1)
        db.session.commit()
        db.session.remove()
    client = app.test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    client.set_cookie("crmlite_session", secret)
    return client


def rows_of(app: Flask) -> oracles.Dump:
    with app.app_context():
        found = oracles.dump(db.engines["reader"], leave_out=UNCOMPARED)
        return {name: rows for name, rows in found.items() if name != "alembic_version"}


def bytes_of(folder: Path) -> dict[str, str]:
    """What is in a folder, by path: to see that nothing was touched."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_socket() and path.name not in {"in_use.lock", "crmlite.db.lock"}
    }


def age(*words: str, **options) -> "subprocess.CompletedProcess[bytes]":
    """The ordinary tool."""
    if not shutil.which("age"):
        pytest.skip("the tool age is not installed (Debian's package age)")
    return subprocess.run(["age", *words], capture_output=True, **options)


def scalar(app: Flask, statement: str):
    with app.app_context(), db.engines["reader"].connect() as connection:
        return connection.scalar(sa.text(statement))
