"""Whether a backup is one: it is restored into a temporary instance, and that instance is looked at and asked for pages."""

import contextlib
import logging
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from flask import Flask

from crmlite import config, schema
from crmlite.backup import Refused, archive, dump, postgresql, sealed
from crmlite.backup.archive import About, Unpacked
from crmlite.config import Settings

NOT_WHOLE = "The backup was restored to try it, and is not whole"


def check(settings: Settings, path: Path, key: sealed.Key | None, folder: Path) -> None:
    """Raises Refused with what is wrong. `folder` is made, and gone afterwards."""
    folder.mkdir(mode=0o700)
    try:
        with sealed.reading(path, key) as stream:
            unpacked = archive.unpack(stream, folder)
        with database_of(settings, unpacked) as url:
            look(unpacked, url)
            if unpacked.about.schema == schema.newest():  # another one's this code cannot start on
                start(folder, url)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def database_of(settings: Settings, unpacked: Unpacked) -> Iterator[str]:
    """The unpacked database's own URL: the file, or on PostgreSQL a temporary database."""
    if unpacked.about.database == "sqlite":
        yield f"sqlite:///{unpacked.database}"
        return
    with postgresql.tried(settings.database_url, unpacked.database, settings.instance) as url:
        yield url


def look(unpacked: Unpacked, url: str) -> None:
    """Compares what was restored with what was there: structure, rows, files."""
    if unpacked.about.database == "sqlite":
        if wrong := dump.check_sqlite(unpacked.database):
            raise Refused(f"{NOT_WHOLE}: {wrong[0]}.")
        found = dump.look(unpacked.database)
    else:  # constraints were checked while they were made
        with postgresql.connected(url) as connection:
            found = postgresql.look(connection)
    _compare_rows(unpacked.manifest.rows, found.rows)
    if found.schema != unpacked.about.schema:
        raise Refused(f"{NOT_WHOLE}: its schema is {found.schema}, not {unpacked.about.schema}.")
    held = unpacked.manifest.members
    excused = {*unpacked.manifest.missing, *unpacked.manifest.damaged}
    for path, sha256 in found.files:
        name = f"files/{path}"
        if sha256 is not None and name not in excused and held.get(name, {}).get("sha256") != sha256:
            raise Refused(f"{NOT_WHOLE}: the file {path} is not the one that was stored.")


def _compare_rows(expected: Mapping[str, int], found: Mapping[str, int]) -> None:
    for table in sorted({*expected, *found}):
        if expected.get(table) != found.get(table):
            raise Refused(
                f"{NOT_WHOLE}: table {table} has {found.get(table, 'no')} rows, and had {expected.get(table, 'none')}."
            )


def start(folder: Path, url: str) -> None:
    """Starts the app on what was restored, without worker and mail, and asks for its health and for the page to sign in."""
    from crmlite import create_app

    level = logging.getLogger("crmlite").level
    handlers = logging.getLogger("crmlite").handlers
    try:
        app = create_app(
            {"instance": str(folder), "database_url": url, "smtp_url": "", "backup_at": "", "log_level": "ERROR"}
        )
    except config.ConfigError as error:
        raise Refused(f"{NOT_WHOLE}: {error}") from error
    finally:
        logging.getLogger("crmlite").handlers = handlers
        logging.getLogger("crmlite").setLevel(level)
    try:
        _ask(app)
    finally:
        _let_go(app)


def _ask(app: Flask) -> None:
    client = app.test_client()
    answer = client.get("/health", headers={"Host": "localhost"})
    said = answer.get_json(silent=True) or {}
    with app.app_context():
        wanted = schema.newest()
    if said.get("schema") != wanted:  # that there is neither worker nor renderer is as it should be
        raise Refused(f"{NOT_WHOLE}: /health says {said.get('reason', answer.status)}")
    page = client.get("/login", headers={"Host": "localhost"}, follow_redirects=True)
    if page.status_code != 200 or not re.search(r'type="?password', page.text):
        raise Refused(f"{NOT_WHOLE}: the page to sign in answers {page.status}.")


def _let_go(app: Flask) -> None:
    from crmlite.extensions import db

    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def require_known(about: About) -> None:
    """Raises Refused where a newer version made it. What an older one made is brought to this version's schema at the next start."""
    if about.schema not in schema.revisions():
        raise Refused(
            f"The backup was made by crmlite {about.version} with the schema {about.schema}, which this version "
            f"({config.VERSION}) does not know: install crmlite {about.version} or a newer one, then restore it."
        )
