"""Whether somebody or some company that is just being added is known already: asked by modules that know nothing of duplicates."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request

from crmlite.auth.models import Viewer
from crmlite.records.types import RecordType
from crmlite.web import modules


@dataclass(frozen=True)
class LookAlike:
    """One record that looks like it; of one that the user may not see only whom to ask."""

    title: str = ""
    url: str = ""
    reasons: tuple[Any, ...] = ()
    owner: str = ""
    """Whom to ask, where the user may not see it; empty where it is nobody's."""


Find = Callable[[RecordType, Viewer, Any], list[LookAlike]]


def declare(app: Flask, find: Find) -> None:
    app.extensions["crmlite.look_alikes"] = (modules.current(app), find)


def _find() -> Find | None:
    """Nobody looks while the module that does is switched off."""
    declared: tuple[str, Find] | None = current_app.extensions["crmlite.look_alikes"]
    return declared[1] if declared is not None and modules.is_on(declared[0]) else None


def knows(kind: RecordType | str) -> bool:
    """For templates: whether there is somebody to ask about records of this type."""
    name = kind if isinstance(kind, str) else kind.name
    return _find() is not None and name in ("contact", "company")


def of(kind: RecordType, user: Viewer, form: Any) -> list[LookAlike]:
    """Records that look like what the form says, unless the user was shown them and adds it all the same."""
    find = _find()
    return find(kind, user, form) if find is not None and not request.form.get("_anyway") else []
