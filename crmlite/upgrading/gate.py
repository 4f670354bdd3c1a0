"""Whether this server may answer: until the database has this code's schema, a page says why not, in the reader's language.

Never half: a page of this code on a schema of another fails in ways that nobody foresaw, or saves half of what was meant.
"""

import logging
import mmap
import time

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, make_response, render_template, request

from crmlite import schema
from crmlite.extensions import SAFE_METHODS
from crmlite.schema import Standing
from crmlite.upgrading import trouble
from crmlite.upgrading.states import NOTICES, TROUBLED, State
from crmlite.web import hx, is_partial, speaking, toast

log = logging.getLogger(__name__)

LOOK_EVERY = 5.0
MOST_TRIES = 3


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
        self._was_ours = False
        self.is_tended = False
        """Whether a process of this server tries to get out of trouble: then only it opens, as there may be something to do first."""

    @property
    def state(self) -> State:
        return State(self._memory[0])

    @state.setter
    def state(self, state: State) -> None:
        self._memory[0] = state

    def is_coming(self) -> bool:
        """Whether it may open without a new start."""
        return self.state is State.UPGRADING or self.state in TROUBLED

    def count_try(self) -> bool:
        """Whether an upgrade may be begun once more: one that kills its process each time must not go on for ever."""
        self._memory[1] += 1
        return self._memory[1] <= MOST_TRIES

    def forget_tries(self) -> None:
        self._memory[1] = 0

    def look_when_due(self) -> None:
        """Another host may have upgraded the database, or somebody by hand."""
        if time.monotonic() - self._looked > LOOK_EVERY:
            self.look()

    def look(self) -> None:
        self._looked = time.monotonic()
        if self.state is State.DEMO or (self.is_tended and self.state in TROUBLED):
            return
        try:
            standing = schema.standing()
        except (sa.exc.SQLAlchemyError, RuntimeError) as error:
            self._cannot(error)
            return
        if standing is Standing.OURS:
            self.state, self._was_ours = State.OPEN, True
        elif self.state is State.OPEN or self.state in TROUBLED:
            is_lost = standing is Standing.EMPTY and trouble.is_lost(current_app.extensions["crmlite.settings"])
            self.state = State.GONE if is_lost else _STANDS_FOR[standing]
            log.error("closed: the database has another schema", extra={"standing": standing.value})

    def _cannot(self, error: Exception) -> None:
        """What never answered is said on every page; what answered before may be back in a moment, and whoever asks is told so."""
        settings = current_app.extensions["crmlite.settings"]
        state = trouble.state_of(error, settings)
        if self.state is State.OPEN and not self._was_ours and state in TROUBLED:
            self.state = state
            said = trouble.sentence(state, error, settings)
            log.error("closed: the database cannot be used", extra={"why": said})


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


def is_reachable() -> bool:
    """False while the database is known not to answer: whoever asks it then may wait for long."""
    gate = current_app.extensions.get("crmlite.gate")
    return gate is None or gate.state not in TROUBLED


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
