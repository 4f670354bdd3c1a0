"""Every check of this machine: broken on purpose, and the sentence read. That it is well otherwise is asked first."""

import json
import os
import shutil
import sqlite3
from collections import namedtuple
from datetime import timedelta

import pytest
import sqlalchemy as sa

from crmlite import jobs
from crmlite.auth import jobs as auth_jobs
from crmlite.doctor import database as database_checks
from crmlite.doctor import server
from crmlite.extensions import db, pretending, utcnow, writing
from crmlite.jobs import Heartbeat, Job
from crmlite.journal import Operation
from crmlite.mail.models import MailAccount, Message
from crmlite.pdf import wire

WELL = (
    "database",
    "tables",
    "disk",
    "clock",
    "permissions",
    "worker",
    "oldest_job",
    "failed_jobs",
    "renderer",
    "proxies",
)


@pytest.mark.parametrize("name", WELL)
def test_all_is_well(ask, name):
    finding = ask(name)
    assert (finding.state, finding.advice) == ("ok", ""), finding


# --- database ---------------------------------------------------------------------------------------------------------


@pytest.mark.only_on("sqlite")
def test_the_version_of_sqlite_is_told(ask):
    assert f"SQLite {database_checks.sqlite.sqlite_version}" in ask("database").sentence


@pytest.mark.only_on("sqlite")
def test_an_old_sqlite(ask, monkeypatch):
    monkeypatch.setattr(database_checks.sqlite, "sqlite_version_info", (3, 50, 0))
    finding = ask("database")
    assert finding.state == "broken"
    assert finding.sentence.endswith("can damage a database that several processes write.")


@pytest.mark.only_on("sqlite")
def test_sqlite_that_does_not_wait_for_the_disk(app, ask):
    with app.app_context():
        engine = db.engines["reader"]
        engine.dispose()

        @sa.event.listens_for(engine, "connect")
        def careless(connection, _record) -> None:
            connection.execute("PRAGMA synchronous=1")

    finding = ask("database")
    assert finding.state == "broken"
    assert (
        finding.sentence == "SQLite has synchronous = NORMAL instead of FULL, so a power cut may lose what was saved."
    )


@pytest.mark.only_on("sqlite")
def test_a_database_on_a_network_disk(ask, monkeypatch, tmp_path):
    (tmp_path / "mounts").write_text(f"/dev/sda / ext4 rw 0 0\nnas:/crm {tmp_path}/instance nfs4 rw 0 0\n")
    monkeypatch.setattr(database_checks, "MOUNTS", tmp_path / "mounts")
    app_lies_elsewhere = ask("database")
    assert app_lies_elsewhere.state == "ok", "the database of the tests lies in another folder"
    (tmp_path / "mounts").write_text("/dev/sda / ext4 rw 0 0\nnas:/all / nfs4 rw 0 0\n")
    finding = ask("database")
    assert finding.state == "broken"
    assert finding.sentence == "The database lies on a network disk (nfs4), where SQLite's locks do not hold."


@pytest.mark.only_on("sqlite")
def test_a_log_that_does_not_shrink(app, ask, monkeypatch):
    monkeypatch.setattr(database_checks, "WAL_AT_MOST", 2**20)
    with app.app_context():
        reader = sqlite3.connect(app.extensions["crmlite.settings"].sqlite_path)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM job").fetchall()  # a reader that never ends
        for _round in range(40):
            writing()
            db.session.add(Job(name="x", args={"x": "x" * 60_000}, due_at=utcnow(), state="done"))
            db.session.commit()
    finding = ask("database")
    reader.close()
    assert finding.state == "warning"
    assert finding.sentence.startswith("SQLite's write-ahead log has grown to ")


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize(("value", "state"), [("on", "ok"), ("off", "broken")])
def test_postgresql_that_does_not_wait_for_the_disk(app, ask, monkeypatch, value, state):
    monkeypatch.setattr(database_checks, "MUST_BE_ON", ("synchronous_commit",))
    with app.app_context():
        for engine in db.engines.values():

            @sa.event.listens_for(engine, "connect")
            def set_so(connection, _record) -> None:
                connection.execute(f"SET synchronous_commit = {value}")
                connection.commit()

            engine.dispose()
    finding = ask("database")
    assert finding.state == state
    assert finding.sentence.startswith("PostgreSQL has synchronous_commit switched off") == (state == "broken")


@pytest.mark.only_on("postgresql")
def test_postgresql_as_the_tests_run_it(ask, monkeypatch):
    """Quick, and with no regard for a power cut."""
    monkeypatch.setattr(database_checks, "MUST_BE_ON", ("fsync",))
    assert ask("database").sentence.startswith("PostgreSQL has fsync switched off, so a power cut may lose")


@pytest.mark.only_on("postgresql")
def test_postgresql_that_sorts_by_rules_of_its_own(ask, monkeypatch):
    monkeypatch.setattr(database_checks, "STABLE", ())
    finding = ask("database")
    assert finding.state == "warning"
    assert "which change with the system's updates" in finding.sentence


@pytest.mark.only_on("postgresql")
def test_an_old_postgresql(ask, monkeypatch):
    monkeypatch.setattr(database_checks, "OLDEST_POSTGRESQL", 99)
    assert ask("database").sentence.endswith("gets no repairs any more.")


@pytest.mark.parametrize(
    ("version", "sentence", "advice"),
    [
        ("20261126_3", "The database has schema 20261126_3, this version needs", "Run crmlite upgrade"),
        ("29991231_1", "The database belongs to a newer crmlite", "Install that version"),
        ("abc", "The database is not crmlite's", "Correct database_url"),
    ],
)
def test_tables_of_another_version(app, ask, version, sentence, advice):
    with app.app_context(), db.engines[None].begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    finding = ask("tables")
    assert finding.state == "broken"
    assert finding.sentence.startswith(sentence)
    assert finding.advice.startswith(advice)


def test_a_table_that_is_missing(app, ask):
    assert ask("tables").state == "ok"
    with app.app_context(), db.engines[None].begin() as connection:
        connection.execute(sa.text("DROP TABLE throttle"))
    finding = ask("tables")
    assert finding.state == "broken"
    assert finding.sentence.startswith("The database has this version's number, and other tables")


# --- the machine ------------------------------------------------------------------------------------------------------

Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize(
    ("free", "total", "state", "sentence"),
    [
        (499, 2000, "broken", "has 499 MB left: files are refused."),
        (999, 2000, "warning", "has only 999 MB left."),
        (9_000, 100_000, "warning", "has only 9,000 MB left."),
        (20_000, 100_000, "ok", "20,000 MB are free."),
    ],
)
def test_the_disk(make_app, ask, monkeypatch, free, total, state, sentence):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(total * 2**20, 0, free * 2**20))
    finding = ask("disk", make_app(disk_floor_mb=500))
    assert finding.state == state
    assert finding.sentence.endswith(sentence)


def test_a_clock_behind_what_was_written_last(app, ask):
    with app.app_context():
        writing()
        db.session.add(Operation(kind="job", actor_kind="system", at=utcnow() + timedelta(hours=3)))
        db.session.commit()
    finding = ask("clock")
    assert finding.state == "broken"
    assert finding.sentence.startswith("What was written last is 3 hours in the future")
    assert "timedatectl" in finding.advice


def test_a_clock_that_stands_at_the_beginning(ask):
    with pretending(utcnow().replace(year=1970)):
        assert ask("clock").sentence == "The clock says 1970, which is past."


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize(("off", "state"), [(timedelta(minutes=5), "warning"), (timedelta(days=1), "broken")])
def test_a_clock_that_is_not_the_database_servers(ask, off, state):
    with pretending(utcnow() + off):
        finding = ask("clock")
    assert finding.state == state
    assert finding.sentence.endswith("ahead of the database server's.")


def test_an_instance_that_others_may_look_into(ask, tmp_path):
    os.chmod(tmp_path / "instance", 0o755)
    finding = ask("permissions")
    assert (finding.state, finding.sentence) == (
        "broken",
        "Others on this machine may look into the instance folder (0755).",
    )
    assert finding.advice == f"Close it: chmod 700 {tmp_path / 'instance'}"


@pytest.mark.parametrize("name", ["secret_key", "settings.toml", "setup_code", "backups/monday.tar", "snapshots/1.db"])
def test_a_secret_that_others_may_read(ask, tmp_path, name):
    path = tmp_path / "instance" / name
    path.parent.mkdir(exist_ok=True)
    path.touch(0o600)
    assert ask("permissions").state == "ok"
    os.chmod(path, 0o640)
    finding = ask("permissions")
    assert (finding.state, finding.sentence) == ("warning", f"{path} may be read by others (0640).")
    assert finding.advice == f"Close it: chmod 600 {path}"


@pytest.mark.only_on("sqlite")
def test_a_database_that_others_may_read(app, ask):
    path = app.extensions["crmlite.settings"].sqlite_path
    os.chmod(path, 0o644)
    assert ask("permissions").sentence == f"{path} may be read by others (0644)."


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_file_of_another_user(ask, tmp_path):
    (tmp_path / "instance" / "files").mkdir()
    path = tmp_path / "instance" / "files" / "stray"
    path.touch()
    os.chown(path, 4711, -1)
    finding = ask("permissions")
    assert (finding.state, finding.sentence) == ("broken", f"{path} belongs to another user than the instance folder.")
    assert finding.advice.startswith("Give it back: chown -R")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give folders away")
def test_an_instance_of_another_user(ask, tmp_path):
    os.chown(tmp_path / "instance", 4711, -1)
    assert ask("permissions").sentence == "The instance folder belongs to user 4711, and this runs as 0."


def test_the_first_files_are_enough(ask, tmp_path, monkeypatch):
    monkeypatch.setattr(server, "LOOKED_AT", 3)
    for n in range(20):
        (tmp_path / "instance" / f"{n}.txt").touch(0o600)
    assert len(list(server._all_files(tmp_path / "instance"))) == 3
    assert ask("permissions").state == "ok"


def test_no_renderer(ask, tmp_path):
    (tmp_path / "instance" / wire.SOCKET).unlink()
    finding = ask("renderer")
    assert (finding.state, finding.sentence) == (
        "broken",
        "The PDF renderer does not answer, so quotes cannot be sent.",
    )


def test_a_web_server_in_front_that_is_not_counted(make_app, ask):
    finding = ask("proxies", make_app(public_url="https://crm.firm.example"))
    assert finding.state == "warning"
    assert finding.sentence.endswith("but proxies is 0: all visitors count as one.")
    finding = ask("proxies", make_app(public_url="https://crm.firm.example", proxies=1))
    assert (finding.state, finding.sentence) == ("ok", "1 web server in front is believed.")


# --- work -------------------------------------------------------------------------------------------------------------


def test_a_worker_that_is_silent(app, ask):
    with app.app_context():
        writing()
        db.session.execute(sa.update(Heartbeat).values(seen_at=utcnow() - timedelta(minutes=5)))
        db.session.commit()
    finding = ask("worker")
    assert (finding.state, finding.sentence) == (
        "broken",
        "The worker was last seen 5 minutes ago: mail and forms wait.",
    )


def test_a_worker_that_never_was(app, ask):
    with app.app_context():
        writing()
        db.session.execute(sa.delete(Heartbeat))
        db.session.commit()
    assert ask("worker").sentence.startswith("The worker was never seen")


@pytest.mark.parametrize(
    ("age", "state"),
    [(timedelta(seconds=50), "ok"), (timedelta(minutes=3), "warning"), (timedelta(hours=2), "broken")],
)
def test_a_job_that_waits(app, ask, age, state):
    with app.app_context():
        writing()
        jobs.enqueue(auth_jobs.forget_throttles, due_at=utcnow() - age)
        db.session.commit()
    finding = ask("oldest_job")
    assert finding.state == state
    if state == "broken":
        assert finding.sentence == "The oldest job that is due waits for 2 hours."


def add_job(app, **values) -> None:
    with app.app_context():
        writing()
        db.session.add(Job(name="x", args={}, due_at=utcnow(), **values))
        db.session.commit()


def test_jobs_that_failed(app, ask):
    add_job(app, state="queued")
    assert ask("failed_jobs").state == "ok", "one that was not tried yet has not failed"
    add_job(app, state="queued", attempts=2)
    finding = ask("failed_jobs")
    assert (finding.state, finding.sentence) == ("warning", "1 job failed and is tried again.")
    for _n in range(2):
        add_job(app, state="parked", attempts=6)
    finding = ask("failed_jobs")
    assert (finding.state, finding.sentence) == ("broken", "2 jobs failed five times and are parked.")
    assert "Failed jobs" in finding.advice


# --- outbox -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def mailing(make_app):
    return make_app(smtp_url="smtp://127.0.0.1:9")


def add_mail(app, **values) -> None:
    with app.app_context():
        writing()
        made = {"sender": "crm@firm.example", "to": "anna@example.com", "subject": "x", "text": "x", "purpose": "test"}
        number = db.session.scalar(sa.select(sa.func.count(Message.id)))
        db.session.add(Message(message_id=f"<{number}@firm.example>", language="en", **(made | values)))
        db.session.commit()


def test_no_mail_server_is_set(app, ask):
    add_mail(app)
    finding = ask("outbox")
    assert (finding.state, finding.sentence) == ("warning", "No mail server is set; 1 mail waits.")
    assert "smtp_url" in finding.advice


def test_mail_that_waits(mailing, ask):
    assert ask("outbox", mailing).state == "ok"
    add_mail(mailing, due_at=utcnow() - timedelta(hours=1))
    finding = ask("outbox", mailing)
    assert (finding.state, finding.sentence) == ("broken", "Mail has been waiting for 1 hour.")


def test_mail_of_which_nobody_knows(mailing, ask):
    add_mail(mailing, state="unknown", created_at=utcnow() - timedelta(days=8))
    assert ask("outbox", mailing).state == "ok", "that was long ago"
    add_mail(mailing, state="unknown")
    add_mail(mailing, state="failed")
    finding = ask("outbox", mailing)
    assert finding.state == "warning"
    assert finding.sentence.startswith("2 mails of the last seven days failed, or nobody knows")


def test_mail_that_is_paused(mailing, ask):
    with mailing.app_context():
        writing()
        db.session.add(MailAccount(paused_until=utcnow() + timedelta(minutes=5), reason="refused", failures=1))
        db.session.commit()
    finding = ask("outbox", mailing)
    assert finding.state == "broken"
    assert finding.sentence == "Mail is paused: The mail server refused the connection."


# --- backup -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def made(tmp_path):
    """Writes what the backup writes of the last one."""

    def write(ago: timedelta = timedelta(hours=2), **told) -> None:
        folder = tmp_path / "instance" / "backups"
        folder.mkdir(exist_ok=True)
        (folder / "last.tar").touch(0o600)
        at = (utcnow() - ago).isoformat()
        entry = {
            "at": at,
            "verified_at": at,
            "size": 2_400_000,
            "path": str(folder / "last.tar"),
            "problem": None,
        } | told
        (folder / "latest.json").write_text(json.dumps(entry))
        (folder / "latest.json").chmod(0o600)

    return write


def test_a_backup_that_was_restored_and_checked(ask, made):
    made()
    finding = ask("backup")
    assert finding.state == "ok"
    assert finding.sentence == "The last backup is 2 hours old (2.4 MB), and was restored and checked."


def test_no_backup(ask, tmp_path):
    assert (ask("backup").state, ask("backup").sentence) == ("warning", "No backup has been made yet.")
    (tmp_path / "instance" / "backups").mkdir()
    (tmp_path / "instance" / "backups" / "latest.json").write_text('["at"]')
    assert ask("backup").state == "broken", "what cannot be read is no backup"
    assert "latest.json cannot be read" in ask("backup").sentence


@pytest.mark.parametrize(("days", "state"), [(1.4, "ok"), (2, "warning"), (4, "broken")])
def test_an_old_backup(ask, made, days, state):
    made(timedelta(days=days))
    finding = ask("backup")
    assert finding.state == state
    if state == "broken":
        assert finding.sentence == "The last backup is 4 days old."
        assert "crmlite backup FILE" in finding.advice


def test_a_backup_that_failed(ask, made):
    made(problem="the disk is full", at=None, verified_at=None)
    assert (ask("backup").state, ask("backup").sentence) == ("broken", "The last backup failed: the disk is full")


def test_a_backup_that_is_gone(ask, made, tmp_path):
    made()
    (tmp_path / "instance" / "backups" / "last.tar").unlink()
    assert ask("backup").state == "broken"
    assert "is gone" in ask("backup").sentence


def test_a_backup_that_nobody_restored(ask, made):
    made(verified_at=None)
    finding = ask("backup")
    assert finding.state == "warning"
    assert "was not restored to see whether it is whole" in finding.sentence


def test_a_database_that_is_gone(make_app, ask, database, tmp_path):
    broken = {"sqlite": f"sqlite:///{tmp_path}/no/such/crmlite.db"}
    app = make_app(database_url=broken.get(database, "postgresql://crm:pa55word@127.0.0.1:1/crm"))
    for name in ("database", "tables", "worker", "oldest_job", "failed_jobs", "outbox"):
        finding = ask(name, app)
        assert (finding.state, finding.sentence) == ("broken", "The database does not answer."), name
    assert ask("renderer", app).state == "ok", "what needs no database is looked at all the same"
