"""The schema's history: bring a database to the newest version, and say which version it has.

Alembic is imported only where there is something to do: it takes longer to load than a start may take.
"""

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from crmlite.extensions import db

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent / "migrations"


def upgrade() -> None:
    """Runs what is missing of the history, in one transaction on the writer."""
    from alembic import command

    with db.engines[None].begin() as connection:
        command.upgrade(_config(connection), "head")


def make(connection: sa.Connection) -> None:
    """The newest schema in another, empty database, in the transaction of this connection."""
    from alembic import command

    command.upgrade(_config(connection), "head")


def version() -> str | None:
    """The version the database has, or None where it is empty."""
    with db.engines["reader"].connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        return connection.scalar(sa.text("SELECT version_num FROM alembic_version"))


@cache
def newest() -> str:
    """The version this code needs: that of the last file, as the history is one line and its files are named by date."""
    last = max((FOLDER / "versions").glob("[0-9]*.py"))
    found = re.search(r'^revision(?:: str)? = "([^"]+)"$', last.read_text("utf-8"), re.MULTILINE)
    if found is None:
        raise RuntimeError(f"{last.name} does not say its revision")
    return found[1]


def known() -> set[str]:
    """All versions in the history that this code has."""
    texts = (path.read_text("utf-8") for path in (FOLDER / "versions").glob("[0-9]*.py"))
    return {name for text in texts for name in re.findall(r'^revision(?:: str)? = "([^"]+)"$', text, re.MULTILINE)}


def differences() -> list[Any]:
    """What the models say and the database does not have, or the other way round; empty when the history is complete."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with db.engines["reader"].connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": is_ours})
        return list(compare_metadata(context, db.metadata))


def is_ours(_item: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """The full-text index and its shadow tables are made by hand in a migration, not by models."""
    return not (kind in {"table", "index"} and name is not None and name.startswith(("search_fts", "ix_search_text")))


def _config(connection: sa.Connection | None = None) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config
