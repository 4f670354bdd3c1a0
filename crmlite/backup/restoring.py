"""Puts a backup in the place of an instance. What is there is set aside, not deleted; until all is unpacked and checked nothing
of it is touched.

The machine's own settings.toml stays where there is one: that of the backup is laid beside it. The secret key is the backup's,
as links that customers have depend on it.
"""

import contextlib
import errno
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from pysqlite3 import dbapi2 as sqlite

from crmlite import config, schema
from crmlite.backup import Refused, archive, checking, dump, in_use, postgresql, sealed
from crmlite.backup.archive import Unpacked
from crmlite.backup.in_use import Move
from crmlite.extensions import utcnow

_STAGED = ".restoring-"


@dataclass(frozen=True)
class Restored:
    made_at: datetime
    version: str
    rows: int
    files: int
    set_aside: Path | None
    """Where what was there before is now."""
    old_schema: str | None
    """The schema of PostgreSQL in which the old tables are now."""
    needs_upgrade: bool
    settings_beside: Path | None
    """The backup's settings.toml, where the instance's own stayed."""


def restore(
    path: Path, key: sealed.Key | None, instance: Path, told: Callable[[str], None] = lambda _text: None
) -> Restored:
    """Raises Refused with a sentence; the instance is then as it was."""
    existed = instance.exists()
    try:
        with in_use.alone(instance, "restore"), _staged(instance, is_alone=True) as folder:
            unpacked = _unpack(path, key, folder)
            told("The backup was read and is whole.")
            url = _target(instance, unpacked)
            _refuse_anothers(instance, unpacked, url)
            if _look(unpacked, instance, url):
                told("It was tried: the database is whole, its files are there, and crmlite starts with it.")
            return _put(unpacked, instance, url)
    except OSError as error:
        raise Refused(_sentence(error)) from error
    finally:
        if not existed:
            _leave_no_trace(instance)


def try_out(path: Path, key: sealed.Key | None, instance: Path) -> Unpacked:
    """Does all that restore() does before it changes something. A running instance is not in the way."""
    try:
        with _staged(instance) as folder:
            unpacked = _unpack(path, key, folder)
            if not _look(unpacked, instance, _target(instance, unpacked)):
                raise Refused(
                    "The file is whole, but the role may not make a temporary database to try it in (CREATEDB)."
                )
            return unpacked
    except OSError as error:
        raise Refused(_sentence(error)) from error


def _sentence(error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return "The disk became full while the backup was unpacked. Nothing was changed: make room, then restore again."
    return f"The backup cannot be restored: {error.filename or ''} {error.strerror or error}. Nothing was changed."


@contextlib.contextmanager
def _staged(instance: Path, is_alone: bool = False) -> Iterator[Path]:
    """A folder on the same disk, so that what is in it can be moved to its place at once."""
    for left in instance.glob(f"{_STAGED}*") if is_alone else ():  # of one that was killed
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_STAGED, dir=instance, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _leave_no_trace(instance: Path) -> None:
    """Of an instance that there was not, when it was refused."""
    with contextlib.suppress(OSError):
        if {path.name for path in instance.iterdir()} <= {"in_use.lock"}:
            shutil.rmtree(instance)


def _unpack(path: Path, key: sealed.Key | None, folder: Path) -> Unpacked:
    with sealed.reading(path, key) as stream:
        unpacked = archive.unpack(stream, folder, checking.require_known)
    _give_to_owner(folder, folder.parent)
    return unpacked


def _give_to_owner(folder: Path, instance: Path) -> None:
    """Where root restores, what was unpacked belongs to whoever runs crmlite there."""
    owner = instance.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, owner.st_uid, owner.st_gid)


def _target(instance: Path, unpacked: Unpacked) -> str:
    """The database's URL as the instance will see it afterwards. Raises Refused where it is of another kind than the backup."""
    own = instance / archive.SETTINGS
    toml = own if own.exists() else unpacked.folder / archive.SETTINGS
    try:
        url = config.database_url_of(instance, toml)
    except config.ConfigError as error:
        raise Refused(str(error)) from error
    kind = "sqlite" if url.startswith("sqlite") else "postgresql"
    if kind != unpacked.about.database:
        names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
        hint = {"sqlite": "sqlite:///crmlite.db", "postgresql": "postgresql://user@host/name"}[unpacked.about.database]
        raise Refused(
            f"The backup is of a {names[unpacked.about.database]} database, and this instance has {names[kind]}. Restore it with "
            f"CRMLITE_DATABASE_URL={hint}, then go over with `crmlite move`. Nothing was changed."
        )
    return url


def _refuse_anothers(instance: Path, unpacked: Unpacked, url: str) -> None:
    """What the backup's settings name outside of the folder belongs to the instance that it is of, which may be served at this moment.
    Raises Refused where something is there, and nobody said here that it is meant."""
    own, theirs = instance / archive.SETTINGS, unpacked.folder / archive.SETTINGS
    if own.exists() or not theirs.exists():
        return
    files = config.files_folder_of(instance, theirs)
    if url != config.database_url_of(instance, own) and _is_occupied(url, instance):
        what, name = f"the database {sa.make_url(url).render_as_string(hide_password=True)}", "CRMLITE_DATABASE_URL"
    elif files != config.files_folder_of(instance, own) and instance not in files.parents and any(files.glob("??/*")):
        what, name = f"the files folder {files}", "CRMLITE_FILES_FOLDER"
    else:
        return
    raise Refused(
        f"The backup's settings name {what}, where an instance is already, and {instance} has no settings of its own. Set {name} to "
        "another, empty place to practise, or to this one where the backup belongs there. Nothing was changed."
    )


def _is_occupied(url: str, instance: Path) -> bool:
    if url.startswith("sqlite"):
        path = Path(sa.make_url(url).database or "")
        return path.parent != instance and path.exists() and path.stat().st_size > 0
    with postgresql.connected(url) as connection:
        return bool(postgresql.tables(connection))


def _look(unpacked: Unpacked, instance: Path, url: str) -> bool:
    """Whether it could be tried. Raises Refused where it is not whole."""
    settings = config.Settings(instance=instance, database_url=url)
    try:
        with checking.database_of(settings, unpacked) as there:
            checking.look(unpacked, there)
            if unpacked.about.schema == schema.newest():
                checking.start(unpacked.folder, there)
    except (
        postgresql.MayNotTry
    ):  # in need a backup is not refused for that: constraints and counts are checked as it is put in place
        return False
    return True


# --- the exchange -----------------------------------------------------------------------------------------------------


def _put(unpacked: Unpacked, instance: Path, url: str) -> Restored:
    stamp = f"{utcnow():%Y%m%d%H%M%S%f}"  # two restores may be less than a second apart
    aside = instance / f"replaced-{stamp}"
    beside = instance / "settings.from-backup.toml"
    keys = _settings_and_key(unpacked.folder, instance, aside, beside)
    own = instance / archive.SETTINGS
    files_folder = config.files_folder_of(instance, own if own.exists() else unpacked.folder / archive.SETTINGS)
    is_inside = files_folder == instance / "files"
    if not is_inside:  # perhaps on another disk, perhaps others' too: names are never used twice, so the backup's go beside what is there
        _link(files_folder, files_folder / aside.name)  # what no row names any more would be swept away
        _link(unpacked.folder / "files", files_folder)
    old_schema = None
    if unpacked.about.database == "sqlite":
        _allow_for_since(unpacked.database)
        os.sync()
        files = (
            [(instance / "files", aside / "files"), (unpacked.folder / "files", instance / "files")]
            if is_inside
            else []
        )
        moves = _of_database(unpacked.database, Path(sa.make_url(url).database or ""), aside, stamp, instance)
        in_use.exchange(instance, [*_that_are_there([*moves, *files]), *keys])
    else:
        old_schema = _exchange_postgresql(unpacked, instance, url, aside, stamp, keys, is_inside)
    return Restored(
        made_at=datetime.fromisoformat(unpacked.about.made_at),
        version=unpacked.about.version,
        rows=sum(unpacked.manifest.rows.values()),
        files=sum(name.startswith("files/") for name in unpacked.manifest.members),
        set_aside=aside if aside.exists() else None,
        old_schema=old_schema,
        needs_upgrade=unpacked.about.schema != schema.newest(),
        settings_beside=beside if any(target == beside for _source, target in keys) else None,
    )


def _settings_and_key(folder: Path, instance: Path, aside: Path, beside: Path) -> list[Move]:
    moves = _that_are_there([(instance / archive.SECRET_KEY, aside / archive.SECRET_KEY)])
    moves.append((folder / archive.SECRET_KEY, instance / archive.SECRET_KEY))
    own, theirs = instance / archive.SETTINGS, folder / archive.SETTINGS
    if not theirs.exists():
        return moves
    if not own.exists():
        return [*moves, (theirs, own)]
    if own.read_bytes() == theirs.read_bytes():
        return moves
    return [*moves, *_that_are_there([(beside, aside / beside.name)]), (theirs, beside)]


def _that_are_there(moves: list[Move]) -> list[Move]:
    return [move for move in moves if os.path.lexists(move[0])]


def _of_database(source: Path, target: Path, aside: Path, stamp: str, instance: Path) -> list[Move]:
    """The file with its log, which belong together. One that lies elsewhere is set aside there: it may be on another disk."""
    olds = [target.with_name(target.name + end) for end in ("", "-wal", "-shm")]
    if target.exists():
        dump.refuse_foreign(target)
    if target.parent == instance:
        return [*((old, aside / old.name) for old in olds), (source, target)]
    near = target.with_name(f"{target.name}.restoring")
    shutil.copyfile(source, near)
    near.chmod(0o600)
    os.sync()
    return [*((old, old.with_name(f"{old.name}.replaced-{stamp}")) for old in olds), (near, target)]


def _allow_for_since(database: Path) -> None:
    """Mail and ways in: people decide about what waited in the outbox then, as after a crash, and everybody signs in again."""
    with contextlib.closing(sqlite.connect(database)) as connection:
        connection.isolation_level = None
        there = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        for table, statement in postgresql.SINCE_THEN.items():
            if table in there:
                connection.execute(statement)
        connection.execute("PRAGMA journal_mode=DELETE")  # nothing of it stays in a log beside the file


def _exchange_postgresql(
    unpacked: Unpacked, instance: Path, url: str, aside: Path, stamp: str, keys: list[Move], has_files: bool
) -> str | None:
    """Files never change and have names of their own, so the backup's are laid beside the others before its rows come; the tables
    are exchanged in one transaction. Killed before its commit all is as it was, killed after it the next start does the rest."""
    if connected := postgresql.others(url):
        raise Refused(
            f"Others are connected to the database, from {', '.join(connected)}: stop every crmlite that uses it, then restore again. "
            "Nothing was changed."
        )
    outside = in_use.Outside(secrets.token_hex(16), str(unpacked.folder / archive.SETTINGS), str(aside))
    in_use.intend(instance, keys, outside)
    try:
        if has_files:
            _link(instance / "files", aside / "files")
            _link(unpacked.folder / "files", instance / "files")
        os.sync()
        return postgresql.replace(url, unpacked.database, unpacked.manifest.rows, stamp, unpacked.folder, outside.token)
    finally:  # the database says whether it was done, also where we do not know
        in_use.finish(instance)


def _link(source: Path, target: Path) -> None:
    """Every file of a folder also in another, without a second copy where the disk can do so."""
    for path in source.glob("??/*"):
        there = target / path.parent.name / path.name
        there.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if there.exists():
            continue
        try:
            os.link(path, there)
        except OSError:
            shutil.copy2(path, there)
