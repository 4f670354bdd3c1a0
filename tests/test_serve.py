# ruff: noqa: F811 - fixtures are imported, and named again by those who ask for them
"""`crmlite serve` as a process: that it answers, starts again what dies, ends what it started, and says what is wrong."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from pysqlite3 import dbapi2 as sqlite

from crmlite import supervisor
from tests.auth.conftest import own_database_url as database_url  # noqa: F401 - fixtures
from tests.faults.test_kill import session_of
from tests.ports import free_port

ROOT = Path(__file__).parent.parent
PATIENCE = 60
"""Seconds for what takes one or two on an idle machine."""


class Server:
    """`crmlite serve` on a free port. What it says goes to a file: a pipe that nobody reads stops a server after 64 KB."""

    def __init__(
        self,
        environment: dict[str, str],
        *options: str,
        program: tuple[str, ...] = ("crmlite.cli",),
        python: Path | str = sys.executable,
        cwd: Path = ROOT,
    ) -> None:
        self.port = free_port()
        if environment.get("CRMLITE_PUBLIC_URL") == "http://localhost":  # with the port it has
            environment = {**environment, "CRMLITE_PUBLIC_URL": f"http://localhost:{self.port}"}
        self._output = tempfile.NamedTemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - open as long as we are
        self.process = subprocess.Popen(
            [str(python), "-m", *program, "serve", "--port", str(self.port), *options],
            cwd=cwd,
            env=environment,
            start_new_session=True,
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )

    def get(self, path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()

    def wait_for(self, status: int, path: str = "/health", within: float = 90) -> bytes:
        deadline = time.monotonic() + within
        found: object = None
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, http.client.HTTPException):
                found = self.get(path)
                if found[0] == status:
                    return found[1]
            time.sleep(0.01)
        raise AssertionError(f"{path} answered {found}, not {status}")

    def processes(self) -> dict[int, str]:
        """Parents by pid."""
        return {pid: parent_of(pid) for pid in session_of(self.process.pid)}

    def wait_for_processes(self, number: int, within: float = PATIENCE) -> None:
        """Until there are so many: WeasyPrint asks programs of the system for its libraries while it is loaded."""
        deadline = time.monotonic() + within
        while len(self.processes()) != number:
            assert time.monotonic() < deadline, self.processes()
            time.sleep(0.05)

    def children(self) -> list[int]:
        return [pid for pid, parent in self.processes().items() if parent == self.process.pid]

    def is_all_gone(self, within: float = PATIENCE) -> bool:
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            self.process.poll()
            if not session_of(self.process.pid):
                return True
            time.sleep(0.05)
        return False

    def close(self) -> str:
        """Kills what still runs; says what was written."""
        for pid in session_of(self.process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with self._output:
            assert self.is_all_gone()
            return self.said()

    def said_so_far(self) -> str:
        """What it wrote until now, read past the place in the file that we share."""
        return Path(self._output.name).read_text("utf-8")

    def said(self) -> str:
        """What it wrote. Only after its end: it shares its place in the file with us."""
        self._output.seek(0)
        return self._output.read()


def parent_of(pid: int) -> int:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def is_web(pid: int) -> bool:
    """The web server has workers of its own; the worker has none."""
    return any(parent_of(other) == pid for other in session_of(os.getsid(pid)))


@pytest.fixture
def environment(database_url, tmp_path):
    return {
        **os.environ,
        "CRMLITE_DATABASE_URL": database_url,
        "CRMLITE_INSTANCE": str(tmp_path / "instance"),
        "CRMLITE_DISK_FLOOR_MB": "0",
    }


@pytest.fixture
def server(environment):
    with contextlib.closing(Server(environment)) as made:
        yield made


def test_it_answers_at_once_and_reports_that_all_is_well(server):
    server.wait_for(200, "/login")
    said = json.loads(server.wait_for(200))
    assert said["status"] == "ok"
    assert len(server.children()) == 3


def test_it_says_no_warning_and_where_it_is(server):
    server.wait_for(200)
    os.kill(server.process.pid, signal.SIGTERM)
    server.process.wait(PATIENCE)
    assert server.is_all_gone()
    lines = server.said().splitlines()
    assert lines[0] == f"crmlite is at http://127.0.0.1:{server.port}"
    assert [line for line in lines[1:] if not line.startswith("{")] == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_ends_everything_it_started(server, number):
    server.wait_for(200)
    idle = http.client.HTTPConnection("127.0.0.1", server.port)
    idle.request("GET", "/health")  # a browser keeps its connection open
    idle.getresponse().read()
    server.wait_for_processes(6)
    os.kill(server.process.pid, number)
    assert server.process.wait(PATIENCE) == 0
    assert server.is_all_gone()


@pytest.mark.only_on("sqlite")
def test_under_nohup_it_goes_on_when_its_terminal_is_closed(environment):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # what nohup does, and what a process hands down
    try:
        server = Server(environment)
    finally:
        signal.signal(signal.SIGHUP, before)
    with contextlib.closing(server):
        server.wait_for(200)
        os.kill(server.process.pid, signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            server.process.wait(2)
        server.wait_for(200)


def test_killed_it_leaves_nobody_behind(server):
    server.wait_for(200)
    os.kill(server.process.pid, signal.SIGKILL)
    assert server.is_all_gone()


def test_a_web_server_that_dies_is_started_again_without_its_orphans(server):
    server.wait_for(200)
    web = next(pid for pid in server.children() if is_web(pid))
    orphans = [pid for pid, parent in server.processes().items() if parent == web]
    os.kill(web, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE
    while web in session_of(server.process.pid) or not any(is_web(pid) for pid in server.children()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    server.wait_for(200)
    assert not set(orphans) & set(session_of(server.process.pid))


def test_a_worker_or_a_renderer_that_dies_is_started_again(server):
    server.wait_for(200)
    deadline = time.monotonic() + PATIENCE
    while len(dead := [pid for pid in server.children() if not is_web(pid)]) != 2:
        assert time.monotonic() < deadline  # a renderer that warms up has a child, as a web server has
        time.sleep(0.05)
    for pid in dead:
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE
    while not (len(server.children()) == 3 and not set(dead) & set(server.children())):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    server.wait_for(200)


def test_a_taken_port_is_said_and_nothing_is_started(environment):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = run(environment, "serve", "--port", str(port))
    assert said.returncode == 1
    assert said.stderr == (
        f"Error: Port {port} of 127.0.0.1 is taken by another program. End it, or choose another port with --port.\n"
    )


def test_a_port_that_reuses_its_address_is_taken_too(environment):
    """As the web server's own sockets do, so that two servers could share a port unnoticed."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(supervisor.CannotServe, match="is taken by another program"):
            supervisor.check_address("127.0.0.1", other.getsockname()[1])


@pytest.mark.parametrize("host", ["203.0.113.7", "no.such.host.invalid"])
def test_an_address_of_another_machine_is_said(host):
    with pytest.raises(supervisor.CannotServe, match="is no address of this machine"):
        supervisor.check_address(host, 8000)


def test_a_setting_that_cannot_be_is_said_in_one_sentence(environment):
    said = run({**environment, "CRMLITE_PUBLIC_URL": "crm.lan"}, "serve")
    assert said.returncode == 1
    assert said.stderr.startswith("Error: public_url must be http:// or https:// and a host")
    assert "Traceback" not in said.stderr


def test_a_database_that_is_not_there_is_said(environment, tmp_path):
    """By commands, in a sentence; `serve` waits for it: tests/upgrading/test_trouble.py."""
    url = "postgresql://crm:pa55word@127.0.0.1:1/crm"
    said = run({**environment, "CRMLITE_DATABASE_URL": url}, "user", "list")
    assert said.returncode == 1
    assert said.stderr.startswith("Error: The database does not answer")
    assert "Traceback" not in said.stderr
    assert "pa55word" not in said.stderr


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("words", [["user", "list"], ["user", "deactivate", "a@b.example"]])
def test_commands_on_an_empty_or_foreign_database_say_so(environment, tmp_path, words):
    path = tmp_path / "other.db"
    environment["CRMLITE_DATABASE_URL"] = f"sqlite:///{path}"
    assert run(environment, *words).stderr.startswith("Error: There is no database of crmlite yet")
    with contextlib.closing(sqlite.connect(path)) as connection:
        connection.executescript('CREATE TABLE "user" (login TEXT); INSERT INTO "user" VALUES (1);')
    said = run(environment, *words)
    assert said.returncode == 1
    assert "it seems to be another program's" in said.stderr
    assert "Traceback" not in said.stderr


def test_an_empty_database_gets_its_schema(environment, tmp_path):
    environment["CRMLITE_DATABASE_URL"] = f"sqlite:///{tmp_path}/new.db"
    server = Server(environment, "--workers", "1")
    try:
        assert json.loads(server.wait_for(200))["status"] == "ok"
        server.wait_for_processes(5)
    finally:
        server.close()


def test_what_dies_at_once_is_started_again_less_and_less_often(capsys):
    children = [supervisor.Child("test", lambda: os._exit(3))]
    starts = []
    real = supervisor.Child.start

    def start(child: supervisor.Child) -> None:
        starts.append(time.monotonic())
        real(child)
        if len(starts) == 3:
            os.kill(os.getpid(), signal.SIGTERM)

    supervisor.Child.start = start
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    try:
        supervisor.keep_running(children)
    finally:
        supervisor.Child.start = real
        for number, handler in before.items():
            signal.signal(number, handler)
    first, second, third = starts
    said = re.findall(r"started again in (\S+) s", capsys.readouterr().err)
    assert said[:2] == ["0.5", "1"]
    assert second - first >= 0.5, "how much longer it took is the machine's affair"
    assert third - second >= 1


def test_a_start_loads_nothing_that_it_does_not_need(environment):
    code = (
        "import sys; from crmlite import cli; cli._load();"
        "print([name for name in ('alembic', 'weasyprint', 'PIL', 'duckdb', 'granian') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert said.stdout == "[]\n", said.stderr


def run(environment: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "crmlite.cli", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
