"""A server whose database is not this version's: a page says so in the reader's language, /health and the log too, and
nothing of the app is served until it is."""

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crmlite import schema
from tests.test_serve import PATIENCE, Server
from tests.upgrading.conftest import NOTE, execute, look

ROOT = Path(__file__).parents[2]
FAILS = 'op.execute("DELETE FROM note")\nop.execute("SELECT no_such_column FROM contact")'


@pytest.fixture
def environment(old_url, tmp_path):
    return {
        **os.environ,
        "CRMLITE_DATABASE_URL": old_url,
        "CRMLITE_INSTANCE": str(tmp_path / "instance"),
        "CRMLITE_DISK_FLOOR_MB": "0",
    }


@pytest.fixture
def serve(environment, history):
    made: list[Server] = []

    def start() -> Server:
        program = ("tests.upgrading.server", str(history.folder))
        made.append(Server(environment, "--workers", "1", program=program))
        return made[-1]

    yield start
    for server in made:
        if server.process.poll() is None:
            server.close()


def ask(server: Server, path: str, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    answer.text = answer.read().decode()  # type: ignore[attr-defined]
    return answer


def state_of(text: str) -> str | None:
    found = re.search(r'data-state="(\w+)"', text)
    return found and found[1]


def wait_for_state(server: Server, state: str) -> str:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        text = server.wait_for(503, "/").decode()
        if state_of(text) == state:
            return text
        time.sleep(0.05)
    raise AssertionError(f"the page never said {state}")


def said_in_log(output: str, what: str) -> dict:
    return next(json.loads(line) for line in output.splitlines() if f'"{what}"' in line)


def test_an_upgrade_that_fails_leaves_a_server_that_says_so(serve, old_url, history):
    history.add(NOTE)
    history.add(FAILS)
    before = look(old_url)
    server = serve()
    wait_for_state(server, "FAILED")
    for path in ("/", "/contacts/", "/login", "/p/quote/abc", "/no/such/page"):
        answer = ask(server, path)
        assert (answer.status, state_of(answer.text)) == (503, "FAILED"), path
        assert answer.headers["Retry-After"] == "60"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Content-Security-Policy" in answer.headers
    assert ask(server, "/static/bundle/app.css").status == 200
    said = json.loads(ask(server, "/health").text)
    assert said["status"] == "failing"
    assert said["schema"] == before.version
    assert said["reason"].startswith("The update did not succeed. Nothing was lost: the database is exactly as it was")
    check_the_page(server)
    output = server.close()
    logged = said_in_log(output, "upgrade failed and was rolled back")
    assert "no_such_column" in logged["why"]
    assert logged["before"] == before.version
    assert "Traceback" in logged["error"]
    assert look(old_url) == before


def check_the_page(server: Server) -> None:
    """It is in the reader's language, and says what became of a post."""
    languages = {code: ask(server, "/contacts/", Accept_Language=code).text for code in ("en", "nl", "ar")}
    for code, text in languages.items():
        assert f'<html lang="{code}"' in text
    assert "The update did not succeed" in languages["en"]
    assert 'dir="rtl"' in languages["ar"]
    posted = ask(server, "/contacts/new", "POST")
    assert posted.status == 503
    assert "What you sent was not saved." in posted.text
    assert "What you sent was not saved." not in languages["en"]
    partial = ask(server, "/contacts/", HX_Request="true", HX_Request_Type="partial")
    assert partial.status == 503
    assert "The update did not succeed" in partial.headers["HX-Trigger"]


def wait_for(flag: Path) -> str:
    """What a migration does that lasts until the test makes this file, however slow the machine is."""
    return f"import os\nwhile not os.path.exists({str(flag)!r}):\n    time.sleep(0.05)"


def test_a_long_upgrade_has_a_page_that_opens_by_itself(serve, old_url, history, tmp_path):
    newest = history.add(f"{NOTE}\n{wait_for(tmp_path / 'go on')}")
    server = serve()
    wait_for_state(server, "UPGRADING")
    answer = ask(server, "/contacts/")
    assert answer.headers["Retry-After"] == "5"
    assert answer.headers["Refresh"] == "5"
    assert "Refresh" not in ask(server, "/contacts/", "POST").headers
    assert json.loads(ask(server, "/health").text)["reason"].startswith("crmlite is being updated.")
    (tmp_path / "go on").touch()
    server.wait_for(200, "/login")
    said = json.loads(server.wait_for(200))
    assert said["schema"] == newest
    until = time.monotonic() + PATIENCE
    while len(server.children()) != 3:  # who served the page has let go of the door, and is ending
        assert time.monotonic() < until
        time.sleep(0.05)
    os.kill(server.process.pid, signal.SIGTERM)
    assert server.process.wait(PATIENCE) == 0


def test_killed_while_it_upgrades_it_is_tried_again(serve, old_url, history, tmp_path):
    newest = history.add(f"{NOTE}\n{wait_for(tmp_path / 'go on')}")
    server = serve()
    wait_for_state(server, "UPGRADING")
    upgrading = [pid for pid in server.children() if is_upgrading(pid, server)]
    assert len(upgrading) == 1
    os.kill(upgrading[0], signal.SIGKILL)
    (tmp_path / "go on").touch()
    assert json.loads(server.wait_for(200))["schema"] == newest


def is_upgrading(pid: int, server: Server) -> bool:
    """The last of its children: the supervisor starts them in the order of their names in `serve`."""
    return pid == max(server.children())


@pytest.mark.only_on("sqlite")
def test_what_kills_its_process_each_time_is_given_up(serve, old_url, history):
    history.add("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    before = look(old_url)
    server = serve()
    wait_for_state(server, "FAILED")
    assert look(old_url) == before
    assert "the upgrade ended its process each time" in server.close()


@pytest.mark.only_on("sqlite")
def test_the_next_start_finishes_what_failed(serve, old_url, history):
    history.add(FAILS)
    server = serve()
    wait_for_state(server, "FAILED")
    os.kill(server.process.pid, signal.SIGTERM)
    assert server.process.wait(PATIENCE) == 0
    (history.folder / "versions" / "29991231_1_made_up.py").unlink()
    schema._revisions.cache_clear()
    again = serve()
    assert json.loads(again.wait_for(200))["schema"] == schema.newest()


def test_upgraded_from_outside_it_opens(serve, environment, history):
    history.add("import os\nif 'BY_HAND' not in os.environ:\n    raise ValueError('not yet')")
    server = serve()
    wait_for_state(server, "FAILED")
    command = [sys.executable, "-m", "tests.upgrading.server", str(history.folder), "upgrade"]
    done = subprocess.run(command, cwd=ROOT, env={**environment, "BY_HAND": "1"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("The database was brought from the schema ")
    assert "What was before is in " in done.stdout
    server.wait_for(200, "/login")
    assert json.loads(server.wait_for(200))["status"] == "ok"


@pytest.mark.parametrize(("version", "state"), [("29990101_1", "NEWER"), ("ae1027a6acf", "FOREIGN")])
def test_a_database_that_is_not_ours_has_its_page(serve, old_url, version, state):
    execute(old_url, f"UPDATE alembic_version SET version_num = '{version}'")
    before = look(old_url)
    server = serve()
    wait_for_state(server, state)
    assert json.loads(ask(server, "/health").text)["schema"] == version
    time.sleep(1.5)  # time for the worker to do what it must not
    output = server.close()
    assert "Nothing was changed." in said_in_log(output, "closed: the database is not this version's")["why"]
    assert look(old_url) == before


@pytest.mark.only_on("postgresql")
def test_of_two_hosts_one_upgrades_and_both_serve(environment, old_url, history, tmp_path):
    newest = history.add(f"{NOTE}\ntime.sleep(1.5)")
    program = ("tests.upgrading.server", str(history.folder))
    other = {**environment, "CRMLITE_INSTANCE": str(tmp_path / "other")}
    with contextlib.ExitStack() as stack:
        hosts = [Server(one, "--workers", "1", program=program) for one in (environment, other)]
        for host in hosts:
            stack.callback(host.close)
        for host in hosts:
            assert json.loads(host.wait_for(200))["schema"] == newest
    taken = [path for folder in ("instance", "other") for path in (tmp_path / folder / "snapshots").glob("*")]
    assert len(taken) == 1


def test_another_host_that_upgrades_closes_this_one(serve, old_url):
    """Old code on a new schema would save half of what was meant."""
    server = serve()
    server.wait_for(200)
    execute(old_url, "UPDATE alembic_version SET version_num = '29990101_1'")
    wait_for_state(server, "NEWER")
    said = json.loads(ask(server, "/health").text)
    assert said["reason"].startswith("This crmlite is older than its database.")


def test_the_command_says_why_not(environment, old_url):
    execute(old_url, "UPDATE alembic_version SET version_num = '29990101_1'")
    command = [sys.executable, "-m", "crmlite.cli", "upgrade"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith(
        "Error: The database has the schema 29990101_1 of a newer crmlite; this version knows "
    )
    assert "Traceback" not in done.stderr


@pytest.mark.only_on("sqlite")
def test_a_file_that_is_no_database_is_said(environment, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("These are notes, and no database at all. " * 100)
    held = path.read_bytes()
    environment = {**environment, "CRMLITE_DATABASE_URL": f"sqlite:///{path}"}
    for words in (["upgrade"], ["user", "list"]):
        command = [sys.executable, "-m", "crmlite.cli", *words]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30)
        assert done.returncode == 1
        assert "file is not a database" in done.stderr
        assert "Traceback" not in done.stderr
        assert path.read_bytes() == held
