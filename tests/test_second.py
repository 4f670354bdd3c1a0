"""The second process of a long job: what it answers is whole, or is none."""

import os
import signal
import subprocess
import threading
import time

import pytest

from crmlite.second import Second

MANY = 20_000


def rows(count: int) -> list[tuple[int, str]]:
    print("what is printed is no answer")
    return [(n, "x" * (n % 60)) for n in range(count)]


def test_an_answer_is_whole_although_the_process_is_stopped_while_it_writes(monkeypatch):
    """By a signal, as under a debugger or where a container is frozen. Without buffers Python leaves out what was cut off."""
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    expected = rows(MANY)
    with Second(f"{__name__}:rows") as other, interrupted(lambda: other._process):
        for _time in range(40):
            other.ask(MANY)
            assert other.answer(MANY) == expected


def test_the_signals_do_cut_off_what_nobody_buffers():
    """What the test above would find."""
    code = (
        "import os, sys; sys.stdin.read(1); print(min(os.write(1, bytes(1 << 20)) for _ in range(40)), file=sys.stderr)"
    )
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    process = subprocess.Popen(["python3", "-c", code], **pipes)
    with interrupted(lambda: process):
        process.stdin.write(b"x")
        process.stdin.flush()
        while process.stdout.read1(65536):
            pass
    assert int(process.stderr.read()) < 1 << 20


@pytest.mark.parametrize("left", [1, 1000, 70_000])
def test_half_an_answer_is_none(left):
    """Killed while it writes: the job does it itself, and asks no more."""
    with Second(f"{__name__}:rows") as other:
        other.ask(10)
        other.answer(10)
        other.ask(MANY)
        other._process.stdout.read(left)
        assert other.answer(MANY) is None
        other.ask(10)
        assert other.answer(10) is None


class interrupted:  # noqa: N801 - reads as a statement
    """Stops that process and lets it go on, again and again."""

    def __init__(self, process) -> None:
        self.process, self.is_over = process, False

    def __enter__(self) -> None:
        self.thread = threading.Thread(target=self._bother)
        self.thread.start()

    def __exit__(self, *_error: object) -> None:
        self.is_over = True
        self.thread.join()

    def _bother(self) -> None:
        while not self.is_over:
            if (process := self.process()) is not None and process.poll() is None:
                os.kill(process.pid, signal.SIGSTOP)
                time.sleep(0.002)
                os.kill(process.pid, signal.SIGCONT)
            time.sleep(0.003)
