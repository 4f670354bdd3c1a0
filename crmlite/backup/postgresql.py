"""PostgreSQL's side of dumps: pg_dump and pg_restore, a temporary database to try a dump in, and the schema that is set aside."""

import contextlib
import ctypes
import errno
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from crmlite.backup import Refused
from crmlite.backup.dump import FILES, FOREIGN, NO_DATABASE, OURS, SMALL_PICTURES, Dumped

_SET_ASIDE = "replaced_"
_PLAIN = ("--no-owner", "--no-privileges", "--schema=public")
_TRIGRAMS = "CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public"
"""What the first migration makes; it belongs to the database and not to a schema, so no dump of ours holds it."""


class MayNotTry(Refused):
    """The role may not make the database that a backup would be tried in."""


def dump(url: str, path: Path) -> Dumped:
    """pg_dump's custom format; what it holds is counted in the same snapshot."""
    with connected(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()[0]
        found = look(connection)
        run(
            url, "pg_dump", *_PLAIN, "--format=custom", "--no-comments", f"--snapshot={snapshot}", f"--file={path}",
        )  # fmt: skip
        return found


def look(connection: Any) -> Dumped:
    names = tables(connection)
    if not set(names) >= OURS:
        raise Refused(FOREIGN.format(names[0]) if names else NO_DATABASE)
    schema = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    rows = {
        name: connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone()[0]
        for name in names
    }
    files = connection.execute(FILES).fetchall()
    if connection.execute(_HAS_SMALL_PICTURES).fetchone() is not None:
        files += connection.execute(SMALL_PICTURES).fetchall()
    return Dumped(schema, rows, files)


_HAS_SMALL_PICTURES = """SELECT 1 FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name = 'file' AND column_name = 'thumbnail'"""


def tables(connection: Any) -> list[str]:
    query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
    return [row[0] for row in connection.execute(query)]


@contextlib.contextmanager
def tried(url: str, path: Path, who: Path) -> Iterator[str]:
    """The URL of a temporary database with the dump in it, on the same server. Raises Refused where none may be made."""
    name = f"crmlite_check_{hashlib.sha256(f'{socket.gethostname()}:{who}'.encode()).hexdigest()[:10]}"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with connected(url, autocommit=True) as connection:
        connection.execute(drop)  # of one that was killed
        query = "SELECT datcollate, datctype FROM pg_database WHERE datname = current_database()"
        collate, ctype = connection.execute(query).fetchone()
        make = "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE {} LC_CTYPE {}"
        try:
            connection.execute(sql.SQL(make).format(sql.Identifier(name), sql.Literal(collate), sql.Literal(ctype)))
        except psycopg.errors.InsufficientPrivilege as error:
            role = make_url(url).username or "the role"
            raise MayNotTry(
                f"It could not be tried, because {role} may not make a temporary database: "
                f"let an administrator of PostgreSQL run ALTER ROLE {role} CREATEDB."
            ) from error
        there = make_url(url).set(database=name).render_as_string(hide_password=False)
        try:
            with connected(there) as made:
                made.execute(_TRIGRAMS)
            run(there, "pg_restore", *_PLAIN, "--exit-on-error", "--single-transaction", str(path))
            yield there
        finally:
            connection.execute(drop)


def encoding(url: str) -> str:
    with connected(url) as connection:
        return str(connection.info.parameter_status("server_encoding"))


_LEAVING = 2.0
"""Seconds that the server may take to notice that somebody hung up, such as a crmlite that was stopped a moment ago."""


def others(url: str) -> list[str]:
    """From where others are connected to this database, and stay so."""
    deadline = time.monotonic() + _LEAVING
    while (found := _connected_now(url)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def _connected_now(url: str) -> list[str]:
    query = "SELECT DISTINCT coalesce(host(client_addr), 'this machine') FROM pg_stat_activity"
    query += " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    with connected(url) as connection:
        return [row[0] for row in connection.execute(query)]


def token(url: str) -> str | None:
    """The one of the restore that was last committed here. Waits for one that is just being committed."""
    with connected(url) as connection:
        connection.execute("SET lock_timeout = '60s'")
        try:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        except psycopg.errors.LockNotAvailable as error:
            raise Refused("The restore still goes on in the database.") from error
        found = connection.execute(
            "SELECT obj_description(to_regclass('public.alembic_version'), 'pg_class')"
        ).fetchone()[0]
        return found.removeprefix(_RESTORED) if found and found.startswith(_RESTORED) else None


_LOCK = 0x63726D72
"""Of a restore's transaction: whoever asks what became of it waits for its end."""
_RESTORED = "crmlite restore "


def replace(url: str, path: Path, rows: Mapping[str, int], stamp: str, workshop: Path, token: str) -> str | None:
    """Loads the dump in the place of what is there, in one transaction; gives the schema in which the old tables now are.

    The transaction leaves the token, and psql ends with us: what it had not committed by then it never will. What was there is moved,
    not deleted; with a table go its indexes and sequences. Raises Refused, and then nothing was changed.
    """
    with connected(url) as connection:
        there = tables(connection)
    if there and not set(there) >= OURS:
        raise Refused(FOREIGN.format(there[0]))
    aside = f"{_SET_ASIDE}{stamp}"
    before, script, after = (workshop / name for name in ("before.sql", "restore.sql", "after.sql"))
    moves = [f"CREATE SCHEMA {aside};", *(_moved(name, aside) for name in there)] if there else []
    before.write_text("\n".join([f"SELECT pg_advisory_xact_lock({_LOCK});", *moves, f"{_TRIGRAMS};"]))
    run(url, "pg_restore", *_PLAIN, f"--file={script}", str(path), connects=False)
    checks = "\n".join(_count_check(name, count) for name, count in rows.items())
    after.write_text(
        _AFTER.replace("<CHECKS>", checks)
        .replace("<SINCE>", "\n".join(map(_changed, SINCE_THEN.items())))
        .replace("<TOKEN>", _RESTORED + token)
    )
    files = [word for file in (before, script, after) for word in ("--file", str(file))]
    run(
        url,
        "psql",
        "--no-psqlrc",
        "--quiet",
        "--output=/dev/null",
        "--set=ON_ERROR_STOP=1",
        "--single-transaction",
        *files,
    )
    return aside if there else None


SINCE_THEN = {
    # mail that waited then was sent since, as far as anybody knows
    "message": "UPDATE message SET state = 'unknown', lease_until = NULL WHERE state IN ('queued', 'deferred', 'sending')",
    # whoever was signed out or sent away since then, has lost a phone or used a link does not come back with it
    "user_session": "DELETE FROM user_session",
    "device_password": "DELETE FROM device_password",
    "password_reset": "DELETE FROM password_reset",
    "invitation": "UPDATE invitation SET expires_at = created_at WHERE accepted_at IS NULL AND revoked_at IS NULL",
}
"""What a restore changes of what was backed up, by table, where it has that table already: what happened since then, nobody knows."""

_AFTER = """
SET search_path = public;
COMMENT ON TABLE public.alembic_version IS '<TOKEN>';
DO $$ BEGIN
<CHECKS>
-- another server counts its transactions from elsewhere: readers of the feed begin again with the order of the ids
IF greatest((SELECT max(tx) FROM public.event), (SELECT max(tx) FROM public.change)) >= pg_current_xact_id()::text::bigint THEN
    UPDATE public.event SET tx = 0;
    UPDATE public.change SET tx = 0;
END IF;
<SINCE>
END $$;
"""


def _moved(table: str, aside: str) -> str:
    """The extension stays where it is: only its maker may move it, and that is not always we."""
    name = table.replace('"', '""')
    return f'ALTER TABLE public."{name}" SET SCHEMA {aside};'


def _changed(since: tuple[str, str]) -> str:
    table, statement = since
    return f"IF to_regclass('public.{table}') IS NOT NULL THEN {statement}; END IF;"


def _count_check(name: str, count: int) -> str:
    if not name.replace("_", "").isalnum():
        raise Refused("The backup is damaged or cut off: it cannot be restored.")
    return (
        f'IF (SELECT count(*) FROM public."{name}") <> {int(count)} THEN '  # noqa: S608 - checked above
        f"RAISE EXCEPTION 'table {name} has not as many rows as it had'; END IF;"
    )


def run(url: str, program: str, *words: str, connects: bool = True) -> None:
    """A program of PostgreSQL, told by its environment what is secret. Raises Refused with what it said."""
    address = make_url(url)
    environment = {**os.environ, "LC_MESSAGES": "C"}
    if address.password:
        environment["PGPASSWORD"] = str(address.password)
    where = [f"--dbname={address.set(drivername='postgresql', password=None).render_as_string()}"] if connects else []
    done = subprocess.run(  # noqa: S603 - programs of PostgreSQL, and words of ours
        [_find(program), *where, *words],
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        preexec_fn=_end_with_us,
        restore_signals=False,  # too large a file is an error that it names, and not its end
    )
    if done.returncode:
        if any(words in done.stderr for words in ("No space left", "File too large", "quota exceeded")):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        lines = [line for line in done.stderr.splitlines() if "error" in line.lower()] or done.stderr.splitlines()
        said = lines[0].strip() if lines else f"it ended with status {done.returncode}"
        raise Refused(f"{program} cannot do it: {said.removeprefix(f'{program}: ').removeprefix('error: ')}")


_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _end_with_us() -> None:
    """In the child, before it becomes the program: killed we leave nobody behind who goes on in the database. Linux only."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _find(program: str) -> str:
    """On the path, or where Debian puts it."""
    if found := shutil.which(program):
        return found
    places = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: float(path.parent.parent.name)
    )
    if not places:
        raise Refused(f"{program} is not installed on this machine (Debian's package postgresql-client).")
    return str(places[-1])


@contextlib.contextmanager
def connected(url: str, autocommit: bool = False) -> Iterator[Any]:
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        connection = psycopg.connect(address, autocommit=autocommit, options="-c timezone=UTC")
    except psycopg.OperationalError as error:
        raise Refused(f"The database does not answer: {str(error).strip().splitlines()[-1]}") from error
    with connection:
        yield connection
