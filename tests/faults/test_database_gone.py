"""PostgreSQL goes away in the middle of work: a sentence, nothing half done, and it goes on when the server is back."""

import contextlib
from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa

from crmlite.auth.models import Team
from crmlite.contacts.models import Contact
from crmlite.extensions import db
from tests import cast
from tests import databases as dbs
from tests.oracles import WATCH

pytestmark = pytest.mark.only_on("postgresql")  # SQLite is a file; that its disk is full is test_disk_full.py


@pytest.fixture
def postgresql(own_stage):
    return own_stage.app.extensions["crmlite.settings"].database_url.replace("+psycopg", "")


@pytest.fixture(autouse=True)
def _commits_that_failed():
    """O3 of the suite takes a commit that fails for one that was made; here all rows are looked at instead."""
    yield
    WATCH.verdict()


@contextlib.contextmanager
def gone(url: str) -> Iterator[None]:
    """Inside, all connections to the database are cut and no new one is let in."""
    server, name = url.rsplit("/", 1)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


@pytest.mark.parametrize("path", ["/contacts/", "/login", "/leads/?_q=anna", "/f/testform0001"])
def test_reading_is_answered_with_a_sentence_and_goes_on_afterwards(own_stage, postgresql, path):
    client = own_stage.client("seller")
    before = client.get(path).status_code
    with gone(postgresql):
        answer = client.get(path)
        assert answer.status_code == 503
        assert "busy" in answer.text or "cannot" in answer.text
        assert answer.headers["Retry-After"]
    assert client.get(path).status_code == before


def test_a_post_in_the_middle_changes_nothing(own_stage, postgresql):
    app = own_stage.app

    @app.post("/probe")
    def probe() -> str:
        db.session.add(Team(name="Half"))
        db.session.get_one(Contact, own_stage.ids["seller.contact"]).change(given="Half")
        db.session.flush()
        with gone(postgresql):
            db.session.commit()
        return "done"

    client = own_stage.client("admin")
    answer = client.post("/probe")
    assert answer.status_code == 503
    assert "Nothing of yours was changed" in answer.text
    with app.app_context():
        assert "Half" not in set(db.session.scalars(sa.select(Team.name)))
        assert db.session.get_one(Contact, own_stage.ids["seller.contact"]).given != "Half"
    url = f"/records/contact/{own_stage.ids['seller.contact']}/tags"
    assert client.post(url, data={"name": "Fair"}).status_code == 303, "it goes on without a restart"


def test_the_server_is_stopped(database, tmp_path):
    """A server of its own, shut down as an administrator does it."""
    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(dbs.start_server())
        except dbs.Unavailable as reason:
            pytest.skip(str(reason))
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE stopped")
        cast.build(f"{server}/stopped")
        stage = cast.Stage(f"{server}/stopped", str(tmp_path / "instance"))
        client = stage.client("seller")
        assert client.get("/contacts/").status_code == 200
        stack.close()
        for _again in range(2):
            answer = client.get("/contacts/")
            assert answer.status_code == 503
            assert "<main" in answer.text
        assert client.post(f"/contacts/{stage.ids['seller.contact']}/edit", data={"given": "x"}).status_code == 503
        stage.close()
