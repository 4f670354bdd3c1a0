"""What somebody does first with a new crmlite: a list on the start page that ticks itself off from what there is.

Modules add their steps with add(). What is done is looked at with one statement; the list goes when all is done, or when the user
hides it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app

from crmlite.auth.models import Invitation, Preference, User, Viewer
from crmlite.extensions import db
from crmlite.web import modules


@dataclass(frozen=True)
class Step:
    name: str
    label: Any
    text: Any
    """Why one would."""
    url: str
    icon: str
    is_for: Callable[[Viewer], bool]
    is_done: Callable[[Viewer], Any]
    """A condition for a select, or whether it is done."""
    order: int = 50


@dataclass(frozen=True)
class Shown:
    step: Step
    is_done: bool


def add(app: Flask, *steps: Step) -> None:
    known = [*app.extensions.get("crmlite.first_steps", []), *((modules.current(app), step) for step in steps)]
    app.extensions["crmlite.first_steps"] = sorted(known, key=lambda pair: pair[1].order)


def of(user: Viewer) -> list[Shown]:
    """The user's steps; none where all are done or the list was hidden."""
    every = current_app.extensions.get("crmlite.first_steps", [])
    steps = [step for module, step in every if modules.is_on(module) and step.is_for(user)]
    asked = [step.is_done(user) for step in steps]
    hidden = sa.exists().where(Preference.user_id == user.id, Preference.name == _HIDDEN)
    row = db.session.execute(
        sa.select(hidden, *(sa.literal(one) if isinstance(one, bool) else one for one in asked))
    ).one()
    shown = [Shown(step, bool(is_done)) for step, is_done in zip(steps, row[1:], strict=True)]
    return [] if row[0] or all(one.is_done for one in shown) else shown


_HIDDEN = "first_steps"


def hide(user: Viewer) -> None:
    """Final."""
    Preference.write(user.id, _HIDDEN, {"hidden": True})


def has_colleagues(_user: Viewer) -> Any:
    others = sa.select(sa.func.count()).select_from(sa.select(User.id).limit(2).subquery()).scalar_subquery()
    return sa.or_(others > 1, sa.exists().where(Invitation.id.is_not(None)))


def sends_mail(_user: Viewer) -> bool:
    return bool(current_app.extensions["crmlite.settings"].smtp_url)
