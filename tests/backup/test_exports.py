"""The button that exports everything: who may press it, what it leaves in the audit, and how long the file is there."""

import io
import json
import os
import time
import zipfile

import pytest
import sqlalchemy as sa

from crmlite import jobs
from crmlite.backup import exports
from crmlite.backup.jobs import forget_exports
from crmlite.extensions import db
from crmlite.jobs import Job
from crmlite.journal import Event


def made(stage) -> Job:
    """As the worker does, here without a process of its own."""
    with stage.app.app_context():
        job = db.session.scalars(
            sa.select(Job).where(Job.name == "backup.jobs.export_all").order_by(Job.id.desc())
        ).first()
        assert job is not None
        jobs.run_due()
        db.session.rollback()
        return db.session.get_one(Job, job.id, populate_existing=True)


def test_an_administrator_has_everything_exported_and_fetches_it(own_stage):
    admin = own_stage.client("admin")
    assert admin.post("/backup/export").status_code == 303
    page = admin.get("/backup/export").text
    assert "Is being made" in page
    assert 'hx-trigger="every 4s"' in page
    assert admin.post("/backup/export").status_code == 409, "one at a time"
    job = made(own_stage)
    assert job.state == "done", job.error
    page = admin.get("/backup/export").text
    assert f'href="/backup/export/{job.id}/file"' in page
    assert "every 4s" not in page
    answer = admin.get(f"/backup/export/{job.id}/file")
    assert "attachment" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as found:
        rows = json.loads(found.read("json/contact.json"))
        assert len(rows) > 3
    with own_stage.app.app_context():
        settings = own_stage.app.extensions["crmlite.settings"]
        path = exports.path_of(settings, job.args["name"])
        assert path.stat().st_mode & 0o777 == 0o600
        events = db.session.scalars(sa.select(Event).where(Event.name == "user.exported")).all()
        assert [event.subject_id for event in events] == [own_stage.ids["user.admin"]]
        for hours, is_there in ((23, True), (25, False)):
            then = time.time() - hours * 3600
            os.utime(path, (then, then))
            assert admin.get(f"/backup/export/{job.id}/file").status_code == (200 if is_there else 404)
            forget_exports()
            assert path.exists() == is_there
    assert "Removed" in admin.get("/backup/export").text


@pytest.mark.parametrize("user", ["manager", "seller"])
def test_nobody_else_does(stage, user):
    client = stage.client(user)
    assert client.get("/backup/export").status_code == 403
    assert client.post("/backup/export").status_code == 403
    assert "/backup/export" not in client.get("/auth/profile").text
