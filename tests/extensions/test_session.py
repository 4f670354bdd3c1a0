"""The routing session: a GET cannot write, a post commits once, and what comes after the commit reads."""

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from crmlite import extensions
from crmlite.auth.models import Team, UserSession
from crmlite.extensions import ReadOnly, db, reading, writing
from crmlite.web import render
from tests.oracles import WATCH


def names() -> set[str]:
    return set(db.session.scalars(sa.select(Team.name)))


def agents() -> set[str]:
    return set(db.session.scalars(sa.select(UserSession.user_agent)))


def by_orm() -> None:
    for session in db.session.scalars(sa.select(UserSession)):
        session.user_agent = "Written"
    db.session.commit()


def by_statement() -> None:
    db.session.execute(sa.update(UserSession).values(user_agent="Written"))
    db.session.commit()


def by_raw_sql() -> None:
    db.session.execute(sa.text("UPDATE user_session SET user_agent = 'Written'"))
    db.session.commit()


def by_connection() -> None:
    db.session.connection().execute(sa.update(UserSession.__table__).values(user_agent="Written"))
    db.session.commit()


WAYS = [by_orm, by_statement, by_raw_sql, by_connection]


@pytest.mark.parametrize("write", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_get_cannot_write(own_stage, write, method):
    app = own_stage.app

    @app.get("/probe")
    def probe() -> str:
        write()
        return "written"

    assert own_stage.client("admin").open("/probe", method=method).status_code >= 500
    with app.app_context():
        assert "Written" not in agents()


@pytest.mark.parametrize("write", WAYS, ids=lambda way: way.__name__)
def test_a_post_can(own_stage, write):
    """The negative control: the same code in a post succeeds."""
    app = own_stage.app

    @app.post("/probe")
    def probe() -> str:
        write()
        return "written"

    assert own_stage.client("admin").post("/probe").status_code == 200
    with app.app_context():
        assert agents() == {"Written"}


def test_a_second_commit_in_one_request_is_refused(own_stage):
    app = own_stage.app

    @app.post("/probe")
    def probe() -> str:
        db.session.add(Team(name="First"))
        db.session.commit()
        db.session.add(Team(name="Second"))
        with pytest.raises(ReadOnly):
            db.session.commit()
        db.session.rollback()
        return "ok"

    assert own_stage.client("admin").post("/probe").status_code == 200
    with app.app_context():
        assert "First" in names()
        assert "Second" not in names()


def test_after_the_commit_the_session_reads_with_the_reader(own_stage):
    app = own_stage.app

    @app.post("/probe")
    def probe() -> str:
        db.session.add(Team(name="First"))
        db.session.commit()
        assert db.session().reading
        assert db.session.get_bind() is db.engines["reader"]
        assert "First" in names()
        assert db.engines[None].pool.checkedout() == 0
        return "ok"

    assert own_stage.client("admin").post("/probe").text == "ok"


def test_one_request_does_not_decide_for_the_next(own_stage):
    app = own_stage.app

    @app.post("/nothing")
    def nothing() -> str:
        assert not db.session().reading
        return "ok"

    @app.get("/reading")
    def is_reading() -> str:
        return str(db.session().reading)

    client = own_stage.client("admin")
    client.post("/nothing")
    assert client.get("/reading").text == "True"


def test_outside_requests_the_reader_is_the_default(stage):
    with stage.app.app_context():
        db.session.add(Team(name="Lost"))
        with pytest.raises(ReadOnly):
            db.session.commit()
        db.session.rollback()


def test_render_before_the_commit_is_refused_loudly(own_stage):
    @own_stage.app.post("/probe")
    def probe():
        db.session.add(Team(name="Lost"))
        return render("errors/error.html", code=200, text="", request_id="")

    assert own_stage.client("admin").post("/probe").status_code == 500


def test_a_refusal_lets_go_of_the_writer_before_it_renders(own_stage):
    """Nothing is rendered under the write lock, not even what is wrong with a form."""
    app, seen = own_stage.app, []
    app.context_processor(lambda: seen.append(db.engines[None].pool.checkedout()) or {})

    @app.post("/probe")
    def probe():
        db.session.connection()
        return render("errors/error.html", code=422, text="", request_id="", status=422)

    assert own_stage.client("admin").post("/probe").status_code == 422
    assert set(seen) == {0}


# --- busy -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def held(own_stage, database):
    """Another writer that holds what a post needs, until the test ends; gives what is set when it lets go."""
    release, ready, let_go = threading.Event(), threading.Event(), threading.Event()

    def hold() -> None:
        with own_stage.app.app_context():
            writing()
            db.session.execute(sa.text("UPDATE team SET name = name"))
            ready.set()
            release.wait(60)
            let_go.set()
            db.session.rollback()

    thread = threading.Thread(target=hold)
    thread.start()
    assert ready.wait(60)
    yield let_go
    release.set()
    thread.join(60)


@pytest.mark.parametrize("partial", [False, True], ids=["page", "htmx"])
def test_who_waits_too_long_is_told_so(own_stage, held, database, monkeypatch, partial):
    monkeypatch.setattr(extensions, "BUSY_AFTER", 0.3)

    @own_stage.app.post("/probe")
    def probe() -> str:
        if database == "postgresql":
            db.session.execute(sa.text("SET LOCAL lock_timeout = '300ms'"))  # 5 s in life
        db.session.execute(sa.text("UPDATE team SET name = name"))
        db.session.commit()
        return "ok"

    headers = {"HX-Request": "true", "HX-Request-Type": "partial"} if partial else {}
    answer = own_stage.client("admin").post("/probe", headers=headers)
    assert not held.is_set(), "the answer came while the other one still held it"
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    said = answer.headers["HX-Trigger"] if partial else answer.text
    assert "busy" in said
    assert "Nothing of yours was changed" in said


def test_reading_goes_on_while_somebody_writes(own_stage, held):
    assert own_stage.client("seller").get("/contacts/").status_code == 200


def test_the_lock_is_free_again_afterwards(own_stage, database, monkeypatch):
    """After an error in the middle of a transaction the next writer is served."""
    monkeypatch.setattr(extensions, "BUSY_AFTER", 1.0)

    @own_stage.app.post("/fails")
    def fails() -> str:
        db.session.add(Team(name="Lost"))
        db.session.flush()
        raise RuntimeError

    client = own_stage.client("admin")
    assert client.post("/fails").status_code == 500
    with own_stage.writes("admin"):
        db.session.add(Team(name="Next"))
    with own_stage.app.app_context():
        assert "Lost" not in names()
    if database == "sqlite":
        assert not extensions_lock(own_stage).is_held()


def extensions_lock(stage):
    with stage.app.app_context():
        return extensions.writer_lock()


def test_many_writers_lose_nothing(own_stage):
    """Eight threads, 25 rows each, through the lock."""
    with own_stage.app.app_context():
        before = len(names())

    def work(n: int) -> None:
        for i in range(25):
            with own_stage.app.app_context():
                writing()
                db.session.add(Team(name=f"{n}-{i}"))
                db.session.commit()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with own_stage.app.app_context():
        assert len(names()) == before + 200


def test_reading_gives_up_what_was_begun(stage):
    with stage.app.app_context():
        writing()
        db.session.add(Team(name="Lost"))
        db.session.flush()
        reading()
        assert "Lost" not in names()
        assert db.session().reading
    assert WATCH.verdict() == ""


# --- the engines ------------------------------------------------------------------------------------------------------


@pytest.mark.only_on("sqlite")
def test_both_engines_took_the_pragmas(stage):
    for engine in stage.engines.values():
        with engine.connect() as connection:
            found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in extensions.SQLITE_PRAGMAS}
        assert found == extensions.SQLITE_PRAGMAS


def test_the_reader_cannot_write_by_any_name(stage):
    with stage.engines["reader"].connect() as connection:
        with pytest.raises(sa.exc.DBAPIError):
            connection.exec_driver_sql("DELETE FROM team")


def test_times_keep_their_zone(stage):
    east = datetime(2026, 5, 31, 12, tzinfo=timezone(timedelta(hours=9)))
    with stage.writes("admin"):
        session = db.session.scalars(sa.select(UserSession)).first()
        session.expires_at = east
        session_id = session.id
    with stage.app.app_context():
        found = db.session.get_one(UserSession, session_id).expires_at
        assert found == east
        assert found.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(stage):
    with stage.app.app_context():
        with pytest.raises(sa.exc.StatementError, match="without a zone"):
            db.session.scalar(sa.select(sa.literal(datetime(2026, 1, 1), extensions.UtcDateTime())))
