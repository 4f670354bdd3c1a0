"""How SQLite goes about the lists: along an index, never through a whole table, and never sorting one.

At 10,000 records of each type; a scan that costs nothing here costs seconds at a million.
"""

import re

import pytest
import sqlalchemy as sa

from crmlite.catalog.types import PRODUCT
from crmlite.companies.types import COMPANY
from crmlite.contacts.types import CONTACT
from crmlite.extensions import db
from crmlite.leads.types import LEAD
from crmlite.pipeline.types import DEAL
from crmlite.sales.types import ORDER, QUOTE
from tests import cast
from tests.cast import Stage

LARGE = "contact|company|lead|product|deal|quote|order|event|event_link|change|point|tagging|note|search"
SCAN = re.compile(rf"\bSCAN (?:{LARGE})\b(?! USING)")
RECORDS = re.compile(r"\b(?:SCAN|SEARCH) (?:contact|company|lead|product|deal|quote|order)\b")
# The probe of those who may see everything: it reads a thousand rows at most, whichever come first.
PROBE = re.compile(r'WHERE "?\w+"?\.deleted_at IS NULL AND 1 = 1(?: AND 1 = 1)?\s+LIMIT')
TYPES = (CONTACT, COMPANY, LEAD, PRODUCT, DEAL, QUOTE, ORDER)
SORTED = [
    f"{kind.url}?_sort={sign}{column.name}"
    for kind in TYPES
    for column in kind.columns
    if column.sortable
    for sign in ("", "-")
]
OTHERS = [
    "/contacts/?_q=zcseller",
    "/contacts/?owner=me",
    "/records/search?q=zc",
    "/leads/?state=new",
    "/deals/board",
    "/deals/board?owner=me",
    "/deals/?stage=1",
    "/quotes/?state=sent",
    "/quotes/?state=draft",
    "/quotes/?owner=me",
    "/quotes/?contact=1",
    "/orders/?owner=me",
    "/orders/?company=1",
    "/mail/",
]
ACTORS = ("admin", "seller", "rival")


@pytest.fixture(scope="module")
def stage(databases, tmp_path_factory):
    url = databases.fresh("sqlite", cast.build_large)
    stage = Stage(url, str(tmp_path_factory.mktemp("plans")))
    with stage.app.app_context(), db.engines[None].begin() as connection:
        connection.exec_driver_sql("PRAGMA analysis_limit=1000")
        connection.exec_driver_sql("ANALYZE")
    yield stage
    stage.close()
    databases.drop(url)


@pytest.mark.parametrize("path", [*SORTED, *OTHERS])
def test_a_list_walks_an_index(stage, path):
    wrong = []
    for actor in ACTORS:
        for statement, plan in plans(stage, actor, path):
            if PROBE.search(statement):
                continue
            wrong += [f"{actor}: {problem}\n    {statement[:600]}\n    {plan}" for problem in problems(plan)]
    assert not wrong, "\n".join(wrong)


def problems(plan):
    if SCAN.search(plan):
        yield "reads a whole table"
    elif "TEMP B-TREE FOR ORDER BY" in plan and RECORDS.search(plan) and "CO-ROUTINE" not in plan:
        yield "sorts all that fit"  # inside a co-routine a LIMIT has been at work


def plans(stage, actor, path):
    """(statement, plan) of what a page asks of the database."""
    seen = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        seen.append((statement, parameters))

    reader = stage.engines["reader"]
    sa.event.listen(reader, "before_cursor_execute", note)
    try:
        answer = stage.client(actor).get(path)
    finally:
        sa.event.remove(reader, "before_cursor_execute", note)
    assert answer.status_code == 200, answer.text
    with reader.connect() as connection:
        for statement, parameters in seen:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            yield statement, "; ".join(row[3] for row in rows)


def test_the_check_would_notice(stage):
    with stage.engines["reader"].connect() as connection:
        for statement, problem in (
            ("SELECT * FROM contact WHERE salutation = 'x'", "reads a whole table"),
            ("SELECT sort_name FROM contact ORDER BY owner_id + 1", "sorts all that fit"),
            ("SELECT id FROM contact WHERE owner_id = 1 OR team_id = 2 ORDER BY created_at", "sorts all that fit"),
        ):
            plan = "; ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}"))
            assert list(problems(plan)) == [problem]
