"""What the tests of the doctor share: an app that is well, and asking one check."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from crmlite import jobs
from crmlite.doctor import database, examination
from crmlite.doctor.findings import Finding, Place
from tests.auth.conftest import database_url, make_app  # noqa: F401 - fixtures
from tests.doctor.servers import NameServer

Ask = Callable[..., Finding]


@pytest.fixture(autouse=True)
def _a_server_that_waits_for_the_disk(monkeypatch):
    """The tests' own PostgreSQL does not, to be quick; the doctor would rightly say so."""
    monkeypatch.setattr(database, "MUST_BE_ON", ())


@pytest.fixture
def app(make_app, renderer, tmp_path) -> Flask:  # noqa: F811 - a fixture
    """One where the worker was seen a moment ago and a renderer runs."""
    found: Flask = make_app()
    renderer.serve(tmp_path / "instance")
    settings = found.extensions["crmlite.settings"]
    if settings.is_sqlite:  # the tests' databases are copies, which anybody may read
        settings.sqlite_path.chmod(0o600)
    with found.app_context():
        jobs.beat("worker")
    return found


@pytest.fixture
def ask(app) -> Ask:
    """What a check finds: ask("disk"), or in another app, or with other eyes: ask("spf", resolver=...)."""

    def run(name: str, of: Flask | None = None, **place: Any) -> Finding:
        look = of or app
        check = next(check for check in (*examination.HERE, *examination.OUTSIDE) if check.name == name)
        with look.app_context():
            return examination._found(check, Place(look.extensions["crmlite.settings"], **place))

    return run


@pytest.fixture
def names():
    with NameServer().running() as server:
        yield server
