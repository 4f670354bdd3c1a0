"""A restore: what it sets aside, what it refuses with which sentence and without touching anything, and that it is never half done."""

import io
import itertools
import json
import os
import random
import resource
import subprocess
import sys
import tarfile
import threading
from contextlib import closing
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

import psycopg
import pyrage
import pytest
import sqlalchemy as sa
from pysqlite3 import dbapi2 as sqlite

from crmlite import config, files, schema
from crmlite.auth.models import DevicePassword, Invitation, PasswordReset, User
from crmlite.backup import Refused, archive, in_use, making, postgresql, restoring, sealed
from crmlite.backup.archive import About
from crmlite.backup.sealed import Key
from crmlite.extensions import db
from crmlite.mail.models import Message
from tests.backup.conftest import app_of, bytes_of, restore, rows_of, scalar, signed_in
from tests.test_serve import Server

ROOT = Path(__file__).parents[2]
PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def living(made, elsewhere):
    """An instance that was restored and then worked with: something to lose."""
    restore(made, elsewhere.instance)
    with app_of(elsewhere.instance, elsewhere.url) as app:
        client = signed_in(app, "seller")
        ids = scalar(app, "SELECT id FROM contact ORDER BY id LIMIT 1")
        assert client.post(f"/records/contact/{ids}/notes", data={"text": "written afterwards"}).status_code == 303
    (elsewhere.instance / "files" / "ab").mkdir(exist_ok=True)
    (elsewhere.instance / "files" / "ab" / ("1" * 62)).write_bytes(b"stored afterwards")
    return elsewhere


def state(living):
    with app_of(living.instance, living.url) as app:
        rows = rows_of(app)
    return rows, {name: data for name, data in bytes_of(living.instance).items() if not name.startswith("crmlite.db")}


# --- what becomes of what is there ------------------------------------------------------------------------------------


def test_what_was_there_is_set_aside_whole(made, living, database, own_stage):
    before, _files = state(living)
    restored = restore(made, living.instance)
    with app_of(living.instance, living.url) as app:
        assert rows_of(app) == rows_of(own_stage.app)
        assert scalar(app, "SELECT count(*) FROM note WHERE text = 'written afterwards'") == 0
        if database == "postgresql":
            query = f"SELECT count(*) FROM {restored.old_schema}.note WHERE text = 'written afterwards'"
            assert scalar(app, query) == 1
    assert (restored.set_aside / "files" / "ab" / ("1" * 62)).read_bytes() == b"stored afterwards"
    if database == "sqlite":
        with app_of(restored.set_aside, f"sqlite:///{restored.set_aside / 'crmlite.db'}") as app:
            assert rows_of(app) == before


def test_it_can_be_done_again_and_again(made, living, own_stage):
    """A dump of what was restored, beside what was set aside, restores too."""
    restore(made, living.instance)
    settings = config.load({"instance": str(living.instance), "database_url": living.url, "disk_floor_mb": 0})
    second = making.make(settings, made.with_name("second.tar.gz"))
    assert second.verified_at
    restore(Path(second.path), living.instance)
    with app_of(living.instance, living.url) as app:
        assert rows_of(app) == rows_of(own_stage.app)


def test_mail_that_waited_is_not_sent_again_by_itself(own_stage, settings, elsewhere, tmp_path):
    waiting = "SELECT count(*) FROM message WHERE state IN ('queued', 'deferred', 'sending')"
    with own_stage.writes():
        first = db.session.scalars(sa.select(Message).limit(1)).one()
        first.state = "queued"
    assert scalar(own_stage.app, waiting) == 1
    path = making.make(settings, tmp_path / "firm.tar.gz").path
    restore(Path(path), elsewhere.instance)
    with app_of(elsewhere.instance, elsewhere.url) as app:
        assert scalar(app, waiting) == 0
        assert scalar(app, "SELECT count(*) FROM message") == scalar(own_stage.app, "SELECT count(*) FROM message")


def test_who_was_signed_in_then_signs_in_again(made, own_stage, elsewhere):
    """Who was sent away since the backup does not come back with it; a new sign-in opens the same page."""
    page = f"/contacts/{own_stage.ids['seller.contact']}"
    assert own_stage.client("seller").get(page).status_code == 200
    restore(made, elsewhere.instance)
    with app_of(elsewhere.instance, elsewhere.url) as app:
        there = app.test_client()
        there.set_cookie("crmlite_session", "session-of-seller")
        assert there.get(page).status_code == 302
        assert signed_in(app, "seller").get(page).status_code == 200


WAYS_IN = "SELECT (SELECT count(*) FROM device_password) + (SELECT count(*) FROM password_reset)"


def test_a_phone_that_was_lost_since_and_a_link_that_was_used_do_not_come_back(
    own_stage, settings, elsewhere, tmp_path
):
    with own_stage.writes():
        DevicePassword.make(own_stage.ids["user.seller"], "Phone")
        PasswordReset.begin(own_stage.ids["user.seller"], "nonce")
        seller = db.session.get_one(User, own_stage.ids["user.seller"])
        Invitation.create(seller, "nonce", email="new@firm.example", role_id=seller.role_id)
    assert scalar(own_stage.app, WAYS_IN) >= 2
    path = making.make(settings, tmp_path / "firm.tar.gz", check=False).path
    restore(Path(path), elsewhere.instance)
    with app_of(elsewhere.instance, elsewhere.url) as app:
        assert scalar(app, WAYS_IN) == 0
        with app.app_context():
            invitations = Invitation.open()
            assert invitations
            assert not any(invitation.works for invitation in invitations)


def test_a_backup_of_before_there_were_passwords_of_phones(own_stage, settings, elsewhere, tmp_path):
    with own_stage.app.app_context(), db.engines[None].begin() as connection:
        connection.exec_driver_sql("DROP TABLE device_password")
    path = making.make(settings, tmp_path / "firm.tar.gz", check=False).path
    restore(Path(path), elsewhere.instance)
    with app_of(elsewhere.instance, elsewhere.url) as app:
        assert scalar(app, "SELECT count(*) FROM user_session") == 0


@pytest.mark.only_on("postgresql")
def test_another_servers_transactions_do_not_hide_the_journals_rows(own_stage, settings, elsewhere, tmp_path):
    with own_stage.app.app_context(), db.engines[None].begin() as connection:
        connection.exec_driver_sql("UPDATE event SET tx = 4000000000000")
    making.make(settings, tmp_path / "firm.tar.gz", check=False)
    restore(tmp_path / "firm.tar.gz", elsewhere.instance)
    with app_of(elsewhere.instance, elsewhere.url) as app:
        assert scalar(app, "SELECT max(tx) FROM event") == 0
        assert scalar(app, "SELECT max(tx) FROM change") == 0


@pytest.mark.only_on("sqlite")
def test_the_machines_own_settings_stay_and_the_backups_lie_beside(settings, elsewhere, tmp_path):
    (settings.instance / "settings.toml").write_text("session_days = 14\n")
    making.make(settings, tmp_path / "firm.tar.gz", check=False)
    restore(tmp_path / "firm.tar.gz", elsewhere.instance)
    own = elsewhere.instance / "settings.toml"
    assert own.read_text() == "session_days = 14\n", "there were none"
    own.write_text("session_days = 3\n")
    restored = restore(tmp_path / "firm.tar.gz", elsewhere.instance)
    assert own.read_text() == "session_days = 3\n"
    assert restored.settings_beside.read_text() == "session_days = 14\n"


@pytest.mark.only_on("sqlite")
def test_a_database_outside_the_instance_is_set_aside_where_it_is(made, elsewhere, tmp_path, monkeypatch):
    path = tmp_path / "disk" / "crm.db"
    path.parent.mkdir()
    monkeypatch.setenv("CRMLITE_DATABASE_URL", f"sqlite:///{path}")
    restore(made, elsewhere.instance)
    before = path.read_bytes()
    restore(made, elsewhere.instance)
    [aside] = path.parent.glob("crm.db.replaced-*")
    assert aside.read_bytes() == before
    assert not (elsewhere.instance / "crmlite.db").exists()


@pytest.mark.only_on("sqlite")
def test_files_outside_the_instance_are_kept_too(made, elsewhere, tmp_path, monkeypatch):
    """No row names what was stored since the backup, so the night would sweep it away: the old database would be without its files."""
    disk, name = tmp_path / "disk", f"ab/{'1' * 62}"
    monkeypatch.setenv("CRMLITE_FILES_FOLDER", str(disk))
    restore(made, elsewhere.instance)
    (disk / name).parent.mkdir(exist_ok=True)
    (disk / name).write_bytes(b"stored afterwards")
    restored = restore(made, elsewhere.instance)
    with app_of(elsewhere.instance, elsewhere.url) as app, app.app_context():
        os.utime(disk / name, (0, 0))
        assert files.sweep() == 1
    assert (disk / restored.set_aside.name / name).read_bytes() == b"stored afterwards"


# --- what is refused --------------------------------------------------------------------------------------------------


def refused(path: Path, living, sentence: str, key: Key | None = None) -> None:
    before = state(living)
    with pytest.raises(Refused, match=sentence):
        restore(path, living.instance, key)
    assert state(living) == before
    assert not list(living.instance.glob(".restoring-*"))


def repacked(path: Path, change) -> Path:
    """The archive anew, with its members as `change` leaves them."""
    with tarfile.open(path) as tar:
        members = {member.name: tar.extractfile(member).read() for member in tar}
    out = path.with_name("changed.tar.gz")
    with tarfile.open(out, "w:gz") as tar:
        for info, data in change(dict(members)):
            info = tarfile.TarInfo(info) if isinstance(info, str) else info
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out


def about(members, **values):
    changed = json.loads(members["about.json"]) | values
    return [("about.json", json.dumps(changed).encode()), *((n, d) for n, d in members.items() if n != "about.json")]


def link_to(name: str, target: str) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = tarfile.SYMTYPE, target
    return info


FILE = "files/ab/" + "2" * 62
CHANGES = {
    "another product": (lambda m: about(m, product="suitecrm"), "This is no backup of crmlite"),
    "any archive": (lambda m: [("readme.txt", b"hello"), *m.items()], "This is no backup of crmlite"),
    "a newer form": (
        lambda m: about(m, format=2, version="9.0.0"),
        "was made by crmlite 9.0.0, in a form that this version",
    ),
    "a newer schema": (
        lambda m: about(m, schema="20990101_1", version="9.0.0"),
        r"was made by crmlite 9.0.0 with the schema 20990101_1, which this version .* does not know: install crmlite 9.0.0",
    ),
    "another kind of database": (lambda m: about(m, database="mysql"), "damaged or cut off"),
    "no manifest": (lambda m: [(n, d) for n, d in m.items() if n != "manifest.json"], "damaged or cut off"),
    "a member that is missing": (lambda m: [(n, d) for n, d in m.items() if n != "secret_key"], "damaged or cut off"),
    "a member that is another": (lambda m: list((m | {"secret_key": b"x" * 64}).items()), "damaged or cut off"),
    "a member twice": (lambda m: [*list(m.items())[:-1], *list(m.items())[-2:]], "which no backup of crmlite holds"),
    "a path that leads out": (lambda m: [*list(m.items())[:-1], ("../evil", b"x")], "which no backup of crmlite holds"),
    "a path from the root": (
        lambda m: [*list(m.items())[:-1], ("/tmp/backup-evil", b"x")],
        "which no backup of crmlite",
    ),
    "a link": (
        lambda m: [*list(m.items())[:-1], (link_to(FILE, "/etc/passwd"), b"")],
        "which no backup of crmlite holds",
    ),
    "nothing": (lambda _m: [], "This is no backup of crmlite"),
}


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("what", CHANGES)
def test_foreign_newer_and_changed_backups(made, living, what):
    change, sentence = CHANGES[what]
    refused(repacked(made, change), living, sentence)
    assert not (living.instance.parent / "evil").exists()
    assert not Path("/tmp/backup-evil").exists()


@pytest.mark.only_on("sqlite")
def test_the_changes_are_refused_for_what_was_changed(made, living):
    restore(repacked(made, lambda members: list(members.items())), living.instance)


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty: it is no backup of crmlite"),
        (b"PK\x03\x04 a zip", "is no backup of crmlite"),
        (b"SQLite format 3\0" + bytes(5000), "is a database and no backup"),
        (b"\x1f\x8b\x08" + bytes(100), "damaged or cut off"),
        (b"age-encryption.org/v1\n", "name a file with the private key"),
        (b"key.age\0", "damaged or cut off"),
    ],
)
def test_files_of_other_kinds(living, tmp_path, data, sentence):
    path = tmp_path / "file"
    path.write_bytes(data)
    refused(path, living, sentence)


@pytest.mark.only_on("sqlite")
def test_a_file_that_is_not_there(living, tmp_path):
    refused(tmp_path / "none", living, "cannot be read: No such file or directory")
    refused(tmp_path, living, "cannot be read: Is a directory")


@pytest.fixture(params=["plain", "public key", "passphrase"])
def some_backup(request, settings, tmp_path):
    """(path, key) of a backup, encrypted one way or another."""
    identity = pyrage.x25519.Identity.generate()
    setting, key = {
        "plain": ("", None),
        "public key": (str(identity.to_public()), Key(str(identity))),
        "passphrase": (PASSPHRASE, None),
    }[request.param]
    path = Path(making.make(replace(settings, backup_key=setting), tmp_path / "some", check=False).path)
    if request.param == "passphrase":  # opened once, as that takes a second
        with tarfile.open(path) as tar:
            key = Key(pyrage.passphrase.decrypt(tar.extractfile("key.age").read(), PASSPHRASE).decode())
    return path, key


def unpacked(path: Path, key: Key | None, folder: Path) -> dict[str, str] | str:
    """What is in it, or the sentence."""
    folder.mkdir()
    try:
        with sealed.reading(path, key) as stream:
            archive.unpack(stream, folder)
        return bytes_of(folder)
    except Refused as error:
        return str(error)


@pytest.mark.only_on("sqlite")
def test_cut_off_anywhere_it_is_refused(some_backup, tmp_path):
    path, key = some_backup
    data = path.read_bytes()
    chance = random.Random(1)
    places = [
        1,
        100,
        511,
        512,
        2000,
        len(data) - 2000,
        len(data) - 1,
        *(chance.randrange(len(data)) for _n in range(8)),
    ]
    if data.startswith(b"key.age"):
        places = [min(place, len(data) - 2000) for place in places]  # the last blocks of a tar are only padding
    for number, place in enumerate(places):
        path.write_bytes(data[:place])
        found = unpacked(path, key, tmp_path / f"cut{number}")
        assert isinstance(found, str), place
        assert found.endswith((".", "--key."))


@pytest.mark.only_on("sqlite")
def test_with_a_byte_changed_it_is_refused_or_the_same(some_backup, tmp_path):
    """The same: where the byte says nothing, as the time in the header of gzip."""
    path, key = some_backup
    data = path.read_bytes()
    whole = unpacked(path, key, tmp_path / "whole")
    chance = random.Random(2)
    counts = {"refused": 0, "same": 0}
    for number in range(25):
        place = chance.randrange(len(data) - 1024)
        path.write_bytes(data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :])
        found = unpacked(path, key, tmp_path / f"changed{number}")
        counts["refused" if isinstance(found, str) else "same"] += 1
        assert isinstance(found, str) or found == whole
    assert counts["refused"] > counts["same"]


def test_a_backup_of_the_other_database_says_what_to_do(made, elsewhere, database, monkeypatch, tmp_path):
    other = {"sqlite": "postgresql://nobody@127.0.0.1:1/none", "postgresql": f"sqlite:///{tmp_path}/other.db"}[database]
    monkeypatch.setenv("CRMLITE_DATABASE_URL", other)
    with pytest.raises(
        Refused, match="The backup is of a .* database, and this instance has .* go over with `crmlite move`"
    ):
        restore(made, elsewhere.instance)
    assert not elsewhere.instance.exists()


@pytest.mark.only_on("postgresql")
def test_others_who_are_connected_are_named(made, living):
    with app_of(living.instance, living.url) as app:
        scalar(app, "SELECT 1")  # and keeps its connection
        with pytest.raises(Refused, match="Others are connected to the database, from 127.0.0.1: stop every crmlite"):
            restore(made, living.instance)


@pytest.mark.only_on("postgresql")
def test_who_is_just_leaving_is_waited_for(living):
    """PostgreSQL notices a moment later that a crmlite was stopped, and whoever stopped it restores at once."""
    leaving = psycopg.connect(living.url.replace("+psycopg", ""))
    timer = threading.Timer(0.3, leaving.close)
    timer.start()
    assert postgresql.others(living.url) == []
    timer.join()


@pytest.mark.only_on("postgresql")
def test_rows_that_do_not_arrive_roll_all_back(made, living, tmp_path):
    """The count in the same transaction as the exchange: what was there is still there, under its name."""
    before, _files = state(living)
    with tarfile.open(made) as tar:
        (tmp_path / "dump").write_bytes(tar.extractfile("database.pgdump").read())
    from crmlite.backup import postgresql

    with pytest.raises(Refused, match="table note has not as many rows as it had"):
        postgresql.replace(living.url, tmp_path / "dump", {"note": 10**6}, "20261126", tmp_path, "token")
    assert state(living)[0] == before


# --- a server that runs -----------------------------------------------------------------------------------------------


@pytest.mark.only_on("sqlite")
def test_a_running_server_goes_on_and_is_named(made, living):
    environment = {**os.environ, "CRMLITE_INSTANCE": str(living.instance), "CRMLITE_DISK_FLOOR_MB": "0"}
    server = Server(environment, "--workers", "1")
    try:
        server.wait_for(200)
        said = crmlite(environment, "restore", str(made))
        assert said.returncode == 1
        assert f"crmlite is running with {living.instance}: stop it" in said.stderr
        tried = crmlite(environment, "restore", "--check", str(made))
        assert tried.returncode == 0, tried.stderr
        assert "It is whole" in tried.stdout
        assert server.get("/login")[0] == 200
        assert json.loads(server.get("/health")[1])["status"] == "ok"
    finally:
        server.close()
    done = crmlite(environment, "restore", str(made))
    assert done.returncode == 0, done.stderr
    assert "Now start crmlite." in done.stdout


@pytest.mark.only_on("sqlite")
def test_nothing_starts_while_it_is_restored(living):
    environment = {**os.environ, "CRMLITE_INSTANCE": str(living.instance)}
    with in_use.alone(living.instance, "restore"):
        said = crmlite(environment, "user", "list")
    assert said.returncode == 1
    assert "A backup is being restored into" in said.stderr


def crmlite(environment: dict[str, str], *words: str, **options) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "crmlite.cli", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, **options)


# --- a disk that becomes full, and kills ------------------------------------------------------------------------------


@pytest.mark.only_on("sqlite")
def test_a_disk_that_becomes_full_on_the_way(made, living):
    """A limit on the size of files, which the kernel keeps as it keeps a full disk's."""
    before = state(living)
    environment = {**os.environ, "CRMLITE_INSTANCE": str(living.instance)}
    size = made.stat().st_size
    said = crmlite(environment, "restore", str(made), preexec_fn=lambda: limit(size // 4))
    assert said.returncode == 1
    assert "The disk became full while the backup was unpacked. Nothing was changed" in said.stderr
    assert "Traceback" not in said.stderr
    assert state(living) == before
    assert not list(living.instance.glob(".restoring-*"))


def limit(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("key", ["", PASSPHRASE])
def test_a_disk_that_becomes_full_while_one_is_made(own_stage, settings, database, tmp_path, key):
    environment = {
        **os.environ,
        "CRMLITE_INSTANCE": str(settings.instance),
        "CRMLITE_DATABASE_URL": settings.database_url.replace("+psycopg", ""),
        "CRMLITE_DISK_FLOOR_MB": "0",
        "CRMLITE_BACKUP_KEY": key,
    }
    before = rows_of(own_stage.app)
    for size in (20_000, 150_000):
        said = crmlite(environment, "backup", str(tmp_path / "firm"), preexec_fn=lambda size=size: limit(size))
        assert said.returncode == 1, size
        assert "Traceback" not in said.stderr
        assert said.stderr.startswith("Error: The"), said.stderr
        assert not list(tmp_path.glob("firm*"))
    assert rows_of(own_stage.app) == before
    done = crmlite(environment, "backup", str(tmp_path / "firm"))
    assert done.returncode == 0, done.stderr


KILLED = """
import os, sys
from pathlib import Path
from crmlite.backup import in_use, restoring
rename, count = os.rename, [int(sys.argv[3])]
def dies(*words):
    if count[0] == 0:
        os._exit(9)
    count[0] -= 1
    rename(*words)
os.rename = dies
if sys.argv[4] == "without a plan":
    def exchange(instance, moves):
        for source, target in moves:
            Path(target).parent.mkdir(exist_ok=True)
            os.rename(source, target)
    in_use.exchange = exchange
restoring.restore(Path(sys.argv[1]), None, Path(sys.argv[2]))
"""


def kill_at(step: int, made: Path, instance: Path, how: str = "") -> int:
    command = [sys.executable, "-c", KILLED, str(made), str(instance), str(step), how]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, "CRMLITE_INSTANCE": str(instance)}).returncode


@pytest.mark.only_on("sqlite")
def test_killed_at_any_renaming_the_next_start_ends_it(made, living, own_stage):
    old, new = state(living)[0], rows_of(own_stage.app)
    assert old != new
    step = 0
    while kill_at(step, made, living.instance):
        in_use.enter(living.instance).close()
        assert not (living.instance / "restoring.json").exists()
        with app_of(living.instance, living.url) as app:
            assert rows_of(app) == new
        assert len(list(living.instance.glob("replaced-*"))) == step + 1
        step += 1
    assert step >= 5


@pytest.mark.only_on("sqlite")
def test_without_its_plan_a_killed_one_would_leave_no_database(made, living):
    """The control: the renamings alone, killed after the first."""
    assert kill_at(1, made, living.instance, "without a plan") == 9
    in_use.enter(living.instance).close()
    assert not (living.instance / "crmlite.db").exists()


@pytest.mark.only_on("sqlite")
def test_killed_before_nothing_was_changed(made, living, monkeypatch):
    def killed(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr(in_use, "exchange", killed)
    before = state(living)
    with pytest.raises(KeyboardInterrupt):
        restoring.restore(made, None, living.instance)
    assert state(living) == before


KILLED_OUTSIDE = """
import os, signal, sys, threading, time
from pathlib import Path
import psycopg
from crmlite.backup import in_use, postgresql, restoring
real, rename, step, how = postgresql.run, os.rename, sys.argv[3], sys.argv[4]
WAITS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
def kill_when_somebody_waits(watch):
    while not watch.execute(WAITS).fetchone()[0]:
        time.sleep(0.05)
    os.kill(os.getpid(), signal.SIGKILL)
def run(url, program, *words, **options):
    if program == "psql" and step == "before psql":
        os._exit(9)
    if program == "psql" and step == "in psql":  # killed when it waits for a table that somebody holds
        holder, watch = (psycopg.connect(url.replace("+psycopg", ""), autocommit=which) for which in (False, True))
        holder.execute("LOCK TABLE note IN ACCESS SHARE MODE")
        threading.Thread(target=kill_when_somebody_waits, args=(watch,), daemon=True).start()
    real(url, program, *words, **options)
    if program == "psql" and step == "after psql":
        os._exit(9)
postgresql.run = run
count = [int(step) if step.isdigit() else 99]
def dies(*words):
    if count[0] == 0:
        os._exit(9)
    count[0] -= 1
    rename(*words)
os.rename = dies
if how == "without a plan":
    in_use.intend = lambda *words: None
restoring.restore(Path(sys.argv[1]), None, Path(sys.argv[2]))
"""


def kill_outside(step: str, made: Path, instance: Path, how: str = "") -> int:
    command = [sys.executable, "-c", KILLED_OUTSIDE, str(made), str(instance), step, how]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, "CRMLITE_INSTANCE": str(instance)}).returncode


def key_of(instance: Path) -> str:
    return (instance / "secret_key").read_text()


@pytest.mark.only_on("postgresql")
def test_killed_around_the_databases_commit_the_next_start_ends_it_or_takes_it_back(made, living, own_stage):
    """Tables and key are both of the backup, or both as they were."""
    new, new_key = rows_of(own_stage.app), key_of(living.instance)
    old, old_key = state(living)[0], "another key, as if it had been made anew since the backup was"
    assert old != new
    for step in ("before psql", "in psql", "after psql", "0", "1"):
        (living.instance / "secret_key").write_text(old_key)
        assert kill_outside(step, made, living.instance), step
        in_use.enter(living.instance).close()
        is_new = step not in {"before psql", "in psql"}
        with app_of(living.instance, living.url) as app:
            assert rows_of(app) == (new if is_new else old), step
        assert key_of(living.instance) == (new_key if is_new else old_key), step
        assert not (living.instance / "restoring.json").exists()


@pytest.mark.only_on("postgresql")
def test_without_its_plan_tables_and_key_would_not_belong_together(made, living, own_stage):
    """The control."""
    (living.instance / "secret_key").write_text("another key, as if it had been made anew since the backup was")
    assert kill_outside("after psql", made, living.instance, "without a plan")
    in_use.enter(living.instance).close()
    with app_of(living.instance, living.url) as app:
        assert rows_of(app) == rows_of(own_stage.app)
    assert key_of(living.instance).startswith("another key")


def test_what_about_says_is_what_the_code_says():
    assert asdict(About("1", schema.newest(), "sqlite", "now"))["product"] == "crmlite"
    assert schema.newest() in schema.revisions()


# --- PostgreSQL with an ordinary role ---------------------------------------------------------------------------------


@pytest.fixture
def ordinary(empty_url, databases):
    """The address of an empty database whose owner may do nothing else."""
    server, _slash, name = empty_url.rpartition("/")
    host = server.removeprefix("postgresql://crmlite@")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS plain")
        connection.execute("CREATE ROLE plain LOGIN")
        connection.execute(f"ALTER DATABASE {name} OWNER TO plain")
        yield f"postgresql://plain@{host}/{name}"
        connection.execute(f"ALTER DATABASE {name} OWNER TO crmlite")
    with psycopg.connect(empty_url, autocommit=True) as connection:
        connection.execute("DROP OWNED BY plain CASCADE")
        connection.execute("DROP ROLE plain")


@pytest.mark.only_on("postgresql")
def test_a_role_that_owns_its_database_and_nothing_else(own_stage, made, elsewhere, ordinary, monkeypatch, tmp_path):
    """It restores, twice, though it may make no database to try the backup in; its own backups say that they were not tried."""
    monkeypatch.setenv("CRMLITE_DATABASE_URL", ordinary)
    moments = (datetime(2026, 11, 27, 1, 55, 24, micros) for micros in itertools.count())
    monkeypatch.setattr(restoring, "utcnow", lambda: next(moments))  # all within one second
    restore(made, elsewhere.instance)
    restored = restore(made, elsewhere.instance)
    assert restored.old_schema.startswith("replaced_")
    with app_of(elsewhere.instance, ordinary) as app:
        assert rows_of(app) == rows_of(own_stage.app)
    settings = config.load({"instance": str(elsewhere.instance), "disk_floor_mb": 0})
    own = making.make(settings, tmp_path / "own.tar.gz")
    assert own.verified_at is None
    assert own.problem.startswith("It could not be tried, because plain may not make a temporary database")
    assert "ALTER ROLE plain CREATEDB" in own.problem
    with pytest.raises(Refused, match="may not make a temporary database to try it in"):
        restoring.try_out(Path(own.path), None, elsewhere.instance)
    restore(Path(own.path), elsewhere.instance)
    with app_of(elsewhere.instance, ordinary) as app:
        assert rows_of(app) == rows_of(own_stage.app)


@pytest.mark.only_on("sqlite")
def test_the_database_of_another_product_is_left_alone(made, elsewhere, tmp_path, monkeypatch):
    path = tmp_path / "wordpress.db"
    with closing(sqlite.connect(path)) as connection:
        connection.execute("CREATE TABLE wp_posts (id INTEGER)")
    before = path.read_bytes()
    monkeypatch.setenv("CRMLITE_DATABASE_URL", f"sqlite:///{path}")
    with pytest.raises(Refused, match="The database is of another product, not of crmlite: it has the table wp_posts"):
        restore(made, elsewhere.instance)
    assert path.read_bytes() == before
    with pytest.raises(Refused, match="of another product"):
        making.make(config.load({"instance": str(tmp_path / "i"), "disk_floor_mb": 0}), tmp_path / "x.tar.gz")
    path.write_bytes(b"torn" * 5000)
    restore(made, elsewhere.instance)


@pytest.mark.only_on("postgresql")
def test_another_products_tables_are_left_alone(made, elsewhere, empty_url):
    with psycopg.connect(empty_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE wp_posts (id integer)")
    with pytest.raises(Refused, match="The database is of another product, not of crmlite: it has the table wp_posts"):
        restore(made, elsewhere.instance)
    with psycopg.connect(empty_url) as connection:
        assert connection.execute("SELECT count(*) FROM wp_posts").fetchone() == (0,)


@pytest.mark.only_on("sqlite")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_root_restores_belongs_to_whom_the_instance_belongs(made, elsewhere):
    elsewhere.instance.mkdir()
    os.chown(elsewhere.instance, 12345, 12345)
    restore(made, elsewhere.instance)
    paths = [
        elsewhere.instance / "crmlite.db",
        elsewhere.instance / "secret_key",
        *elsewhere.instance.glob("files/*/*"),
    ]
    assert len(paths) > 2
    assert {path.stat().st_uid for path in paths} == {12345}
