"""The schema's history: bring a database to the newest version, and say which version it has.

Alembic is imported only where there is something to do: it takes longer to load than a start may take.
What surrounds an upgrade (snapshot, checks, what people are told meanwhile) is in `crmlite/upgrading/`.
"""

import contextlib
import re
from collections.abc import Iterator
from enum import Enum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from crmlite.extensions import db, migrator

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent / "migrations"
"""Tests have others, with migrations that fail or take long."""
_REVISION = re.compile(r'^revision(?:: str)? = "([^"]+)"$', re.MULTILINE)
_OURS = re.compile(r"(\d{8})_(\d+)")


class Standing(Enum):
    """How a database stands to this code."""

    EMPTY = "nothing is in it"
    OURS = "it has this code's schema"
    BEHIND = "an older version of crmlite made it"
    NEWER = "a newer version of crmlite made it"
    FOREIGN = "no crmlite that this code knows made it"


def upgrade() -> None:
    """Runs what is missing of the history, in one transaction; for databases that hold nothing to lose."""
    with migrator() as engine, engine.begin() as connection:
        migrate(connection)


def migrate(connection: sa.Connection) -> None:
    """The same in a transaction of the caller's, on a connection of `migrator()`."""
    from alembic import command

    command.upgrade(_config(connection), "head")


def version(connection: sa.Connection | None = None) -> str | None:
    """The version the database has, or None where it is empty."""
    with _or_reader(connection) as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        return connection.scalar(sa.text("SELECT version_num FROM alembic_version"))


def standing(connection: sa.Connection | None = None) -> Standing:
    with _or_reader(connection) as connection:
        found = version(connection)
        if found is None:
            return Standing.FOREIGN if tables(connection) else Standing.EMPTY
    if found == newest():
        return Standing.OURS
    if found in revisions():
        return Standing.BEHIND
    return Standing.NEWER if _is_later(found, newest()) else Standing.FOREIGN


def tables(connection: sa.Connection) -> list[str]:
    """Those that hold rows of people: without the version's own and what makes up the full-text index."""
    names = sa.inspect(connection).get_table_names()
    return sorted(name for name in names if name != "alembic_version" and not name.startswith("search_fts"))


def newest() -> str:
    """The version this code needs: that of the last file, as the history is one line and its files are named by date."""
    return revisions()[-1]


def revisions() -> tuple[str, ...]:
    """The whole line, the oldest first."""
    return _revisions(FOLDER)


@cache
def _revisions(folder: Path) -> tuple[str, ...]:
    found = []
    for path in sorted((folder / "versions").glob("[0-9]*.py"), key=_place):
        said = _REVISION.search(path.read_text("utf-8"))
        if said is None:
            raise RuntimeError(f"{path.name} does not say its revision")
        found.append(said[1])
    return tuple(found)


def _place(path: Path) -> tuple[int, ...]:
    """20261127_10_details.py comes after 20261127_9_consent.py."""
    return tuple(int(part) for part in path.name.split("_")[:2])


def _is_later(found: str, ours: str) -> bool:
    parts, known = _OURS.fullmatch(found), _OURS.fullmatch(ours)
    return bool(parts and known) and (parts[1], int(parts[2])) > (known[1], int(known[2]))  # type: ignore[index]


def declared(name: str, since: str | None) -> set[str]:
    """What the migrations after `since` say of themselves in a module's tuple of that name, such as `shrinks`."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(_config())
    found: set[str] = set()
    for script in scripts.iterate_revisions("head", since or "base"):
        found |= set(getattr(script.module, name, ()))
    return found


def differences(connection: sa.Connection | None = None) -> list[Any]:
    """What the models say and the database does not have, or the other way round; empty when the history is complete."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with _or_reader(connection) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": is_ours})
        return list(compare_metadata(context, db.metadata))


def is_ours(_item: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """The full-text index and its shadow tables are made by hand in a migration, not by models."""
    return not (kind in {"table", "index"} and name is not None and name.startswith(("search_fts", "ix_search_text")))


@contextlib.contextmanager
def _or_reader(connection: sa.Connection | None) -> Iterator[sa.Connection]:
    if connection is not None:
        yield connection
        return
    with db.engines["reader"].connect() as reader:
        yield reader


def _config(connection: sa.Connection | None = None) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config
