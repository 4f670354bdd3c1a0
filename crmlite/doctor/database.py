"""The database: which it is, how safely it writes, and whether its tables are this version's."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from pysqlite3 import dbapi2 as sqlite

from crmlite import schema
from crmlite.doctor.findings import Finding, Place, broken, ok, term, warning
from crmlite.extensions import SQLITE_OLDEST, SQLITE_PRAGMAS, db
from crmlite.upgrading import trouble
from crmlite.upgrading.states import NOTICES, State
from crmlite.web import show_number

MOUNTS = Path("/proc/self/mounts")
NETWORK_DISKS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "glusterfs", "fuse.sshfs", "fuse.glusterfs"}
)
WAL_AT_MOST = 64 * 1024 * 1024
_WORDS: dict[str, dict[Any, str]] = {"synchronous": {0: "OFF", 1: "NORMAL", 2: "FULL", 3: "EXTRA"}}
OLDEST_POSTGRESQL = 14


def database(place: Place) -> Finding:
    return _sqlite(place) if place.settings.is_sqlite else _postgresql()


def _sqlite(place: Place) -> Finding:
    version = sqlite.sqlite_version
    if sqlite.sqlite_version_info < SQLITE_OLDEST:
        return broken(
            _("SQLite %(version)s can damage a database that several processes write.", version=version),
            _("Install crmlite's own SQLite again: pip install --force-reinstall pysqlite3."),
        )
    for name, wanted in SQLITE_PRAGMAS.items():
        found = db.session.connection().exec_driver_sql(f"PRAGMA {name}").scalar()
        if found != wanted:
            words = _WORDS.get(name, {})
            return broken(
                _(
                    "SQLite has %(name)s = %(found)s instead of %(wanted)s, so a power cut may lose what was saved.",
                    name=name,
                    found=words.get(found, found),
                    wanted=words.get(wanted, wanted),
                ),
                _("Start crmlite again. If it stays so, move the instance folder to a local disk."),
            )
    path = place.settings.sqlite_path
    if (disk := _disk_of(path)) in NETWORK_DISKS:
        return broken(
            _("The database lies on a network disk (%(kind)s), where SQLite's locks do not hold.", kind=disk),
            _("Move it to a disk of this machine, or use PostgreSQL."),
        )
    if (size := _size(Path(f"{path}-wal"))) > WAL_AT_MOST:
        return warning(
            _("SQLite's write-ahead log has grown to %(size)s MB.", size=show_number(size // 1024**2)),
            _("Something reads for a very long time. Start crmlite again; the log shrinks by itself then."),
        )
    return ok(_("SQLite %(version)s, which crmlite brings along, in WAL mode with synchronous FULL.", version=version))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _disk_of(path: Path) -> str:
    """The kind of file system that the path lies on; "" where the system does not say."""
    try:
        rows = [line.split() for line in MOUNTS.read_text("utf-8", "replace").splitlines()]
    except OSError:
        return ""
    above = {str(folder) for folder in (path.resolve(), *path.resolve().parents)}
    found = [(len(row[1]), row[2]) for row in rows if len(row) > 2 and row[1].replace("\\040", " ") in above]
    return max(found)[1] if found else ""


STABLE = ("C", "C.UTF-8", "C.utf8", "POSIX")
"""Collations that no update of the system changes."""
MUST_BE_ON = ("fsync", "full_page_writes", "synchronous_commit")


def _postgresql() -> Finding:
    asked = sa.select(
        *(sa.func.current_setting(name).label(name) for name in ("server_version_num", "server_version", *MUST_BE_ON)),
        sa.select(sa.column("datcollate"))
        .select_from(sa.table("pg_database"))
        .where(sa.column("datname") == sa.func.current_database())
        .scalar_subquery()
        .label("collation"),
    )
    found = db.session.execute(asked).one()
    version = found.server_version.split()[0]
    if int(found.server_version_num) < OLDEST_POSTGRESQL * 10_000:
        return broken(
            _("PostgreSQL %(version)s gets no repairs any more.", version=version),
            _("Move the database to version %(oldest)s or newer.", oldest=OLDEST_POSTGRESQL),
        )
    for name in MUST_BE_ON:
        if getattr(found, name) == "off":
            return broken(
                _("PostgreSQL has %(name)s switched off, so a power cut may lose what was saved.", name=name),
                _("Set it to on in postgresql.conf and load that anew."),
            )
    if found.collation not in STABLE:
        return warning(
            _(
                "The database sorts by the rules of %(locale)s, which change with the system's updates.",
                locale=term(found.collation),
            ),
            _("Make a database with the locale C.UTF-8 and restore a backup into it."),
        )
    return ok(_("PostgreSQL %(version)s, with every commit on disk before it is answered.", version=version))


def tables(place: Place) -> Finding:
    wanted = schema.newest()
    with db.engines[
        "reader"
    ].connect() as connection:  # by name alone: the page must stay quick, and upgrades compare everything
        names = set(sa.inspect(connection).get_table_names())
        told = sa.text("SELECT version_num FROM alembic_version")
        found = connection.scalar(told) if "alembic_version" in names else None
    if found == wanted and (other := set(db.metadata.tables) - names):
        return broken(
            _("The database has this version's number, and other tables: %(number)s differences.", number=len(other)),
            _("Somebody changed it by hand. Restore the last backup, or undo what was changed."),
        )
    if found == wanted:
        return ok(_("The tables are those of this version (%(schema)s).", schema=term(wanted)))
    standing = schema.standing()
    if standing is schema.Standing.NEWER:
        return broken(
            _("The database belongs to a newer crmlite (%(found)s).", found=term(found or "–")),
            _("Install that version, or restore a backup from before it."),
        )
    if standing is schema.Standing.FOREIGN:
        return broken(
            _("The database is not crmlite's."), _("Correct database_url: this one belongs to another program.")
        )
    if standing is schema.Standing.EMPTY and trouble.is_lost(place.settings):
        gone = NOTICES[State.GONE]
        return broken(str(gone.text), str(gone.advice))
    return broken(
        _(
            "The database has schema %(found)s, this version needs %(wanted)s.",
            found=term(found or "–"),
            wanted=term(wanted),
        ),
        _("Run crmlite upgrade, or start crmlite again, which does so."),
    )
