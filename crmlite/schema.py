"""The schema's history: bring a database to the newest version, and say which version it has."""

from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from crmlite.extensions import db

FOLDER = Path(__file__).parent / "migrations"


def upgrade() -> None:
    """Runs what is missing of the history, in one transaction on the writer."""
    with db.engines[None].begin() as connection:
        command.upgrade(_config(connection), "head")


def version() -> str | None:
    """The version the database has, or None where it is empty."""
    with db.engines["reader"].connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache
def newest() -> str | None:
    """The version this code needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def differences() -> list[Any]:
    """What the models say and the database does not have, or the other way round; empty when the history is complete."""
    from alembic.autogenerate import compare_metadata

    with db.engines["reader"].connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": is_ours})
        return list(compare_metadata(context, db.metadata))


def is_ours(_item: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """The full-text index and its shadow tables are made by hand in a migration, not by models."""
    return not (kind in {"table", "index"} and name is not None and name.startswith(("search_fts", "ix_search_text")))


def _config(connection: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config
