"""`crmlite serve`: one process that keeps the web server and the worker running, and ends them when it ends.

Its children are forked from the loaded app, so that a start takes one import and memory is shared. Each child leads a process
group of its own: what is left of one that died is killed before it is started again.
"""

import contextlib
import ctypes
import errno
import fcntl
import gc
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

from flask import Flask

STABLE = 10.0
"""A child that lived so many seconds is started again at once; one that did not waits, longer each time."""
LONGEST_WAIT = 30.0
STOP_WITHIN = 10.0
_PR_SET_PDEATHSIG = 1


class CannotServe(Exception):
    """The address or the instance cannot be had; the message says why and what to do."""


@dataclass
class Child:
    name: str
    run: Callable[[], None]
    is_wanted: Callable[[], bool] = lambda: True
    """Asked before each start; what is not wanted any more is not started again."""
    pid: int | None = None
    started: float = 0.0
    failures: int = 0
    not_before: float = 0.0

    def start(self) -> None:
        self.pid = _fork(self.run)
        self.started = time.monotonic()

    def ended(self, status: int) -> None:
        """Notes that it died, ends what it left behind, and says how long to wait before the next try."""
        _kill_group(self.pid)
        self.pid = None
        self.failures = 0 if time.monotonic() - self.started > STABLE else self.failures + 1
        wait = min(LONGEST_WAIT, 0.5 * 2 ** (self.failures - 1)) if self.failures else 0.0
        self.not_before = time.monotonic() + wait
        if not self.is_wanted():
            return
        how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        _say(f"The {self.name} {how}; it is started again{f' in {wait:g} s' if wait else ''}.")


@contextlib.contextmanager
def _held(file: IO[str]) -> Iterator[None]:
    with file:
        yield


def only_one(instance: Path) -> contextlib.AbstractContextManager[None]:
    """Says that this instance is served, until it is closed or this process ends. Raises CannotServe where it is already.

    Two would make every job's time and every mail's turn a matter of luck, and fight for the renderer's socket. A lock of this
    kind is not handed down to children, so that what is left of one that was killed does not keep the next from starting.
    """
    try:
        file = open(instance / "serving.lock", "a+", encoding="ascii")  # noqa: SIM115 - closed by who asked
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        who = file.read().strip()
        file.close()
        raise CannotServe(
            f"{instance} is served already{f', by process {who}' if who else ''}. End that one first, or name another "
            "instance folder in CRMLITE_INSTANCE."
        ) from None
    except OSError as error:
        raise CannotServe(f"{instance}/serving.lock cannot be written: {error.strerror}.") from error
    with contextlib.suppress(OSError):  # on a full disk the lock holds all the same
        os.truncate(file.fileno(), 0)
        os.write(file.fileno(), str(os.getpid()).encode())
    return _held(file)


def check_address(host: str, port: int) -> None:
    """Raises CannotServe where nobody can listen there, which two servers on one port would not notice."""
    try:
        family, kind, _protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (socket.gaierror, UnicodeError) as error:
        raise CannotServe(f"{host} is no address of this machine.") from error
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen()
        except OSError as error:
            raise CannotServe(_why_not(host, port, error)) from error


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} of {host} is taken by another program. End it, or choose another port with --port."
    if error.errno == errno.EACCES:
        return (
            f"Only root may open port {port}. Choose one above 1023 with --port, and let a web server stand in front."
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this machine. Use 127.0.0.1, or 0.0.0.0 for all of its addresses."
    return f"Port {port} of {host} cannot be opened: {error.strerror}."


def serve_web(app: Flask, host: str, port: int, workers: int) -> None:
    """Granian with as many threads as the cores can use: SQLite has one writer, and Python one thread at a time.

    `backpressure` counts connections, and browsers keep some open: it has to be far above the threads.
    """
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    server = os.getpid()

    def load(_target: str) -> Flask:
        """Runs in each of its processes."""
        _end_with(server, signal.SIGKILL)
        return app

    multiprocessing.set_start_method("fork", force=True)
    Granian(
        "crmlite",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=min(8, multiprocessing.cpu_count() * 2 + 1),
        backpressure=512,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=5,
        log_level=LogLevels.warning,
    ).serve(target_loader=load)


def keep_running(children: list[Child]) -> None:
    """Starts the children, starts again what dies, and returns when told to stop and all have ended."""
    stop = threading.Event()

    def told(_signal: int, _frame: FrameType | None) -> None:
        if stop.is_set():  # told twice: at once
            for child in children:
                _kill_group(child.pid)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup sets it, who wants us to outlive the terminal
        signal.signal(signal.SIGHUP, told)
    gc.collect()
    gc.freeze()  # what was loaded so far stays in pages that all processes share
    while not stop.is_set():
        for child in children:
            if child.pid is None and time.monotonic() >= child.not_before and child.is_wanted():
                child.start()
        _reap(children)
        stop.wait(0.2)
    _stop(children)


def in_child(run: Callable[[], object]) -> int:
    """Runs something to its end in a child and gives its status: what it loads and opens is gone afterwards."""
    pid = _fork(run)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _reap(children: list[Child]) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        for child in children:
            if child.pid == pid:
                child.ended(os.waitstatus_to_exitcode(status))


def _stop(children: list[Child]) -> None:
    running = {child.pid for child in children if child.pid is not None}
    for pid in running:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_WITHIN
    while running and time.monotonic() < deadline:
        for pid in list(running):
            if os.waitpid(pid, os.WNOHANG)[0]:
                running.discard(pid)
        time.sleep(0.02)
    for child in children:
        _kill_group(child.pid)


def _fork(run: Callable[[], object]) -> int:
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        os.setpgid(0, 0)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        _end_with(parent)
        run()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def end_with_parent() -> None:
    """Lets this process end when the one that started it does."""
    _end_with(os.getppid())


def _end_with(parent: int, by: signal.Signals = signal.SIGTERM) -> None:
    """Asks the kernel to end this process when its parent dies, even by kill -9. Linux only; elsewhere it is left out."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, by)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)


def _kill_group(pid: int | None) -> None:
    if pid is not None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
