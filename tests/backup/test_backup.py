"""A backup: what is in it, that it restores to the same, how it is encrypted, what is remembered of it, and what it says of an
instance that is not whole."""

import contextlib
import gzip
import hashlib
import json
import os
import pty
import shutil
import tarfile
from collections import namedtuple
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyrage
import pytest
import sqlalchemy as sa

from crmlite import backup
from crmlite.backup import Refused, archive, checking, command, dump, making, postgresql, sealed
from crmlite.backup.archive import About, Manifest
from crmlite.backup.sealed import Key
from crmlite.config import VERSION
from crmlite.extensions import db, utcnow
from crmlite.files import File
from tests.backup.conftest import age, app_of, restore, rows_of, scalar, signed_in

PASSPHRASE = "correct horse battery staple"


def with_key(settings, key: str):
    return replace(settings, backup_key=key)


def test_it_restores_to_the_same(own_stage, settings, elsewhere, tmp_path):
    made = making.make(settings, tmp_path / "firm.tar.gz")
    assert made.problem is None
    assert made.verified_at is not None
    restored = restore(Path(made.path), elsewhere.instance)
    assert restored.set_aside is None
    with app_of(elsewhere.instance, elsewhere.url) as app:
        assert rows_of(app) == rows_of(own_stage.app)
        with app.app_context():
            files = db.session.query(File).all()
            assert files
            assert all(file.read() is not None for file in files)
        seller = own_stage.client("seller")
        there = signed_in(app, "seller")
        page = f"/contacts/{own_stage.ids['seller.contact']}"
        assert there.get(page).status_code == seller.get(page).status_code == 200
        found = "/records/search?q=zcsellercontactqx"
        assert f"/contacts/{own_stage.ids['seller.contact']}" in there.get(found).text
    key = (elsewhere.instance / "secret_key").read_text()
    assert key == settings.secret_key


def test_files_go_where_the_instance_keeps_them(own_stage, made, elsewhere, tmp_path, monkeypatch):
    """Several servers share such a folder: what others have there stays."""
    shared = tmp_path / "shared"
    (shared / "ab").mkdir(parents=True)
    (shared / "ab" / "theirs").write_bytes(b"another's")
    monkeypatch.setenv("CRMLITE_FILES_FOLDER", str(shared))
    restore(made, elsewhere.instance)
    assert not (elsewhere.instance / "files").exists()
    with app_of(elsewhere.instance, elsewhere.url) as app, app.app_context():
        files = db.session.query(File).all()
        assert files
        assert all(file.read() is not None for file in files)
    assert (shared / "ab" / "theirs").exists()


def test_a_link_that_a_customer_has_works_in_what_was_restored(own_stage, made, elsewhere):
    path = f"/p/quote/{own_stage.token('sent.quote')}"
    restore(made, elsewhere.instance)
    with app_of(elsewhere.instance, elsewhere.url) as app:
        assert app.test_client().get(path).status_code == 200
    assert own_stage.client().get(path[:-1]).status_code == 404, "as any other would"


def test_what_is_in_it(own_stage, settings, tmp_path, database):
    (settings.instance / "settings.toml").write_text("session_days = 14\n")
    stray = settings.files_path / "ab" / ("c" * 62)
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"of a row that was erased")
    making.make(settings, tmp_path / "firm.tar.gz", check=False)
    with tarfile.open(tmp_path / "firm.tar.gz") as tar:
        held = {member.name: tar.extractfile(member).read() for member in tar}
    with own_stage.app.app_context():
        kept = list(db.session.query(File))
        files = {f"files/{path}" for file in kept for path in (file.path, file.thumbnail) if path}
        assert any(file.thumbnail for file in kept)
    database_name = {"sqlite": "database.sqlite", "postgresql": "database.pgdump"}[database]
    assert set(held) == {"about.json", "manifest.json", "settings.toml", "secret_key", database_name, *files}
    about, manifest = json.loads(held["about.json"]), json.loads(held["manifest.json"])
    assert (about["product"], about["version"], about["database"]) == ("crmlite", VERSION, database)
    assert {name: hashlib.sha256(data).hexdigest() for name, data in held.items() if not name.endswith(".json")} == {
        name: member["sha256"] for name, member in manifest["members"].items()
    }
    assert manifest["rows"]["contact"] == scalar(own_stage.app, "SELECT count(*) FROM contact")
    assert (tmp_path / "firm.tar.gz").stat().st_mode & 0o777 == 0o600


def test_nothing_is_left_behind(settings, tmp_path):
    making.make(settings, tmp_path / "firm.tar.gz")
    assert {path.name for path in (settings.instance / "backups").iterdir()} == {"latest.json", "lock"}
    assert [path.name for path in tmp_path.glob("firm*")] == ["firm.tar.gz"]


def test_what_a_killed_one_left_goes_with_the_next(settings, tmp_path):
    left = settings.instance / "backups" / "work-abc"
    left.mkdir(parents=True)
    (left / "database").write_bytes(b"half")
    part = settings.instance / "backups" / "crmlite-2026-11-26-023000.tar.gz.part"
    part.write_bytes(b"half")
    making.make(settings, tmp_path / "firm.tar.gz", check=False)
    assert not left.exists()
    assert not part.exists()


# --- encrypted --------------------------------------------------------------------------------------------------------


def test_without_the_passphrase_nothing_can_be_read(own_stage, settings, tmp_path, elsewhere):
    made = making.make(with_key(settings, PASSPHRASE), tmp_path / "firm.age.tar")
    assert made.verified_at
    assert settings.secret_key.encode() not in Path(made.path).read_bytes()
    with pytest.raises(sealed.NeedsKey, match="is encrypted with a passphrase: name a file that holds it in --key"):
        restore(Path(made.path), elsewhere.instance)
    with pytest.raises(Refused, match="The passphrase is not the one"):
        restore(Path(made.path), elsewhere.instance, Key("wrong horse battery staple"))
    assert not elsewhere.instance.exists()
    restore(Path(made.path), elsewhere.instance, Key(PASSPHRASE + "\n"))
    with app_of(elsewhere.instance, elsewhere.url) as app:
        assert rows_of(app) == rows_of(own_stage.app)


def test_a_public_key_encrypts_what_the_server_itself_cannot_read(own_stage, settings, tmp_path, elsewhere):
    """And still it is tried: by a key that nobody has any more when the backup is made."""
    identity = pyrage.x25519.Identity.generate()
    made = making.make(with_key(settings, str(identity.to_public())), tmp_path / "firm.tar.gz.age")
    assert made.verified_at
    other = pyrage.x25519.Identity.generate()
    for key, sentence in (
        (None, "is encrypted: name a file with the private key in --key"),
        (Key(PASSPHRASE), "is encrypted with a public key, so a passphrase does not open it"),
        (Key(str(other)), "The key does not open this backup"),
        (Key("AGE-SECRET-KEY-1NONSENSE"), "The private key cannot be read"),
    ):
        with pytest.raises(Refused, match=sentence):
            restore(Path(made.path), elsewhere.instance, key)
    restore(Path(made.path), elsewhere.instance, Key(f"# created: today\n{identity}\n"))
    with app_of(elsewhere.instance, elsewhere.url) as app:
        assert rows_of(app) == rows_of(own_stage.app)


@pytest.mark.only_on("sqlite")
def test_the_ordinary_tool_opens_it(settings, tmp_path):
    identity = pyrage.x25519.Identity.generate()
    key = tmp_path / "key.txt"
    key.write_text(str(identity) + "\n")
    path = Path(making.make(with_key(settings, str(identity.to_public())), tmp_path / "one.age", check=False).path)
    opened = age("--decrypt", "--identity", str(key), str(path))
    assert opened.returncode == 0, opened.stderr
    assert gzip.decompress(opened.stdout).startswith(b"about.json\0")


@pytest.mark.only_on("sqlite")
def test_the_ordinary_tool_opens_what_a_passphrase_locks(settings, tmp_path):
    path = Path(making.make(with_key(settings, PASSPHRASE), tmp_path / "two.age.tar", check=False).path)
    with tarfile.open(path) as tar:
        assert tar.getnames() == ["key.age", "backup.tar.gz.age"]
        tar.extractall(tmp_path, filter="data")
    words = ["--decrypt", "--identity", str(tmp_path / "key.age"), "--output", str(tmp_path / "out.tar.gz")]
    assert typed(PASSPHRASE, *words, str(tmp_path / "backup.tar.gz.age")) == 0
    assert gzip.decompress((tmp_path / "out.tar.gz").read_bytes()).startswith(b"about.json\0")


def typed(passphrase: str, *words: str) -> int:
    """The tool asks for passphrases on a terminal only."""
    if not shutil.which("age"):
        pytest.skip("the tool age is not installed (Debian's package age)")
    pid, terminal = pty.fork()
    if not pid:
        os.execvp("age", ["age", *words])
    said = b""
    with contextlib.suppress(OSError):  # how a terminal ends
        while chunk := os.read(terminal, 1000):
            said += chunk
            if said.endswith(b": "):
                os.write(terminal, passphrase.encode() + b"\n")
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


# --- by night ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch):
    """Each look at the time is a day later."""
    now = [utcnow()]

    def later():
        now[0] += timedelta(days=1)
        return now[0]

    monkeypatch.setattr(making, "utcnow", later)


@pytest.mark.only_on("sqlite")
def test_the_oldest_go_when_a_new_one_was_tried(settings, clock, tmp_path):
    folder = tmp_path / "disk"
    settings = replace(settings, backup_folder=str(folder), backup_keep=2)
    paths = [making.nightly(settings).path for _night in range(4)]
    (folder / "note.txt").write_text("somebody's")
    assert [str(path) for path in making.kept(folder)] == paths[-2:]
    (settings.files_path / "ab").mkdir(exist_ok=True)
    latest = backup.latest(settings)
    assert (latest.path, latest.problem) == (paths[-1], None)
    assert latest.verified_at > latest.at
    assert latest.size == Path(paths[-1]).stat().st_size


@pytest.mark.only_on("sqlite")
def test_none_goes_when_the_new_one_could_not_be_tried(settings, clock, tmp_path, monkeypatch):
    settings = replace(settings, backup_folder=str(tmp_path / "disk"), backup_keep=1)
    first = making.nightly(settings).path

    def fails(*_args):
        raise Refused("It could not be tried.")

    monkeypatch.setattr(checking, "check", fails)
    second = making.nightly(settings)
    assert (second.verified_at, second.problem) == (None, "It could not be tried.")
    assert {str(path) for path in making.kept(tmp_path / "disk")} == {first, second.path}


@pytest.mark.only_on("sqlite")
def test_where_none_can_be_tried_the_oldest_go_too(settings, clock, tmp_path, monkeypatch):
    """Or the disk is full one night, and there is room for none any more."""
    settings = replace(settings, backup_folder=str(tmp_path / "disk"), backup_keep=2)

    def may_not(*_args):
        raise postgresql.MayNotTry("The role may not make a temporary database.")

    monkeypatch.setattr(checking, "check", may_not)
    paths = [making.nightly(settings).path for _night in range(4)]
    assert [str(path) for path in making.kept(tmp_path / "disk")] == paths[-2:]
    assert "may not make" in backup.latest(settings).problem


@pytest.mark.only_on("sqlite")
def test_one_made_while_the_clock_was_behind_is_kept(settings, tmp_path, monkeypatch):
    settings = replace(settings, backup_folder=str(tmp_path / "disk"), backup_keep=1)
    first = making.nightly(settings).path
    monkeypatch.setattr(making, "utcnow", lambda: datetime(1970, 1, 1, tzinfo=UTC))
    second = making.nightly(settings)
    assert second.verified_at
    assert {str(path) for path in making.kept(tmp_path / "disk")} == {first, second.path}


def test_what_went_wrong_is_remembered_beside_the_last_that_was_made(settings, tmp_path):
    assert backup.latest(settings) is None
    before = making.make(settings, tmp_path / "firm.tar.gz", check=False)
    with pytest.raises(Refused):
        making.nightly(replace(settings, backup_folder=str(tmp_path / "no" / "such" / "folder")))
    latest = backup.latest(settings)
    assert (latest.at, latest.path, latest.size) == (before.at, before.path, before.size)
    assert "cannot be written" in latest.problem


def test_a_status_that_cannot_be_read_is_a_problem(settings):
    (settings.instance / "backups").mkdir()
    (settings.instance / "backups" / "latest.json").write_text("{")
    assert "cannot be read" in backup.latest(settings).problem


# --- an instance that is not whole ------------------------------------------------------------------------------------


@pytest.mark.only_on("sqlite")
def test_stored_files_that_are_gone_or_changed_are_told_and_the_rest_is_kept(own_stage, settings, tmp_path, elsewhere):
    paths = sorted(path for path in settings.files_path.glob("??/*"))
    paths[0].unlink()
    made = making.make(settings, tmp_path / "one.tar.gz")
    assert made.problem.startswith("1 stored files are missing on the disk, the first is files/")
    assert made.verified_at
    paths[1].write_bytes(b"something else")
    made = making.make(settings, tmp_path / "two.tar.gz")
    assert made.problem.startswith("1 stored files are missing")
    restore(Path(made.path), elsewhere.instance)
    assert len(list((elsewhere.instance / "files").glob("??/*"))) == len(paths) - 1


def test_too_little_room_is_said_before_the_disk_is_full(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: namedtuple("usage", "free")(1000))
    with pytest.raises(
        Refused, match="There is too little room in .*: the backup needs .* Make room, or set backup_folder"
    ):
        making.make(settings, tmp_path / "firm.tar.gz")
    assert list(tmp_path.glob("firm*")) == []


@pytest.mark.only_on("sqlite")
def test_where_there_is_no_room_nothing_is_begun(settings, tmp_path, monkeypatch):
    """The copy of the database alone would take what others need to go on."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: namedtuple("usage", "free")(1000))
    monkeypatch.setattr(dump, "write", lambda *_args: pytest.fail("it was begun"))
    with pytest.raises(Refused, match="too little room"):
        making.make(settings, tmp_path / "one.tar.gz")


def test_one_of_an_older_schema_is_whole(own_stage, settings, tmp_path):
    """The new version is installed, and before it upgrades the database somebody makes a backup, as one should."""
    with own_stage.app.app_context(), db.engines[None].begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '20261126_3'"))
    made = making.make(settings, tmp_path / "one.tar.gz")
    assert made.problem is None
    assert made.verified_at


@pytest.mark.only_on("sqlite")
def test_two_at_once_are_one_too_many(settings, tmp_path):
    with making._alone(settings), pytest.raises(Refused, match="Another backup is being made"):
        making.make(settings, tmp_path / "firm.tar.gz")


@pytest.mark.only_on("sqlite")
def test_two_hosts_with_one_folder_for_backups_know_of_each_other(settings, clock, tmp_path):
    """The job of the night is done by the worker that comes first, be it this host's or the other's."""
    folder = tmp_path / "shared"
    here = replace(settings, backup_folder=str(folder))
    there = replace(here, instance=tmp_path / "there")
    there.instance.mkdir()
    assert backup.latest(there) is None
    made = making.nightly(here)
    assert backup.latest(there) == backup.latest(here) == made
    with making._alone(here), pytest.raises(Refused, match="Another backup is being made"):
        making.nightly(there)
    assert backup.latest(here).problem.startswith("Another backup")
    assert making.nightly(there).path == backup.latest(here).path != made.path


@pytest.mark.only_on("sqlite")
def test_a_file_that_exists_is_not_written_over(settings, tmp_path):
    (tmp_path / "firm.tar.gz").write_text("my only other one")
    with pytest.raises(Refused, match="exists already"):
        making.make(settings, tmp_path / "firm.tar.gz")
    assert (tmp_path / "firm.tar.gz").read_text() == "my only other one"


# --- that trying it would notice --------------------------------------------------------------------------------------


def packed(path: Path, settings, database: Path, rows: dict[str, int], schema: str) -> Path:
    with sealed.writing(path, "") as (stream, _key):
        members = [("database.sqlite", database, None), ("secret_key", settings.instance / "secret_key", None)]
        archive.pack(stream, About(VERSION, schema, "sqlite", utcnow().isoformat()), members, Manifest(rows=rows))
    return path


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        ("DELETE FROM note", "table note has"),
        ("UPDATE alembic_version SET version_num = '20260101_1'", "its schema is 20260101_1"),
        ("UPDATE file SET sha256 = 'x'", "the file .* is not the one that was stored"),
        ("PRAGMA foreign_keys=OFF; DELETE FROM team", "points at a team that is not there"),
        ("DROP TABLE user_session", "table user_session has no rows"),
    ],
)
def test_a_copy_that_is_not_the_database_is_found(settings, tmp_path, spoil, sentence):
    from pysqlite3 import dbapi2 as sqlite

    from crmlite.backup import dump

    copy = tmp_path / "copy"
    dumped = dump.write(settings, copy)
    with sqlite.connect(copy) as connection:
        connection.executescript(spoil)
    path = packed(tmp_path / "spoiled.tar.gz", settings, copy, dumped.rows, dumped.schema)
    with pytest.raises(Refused, match=f"was restored to try it, and is not whole: .*{sentence}"):
        checking.check(settings, path, None, tmp_path / "tried")
    assert not (tmp_path / "tried").exists()


@pytest.mark.only_on("sqlite")
def test_pages_of_a_database_that_are_torn_are_found(settings, tmp_path):
    from crmlite.backup import dump

    copy = tmp_path / "copy"
    dumped = dump.write(settings, copy)
    data = bytearray(copy.read_bytes())
    for page in range(20, len(data) // 4096, 7):
        data[page * 4096 : page * 4096 + 512] = bytes(512)
    copy.write_bytes(data)
    path = packed(tmp_path / "torn.tar.gz", settings, copy, dumped.rows, dumped.schema)
    with pytest.raises(Refused, match="is not whole"):
        checking.check(settings, path, None, tmp_path / "tried")


def test_the_age_says_by_its_status_whether_all_is_well(settings, tmp_path):
    made = making.make(settings, tmp_path / "firm.tar.gz")
    assert command._wrong_with(made) is None
    assert command._wrong_with(replace(made, verified_at=None)) == "It was never restored to try it."
    assert "too old" in command._wrong_with(replace(made, at=made.at - timedelta(days=6)))
    assert command._wrong_with(replace(made, problem="The disk is full.")) == "The disk is full."
    Path(made.path).unlink()
    assert command._wrong_with(made) == "That file is gone."
