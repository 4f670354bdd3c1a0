"""What is open with a contact or company, of all modules at once, and for each the step that comes next."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from flask import Flask, current_app, g, render_template

from crmlite.auth.models import Viewer


@dataclass(frozen=True)
class Open:
    """One thing that somebody has to do something about."""

    kind: str
    """The type of record."""
    icon: str
    url: str
    title: str
    state: str
    hue: str
    amount: str = ""
    due: date | None = None
    since: datetime | None = None
    """Since when nobody did anything about it, where it has no day."""
    late: bool = False
    step: tuple[Any, str] | None = None
    """What comes next: a button and where it leads. None where one can but wait, or may not."""
    follows: tuple[str, int] | None = None
    """The type and id of what it is the next step of, such as the deal of a quote."""
    id: int = 0


@dataclass(frozen=True)
class Source:
    kind: str
    """The type of record, which the user has to be allowed to see."""
    find: Callable[[Any, Viewer], list[Open]]
    """Given the contact or company, what is open with it, as far as the user may see. What its box on the page shows anyhow,
    it does not ask for twice: once_per_request()."""


def add(app: Flask, source: Source) -> None:
    app.extensions["crmlite.opens"].append(source)


def of(record: Any, user: Viewer) -> list[Open]:
    """What is open: what is late first, then by day; what has none last."""
    sources: list[Source] = current_app.extensions["crmlite.opens"]
    found = [one for source in sources if user.may(source.kind, "view") for one in source.find(record, user)]
    followed = {one.follows for one in found}
    found = [replace(one, step=None) if (one.kind, one.id) in followed else one for one in found]
    return sorted(found, key=lambda one: (not one.late, one.due is None, one.due or date.max))


def panel(record: Any) -> str:
    return render_template("records/_open.html", found=of(record, g.user))


def once_per_request(name: str, record: Any, find: Callable[[], list[Any]]) -> list[Any]:
    """What `find` returned, when two boxes of one page ask the same of one record."""
    known = g.setdefault("_found_of", {})
    key = name, record.__tablename__, record.id
    if key not in known:
        known[key] = find()
    found: list[Any] = known[key]
    return found
