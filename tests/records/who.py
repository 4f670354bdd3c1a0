"""Viewers of every kind, for tests of what they may see."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import g

from crmlite.auth.models import Viewer
from tests.cast import Stage


def viewer(stage: Stage, key: str = "manager", scope: str = "all", **more: Any) -> Viewer:
    """A user of the cast with one scope for everything; `team_id` and `scopes` may be given."""
    values: dict[str, Any] = {
        "id": stage.ids[f"user.{key}"],
        "name": key,
        "email": f"{key}@demo.example",
        "role": "test",
        "team_id": None,
        "locale": "en",
        "time_zone": "UTC",
        "theme": "auto",
        "shortcuts": True,
        "scopes": {("*", action): scope for action in ("view", "create", "edit", "delete")},
    }
    return Viewer(**{**values, **more})


@contextmanager
def request_of(stage: Stage, user: Viewer, url: str = "/") -> Iterator[None]:
    """A request of this user, as views see it."""
    with stage.app.test_request_context(url):
        g.user = user
        yield
