"""A server that starts while its database cannot be used: a page says what happened and what to do, and it opens by itself."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.test_serve import Server, run
from tests.upgrading.test_serving import ask, said_in_log, wait_for_state

NOBODYS = "postgresql://crm:pa55word@127.0.0.1:1/crm"


def nothing(_url: str) -> None:
    """Fills no database."""


@pytest.fixture
def plain(tmp_path):
    return {
        **{name: value for name, value in os.environ.items() if name != "CRMLITE_DATABASE_URL"},
        "CRMLITE_INSTANCE": str(tmp_path / "instance"),
        "CRMLITE_DISK_FLOOR_MB": "0",
    }


@contextlib.contextmanager
def serving(environment: dict[str, str]):
    server = Server(environment, "--workers", "1", program=("crmlite.cli",))
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.close()


def check_page(server: Server, state: str, title: dict[str, str]) -> dict:
    wait_for_state(server, state)
    for code, words in title.items():
        answer = ask(server, "/contacts/", Accept_Language=code)
        assert answer.status == 503
        assert f'<html lang="{code}"' in answer.text
        assert words in answer.text
    said = json.loads(server.wait_for(503))
    assert said["reason"].startswith(title["en"])
    return said


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("damage", ["garbage", "malformed"])
def test_a_damaged_file_says_how_to_restore(plain, tmp_path, database, damage):
    instance = tmp_path / "instance"
    assert run(plain, "upgrade").returncode == 0
    path, backup = instance / "crmlite.db", instance / "backups" / "crmlite-20261126-0230.tar.gz"
    backup.parent.mkdir()
    backup.write_bytes(b"as if it were one")
    for beside in instance.glob("crmlite.db-*"):
        beside.unlink()
    data = bytearray(path.read_bytes())
    data[slice(0, 16) if damage == "garbage" else slice(100, 4000)] = b"\xa5" * (16 if damage == "garbage" else 3900)
    path.write_bytes(data)
    with serving(plain) as server:
        check_page(server, "DAMAGED", {"en": "The database is damaged"})
        logged = said_in_log(server.close(), "closed: the database cannot be used")["why"]
    assert f"crmlite restore {backup}" in logged
    assert path.read_bytes() == bytes(data), "nothing of it was changed"


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("how", ["missing", "empty"])
def test_a_database_that_is_gone_is_not_taken_for_a_first_start(plain, tmp_path, database, how):
    """It may lie on a disk that is not mounted. Beside a new one its files would be swept away, and its backups night by night."""
    instance = tmp_path / "instance"
    assert run(plain, "upgrade").returncode == 0
    path, kept, backup = (
        instance / "crmlite.db",
        instance / "kept",
        instance / "backups" / "crmlite-20261126-0230.tar.gz",
    )
    backup.parent.mkdir()
    backup.write_bytes(b"as if it were one")
    for beside in instance.glob("crmlite.db-*"):
        beside.unlink()
    path.rename(kept)
    if how == "empty":
        path.touch(0o600)
    with serving(plain) as server:
        check_page(server, "GONE", {"en": "The database is gone"})
        assert "Open http://" not in server.said_so_far(), "nobody may become its first administrator"
        kept.rename(path)
        assert json.loads(server.wait_for(200))["status"] == "ok"
        logged = said_in_log(server.close(), "closed: the database is not this version's")["why"]
    assert f"crmlite restore {backup}" in logged


def test_whoever_wants_an_empty_one_says_so(plain, tmp_path, database, databases):
    """By files that are stored it is told too, and on PostgreSQL as well."""
    stored = tmp_path / "instance" / "files" / "ab" / ("1" * 62)
    stored.parent.mkdir(parents=True)
    stored.write_bytes(b"somebody's")
    url = databases.fresh(database, nothing)
    plain["CRMLITE_DATABASE_URL"] = url
    with serving(plain) as server:
        check_page(server, "GONE", {"en": "The database is gone"})
        for words in (["setup-code"], ["demo"]):
            said = run(plain, *words)
            assert (said.returncode, "so no new one is begun" in said.stderr) == (1, True), words
        assert run(plain, "upgrade").returncode == 0
        assert json.loads(server.wait_for(200))["status"] == "ok"
        server.close()
    databases.drop(url)


@pytest.mark.only_on("sqlite")
def test_a_database_server_that_is_not_there_is_waited_for(plain, database):
    with serving({**plain, "CRMLITE_DATABASE_URL": NOBODYS}) as server:
        check_page(server, "UNREACHABLE", {"en": "crmlite cannot reach its database"})
        output = server.close()
    assert "Connection refused" in said_in_log(output, "closed: the database cannot be used")["why"]
    assert "pa55word" not in output
    assert "Traceback" not in output
    assert output.count('"closed: the database cannot be used"') == 1


@pytest.mark.only_on("postgresql")
def test_postgresql_that_comes_back_opens_it(plain, database, databases):
    url = databases.fresh(database, nothing)
    server_url, name = url.replace("+psycopg", "").rsplit("/", 1)

    def allow(said: str) -> None:
        with psycopg.connect(f"{server_url}/postgres", autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {said}")

    allow("false")
    with serving({**plain, "CRMLITE_DATABASE_URL": url}) as server:
        check_page(server, "UNREACHABLE", {"en": "crmlite cannot reach its database"})
        allow("true")
        assert json.loads(server.wait_for(200))["status"] == "ok"
        said = server.said_so_far()
        assert "Open http://" in said, "whoever started it gets the code for the first visitor then"
        assert ask(server, "/setup").status == 200
        server.close()
    databases.drop(url)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 3 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "none", folder], capture_output=True).returncode:
        pytest.skip("only root can mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.only_on("sqlite")
def test_a_full_disk_is_waited_for(plain, small_disk, database):
    plain["CRMLITE_INSTANCE"] = str(small_disk / "instance")
    assert run(plain, "settings").returncode == 0  # makes the folder and the key
    stuffing = small_disk / "stuffing"
    with contextlib.suppress(OSError), open(stuffing, "wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    assert shutil.disk_usage(small_disk).free < 8192
    with serving(plain) as server:
        check_page(server, "FULL", {"en": "The disk of the server is full"})
        stuffing.unlink()
        assert json.loads(server.wait_for(200))["status"] == "ok"
        output = server.close()
    assert "is full" in said_in_log(output, "closed: the database cannot be used")["why"]


@pytest.mark.only_on("sqlite")
def test_an_instance_is_served_once(plain, database):
    with serving(plain) as server:
        server.wait_for(200)
        said = run(plain, "serve", "--port", "8997")
        assert said.returncode == 1
        assert re.fullmatch(
            r"Error: \S+/instance is served already, by process \d+\. End that one first, .*\n", said.stderr
        )
        assert said.stdout == ""
        assert json.loads(server.wait_for(200))["status"] == "ok"
        assert run({**plain, "CRMLITE_INSTANCE": f"{plain['CRMLITE_INSTANCE']}-2"}, "settings").returncode == 0
        said = run(plain, "renderer")
        assert (said.returncode, said.stderr.count("\n")) == (1, 1)
        server.close()
    with serving(plain) as again:
        again.wait_for(200)


@pytest.mark.only_on("sqlite")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_root_left_behind_is_named(plain, database, tmp_path):
    shared = Path("/tmp") / f"crmlite-edges-{os.getpid()}"  # noqa: S108 - pytest's own folder is closed to other users
    plain["CRMLITE_INSTANCE"] = str(shared)
    try:
        shared.mkdir(mode=0o700)
        os.chown(shared, 65534, 65534)
        assert run(plain, "upgrade").returncode == 0  # as root, once
        for words in (["serve", "--port", "8996"], ["user", "list"], ["backup", "--age"]):
            code = (  # Python may lie where only root can read, so all is loaded before
                f"import os, sys; import crmlite.backup.command; from crmlite.cli import main; sys.argv[1:] = {words!r}; "
                "os.setgid(65534); os.setuid(65534); main()"
            )
            said = subprocess.run([sys.executable, "-c", code], env=plain, capture_output=True, text=True, timeout=60)
            assert said.returncode == 1
            assert "Traceback" not in said.stderr
            assert "crmlite.db" in said.stderr
            assert "secret_key" in said.stderr
            assert f"sudo chown -R nobody: {shared}" in said.stderr
    finally:
        shutil.rmtree(shared, ignore_errors=True)
