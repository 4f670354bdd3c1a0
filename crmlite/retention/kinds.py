"""What can be forgotten: kinds of rows, declared by the modules that own them; and those that belong to no module."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from flask_babel import lazy_gettext as _l

from crmlite import files
from crmlite.extensions import db
from crmlite.jobs import Job
from crmlite.mail.models import Message

MOST = {"days": 36_500, "years": 100}

Provider = Callable[[], Iterable["Kind"]]


@dataclass(frozen=True)
class Kind:
    """One kind of rows that are forgotten when they are old."""

    name: str
    label: Any
    about: Any
    """What goes, and from when its time is counted."""
    group: str
    """trash, outside, inside or books: where it stands on the page."""
    default: int | None
    """How long it is kept unless told, in `unit`; None is for ever."""
    rows: Callable[[datetime], sa.Select[int]] | None = None
    """The ids of what is older than that time. Without it nothing goes by itself: others ask for the limit."""
    forget: Callable[[list[int]], object] | None = None
    least: Callable[[], int] = lambda: 1
    for_ever: bool = True
    """Whether it may be kept without end."""
    unit: str = "days"

    def allows(self, number: int | None) -> bool:
        return self.for_ever if number is None else self.least() <= number <= MOST[self.unit]

    def older(self, number: int | None, now: datetime) -> sa.Select[int] | None:
        """What goes when it is kept so long; None where nothing does."""
        if self.rows is None or number is None:
            return None
        return self.rows(now - timedelta(days=number))


def declare(app: Flask, provider: Provider) -> None:
    app.extensions.setdefault("crmlite.retention", []).append(provider)


def kinds() -> dict[str, Kind]:
    """Every kind of the modules that are on, by name, in the order they were declared."""
    providers: list[Provider] = current_app.extensions["crmlite.retention"]
    return {kind.name: kind for provider in providers for kind in provider()}


def get(name: str) -> Kind | None:
    return kinds().get(name)


def own() -> Iterable[Kind]:
    yield Kind(
        "jobs",
        _l("Jobs that are done"),
        _l(
            "What crmlite did by itself, or was given up, from when it was due. Jobs that failed stay until somebody decides."
        ),
        "inside",
        7,
        lambda before: sa.select(Job.id).where(Job.state.in_(["done", "given_up"]), Job.due_at < before),
        _deleted(Job),
        for_ever=False,
    )
    yield Kind(
        "files",
        _l("Files taken off their record"),
        _l("From when they were taken off. Until then undo brings them back."),
        "trash",
        30,
        files.loose,
        files.forget,
    )
    yield Kind(
        "mail",
        _l("Texts of mails"),
        _l(
            "What was written in mails, from when they were made. That they were sent, to whom and under which subject stays."
        ),
        "inside",
        None,
        lambda before: sa.select(Message.id).where(
            Message.state.in_(["sent", "failed", "unknown"]), Message.created_at < before, Message.text != ""
        ),
        _empty_mails,
    )


def _deleted(model: Any) -> Callable[[list[int]], None]:
    def forget(ids: list[int]) -> None:
        db.session.execute(sa.delete(model).where(model.id.in_(ids)))

    return forget


def _empty_mails(ids: list[int]) -> None:
    db.session.execute(sa.update(Message).where(Message.id.in_(ids)).values(text="", html=None))
