"""Databases for tests: one template a kind, filled once a run, and copies of it within milliseconds.

The PostgreSQL server is Debian's, started by the first process of the run on a port of its own, and gone at the end, however the run
ends. On SQLite `fresh()` and `reset()` take 1 ms; on PostgreSQL what `fresh()` makes is dear, so who changes rows only should
`lend()` and `give_back()`, or have one database for many tests and `reset()` it.
"""

import contextlib
import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path

import psycopg
from pysqlite3 import dbapi2 as sqlite

from tests import rows
from tests.ports import free_port

KINDS = ("sqlite", "postgresql")

Build = Callable[[str], None]
"""Fills the empty database at this URL. A function of a module: the template is called after it."""

SERVER_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "1h",
    "max_connections": "200",
    "jit": "off",
}


class Unavailable(Exception):
    """There are no databases of this kind here; the message says why and is the reason of the skip."""


class Databases:
    """The databases of one test process; with xdist the workers share the templates and the server of their controller."""

    def __init__(self, folder: Path, server: str) -> None:
        """`folder` is for SQLite's files and for locks; `server` is what start_server() gave, or why it could not."""
        self._folder = folder
        self._server = server
        self._numbers = count(1)
        self._templates: dict[str, str] = {}
        self._idle: dict[str, list[str]] = {}
        self._keepers: dict[str, psycopg.Connection[tuple[object, ...]]] = {}

    def require(self, kind: str) -> None:
        """Raises Unavailable where this kind cannot be had."""
        if kind == "postgresql" and not self._server.startswith("postgresql://"):
            raise Unavailable(self._server)

    def template(self, kind: str, build: Build) -> str:
        """The URL of the database that `build` filled, once in the whole run. It is copied, never changed."""
        self.require(kind)
        name = f"template_{build.__module__}_{build.__qualname__}".replace(".", "_").lower()[-60:]
        url = self._url(kind, name)
        with self._first(f"{kind}_{name}") as is_first:
            if is_first and kind == "sqlite":
                build(url)
                _fold_wal(_path(url))
            elif is_first:
                self._run(f"CREATE DATABASE {name}")
                build(url)
                rows.remember(url)
        return url

    def fresh(self, kind: str, build: Build) -> str:
        """The URL of a new database, equal to the template of `build`."""
        template = self.template(kind, build)
        url = self._url(kind, f"test_{os.getpid()}_{next(self._numbers)}")
        self._templates[url] = template
        if kind == "sqlite":
            shutil.copyfile(_path(template), _path(url))
        else:  # file_copy 42 ms, PostgreSQL's default 69 ms
            self._run(f"CREATE DATABASE {_name(url)} TEMPLATE {_name(template)} STRATEGY file_copy")
        return url

    def reset(self, url: str) -> None:
        """Puts a database that fresh() made back to its template. Connections may stay open, transactions may not."""
        if url.startswith("sqlite"):
            _restore_file(_path(self._templates[url]), _path(url))
        else:
            rows.restore(self._keeper(url))

    def lend(self, kind: str, build: Build) -> str:
        """Like fresh(), but perhaps a database that was given back: for tests that start no process which might outlive them."""
        idle = self._idle.get(self.template(kind, build))
        return idle.pop() if idle else self.fresh(kind, build)

    def give_back(self, url: str) -> None:
        """The end of lend(): the next one finds the template's rows and nobody else. One whose schema was changed is removed."""
        try:
            if url.startswith("sqlite"):
                raise rows.Reshaped  # a new copy is as quick
            rows.restore_all(self._keeper(url))
            self._idle.setdefault(self._templates[url], []).append(url)
        except (rows.Reshaped, psycopg.OperationalError):
            self.drop(url)

    def drop(self, url: str) -> None:
        """Removes a database that fresh() made; whoever is still connected is thrown out."""
        del self._templates[url]
        if keeper := self._keepers.pop(url, None):
            keeper.close()
        if url.startswith("sqlite"):
            for path in self._folder.glob(f"{_path(url).name}*"):
                path.unlink()
        else:
            self._run(f"DROP DATABASE {_name(url)} WITH (FORCE)")

    def close(self) -> None:
        """The databases stay until the server ends."""
        for keeper in self._keepers.values():
            keeper.close()

    def _url(self, kind: str, name: str) -> str:
        return f"sqlite:///{self._folder / name}.db" if kind == "sqlite" else f"{self._server}/{name}"

    def _run(self, statement: str) -> None:
        self._keeper(f"{self._server}/postgres").execute(statement)

    def _keeper(self, url: str) -> "psycopg.Connection[tuple[object, ...]]":
        """A connection that stays: it knows the plans of what it is asked again and again."""
        if url not in self._keepers or self._keepers[url].closed:
            self._keepers[url] = psycopg.connect(url, autocommit=True)
        return self._keepers[url]

    @contextlib.contextmanager
    def _first(self, name: str) -> Iterator[bool]:
        """True for the first process to come here; the others wait until it is done."""
        done = self._folder / f"{name}.done"
        if done.exists():
            yield False
            return
        with open(self._folder / f"{name}.lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield not done.exists()
            done.touch()


def memory(size: int) -> Path | None:
    """A folder in memory where so many bytes are free; None where there is none."""
    folder = Path("/dev/shm")  # noqa: S108
    return folder if os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > size else None


@contextlib.contextmanager
def start() -> Iterator[tuple[Path, str]]:
    """What Databases needs: a folder and a PostgreSQL server, in memory where there is room, or the reason why there is none."""
    where = memory(2**30)
    with tempfile.TemporaryDirectory(prefix="crmlite-test-", dir=where) as folder:
        with contextlib.ExitStack() as stack:
            try:
                server = stack.enter_context(start_server(where=where))
            except Unavailable as reason:
                server = str(reason)
            yield Path(folder), server


@contextlib.contextmanager
def start_server(settings: Mapping[str, str] = SERVER_SETTINGS, where: Path | None = None) -> Iterator[str]:
    """The URL, without a database name, of a PostgreSQL server that runs as long as this block. Raises Unavailable."""
    programs = _find_programs()
    folder = Path(tempfile.mkdtemp(prefix="crmlite-postgresql-", dir=where))
    try:
        as_user = _as_ordinary_user(folder)
        _make_cluster([*as_user, str(programs / "initdb")], folder)
        port = free_port()
        settings = {**settings, "port": str(port), "unix_socket_directories": str(folder)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with open(folder / "log", "w") as log:
            server = subprocess.Popen(
                [*as_user, str(programs / "postgres"), "-D", str(folder / "data"), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=folder,
                start_new_session=True,  # Ctrl-C is for us; the server still serves while fixtures clean up
            )
        url = f"postgresql://crmlite@127.0.0.1:{port}"
        try:
            _wait_until_ready(server, url, folder / "log")
            yield url
        finally:
            server.send_signal(signal.SIGINT)  # SIGTERM would wait for clients
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _find_programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parent.parent.name))
    if found:
        return found[-1].parent
    elsewhere = shutil.which("initdb")
    if elsewhere is None:
        raise Unavailable("no PostgreSQL server is installed (Debian's package postgresql)")
    return Path(elsewhere).resolve().parent


def _as_ordinary_user(folder: Path) -> list[str]:
    """The beginning of a command that runs as somebody PostgreSQL accepts, and ends when we do, even after kill -9."""
    setpriv = shutil.which("setpriv")
    command = [setpriv, "--pdeathsig=INT"] if setpriv else []
    if os.getuid() != 0:
        return command
    if not setpriv:
        raise Unavailable("PostgreSQL refuses to run as root, and setpriv (Debian's package util-linux) is missing")
    names = {user.pw_name: user for user in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    os.chown(folder, user.pw_uid, user.pw_gid)
    return [*command, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def _make_cluster(initdb: list[str], folder: Path) -> None:
    options = [f"--pgdata={folder / 'data'}", "--username=crmlite", "--auth=trust", "--no-sync"]
    # C.UTF-8 sorts like SQLite does and still knows which characters are letters, which trigrams need
    options += ["--encoding=UTF8", "--locale=C.UTF-8"]
    made = subprocess.run([*initdb, *options], capture_output=True, text=True, cwd=folder)
    if made.returncode:
        raise Unavailable(f"PostgreSQL's initdb failed: {made.stderr.strip()}")


def _wait_until_ready(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + 120
    while server.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(f"{url}/postgres").close()
            return
        time.sleep(0.02)
    raise Unavailable(f"PostgreSQL did not start: {log.read_text(errors='replace').strip()[-500:]}")


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def _name(url: str) -> str:
    return url.rpartition("/")[2]


def _fold_wal(path: Path) -> None:
    """Moves what the write-ahead log holds into the file, so that the file alone is the whole database."""
    with contextlib.closing(sqlite.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _restore_file(template: Path, path: Path) -> None:
    """By SQLite's own backup and not by copying the file: the app's open connections then see the old content again."""
    with contextlib.closing(sqlite.connect(template)) as source, contextlib.closing(sqlite.connect(path)) as target:
        target.execute("PRAGMA synchronous=OFF")
        source.backup(target)
