"""The oracles can fail: each is shown what it is there to find."""

import pytest
import sqlalchemy as sa
from flask import flash, request

from crmlite.auth.models import Preference, Team, Throttle
from crmlite.extensions import db, utcnow
from tests import oracles
from tests.oracles import MARKER, WATCH


@pytest.fixture
def app(own_stage):
    """An app with routes that are wrong on purpose."""
    app = own_stage.app

    @app.get("/injected")
    def injected() -> str:
        db.session.connection().execute(sa.text(f"SELECT '{request.args['q']}' AS word"))
        return "ok"

    @app.get("/bound")
    def bound() -> str:
        return str(db.session.scalar(sa.select(Team.id).where(Team.name == request.args["q"])))

    @app.post("/agent")
    def agent() -> tuple[str, int]:
        try:
            db.session.execute(sa.text(f"SELECT '{request.user_agent.string}'"))
        except sa.exc.DatabaseError:
            db.session.rollback()
        return "ok", 200

    @app.post("/refused")
    def refused() -> tuple[str, int]:
        db.session.add(Team(name="Written all the same"))
        db.session.commit()
        return "no", 403

    @app.post("/dead-end")
    def dead_end() -> str:
        db.session.add(Team(name="New"))
        db.session.commit()
        flash({"message": request.form["said"], "undo": request.form.get("undo")})
        return "ok"

    @app.post("/throttled")
    def throttled() -> tuple[str, int]:
        db.session.add(Throttle(key="x", count=1, until=utcnow()))
        db.session.commit()
        return "no", 429

    @app.post("/rolled-back")
    def rolled_back() -> tuple[str, int]:
        db.session.add(Team(name="Given up"))
        db.session.flush()
        db.session.rollback()
        return "no", 422

    return app


def ask(stage, method: str, path: str, **more):
    return stage.client("seller").open(path, method=method, **more)


def test_o1_sees_typed_text_in_sql(own_stage, app):
    assert ask(own_stage, "GET", "/injected", query_string={"q": "zq'' harmless"}).status_code == 200
    assert "O1" in WATCH.verdict()


def test_o1_rides_on_what_browsers_say_about_themselves(own_stage, app):
    ask(own_stage, "POST", "/agent")
    assert "O1" in WATCH.verdict()


def test_o1_lets_parameters_through(own_stage, app):
    assert ask(own_stage, "GET", "/bound", query_string={"q": MARKER}).status_code == 200
    assert WATCH.verdict() == ""


def test_o3_sees_a_refusal_that_wrote(own_stage, app):
    assert ask(own_stage, "POST", "/refused").status_code == 403
    assert "team" in WATCH.verdict()


@pytest.mark.parametrize("path", ["/throttled", "/rolled-back"])
def test_o3_lets_through_what_may_be(own_stage, app, path):
    assert ask(own_stage, "POST", path).status_code >= 400
    assert WATCH.verdict() == ""


@pytest.mark.parametrize(
    ("said", "is_found"),
    [({"said": "Done."}, True), ({"said": "Done.", "undo": "/x"}, False), ({"said": "Done; this is final."}, False)],
)
def test_o4_wants_a_way_back_or_the_word(own_stage, app, said, is_found):
    assert ask(own_stage, "POST", "/dead-end", data=said).status_code == 200
    assert ("O4" in WATCH.verdict()) == is_found


def test_o3_sees_every_row(stage):
    before = oracles.dump(stage.engines["reader"])
    with stage.writes("seller"):
        Preference.write(stage.ids["user.seller"], "test", {"a": 1})
    lines = oracles.differences(before, oracles.dump(stage.engines["reader"]))
    assert len(lines) == 1
    assert lines[0].startswith("+ preference")


def test_the_fingerprint_sees_every_change(stage):
    watcher = oracles.watcher(stage.engines["reader"])
    before = oracles.fingerprint(watcher)
    assert oracles.fingerprint(watcher) == before
    with stage.writes("seller"):
        Preference.write(stage.ids["user.seller"], "test", {"a": 1})
    assert oracles.fingerprint(watcher) != before
    watcher.dispose()


def test_o3_knows_every_table(stage):
    assert set(oracles.dump(stage.engines["reader"], leave_out=())) >= set(db.metadata.tables)


def test_o2_finds_words_however_they_are_written():
    assert oracles.canaries_in("<b>ZCRivalContactQx</b>", {"zcrivalcontactqx", "zcotherqx"}) == ["zcrivalcontactqx"]


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ('INSERT INTO "user" (name) VALUES (?)', "user"),
        ("UPDATE contact SET given=?", "contact"),
        ("DELETE FROM tag WHERE tag.id = ?", "tag"),
        ("INSERT INTO team(name) VALUES (?)", "team"),
        ("SELECT 1", None),
        ("BEGIN IMMEDIATE", None),
        ("SAVEPOINT sa_savepoint_1", None),
    ],
)
def test_what_a_statement_writes_to(statement, table):
    assert oracles.written_table(statement) == table
