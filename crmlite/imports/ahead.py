"""Reading and tidying rows: a batch here and now, and of a long file the next one by a second process meanwhile.

To tidy is a sixth of an import, and needs nothing but the file. The other process is asked for what comes next while a batch is
written; where the question is another one when its answer is needed, or the process has ended, the batch is tidied here.
"""

import pickle
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple, Self, cast

from crmlite.imports.draft import Draft
from crmlite.imports.drafts import Drafter
from crmlite.imports.reading import stream

BATCH = 500
PICTURES = 40
"""Of a batch: to make them anew takes some seconds."""
COMMAND = (sys.executable, "-c", "from crmlite.imports.ahead import answer; answer()")
LONG = 500_000
"""Bytes that are left of a file, for which a second process, which has to start, is worth it."""
PATIENCE = 60.0
"""Seconds after which a second process that does not answer is ended: it takes a fraction of one, and some to start."""


class Batch(NamedTuple):
    rows: Sequence[stream.Row]
    drafts: Sequence[Draft]
    place: int
    """Where the next one begins."""


def tidied(drafter: Drafter, path: Path, begin: int) -> Batch:
    rows, place = stream.read(path, begin, BATCH, PICTURES)
    return Batch(rows, drafter.drafts(rows, begin), place)


class Ahead:
    """The second process, which is there when it is needed first and ends with this one."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._asked: bytes | None = None
        self._is_lost = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def batch(self, drafter: Drafter, path: Path, begin: int) -> Batch:
        """What was asked for, or else made now; and asks for the next one. Raises OSError where the file is gone."""
        found = self._answer(_question(drafter, path, begin)) or tidied(drafter, path, begin)
        if found.rows and path.stat().st_size - found.place > LONG:
            self._ask(_question(drafter, path, found.place))
        return found

    def _answer(self, question: bytes) -> Batch | None:
        if self._asked is None or self._process is None:
            return None
        asked, self._asked = self._asked, None
        late = threading.Timer(PATIENCE, self._process.kill)
        late.start()
        try:
            found: Batch = pickle.load(cast(IO[bytes], self._process.stdout))  # noqa: S301 - from a process of ours
        except (
            EOFError,
            pickle.UnpicklingError,
        ):  # it was killed, or ended because of an error that will be met here, too
            self._is_lost = True
            return None
        finally:
            late.cancel()
        return found if asked == question else None

    def _ask(self, question: bytes) -> None:
        if self._is_lost:
            return
        try:
            if self._process is None:
                self._process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - ours
            pipe = cast(IO[bytes], self._process.stdin)
            pipe.write(question)
            pipe.flush()
            self._asked = question
        except OSError:  # it was killed, or cannot be started
            self._is_lost = True


def _question(drafter: Drafter, path: Path, begin: int) -> bytes:
    return pickle.dumps((drafter, path, begin))


def answer() -> None:
    """The second process: answers until who asks is gone."""
    with suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        while True:
            drafter, path, begin = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that began this one
            pickle.dump(tidied(drafter, path, begin), sys.stdout.buffer)
            sys.stdout.flush()
