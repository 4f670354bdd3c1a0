"""Whether this server may answer: until the database has this code's schema, a page says why not, in the reader's language.

Never half: a page of this code on a schema of another fails in ways that nobody foresaw, or saves half of what was meant.
"""

import logging
import mmap
import time
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_babel import lazy_gettext as _l

from crmlite import schema
from crmlite.extensions import SAFE_METHODS
from crmlite.schema import Standing
from crmlite.web import hx, is_partial, speaking, toast

log = logging.getLogger(__name__)

LOOK_EVERY = 5.0
MOST_TRIES = 3


class State(IntEnum):
    OPEN = 0
    UPGRADING = 1
    FAILED = 2
    NO_SNAPSHOT = 3
    NO_PROGRAM = 4
    NEWER = 5
    FOREIGN = 6
    BEHIND = 7


@dataclass(frozen=True)
class Notice:
    title: Any
    text: Any
    advice: Any
    """For the administrator."""
    retry_after: int = 60


NOTICES = {
    State.UPGRADING: Notice(
        _l("crmlite is being updated"),
        _l(
            "The database is being prepared for a new version. Everything is kept; this page opens by itself when it is done."
        ),
        _l("If it takes longer than half an hour, look at the log of the server."),
        retry_after=5,
    ),
    State.FAILED: Notice(
        _l("The update did not succeed"),
        _l(
            "Nothing was lost: the database is exactly as it was before. crmlite stays closed so that nothing is half done."
        ),
        _l("The log of the server says why. Put that right and start crmlite again, or install the version you had."),
    ),
    State.NO_SNAPSHOT: Notice(
        _l("The update has not begun"),
        _l(
            "A copy of the database is made before every update, and this time it could not be made. Nothing was changed."
        ),
        _l("The log of the server says why: most often the disk is full. Put that right and start crmlite again."),
    ),
    State.NO_PROGRAM: Notice(
        _l("The update has not begun"),
        _l(
            "A copy of the database is made before every update, and this time it could not be made. Nothing was changed."
        ),
        _l(
            "Install pg_dump (the package postgresql-client) and start crmlite again; or make a backup yourself and run "
            "crmlite upgrade --without-snapshot."
        ),
    ),
    State.NEWER: Notice(
        _l("This crmlite is older than its database"),
        _l(
            "A newer version has been at work here, and this one does not know everything it stored. Nothing was changed."
        ),
        _l("Install the newer version again, or restore a backup that this version made."),
    ),
    State.FOREIGN: Notice(
        _l("This is not a database of crmlite"),
        _l("The database that was named for crmlite belongs to another program. Nothing was changed."),
        _l("Name a database of crmlite or an empty one in the setting database_url, and start crmlite again."),
    ),
    State.BEHIND: Notice(
        _l("The database waits for its update"),
        _l(
            "A new version of crmlite is installed, and the database has not been prepared for it yet. Nothing was changed."
        ),
        _l("Run crmlite upgrade; this page opens by itself when it is done."),
    ),
}
_STANDS_FOR = {
    Standing.OURS: State.OPEN,
    Standing.NEWER: State.NEWER,
    Standing.FOREIGN: State.FOREIGN,
    Standing.BEHIND: State.BEHIND,
    Standing.EMPTY: State.BEHIND,
}


class Gate:
    """Open, or why not; in memory that a server made before its processes shares with them. One byte, so never half written."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 2)
        self._looked = -1e9

    @property
    def state(self) -> State:
        return State(self._memory[0])

    @state.setter
    def state(self, state: State) -> None:
        self._memory[0] = state

    def is_upgrading(self) -> bool:
        return self.state is State.UPGRADING

    def count_try(self) -> bool:
        """Whether an upgrade may be begun once more: one that kills its process each time must not go on for ever."""
        self._memory[1] += 1
        return self._memory[1] <= MOST_TRIES

    def look_when_due(self) -> None:
        """Another host may have upgraded the database, or somebody by hand."""
        if time.monotonic() - self._looked > LOOK_EVERY:
            self.look()

    def look(self) -> None:
        self._looked = time.monotonic()
        try:
            standing = schema.standing()
        except sa.exc.SQLAlchemyError:
            return  # whoever asks for something is told so
        if standing is Standing.OURS:
            self.state = State.OPEN
        elif self.state is State.OPEN:
            self.state = _STANDS_FOR[standing]
            log.error("closed: the database has another schema", extra={"standing": standing.value})


def init_app(app: Flask) -> None:
    """Before signing in, which reads the database."""
    app.before_request(_hold)
    app.after_request(_doubt)


def guard(app: Flask) -> Gate:
    """Has this app look before it answers. Servers call it before they make processes; tests that want none do not."""
    gate: Gate = app.extensions.setdefault("crmlite.gate", Gate())
    return gate


def reason() -> str | None:
    """Why this server is closed, in English for monitors; None while it is open."""
    gate = current_app.extensions.get("crmlite.gate")
    if gate is None:
        return None
    gate.look_when_due()
    if gate.state is State.OPEN:
        return None
    notice = NOTICES[gate.state]
    with speaking("en"):
        return f"{notice.title}. {notice.text} {notice.advice}"


def _hold() -> Response | None:
    gate = current_app.extensions.get("crmlite.gate")
    if gate is None or request.endpoint in {"static", "health.health"}:
        return None
    gate.look_when_due()
    return None if gate.state is State.OPEN else _notice(gate.state)


def _doubt(response: Response) -> Response:
    """What failed may have failed because the schema changed since we looked."""
    gate = current_app.extensions.get("crmlite.gate")
    if (
        gate is None
        or response.status_code < 500
        or gate.state is not State.OPEN
        or request.endpoint == "health.health"
    ):
        return response
    gate.look()
    return response if gate.state is State.OPEN else _notice(gate.state)


def _notice(state: State) -> Response:
    notice = NOTICES[state]
    g.user = None  # who this is stands in the database
    if is_partial():
        answer = toast(hx("", 503, reswap="none"), f"{notice.title}. {notice.text}", kind="error")
    else:
        sent = request.method not in SAFE_METHODS
        answer = make_response(render_template("errors/closed.html", notice=notice, state=state.name, sent=sent), 503)
        if state is State.UPGRADING and not sent:
            answer.headers["Refresh"] = str(notice.retry_after)
    answer.headers["Retry-After"] = str(notice.retry_after)
    return answer
