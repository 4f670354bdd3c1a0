"""Four oracles that watch whole classes of bugs, whatever a test is about.

O1 (SQL marker): every request of a test client carries a text that no SQL statement may ever hold; it belongs into parameters.
O2 (canaries): every seeded record holds a word of its own; nobody is answered a word of a record that he may not see.
O3 (no write on refusal): an answer of 400 or more leaves the database as it was.
O4 (a way back): a message about something that was written offers to undo it, or says that it is final.

O1, O3 and O4 are switched on for the whole suite by conftest.py. O2, and O3 by comparing all rows, are part of the route sweep.
"""

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import message_flashed
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine

MARKER = "zq'\";--"
"""Ends a string, a name and a statement. No statement of ours holds `zq` beside a quotation mark."""
_TRACES = ("zq'", "zq''", 'zq"', "zq\\'")

WRITTEN_WHEN_REFUSED = frozenset({"throttle", "heartbeat", "hit"})
"""Tables that a refusal or a GET may change: how often something was tried, that a process is alive, and that a customer's
link was followed. All others stay equal."""

NOTED = ("UPDATE user_session SET seen_at",)
"""Statements that a refusal may leave behind as well: when a device was last seen is noted by any post that commits."""
_NOTED_COLUMNS = {"user_session": "seen_at"}

NEITHER = (
    "Under Discarded",  # says itself where the way back is
    "You are signed in on this device only.",  # nothing was changed
    "alleen op dit apparaat",
    "إلا من هذا الجهاز",
)
"""Parts of messages that neither offer undo nor say "final", though a request wrote something, and why."""
FINAL = ("final", "definitief", "نهائي")

_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "DROP", "ALTER", "TRUNCATE")


class Watch:
    """What the engines were told, as far as the oracles care. One for the whole process; threads are kept apart."""

    def __init__(self) -> None:
        self.injected: list[str] = []
        """Statements that held the marker (O1)."""
        self.refused_writes: list[str] = []
        """Requests that were refused and wrote all the same (O3)."""
        self.dead_ends: list[str] = []
        """Messages that leave no way back and do not say so (O4)."""
        self._thread = threading.local()

    def install(self) -> None:
        sa.event.listen(Engine, "before_cursor_execute", self._statement)
        sa.event.listen(Engine, "commit", self._commit)
        sa.event.listen(Engine, "rollback", self._rollback)

    def remove(self) -> None:
        sa.event.remove(Engine, "before_cursor_execute", self._statement)
        sa.event.remove(Engine, "commit", self._commit)
        sa.event.remove(Engine, "rollback", self._rollback)

    def _statement(self, connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if any(trace in statement for trace in _TRACES):
            self.injected.append(statement)
        if (table := written_table(statement)) and not statement.startswith(NOTED):
            connection.info.setdefault("oracle.written", set()).add(table)

    def _commit(self, connection: Any) -> None:
        self.committed.update(connection.info.pop("oracle.written", ()))

    def _rollback(self, connection: Any) -> None:
        if not connection.invalidated:
            connection.info.pop("oracle.written", None)

    @property
    def committed(self) -> set[str]:
        """Tables that this thread has changed since the request began."""
        if not hasattr(self._thread, "committed"):
            self._thread.committed = set()
        found: set[str] = self._thread.committed
        return found

    @property
    def said(self) -> list[dict[str, Any]]:
        """What this thread's request told its reader, on this page or the next."""
        if not hasattr(self._thread, "said"):
            self._thread.said = []
        found: list[dict[str, Any]] = self._thread.said
        return found

    def flashed(self, _app: Any, message: Any, **_rest: Any) -> None:
        self.said.append(message)

    def begin(self) -> None:
        self.committed.clear()
        self.said.clear()

    def end(self, method: str, path: str, status: int, trigger: str = "{}") -> None:
        """Called with every answer that a test client got, and its HX-Trigger."""
        toast = json.loads(trigger).get("toast") if trigger.startswith("{") else None
        if self.committed - WRITTEN_WHEN_REFUSED and status < 400:
            for message in [*self.said, *([toast] if toast else [])]:
                if not leaves_a_way_back(message):
                    self.dead_ends.append(f"{method} {path} said: {message['message']}")
        written = ", ".join(sorted(self.committed - WRITTEN_WHEN_REFUSED))
        if written and status >= 400:
            self.refused_writes.append(f"{method} {path} was answered {status} and yet changed {written}")
        elif written and method in {"GET", "HEAD"}:
            self.refused_writes.append(f"{method} {path} changed {written}; only posts may")
        self.committed.clear()

    def verdict(self) -> str:
        """Empty where nothing was found; what was found is told once."""
        found = [f"O1: typed text in SQL: {statement[:300]}" for statement in self.injected]
        found += [f"O3: {line}" for line in self.refused_writes]
        found += [f"O4: neither undo nor final: {line}" for line in self.dead_ends]
        for kind in (self.injected, self.refused_writes, self.dead_ends):
            kind.clear()
        return "\n".join(found)


def leaves_a_way_back(message: dict[str, Any]) -> bool:
    """Whether it offers undo or says that there is none."""
    return bool(message["undo"]) or any(word in message["message"] for word in (*FINAL, *NEITHER))


def written_table(statement: str) -> str | None:
    """The table that a statement writes to; None for one that only reads."""
    words = statement.replace("(", " ").split(None, 4)
    if not words or words[0].upper() not in _WRITES:
        return None
    name = words[2] if words[0].upper() in {"INSERT", "DELETE", "REPLACE"} else words[1]
    return name.strip('"`').removeprefix("public.")


WATCH = Watch()


@pytest.fixture(scope="session", autouse=True)
def _oracles_watch() -> Iterator[None]:
    """Puts the oracles between the tests and the engines, and the marker into every request of a Flask test client."""
    open_ = FlaskClient.open

    def watched(self: FlaskClient, *args: Any, **kwargs: Any) -> Any:
        if args and isinstance(args[0], str):
            _mark(kwargs)
        WATCH.begin()
        response = open_(self, *args, **kwargs)
        trigger = response.headers.get("HX-Trigger", "{}")
        WATCH.end(response.request.method, response.request.path, response.status_code, trigger)
        return response

    WATCH.install()
    FlaskClient.open = watched  # type: ignore[method-assign]
    message_flashed.connect(WATCH.flashed)
    yield
    message_flashed.disconnect(WATCH.flashed)
    FlaskClient.open = open_  # type: ignore[method-assign]
    WATCH.remove()


@pytest.fixture(autouse=True)
def _oracles_agree() -> Iterator[None]:
    WATCH.verdict()
    yield
    if verdict := WATCH.verdict():
        pytest.fail(verdict, pytrace=False)


def _mark(kwargs: dict[str, Any]) -> None:
    """Adds the marker where it harms no test, in what browsers say about themselves; the sweep types it into every field."""
    environ = kwargs["environ_base"] = dict(kwargs.get("environ_base") or {})
    environ.setdefault("HTTP_USER_AGENT", f"test {MARKER}")
    environ.setdefault("HTTP_REFERER", f"http://localhost/{MARKER}")
    environ.setdefault("HTTP_ACCEPT_LANGUAGE", f"en, {MARKER};q=0.1")


# --- O2 ---------------------------------------------------------------------------------------------------------------


def canaries_in(text: str, forbidden: Iterable[str]) -> list[str]:
    """Which of the words that must not be there are there."""
    folded = text.casefold()
    return sorted(word for word in forbidden if word in folded)


# --- O3, by looking at all rows ---------------------------------------------------------------------------------------

Dump = dict[str, list[tuple[Any, ...]]]


def dump(engine: Engine, leave_out: Iterable[str] = WRITTEN_WHEN_REFUSED) -> Dump:
    """All rows of all tables, in the order of their columns' values."""
    with engine.connect() as connection:
        names = _tables(engine.url.render_as_string(), connection)
        return {name: _rows(connection, name) for name in names if name not in leave_out}


_known: dict[str, list[str]] = {}


def _tables(key: str, connection: sa.Connection) -> list[str]:
    if key not in _known:
        found = sa.inspect(connection).get_table_names()
        _known[key] = sorted(name for name in found if not name.startswith(("search_fts", "sqlite_")))
    return _known[key]


def _rows(connection: sa.Connection, name: str) -> list[tuple[Any, ...]]:
    rows = connection.exec_driver_sql(f'SELECT * FROM "{name}"').mappings()  # names from the database itself
    left_out = _NOTED_COLUMNS.get(name)
    return sorted((tuple(v for column, v in row.items() if column != left_out) for row in rows), key=repr)


def watcher(engine: Engine) -> Engine:
    """One connection of its own for fingerprint(), by the same library: two SQLite libraries in a process break each other's locks."""
    return sa.create_engine(engine.url, module=engine.dialect.dbapi, poolclass=sa.StaticPool)


def fingerprint(engine: Engine) -> Any:
    """Something that is equal as long as no row has changed: one statement instead of one per table."""
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":  # counts the commits of all other connections, as this one sees them
            return connection.connection.dbapi_connection, connection.exec_driver_sql("PRAGMA data_version").scalar()
        names = [n for n in _tables(engine.url.render_as_string(), connection) if n not in WRITTEN_WHEN_REFUSED]
        parts = [f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM \"{name}\" t" for name in names]
        return connection.exec_driver_sql(" UNION ALL ".join(parts)).scalars().all()


def differences(before: Dump, after: Dump) -> list[str]:
    """One line per row that appeared, vanished or changed."""
    found = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, []), after.get(name, [])
        if old != new:
            found += [f"- {name}: {row}" for row in old if row not in new]
            found += [f"+ {name}: {row}" for row in new if row not in old]
    return found


@contextmanager
def expect_equal(engine: Engine) -> Iterator[None]:
    """Inside, nothing may be written."""
    before = dump(engine)
    yield
    assert differences(before, dump(engine)) == []
