# ruff: noqa: F811 - fixtures are imported, and named again by those who ask for them
"""GET /health: what it says when all is well, each reason for which it does not, and that nothing secret is in it."""

import shutil
from collections import namedtuple
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from crmlite import config, jobs, schema
from crmlite.auth import jobs as auth_jobs
from crmlite.extensions import db, pretending, utcnow, writing
from crmlite.pdf import wire
from tests.auth.conftest import app, database_url, make_app  # noqa: F401 - fixtures

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _a_renderer_runs(renderer, tmp_path):
    renderer.serve(tmp_path / "instance")


def worker_was_seen(app, ago=timedelta()):
    with app.app_context():
        jobs.beat("worker")
        writing()
        db.session.execute(sa.update(jobs.Heartbeat).values(seen_at=utcnow() - ago))
        db.session.commit()


def ask(app):
    answer = app.test_client().get("/health")
    return answer.status_code, answer.json


def test_all_is_well(app):
    worker_was_seen(app)
    assert ask(app) == (
        200,
        {
            "status": "ok",
            "version": config.VERSION,
            "schema": schema.newest(),
            "oldest_due_job_age": 0.0,
            "renderer": True,
        },
    )


def test_it_needs_nobody_signed_in_and_no_database_session_is_left_writing(app):
    worker_was_seen(app)
    answer = app.test_client().get("/health")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


def test_the_age_of_the_oldest_due_job_is_said(app):
    with pretending(utcnow()):
        worker_was_seen(app)
        with app.app_context():
            writing()
            jobs.enqueue(auth_jobs.forget_throttles, due_at=utcnow() - timedelta(seconds=90))
            jobs.enqueue(auth_jobs.forget_throttles, due_at=utcnow() + timedelta(seconds=90))
            db.session.commit()
        status, said = ask(app)
    assert status == 200
    assert said["oldest_due_job_age"] == 90


def test_a_worker_that_is_silent_for_a_minute_is_a_reason(app):
    with pretending(utcnow()):
        worker_was_seen(app, ago=timedelta(seconds=60))
        assert ask(app)[0] == 200
        worker_was_seen(app, ago=timedelta(seconds=65))
        status, said = ask(app)
    assert (status, said["status"]) == (503, "failing")
    assert said["reason"].startswith("The worker was not seen for 65 seconds")


def test_a_worker_that_never_was_is_a_reason(app):
    status, said = ask(app)
    assert status == 503
    assert said["reason"].startswith("The worker was never seen: run `crmlite worker`")


def test_another_schema_is_a_reason(app):
    worker_was_seen(app)
    with app.app_context(), db.engines[None].begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '20200101_1'"))
    status, said = ask(app)
    assert status == 503
    assert said["schema"] == "20200101_1"
    assert said["reason"] == (
        f"The database has schema 20200101_1, this version needs {schema.newest()}: run `crmlite upgrade`."
    )


def test_no_renderer_is_a_reason(app, tmp_path):
    worker_was_seen(app)
    (tmp_path / "instance" / wire.SOCKET).unlink()
    status, said = ask(app)
    assert (status, said["renderer"]) == (503, False)
    assert said["reason"] == (
        "The PDF renderer does not answer: run `crmlite renderer`, or `crmlite serve`, which starts one."
    )


def test_a_full_disk_is_a_reason(make_app, monkeypatch):
    app = make_app(disk_floor_mb=500)
    worker_was_seen(app)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10**12, 10**12 - 501 * 2**20, 501 * 2**20))
    assert ask(app)[0] == 200
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10**12, 10**12 - 499 * 2**20, 499 * 2**20))
    status, said = ask(app)
    assert status == 503
    assert said["reason"] == "The disk has 499 MB left, less than disk_floor_mb = 500: make room."


@pytest.mark.parametrize("setting", ["files_folder", "database_url"])
def test_another_disk_that_is_full_is_a_reason_too(make_app, monkeypatch, tmp_path, setting, database):
    if (setting, database) == ("database_url", "postgresql"):
        return  # its disk is its server's
    disk = tmp_path / "disk"
    disk.mkdir()
    app = make_app(disk_floor_mb=500)
    value = str(disk) if setting == "files_folder" else f"sqlite:///{disk / 'crm.db'}"
    app.extensions["crmlite.settings"] = replace(app.extensions["crmlite.settings"], **{setting: value})
    worker_was_seen(app)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**12, 0, (499 if path == disk else 501) * 2**20))
    status, said = ask(app)
    assert (status, said["reason"]) == (503, "The disk has 499 MB left, less than disk_floor_mb = 500: make room.")


def test_several_reasons_are_all_said(make_app, monkeypatch):
    app = make_app(disk_floor_mb=10**6)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: namedtuple("usage", "free")(0))
    assert ask(app)[1]["reason"].count(".") == 2


def test_a_database_without_tables_is_a_reason(app, database):
    with app.app_context(), db.engines[None].begin() as connection:
        connection.execute(sa.text("DROP TABLE alembic_version"))
    status, said = ask(app)
    assert (status, said["schema"]) == (503, None)


def test_a_database_that_is_gone_is_a_reason_without_its_address(make_app, database, tmp_path):
    broken = {"sqlite": f"sqlite:///{tmp_path}/no/such/crmlite.db"}
    app = make_app(database_url=broken.get(database, "postgresql://crm:pa55word@127.0.0.1:1/crm"))
    answer = app.test_client().get("/health")
    assert answer.status_code == 503
    assert answer.json["reason"] == "The database or its disk does not answer; the log says more."
    assert "pa55word" not in answer.text
    assert str(tmp_path) not in answer.text


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_takes_no_changes(app, method):
    assert getattr(app.test_client(), method)("/health").status_code in {302, 401, 405}


def test_the_version_is_the_packages():
    assert f'\nversion = "{config.VERSION}"\n' in (ROOT / "pyproject.toml").read_text("utf-8")


def test_the_newest_schema_is_what_alembic_says(app):
    from alembic.script import ScriptDirectory

    with app.app_context():
        assert schema.newest() == ScriptDirectory.from_config(schema._config()).get_current_head()
        assert schema.version() == schema.newest()
