"""The renderer: a process that has WeasyPrint loaded and warm, and forks one child for each document.

A child is born ready, has limits, and ends with its document: nothing is left over for the next one, and what breaks the limits
breaks nothing but itself. The parent reads nothing of what it is sent.
"""

import contextlib
import fcntl
import gc
import os
import resource
import select
import signal
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from crmlite.pdf import wire

MEMORY = 1_000_000_000
SECONDS = 20.0
AT_ONCE = 2
"""Further documents wait: a server has a core or two to spare, and each child may take its 1 GB."""
_WAITING_AT_MOST = 64


class RunsAlready(Exception):
    """Another renderer serves this instance."""


@dataclass
class _Child:
    pid: int
    connection: socket.socket
    life: int
    """The end of a pipe: a byte says that it began to answer, the end of the pipe that it ended."""
    deadline: float
    answered: bool = False
    late: bool = False


def run(folder: Path) -> None:
    """Serves this instance folder until told to stop. Raises RunsAlready."""
    Renderer(folder).run()


class Renderer:
    def __init__(self, folder: Path, *, memory: int = MEMORY, seconds: float = SECONDS, at_once: int = AT_ONCE) -> None:
        self._folder = folder
        self._memory, self._seconds, self._at_once = memory, seconds, at_once
        self._children: dict[int, _Child] = {}
        self._not_for_children: tuple[int, ...] = ()
        self._told = os.pipe()

    def run(self) -> None:
        """Serves until SIGTERM or SIGINT. Whoever asks while it warms up waits. Raises RunsAlready."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _signal, _frame: os.write(self._told[1], b"!"))
        with _lock(self._folder) as lock, _listen(self._folder) as listener:
            self._not_for_children = (lock, listener.fileno(), *self._told)
            from crmlite.pdf import document, pictures  # noqa: F401 - loaded before the first child is born

            document.warm_up()
            gc.collect()
            gc.freeze()  # pages that all children share
            try:
                while self._turn(listener):
                    pass
            finally:
                for child in self._children.values():
                    os.kill(child.pid, signal.SIGKILL)
                    os.waitpid(child.pid, 0)

    def _turn(self, listener: socket.socket) -> bool:
        """Takes a document if there is room, hears of children that ended, ends those that are late. False: told to stop."""
        waited_for = [self._told[0], *self._children]
        if len(self._children) < self._at_once:
            waited_for.append(listener.fileno())
        for descriptor in select.select(waited_for, [], [], self._next_deadline())[0]:
            if descriptor == self._told[0]:
                return False
            elif descriptor == listener.fileno():
                self._accept(listener)
            elif os.read(descriptor, 1):
                self._children[descriptor].answered = True
            else:
                self._ended(self._children.pop(descriptor))
        for child in self._children.values():
            if time.monotonic() >= child.deadline and not child.late:
                child.late = True
                os.kill(child.pid, signal.SIGKILL)
        return True

    def _next_deadline(self) -> float | None:
        """In how many seconds somebody has to be ended; None where nobody has."""
        deadlines = [child.deadline for child in self._children.values() if not child.late]
        return max(0.0, min(deadlines) - time.monotonic()) if deadlines else None

    def _accept(self, listener: socket.socket) -> None:
        try:
            connection, _address = listener.accept()
        except OSError:  # whoever it was went away again
            return
        if _is_gone(connection):  # asked only whether somebody listens, or gave up
            connection.close()
            return
        life, childs_life = os.pipe()
        pid = os.fork()
        if not pid:
            self._work(connection, childs_life)
        os.close(childs_life)
        self._children[life] = _Child(pid, connection, life, time.monotonic() + self._seconds)

    def _work(self, connection: socket.socket, life: int) -> NoReturn:
        """In the child: one document, then the end, whatever happens."""
        status = 1
        try:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            for descriptor in self._not_for_children:  # else the lock outlives a parent that was killed
                os.close(descriptor)
            _confine(self._memory, self._seconds)
            header, parts = _make(connection)
            os.write(life, b"1")
            wire.send(connection, header, *parts)
            status = 0
        except OSError:  # nobody is there to read it any more
            pass
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(status)

    def _ended(self, child: _Child) -> None:
        """Says what became of it where it could not: its time was over, or its memory, of which C code dies in many ways."""
        os.waitpid(child.pid, 0)
        if not child.answered:
            child.connection.settimeout(0)
            with contextlib.suppress(OSError):
                wire.send(child.connection, {"failed": "time" if child.late else "memory"})
        child.connection.close()
        os.close(child.life)


def _make(connection: socket.socket) -> tuple[dict[str, object], tuple[bytes, ...]]:
    from crmlite.pdf import document, pictures

    try:
        header, parts = wire.receive(connection, wire.HTML_AT_MOST + wire.FILES_AT_MOST)
        if header["what"] == "picture":
            return {}, (pictures.made_harmless(parts[0]),)
        if header["what"] == "photo":
            photo = pictures.made_anew(parts[0])
            return {"mime": photo.mime, "width": photo.width, "height": photo.height}, (photo.data, photo.thumbnail)
        pdf, refused = document.make(parts[0].decode(), dict(zip(header["names"], parts[1:], strict=True)))
    except pictures.Refused as refusal:
        return {"failed": str(refusal)}, ()
    except (MemoryError, RecursionError):
        return {"failed": "memory"}, ()
    except Exception as error:
        return {"failed": "broken", "detail": f"{type(error).__name__}: {error}"[:500]}, ()
    return {"refused": refused[:20]}, (pdf,)


def _confine(memory: int, seconds: float) -> None:
    """What the child may take. It writes no files, so that a breach cannot fill the disk either."""
    cpu = int(seconds) + 1
    for limit, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    gc.disable()  # it ends soon, and a collection would copy every page it shares with its parent


def _is_gone(connection: socket.socket) -> bool:
    try:
        return not connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True


@contextlib.contextmanager
def _lock(folder: Path) -> Iterator[int]:
    """Held as long as we live: a second renderer would take the socket away from the first."""
    descriptor = os.open(folder / "renderer.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise RunsAlready(f"A PDF renderer for {folder} runs already.") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _listen(folder: Path) -> Iterator[socket.socket]:
    listener = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)
    try:
        with wire.address(folder) as path:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)  # of one that was killed: the lock says that none is alive
            listener.bind(path)
    finally:
        os.umask(before)
    listener.listen(_WAITING_AT_MOST)
    try:
        yield listener
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(folder / wire.SOCKET)
        listener.close()
