"""A second process of a job that takes minutes: it is asked one thing at a time, and works at it while the job does something else.

What it cannot do, because it was killed, hangs or cannot be started, the job does itself.
"""

import gc
import logging
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import IO, Any, Self, cast

log = logging.getLogger(__name__)
COMMAND = (sys.executable, "-c", "from crmlite.second import serve; serve()")
PATIENCE = 60.0
"""Seconds after which one that does not answer is ended: it takes a fraction of one, and some to start."""


class Second:
    """Is there when it is needed first and ends with this process."""

    def __init__(self, function: str) -> None:
        """What it calls: `module:function`, with what can be pickled."""
        self._function = function
        self._process: subprocess.Popen[bytes] | None = None
        self._asked: bytes | None = None
        self._is_lost = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def ask(self, *args: Any) -> None:
        """Lets it begin. What it is at has to be answered first."""
        if self._is_lost:
            return
        question = pickle.dumps(args)
        try:
            if self._process is None:
                command = [*COMMAND, self._function]
                self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - ours
            pipe = cast(IO[bytes], self._process.stdin)
            pipe.write(question)
            pipe.flush()
            self._asked = question
        except OSError:  # it was killed, or cannot be started
            self._is_lost = True

    def answer(self, *args: Any) -> Any | None:
        """What it was asked, if it was exactly this; waited for. None: it is done here, or not at all."""
        if self._asked is None or self._process is None:
            return None
        asked, self._asked = self._asked, None
        late = threading.Timer(PATIENCE, self._process.kill)
        late.start()
        try:
            found = pickle.load(cast(IO[bytes], self._process.stdout))  # noqa: S301 - from a process of ours
        except Exception as lost:
            # it was killed, or ended by an error that will be met here, too; half an answer may say anything
            log.warning("second.lost %s: %s", self._function, type(lost).__name__)
            self._is_lost = True
            return None
        finally:
            late.cancel()
        return found if asked == pickle.dumps(args) else None


def serve() -> None:
    """The second process: answers until who asks is gone."""
    # with PYTHONUNBUFFERED, as in containers, sys.stdout leaves out what a signal cut off; and what anybody prints is no answer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    module, name = sys.argv[1].split(":")
    function = getattr(import_module(module), name)
    with suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        _answer(function, answers)
        collect_seldom()  # it has loaded what it needs by now
        while True:
            _answer(function, answers)


def _answer(function: Callable[..., Any], answers: IO[bytes]) -> None:
    args = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that began this one
    pickle.dump(function(*args), answers)
    answers.flush()


def collect_seldom() -> None:
    """For a process that works through much, batch by batch: to look for garbage took it a fifth of its time. What is there by now
    is looked at no more, so this is said once."""
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)
