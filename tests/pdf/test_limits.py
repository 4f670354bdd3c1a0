"""What a document may take: time, memory and a turn. What breaks a limit breaks nothing but itself."""

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from crmlite import create_app, pdf
from crmlite.extensions import db, writing
from crmlite.pdf import wire
from tests import renderers
from tests.pdf.bombs import BOMBS
from tests.pdf.test_render import PAPER

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 60
SECONDS = 5.0
"""For a document: many times what the paper takes, which is made by the same renderer to show that it is well."""
SHORT = ("nested uses", "nested uses in a file", "entities in a file", "grid", "depth")


@pytest.fixture(scope="module")
def hasty():
    """A renderer like the real one, but with less time and memory for a document."""
    with renderers.running(seconds=SECONDS, memory=600_000_000) as process:
        yield process


@pytest.fixture
def hasty_app(hasty, tmp_path):
    app = create_app({"instance": str(tmp_path / "instance")})
    hasty.serve(app)
    with app.app_context():
        pdf.render(PAPER)  # only then is it sure to be warm
        yield app


def megabytes(pid: int) -> float:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def children_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def outcome(html: str, files: dict[str, bytes]) -> str:
    try:
        return "made" if pdf.render(html, files) else ""
    except pdf.Failed as failed:
        return failed.reason


@pytest.mark.parametrize("name", SHORT)
def test_a_bomb_ends_at_its_limit_and_harms_nobody(hasty, hasty_app, name):
    bomb, before, size = BOMBS[name](), pdf.render(PAPER), megabytes(hasty.process.pid)
    assert outcome(*bomb) in {"time", "memory", "made"}
    assert len(pdf.render(PAPER)) == len(before)
    assert megabytes(hasty.process.pid) < size + 20
    deadline = time.monotonic() + PATIENCE
    while children_of(hasty.process.pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_bombs_are_bombs(hasty_app):
    """The control: a limit is what ends them, time here and memory there."""
    assert outcome(*BOMBS["nested uses"]()) == "time"
    with renderers.running(memory=600_000_000) as small:
        small.serve(hasty_app)
        assert outcome(*BOMBS["pixels"]()) == "memory"


def test_fifteen_bombs_end_within_25_seconds(request, renderer, app):
    if not request.config.getoption("long"):
        pytest.skip("fifteen bombs take three minutes: --long")
    _paper, size = pdf.render(PAPER), megabytes(renderer.process.pid)
    assert len(BOMBS) == 15
    for name, make in BOMBS.items():
        bomb, started = make(), time.monotonic()
        how = outcome(*bomb)
        took = time.monotonic() - started
        print(f"{name}: {how} after {took:.1f} s")
        assert (how in {"time", "memory", "made"}, took < 25) == (True, True), name
        assert pdf.render(PAPER), name
        assert megabytes(renderer.process.pid) < size + 20, name


def test_two_are_made_at_once_and_the_others_wait(hasty, hasty_app):
    most, ends = 0, []

    def ask() -> None:
        with hasty_app.app_context():
            outcome(*BOMBS["nested uses"]())
            ends.append(time.monotonic())

    started = time.monotonic()
    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        most = max(most, len(children_of(hasty.process.pid)))
        time.sleep(0.05)
    assert most == 2
    assert 2 * SECONDS <= max(ends) - started < 40, "its own limit, not that of all, which is 20 seconds"
    assert pdf.render(PAPER)


def test_what_is_too_large_is_not_even_sent(tmp_path):
    with create_app({"instance": str(tmp_path)}).app_context():
        assert outcome("<p>" + "x" * 1_000_000, {}) == "too_large"
        assert outcome("<p>x", {"a": bytes(16_000_001)}) == "too_large"


def test_the_sentence_says_what_to_do(tmp_path):
    with create_app({"instance": str(tmp_path)}).app_context(), pytest.raises(pdf.Failed) as failed:
        pdf.render("x" * 1_000_001)
    assert str(failed.value) == (
        "This is too much for one PDF file. Make the texts shorter or the lines fewer, and try again."
    )


def test_not_in_a_transaction_that_writes(app):
    writing()
    db.session.execute(db.text("SELECT 1"))
    with pytest.raises(RuntimeError, match="everybody else would wait"):
        pdf.render(PAPER)


@pytest.mark.parametrize(
    "words", [b"", b"GET / HTTP/1.1\r\n\r\n", b"\0\0\0\2{}", b"\0\0\0\x0d" + b'{"sizes":[9]}' + b"x"]
)
def test_who_speaks_nonsense_is_left_alone(hasty, hasty_app, words):
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.connect(str(hasty.folder / wire.SOCKET))
        stranger.sendall(words)
        stranger.shutdown(socket.SHUT_WR)
        stranger.recv(1000)
    assert pdf.render(PAPER)


def test_only_its_own_user_may_ask(hasty):
    assert stat.S_IMODE((hasty.folder / wire.SOCKET).stat().st_mode) == 0o600


def test_a_second_renderer_does_not_take_the_socket_away(renderer):
    said = start(renderer.folder)
    assert (said.returncode, said.stderr) == (1, f"Error: A PDF renderer for {renderer.folder} runs already.\n")


def test_after_a_kill_the_next_one_takes_over(app, tmp_path):
    with renderers.running() as process:
        process.serve(app)
        assert pdf.render(PAPER)
        process.process.send_signal(signal.SIGKILL)
        process.process.wait()
        assert not pdf.is_running()
        following = subprocess.Popen(command(), cwd=ROOT, env=environment(process.folder))
        try:
            deadline = time.monotonic() + PATIENCE
            while not pdf.is_running():
                assert time.monotonic() < deadline
                time.sleep(0.05)
            assert pdf.render(PAPER), "whoever asks while it warms up waits"
            following.terminate()
            assert following.wait(PATIENCE) == 0
            assert not (process.folder / wire.SOCKET).exists()
        finally:
            following.kill()
            following.wait()


def command() -> list[str]:
    return [sys.executable, "-m", "crmlite.cli", "renderer"]


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "CRMLITE_INSTANCE": str(folder)}


def start(folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command(), cwd=ROOT, env=environment(folder), capture_output=True, text=True, timeout=PATIENCE
    )


def test_a_long_path_is_no_obstacle(tmp_path):
    folder = tmp_path / ("long" * 30)
    app = create_app({"instance": str(folder)})
    process = subprocess.Popen(command(), cwd=ROOT, env=environment(folder))
    try:
        with app.app_context():
            deadline = time.monotonic() + PATIENCE
            while not pdf.is_running():
                assert time.monotonic() < deadline
                time.sleep(0.05)
            assert pdf.render(PAPER)
    finally:
        process.terminate()
        process.wait(PATIENCE)
