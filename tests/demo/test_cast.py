"""The cast: one user of each kind, who can sign in."""

import tempfile

import pytest

from crmlite import create_app, schema
from crmlite.auth.signin import verify
from crmlite.demo.cast import CAST, PASSWORD, make_cast
from crmlite.extensions import db


def build(url: str) -> None:
    with create_app({"database_url": url, "instance": tempfile.mkdtemp(prefix="crmlite-")}).app_context():
        schema.upgrade()
        make_cast()
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture(scope="module")
def app(database, databases, tmp_path_factory):
    url = databases.fresh(database, build)
    app = create_app({"database_url": url, "instance": str(tmp_path_factory.mktemp("instance"))})
    yield app
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
    databases.drop(url)


@pytest.mark.parametrize("part", CAST, ids=lambda part: part.key)
def test_everybody_of_the_cast_can_sign_in(app, part):
    with app.app_context():
        assert verify(part.email, PASSWORD)
        assert verify(part.email, "another password") is None


def test_seller_and_colleague_share_a_team_and_the_rival_has_another():
    teams = {part.key: part.team for part in CAST}
    assert teams["seller"] == teams["colleague"] != teams["rival"]
    assert teams["admin"] is None
