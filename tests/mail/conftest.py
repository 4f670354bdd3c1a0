"""An app with a mail server that a test can be anything to."""

import pytest
from flask import Flask

from crmlite import create_app
from crmlite.extensions import db


def build(url: str) -> None:
    with create_app({"database_url": url, "instance": "/tmp/crmlite-test-build"}).app_context():
        db.metadata.create_all(db.engines[None])
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture()
def database_url(database, databases):
    url = databases.fresh(database, build)
    yield url
    databases.drop(url)


@pytest.fixture()
def make_app(database_url, tmp_path):
    made = []

    def make(**settings) -> Flask:
        app = create_app({"database_url": database_url, "instance": str(tmp_path / "instance"), "disk_floor_mb": 0, **settings})
        app.testing = True
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()
