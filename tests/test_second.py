"""The second process of a long job: what it answers is whole, or is none."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

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
    code = "import os\nwhile os.write(1, bytes(1 << 20)) == 1 << 20: pass"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    with interrupted(lambda: process):
        while process.stdout.read1(65536):  # to the end, which comes when one was cut off
            pass
    assert process.wait() == 0


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


def collected() -> tuple[int, int]:
    return gc.get_freeze_count(), gc.get_threshold()[0]


def test_what_it_has_loaded_is_frozen_once():
    """Anew after each answer, all garbage would stay: 1.8 GB after two million records."""
    answers = []
    with Second(f"{__name__}:collected") as other:
        for _time in range(4):
            other.ask()
            answers.append(other.answer())
    assert answers[0] == (0, 700), "as Python has it"
    assert answers[1][0] > 0
    assert answers[1:] == [(answers[1][0], 50_000)] * 3


@contextmanager
def interrupted(process):
    """Stops the process that `process()` is, and lets it go on, again and again."""
    is_over = threading.Event()

    def bother() -> None:
        while not is_over.wait(0.003):
            if (found := process()) is not None and found.poll() is None:
                os.kill(found.pid, signal.SIGSTOP)
                time.sleep(0.002)
                os.kill(found.pid, signal.SIGCONT)

    thread = threading.Thread(target=bother)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
