"""Jobs that take minutes, such as the nightly backup: marked @jobs.apart, run beside all others, each in a process of its own.

A job's work and its being done are otherwise one transaction, and one job waits for the other. A backup would hold SQLite's only
write lock for minutes, or PostgreSQL's cleaning up, and the forms of visitors would wait behind it. So a thread of the worker
claims these alone, starts a process for each, and renews its lease for as long as that process lives. What is a job stays
one: it is planned, claimed by one of many workers, tried again, parked, and seen by whoever looks at the jobs.
"""

import json
import logging
import subprocess
import sys
import threading
import time

from flask import Flask

from crmlite import jobs
from crmlite.extensions import db, reading, utcnow
from crmlite.jobs import Job

log = logging.getLogger(__name__)

RENEW = 15.0
_POLL = 0.2
_SAID_AT_MOST = 2000


def keep_working(app: Flask, stop: threading.Event) -> None:
    """A thread of the worker, until told to stop; what it is at then is ended, and put back."""
    while not stop.is_set():
        with app.app_context():
            try:
                run_due(stop)
            except Exception:
                log.exception("worker is held up")
        stop.wait(jobs.IDLE)


def run_due(stop: threading.Event) -> int:
    """Runs what is due, one after the other; returns how many."""
    done = 0
    while not stop.is_set() and (claimed := jobs.claim(Job.name.in_(jobs.names_apart()))):
        _run(*claimed, stop)
        done += 1
    return done


def _run(job_id: int, attempt: int, stop: threading.Event) -> None:
    row = jobs.ours(job_id, attempt)
    if row is None:
        return
    command = [sys.executable, "-m", "crmlite.cli", "job", row.name, json.dumps(row.args)]
    reading()
    silent = subprocess.DEVNULL
    child = subprocess.Popen(command, stdin=silent, stdout=silent, stderr=subprocess.PIPE, text=True)  # noqa: S603 - ours
    try:
        said = _Listener(child)
        _wait(child, job_id, attempt, stop)
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait()
    said.join(5)
    row = jobs.ours(job_id, attempt)
    if row is None:
        return
    if child.returncode == 0:
        row.state, row.lease_until, row.error = "done", None, None
    elif stop.is_set():  # it was we who ended it
        row.state, row.lease_until, row.attempts = "queued", None, attempt - 1
    else:
        reading()
        log.error("job failed", extra={"job_id": job_id, "attempt": attempt, "said": said.text})
        jobs.postpone(job_id, attempt, said.text or f"its process ended with status {child.returncode}")
        return
    db.session.commit()


def _wait(child: "subprocess.Popen[str]", job_id: int, attempt: int, stop: threading.Event) -> None:
    renewed = time.monotonic()
    while child.poll() is None and not stop.wait(_POLL):
        if time.monotonic() - renewed > RENEW:
            row = jobs.ours(job_id, attempt)
            if row is None:  # somebody else has it by now: two would be one too many
                return
            row.lease_until = utcnow() + jobs.LEASE
            db.session.commit()
            renewed = time.monotonic()


class _Listener(threading.Thread):
    """Keeps the last of what a process says, so that it never waits for a reader."""

    def __init__(self, child: "subprocess.Popen[str]") -> None:
        super().__init__(daemon=True)
        self._stream = child.stderr
        self.text = ""
        self.start()

    def run(self) -> None:
        for line in self._stream or ():
            sys.stderr.write(line)
            self.text = (self.text + line)[-_SAID_AT_MOST:]
