"""A server's start: it makes the database ready before the first page where that is quick, and where it cannot, pages say why
while it goes on trying. A database that comes back is served without anybody's doing."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask, current_app

from crmlite import schema
from crmlite.config import Settings
from crmlite.extensions import db
from crmlite.schema import Standing
from crmlite.upgrading import NotUpgraded, not_ours, trouble, upgrade
from crmlite.upgrading.gate import Gate
from crmlite.upgrading.states import TROUBLED, State

log = logging.getLogger(__name__)

AGAIN = 2.0


def make_ready(app: Flask, gate: Gate, settle: Callable[[], None]) -> None:
    """One look and what is quick: the schema in an empty database, and what `settle` makes in one that is ours.

    Afterwards the gate is open, says what is wrong, or that an upgrade has to be made first.
    """
    with app.app_context():
        try:
            _make_ready(gate, settle)
        except NotUpgraded as error:
            _close(gate, error.state, "closed: the database is not this version's", str(error))
        except trouble.TROUBLES as error:
            settings = app.extensions["crmlite.settings"]
            state = trouble.state_of(error, settings)
            _close(gate, state, "closed: the database cannot be used", trouble.sentence(state, error, settings))
        finally:
            _let_go()


def _make_ready(gate: Gate, settle: Callable[[], None]) -> None:
    require_first()
    standing, found = schema.standing(), schema.version()
    if standing in {Standing.NEWER, Standing.FOREIGN}:
        raise not_ours(standing, found)
    if standing is Standing.BEHIND:
        gate.state = State.UPGRADING
        return
    upgrade()
    settle()
    gate.state = State.OPEN


def require_first() -> None:
    """Raises NotUpgraded where the database is empty and was not before: nobody but `crmlite upgrade` begins a new one then."""
    settings: Settings = current_app.extensions["crmlite.settings"]
    is_nothing = settings.is_sqlite and _is_nothing(settings.sqlite_path)  # SQLite would remove the log beside it
    if (is_nothing or schema.standing() is Standing.EMPTY) and trouble.is_lost(settings):
        raise NotUpgraded(State.GONE, trouble.lost(settings))


def _is_nothing(path: Path) -> bool:
    return not path.exists() or path.stat().st_size == 0


def _close(gate: Gate, state: State, what: str, why: str) -> None:
    if gate.state is not state:  # once, not every two seconds
        log.error(what, extra={"why": why})
    gate.state = state


def _let_go() -> None:
    db.session.remove()
    for engine in db.engines.values():
        engine.dispose()


def come_up(app: Flask, gate: Gate, settle: Callable[[], None], opened: Callable[[], object]) -> None:
    """In a process of its own, for as long as pages say that the server is not ready; `opened` is called when it is."""
    while True:
        if gate.state is State.UPGRADING:
            _upgrade(app, gate, settle)
        if gate.state not in TROUBLED:
            break
        time.sleep(AGAIN)
        make_ready(app, gate, settle)
    if gate.state is State.OPEN:
        log.info("open: the database is ready")
        opened()


def _upgrade(app: Flask, gate: Gate, settle: Callable[[], None]) -> None:
    """While the pages say so."""
    if not gate.count_try():
        log.error("the upgrade ended its process each time, so it is not tried again before the next start")
        gate.state = State.FAILED
        return
    try:
        with app.app_context():
            upgrade()
    except NotUpgraded as error:  # which was logged where it happened
        gate.state = error.state
    except trouble.TROUBLES as error:
        log.exception("upgrade failed")
        gate.state = trouble.state_of(error, app.extensions["crmlite.settings"])
    else:
        make_ready(app, gate, settle)
    gate.forget_tries()
