"""What a page may cost: statements per page and with all that it loads by itself, the same for ten rows and for ten thousand."""

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin

import pytest
import sqlalchemy as sa
from flask import g
from markupsafe import Markup
from sqlalchemy.engine import Engine

from crmlite.auth.models import User
from crmlite.extensions import db
from tests import cast
from tests.cast import Stage
from tests.routes import ARGS, ROUTES, YES, Route
from tests.test_every_route import parts

DOCUMENT = 12
WITH_ITS_FRAGMENTS = 26
"""A contact's page, which has boxes of seven modules, needs them all."""
PAST = 22
"""For a page that puts together from the journal what was: two lists beside each other ask everything twice."""
FRAGMENTS = 3
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
_NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")

PAGES = [
    route
    for route in ROUTES
    if route.method == "GET"
    and route.ok in {0, 200}
    and YES in route.who.values()
    and not route.rule.startswith("/static")
]


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that were sent to any database inside."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.lstrip().upper().startswith(_NOT_COUNTED):
            seen.append(" ".join(statement.split()))

    sa.event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(Engine, "before_cursor_execute", note)


def url_of(stage: Stage, route: Route) -> str:
    names = {name: route.args.get(name, ARGS.get(name, "")) for name in parts(route.rule)}
    url = re.sub(r"<(?:[^:>]+:)?([^>]+)>", lambda m: _value(stage, m[1], names[m[1]]), route.rule)
    query = re.sub(r"@([\w.]+)", lambda m: str(stage.ids[m[1]]), route.query)
    return f"{url}?{query}" if query else url


def _value(stage: Stage, name: str, key: str) -> str:
    return stage.token(key) if name == "token" else str(stage.ids.get(key, key))


def actor_of(route: Route) -> str:
    """Who sees most of it."""
    return next(actor for actor in ("manager", "admin", "seller", "stranger") if route.who[actor] == YES)


def cost(stage: Stage, actor: str, url: str, htmx: bool = False) -> tuple[list[str], str]:
    """(statements, body) of the second time that somebody opens it: what is made once a process is made by then."""
    client = stage.client(actor)
    headers = HTMX if htmx else {}
    client.get(url, headers=headers)
    with counted() as statements:
        answer = client.get(url, headers=headers)
    assert answer.status_code == 200, url
    return statements, answer.get_data().decode(errors="replace")


def loads_itself(html: str) -> list[str]:
    """URLs of what htmx asks for without anybody having done anything."""
    tags = [tag for tag in re.findall(r"<[a-z][^>]*>", html) if "hx-get" in tag]
    found = []
    for tag in tags:
        trigger = re.search(r'hx-trigger="([^"]*)"', tag)
        if trigger and re.search(r"(^|,)\s*(load|revealed|intersect|every)\b", trigger[1]):
            found.append(Markup(re.search(r'hx-get="([^"]*)"', tag)[1]).unescape())
    return found


@pytest.fixture(scope="module")
def few(database, databases, renderer, tmp_path_factory):
    yield from _stage(database, databases, renderer, tmp_path_factory, cast.build)


@pytest.fixture(scope="module")
def large(database, databases, renderer, tmp_path_factory):
    yield from _stage(database, databases, renderer, tmp_path_factory, cast.build_large)


def _stage(database, databases, renderer, tmp_path_factory, build) -> Iterator[Stage]:
    url = databases.fresh(database, build)
    stage = Stage(url, str(tmp_path_factory.mktemp("budget")))
    renderer.serve(stage.app)
    yield stage
    stage.close()
    databases.drop(url)


@pytest.mark.parametrize("route", PAGES, ids=lambda route: f"{route.name} {route.args.get('record_type', '')}".strip())
def test_statements(few, large, route):
    counts, actor = [], actor_of(route)
    for stage in (few, large):
        url = url_of(stage, route)
        statements, html = cost(stage, actor, url, route.htmx)
        of_the_past = route.rule.startswith("/timetravel/")
        assert len(statements) <= (PAST if of_the_past else DOCUMENT), f"{route.name}: {_told(statements)}"
        fragments = loads_itself(html)
        assert len(fragments) <= FRAGMENTS, f"{route.name} loads {len(fragments)} fragments by itself: {fragments}"
        more = {fragment: cost(stage, actor, urljoin(url, fragment), htmx=True)[0] for fragment in fragments}
        everything = [*statements, *itertools.chain(*more.values())]
        assert len(everything) <= (2 * PAST if of_the_past else WITH_ITS_FRAGMENTS), (
            f"{route.name} with {fragments}: {_told(everything)}"
        )
        counts.append([*statements, *itertools.chain(*(more[f] for f in more if not is_next_page(f)))])
    ten, thousands = counts
    # the thousands were there from the start, as far as the journal knows, the ten were made: of the past that is asked in two ways
    assert len(ten) == len(thousands) or "_at=" in route.query, (
        f"{route.name} asks more of ten thousand rows than of ten: {_told(ten)}\n--- and ---\n{_told(thousands)}"
    )


def is_next_page(url: str) -> bool:
    """More rows, loaded when somebody scrolls there: with ten rows there are none."""
    return bool(re.search(r"[?&](_after|before)=", url))


def _told(statements: list[str]) -> str:
    return f"{len(statements)} statements\n  " + "\n  ".join(statement[:200] for statement in statements)


# --- the negative controls --------------------------------------------------------------------------------------------


def test_a_page_that_asks_once_per_row_is_seen(own_stage):
    @own_stage.app.get("/probe")
    def probe() -> str:
        ids = db.session.scalars(sa.select(User.id)).all()
        return " ".join(str(db.session.scalar(sa.select(User.name).where(User.id == i))) for i in ids) + str(g.user.id)

    statements, _html = cost(own_stage, "manager", "/probe")
    assert len(statements) >= len(cast.USERS) + 2


def test_what_loads_itself_is_seen():
    html = (
        '<div hx-get="/a?b=1&amp;c=2" hx-trigger="load"></div><div hx-trigger="revealed once" hx-get="/d"></div>'
        '<div hx-get="/e" hx-trigger="records:changed from:document"></div><a hx-get="/f">x</a>'
        '<div hx-get="/g" hx-trigger="records:changed from:document, load delay:1s"></div>'
    )
    assert loads_itself(html) == ["/a?b=1&c=2", "/d", "/g"]
