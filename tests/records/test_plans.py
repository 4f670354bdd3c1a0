"""How SQLite goes about the lists: along an index, never through a whole table, and never sorting one.

At 10,000 records of each type; a scan that costs nothing here costs seconds at a million.
"""

import re

import pytest
import sqlalchemy as sa

from crmlite.catalog.types import PRODUCT
from crmlite.companies.types import COMPANY
from crmlite.contacts.types import CONTACT
from crmlite.extensions import db, utcnow
from crmlite.leads.types import LEAD
from crmlite.pipeline.types import DEAL
from crmlite.records.custom_fields import CustomField
from crmlite.sales.types import ORDER, QUOTE
from tests import cast
from tests.cast import Stage

LARGE = "contact|company|lead|product|deal|quote|order|custom_value|event|event_link|change|point|tagging|note|search"
SCAN = re.compile(rf"\bSCAN (?:{LARGE})\b(?! USING)")
RECORDS = re.compile(r"\b(?:SCAN|SEARCH) (?:contact|company|lead|product|deal|quote|order)\b")
SCAN_OF_ANY_KIND = re.compile(rf"\bSCAN (?:{LARGE})\b")
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
CUSTOM = [
    f"{kind.url}?_sort={sign}x.{key}"
    for kind in TYPES
    for key in ("memo", "seats", "size", "coach")
    for sign in ("", "-")
]
OTHERS = [
    "/contacts/?x.seats.min=40",
    "/contacts/?x.memo=nobody",
    "/contacts/?1.x.seats=3&1.x.memo.starts=zc&_sort=x.seats",
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
        fill_custom_fields(connection)
        connection.exec_driver_sql("PRAGMA analysis_limit=1000")
        connection.exec_driver_sql("ANALYZE")
    yield stage
    stage.close()
    databases.drop(url)


def fill_custom_fields(connection):
    """A text, a number, a choice and a person on every record but each tenth, as the hook lays them out."""
    field = sa.insert(CustomField.__table__)
    for kind in TYPES:
        row = {
            "record_type": kind.name,
            "key": "seats",
            "label": "Seats",
            "kind": "number",
            "options": [],
            "currency": "",
        }
        sizes = [{"key": f"size_{n}", "label": f"Size {n}"} for n in range(7)]
        for more in ({}, {"key": "size", "kind": "choice", "options": sizes}, {"key": "coach", "kind": "person"}):
            connection.execute(field, {**row, **more, "position": 9, "created_at": utcnow(), "row_version": 1})
        rows = f"FROM \"{kind.name}\" r JOIN custom_field f ON f.record_type = '{kind.name}' WHERE r.id % 10 > 0"
        columns = "INSERT OR IGNORE INTO custom_value (field_id, record_id, n, text, number, sort)"
        connection.exec_driver_sql(
            f"{columns} SELECT f.id, r.id, 0, r.sort_name, NULL, r.sort_name {rows} AND f.key = 'memo'"
        )
        connection.exec_driver_sql(f"{columns} SELECT f.id, r.id, 0, NULL, r.id % 50, NULL {rows} AND f.key = 'seats'")
        connection.exec_driver_sql(
            f"{columns} SELECT f.id, r.id, 0, 'size_' || (r.id % 7), NULL, NULL {rows} AND f.key = 'size'"
        )
        connection.exec_driver_sql(
            f"{columns} SELECT f.id, r.id, 0, NULL, 1 + r.id % 5, NULL {rows} AND f.key = 'coach'"
        )


@pytest.mark.parametrize("path", [*SORTED, *CUSTOM, *OTHERS])
def test_a_list_walks_an_index(stage, path):
    wrong = []
    for actor in ACTORS:
        for statement, plan in plans(stage, actor, path):
            if PROBE.search(statement):
                continue
            wrong += [f"{actor}: {problem}\n    {statement[:600]}\n    {plan}" for problem in problems(plan)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.name)
def test_the_page_of_one_record_looks_up_what_it_shows(stage, kind):
    """A walk through an index reads a whole table as well, where one record is meant."""
    with stage.app.app_context():
        record_id = db.session.scalar(sa.select(sa.func.min(kind.model.id)))
    for statement, plan in plans(stage, "admin", f"{kind.url}{record_id}"):
        assert not SCAN_OF_ANY_KIND.search(plan), f"{statement[:600]}\n    {plan}"


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
        walk = connection.exec_driver_sql("EXPLAIN QUERY PLAN SELECT count(parent_id) FROM company").all()
        assert SCAN_OF_ANY_KIND.search(walk[0][3])
        sought = connection.exec_driver_sql("EXPLAIN QUERY PLAN SELECT name FROM company WHERE parent_id = 1").all()
        assert not SCAN_OF_ANY_KIND.search(sought[0][3])


def test_a_list_sorted_by_a_custom_field_walks_its_index(stage):
    """And nothing else: the record is looked up by its id for each value that is met."""
    for name, index in (("x.memo", "ix_custom_value_sort"), ("x.seats", "ix_custom_value_number")):
        found = [
            plan for statement, plan in plans(stage, "admin", f"/contacts/?_sort={name}") if "INDEXED BY" in statement
        ]
        assert len(found) == 1
        assert f"SEARCH custom_value USING COVERING INDEX {index} (field_id=?" in found[0]
        assert re.search("SEARCH contact (EXISTS )?USING INTEGER PRIMARY KEY", found[0])
        assert "TEMP B-TREE" not in found[0]
    for name, index in (
        ("x.size", "ix_custom_value_text (field_id=? AND text=?)"),
        ("x.coach", "ix_custom_value_number (field_id=? AND number=?)"),
    ):
        [found] = [
            plan for statement, plan in plans(stage, "admin", f"/contacts/?_sort={name}") if "INDEXED BY" in statement
        ]
        assert f"SEARCH custom_value USING COVERING INDEX {index}" in found
        assert not re.search(r"SCAN custom_value|SEARCH custom_value USING (?!COVERING)", found)
    plan = [plan for _statement, plan in plans(stage, "admin", "/contacts/?_sort=name")]
    assert "custom_value" not in "".join(plan)  # else the above would prove nothing
