"""From every released version to this one in one step: all rows are there, and what nobody meant to change is as it was."""

import hashlib

import pytest

from crmlite import schema, upgrading
from crmlite.auth import roles
from tests import releases
from tests.upgrading.conftest import Rows, hashes, look, rows_of

FROZEN = {
    "20261124_1_the_ground_floor.py": "021b77e7bde6c890c6f25a4baf9b4da300b3fe6b4f9118e7d9ea5ac454eff787",
    "20261126_1_catalog.py": "5e6c603495243b50b8cee36b2f6508d96eb7d5c00667abb4ff5e0d09efd5c9d8",
    "20261126_2_pipeline.py": "4663b1de771073a490e5d38e7589826e32092682c35020e4b78aae2b9b87dc1a",
    "20261126_3_sales.py": "77e7503eff7ae1198865f4dcbbdc424849cbb0ebb11ed5f3ea4dc6d3b44868c2",
}
"""SHA-256 of every released migration: who has run it has what it made, so it never changes. New ones come with their release."""


def version_of(release) -> str:
    [[version]] = next(rows for table, _columns, rows in releases.tables(release) if table == "alembic_version")
    return version


def kept(before: Rows, after: Rows, since: str) -> dict[str, list[str]]:
    """The columns that are there still and that no migration since says it changes, by table."""
    changed = schema.declared("changes", since) | schema.declared("shrinks", since)
    found = {}
    for table, rows in before.items():
        if table == "alembic_version" or table.startswith(("search_fts", "sqlite_")) or table in changed:
            continue
        there = set(after[table][0])
        found[table] = [name for name in rows[0] if name in there and f"{table}.{name}" not in changed]
    return found


def test_every_table_of_a_release_has_rows(released):
    _release, url = released
    assert [name for name, rows in look(url).rows.items() if not rows and not name.startswith("search_fts")] == []


def test_the_rows_survive_and_the_schema_is_this_versions(released, open_app):
    release, url = released
    before = rows_of(url)
    with open_app(url).app_context():
        assert schema.version() == version_of(release)
        upgrading.upgrade()
        assert schema.version() == schema.newest()
        assert schema.differences() == []
    after = rows_of(url)
    columns = kept(before, after, version_of(release))
    assert len(columns) > 35
    assert hashes(after, columns) == hashes(before, columns)
    look(url)  # foreign keys and the file's own order


def test_a_value_that_a_migration_changes_without_saying_so_is_noticed(old_url, open_app, history):
    history.add("op.execute(\"UPDATE contact SET family = 'Someone' WHERE id = 1\")")
    before = rows_of(old_url)
    with open_app(old_url).app_context():
        upgrading.upgrade()
        columns = kept(before, after := rows_of(old_url), before["alembic_version"][0]["version_num"])
    noticed = {
        table for table in columns if hashes(after, {table: columns[table]}) != hashes(before, {table: columns[table]})
    }
    assert noticed == {"contact"}


def test_the_standard_roles_may_do_what_those_made_today_may(released, open_app):
    _release, url = released
    with open_app(url).app_context():
        upgrading.upgrade()
    named = {row["id"]: row["name"] for row in rows_of(url)["role"]}
    may = {(named[row["role_id"]], row["record_type"], row["action"]): row["scope"] for row in rows_of(url)["grant"]}
    for role, given in roles.STANDARD.items():
        for record_type, scopes in given.items():
            for action, scope in scopes.items():
                assert may.get((role, record_type, action)) == scope, (role, record_type, action)


def test_people_go_on_working(released, open_app):
    _release, url = released
    app = open_app(url)
    with app.app_context():
        upgrading.upgrade()
        roles.make_standard()
    client = app.test_client()
    entered = client.post("/login", data={"email": "seller@demo.example", "password": "crmlite-demo"})
    assert entered.status_code == 303, entered.text
    for path in ("/contacts/", "/contacts/?_q=zcsellercontactqx", "/deals/", "/quotes/", "/orders/", "/leads/"):
        answer = client.get(path)
        assert answer.status_code == 200, path
    assert "zcsellercontactqx" in client.get("/contacts/?_q=zcsellercontactqx").text
    added = client.post("/contacts/new", data={"given": "After", "family": "Upgrade"})
    assert added.status_code == 303, added.text


@pytest.mark.parametrize("name", FROZEN)
def test_what_was_released_is_not_changed(name):
    path = schema.FOLDER / "versions" / name
    assert hashlib.sha256(path.read_bytes()).hexdigest() == FROZEN[name], (
        f"{name} was released: who upgraded has what it made. Write a new migration instead."
    )


def test_every_release_is_a_version_of_this_history():
    assert releases.RELEASES
    for release in releases.RELEASES:
        assert version_of(release) in schema.revisions()
