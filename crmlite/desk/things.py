"""What notices can be about besides records: mails, imports, changes of many records. Each module declares its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app

from crmlite.auth.models import Viewer


@dataclass(frozen=True)
class Thing:
    model: type[Any]
    name: Any
    """The column, or another expression, that notices call it by."""
    url: str
    """Ending in a slash: the id follows."""
    rows: Callable[[Viewer], sa.ColumnElement[bool]]
    """Which of them that user may see."""


def declare(app: Flask, thing: Thing) -> None:
    app.extensions.setdefault("crmlite.things", {})[thing.model.__tablename__] = thing


def declared() -> dict[str, Thing]:
    found: dict[str, Thing] = current_app.extensions["crmlite.things"]
    return found
