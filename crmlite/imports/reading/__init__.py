"""Files from outside: what they are, what is in them, and all of them as one stream of rows.

They are read by a process of its own (__main__.py), with a limit of memory and time: a file may be made to break its reader.
"""

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

from crmlite.imports.reading.limits import Unreadable

__all__ = ["Unreadable", "read"]

log = logging.getLogger(__name__)

AT_LEAST = 20.0
PER_MB = 2.0
"""Seconds."""


def read(source: Path, target: Path, options: dict[str, str] | None = None) -> dict[str, Any]:
    """Brings the file into the form of stream.py and says what was found out about it: see gathering.gather(). Raises Unreadable."""
    seconds = AT_LEAST + PER_MB * source.stat().st_size / 1_000_000
    command = [sys.executable, "-m", "crmlite.imports.reading", str(source), str(target), json.dumps(options or {})]
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL)  # noqa: S603 - ours
    except subprocess.TimeoutExpired as error:
        raise Unreadable("time") from error
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        log.exception("imports.reader_broke status=%s %s", done.returncode, done.stderr[-500:])
        raise Unreadable("memory" if done.returncode < 0 or b"memory" in done.stderr.lower() else "broken") from error
    if reason := answer.get("unreadable"):
        raise Unreadable(reason)
    return answer
