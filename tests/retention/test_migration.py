"""From 0.1.0: what it had planned for the night is retention's work now, and fails for nobody."""

import tempfile

import pytest
import sqlalchemy as sa
from alembic import command

from crmlite import create_app, jobs, schedule, schema
from crmlite.extensions import db, utcnow, writing
from crmlite.jobs import Job

PLANNED = (
    "auth.jobs.forget_sessions", "jobs.forget_done", "leads.intake.forget_old", "records.jobs.purge_trash",
    "records.jobs.forget_files",
)  # fmt: skip


def build(url: str) -> None:
    """The schema of 0.1.0."""
    with create_app({"database_url": url, "instance": tempfile.mkdtemp(prefix="crmlite-")}).app_context():
        with db.engines[None].begin() as connection:
            command.upgrade(schema._config(connection), "20261126_3")
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def app(database, databases, tmp_path):
    url = databases.fresh(database, build)
    app = create_app({"database_url": url, "instance": str(tmp_path / "instance"), "disk_floor_mb": 0})
    with app.app_context():
        yield app
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
    databases.drop(url)


def test_what_the_version_before_had_planned(app):
    writing()
    db.session.add_all(Job(name=name, args={}, due_at=utcnow()) for name in (*PLANNED, "schedule.optimize"))
    db.session.commit()
    db.session.remove()
    schema.upgrade()
    schedule.plan()
    writing()
    db.session.execute(sa.update(Job).where(Job.state == "queued").values(due_at=utcnow()))
    db.session.commit()
    jobs.run_due()
    rows = db.session.scalars(sa.select(Job).execution_options(populate_existing=True)).all()
    assert {row.state for row in rows} == {"done"}, [row.error for row in rows if row.error]
    assert {row.attempts for row in rows if row.name in PLANNED} == {0}, "nobody tried to run them"
    assert {row.attempts for row in rows if row.name not in PLANNED} == {1}
