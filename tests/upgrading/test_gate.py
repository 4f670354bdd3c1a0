"""The gate of one process: what closes it, what opens it, and that an open one costs nothing."""

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from crmlite import schema, upgrading
from crmlite.extensions import db
from crmlite.upgrading import State, gate
from tests.upgrading.conftest import NOTE, execute
from tests.upgrading.test_serving import state_of


@pytest.fixture
def guarded(old_url, open_app):
    """As `wsgi.py` serves it."""
    app = open_app(old_url)
    with app.app_context():
        upgrading.upgrade()
    app.testing = False
    return app, upgrading.guard(app)


def test_a_web_server_of_ones_own_waits_for_the_command(old_url, open_app, history, monkeypatch):
    history.add(NOTE)
    monkeypatch.setattr(gate, "LOOK_EVERY", 0)
    app = open_app(old_url)
    upgrading.guard(app)
    client = app.test_client()
    answer = client.get("/login")
    assert (answer.status_code, state_of(answer.text)) == (503, "BEHIND")
    assert "Run crmlite upgrade; this page opens by itself when it is done." in answer.text
    assert client.get("/health").json["reason"].startswith("The database waits for its update.")
    with app.app_context():
        upgrading.upgrade()
    assert client.get("/login").status_code == 200


def test_what_fails_because_the_schema_changed_is_not_a_server_error(guarded, old_url):
    """It looks every five seconds; in between, the first answer that fails makes it look."""
    app, closing = guarded
    client = app.test_client()
    assert client.get("/login").status_code == 200
    execute(old_url, 'ALTER TABLE "user" RENAME TO users')
    execute(old_url, "UPDATE alembic_version SET version_num = '29990101_1'")
    client.set_cookie("crmlite_session", "whoever")
    answer = client.get("/contacts/")
    assert (answer.status_code, state_of(answer.text)) == (503, "NEWER")
    assert closing.state is State.NEWER


def test_what_fails_for_another_reason_stays_what_it_is(guarded, old_url):
    app, closing = guarded
    execute(old_url, 'ALTER TABLE "user" RENAME TO users')
    client = app.test_client()
    client.set_cookie("crmlite_session", "whoever")
    answer = client.get("/contacts/")
    assert answer.status_code >= 500
    assert state_of(answer.text) is None
    assert closing.state is State.OPEN


def test_an_open_gate_asks_the_database_nothing(guarded):
    app, _closing = guarded
    client = app.test_client()
    client.get("/login")
    asked = []
    with app.app_context():
        engines = list(db.engines.values())
    for engine in engines:
        event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    client.get("/login")
    assert [statement for statement in asked if "alembic_version" in statement] == []


def test_a_database_that_answered_before_and_does_not_now_does_not_close_it(guarded, monkeypatch):
    """It may be back in a moment. One that never did is another matter: test_trouble.py."""
    app, closing = guarded

    def gone() -> None:
        raise sa.exc.OperationalError("SELECT", {}, Exception("gone"))

    with app.app_context():
        closing.look()
        monkeypatch.setattr(schema, "standing", gone)
        closing.look()
    assert closing.state is State.OPEN


@pytest.mark.parametrize("state", [state for state in State if state is not State.OPEN])
def test_every_state_has_its_page_and_its_sentence(guarded, monkeypatch, state):
    app, closing = guarded
    monkeypatch.setattr(closing, "look_when_due", lambda: None)
    closing.state = state
    client = app.test_client()
    answer = client.get("/")
    assert (answer.status_code, state_of(answer.text)) == (503, state.name)
    assert "For the administrator:" in answer.text
    assert int(answer.headers["Retry-After"]) > 0
    health = client.get("/health")
    assert health.status_code == 503
    assert health.json["reason"].count(".") >= 3
    assert client.post("/contacts/new").status_code == 503
    assert client.get("/static/bundle/app.css").status_code == 200
