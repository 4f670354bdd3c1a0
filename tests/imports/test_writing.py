"""What the run writes for new records is what the verbs leave; and a row that fails takes nobody along."""

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from crmlite.companies.models import Company
from crmlite.contacts.models import Contact
from crmlite.extensions import db
from crmlite.imports import cases, writing
from crmlite.imports.models import Import, ImportRow
from crmlite.records import search
from crmlite.records.notes import Note
from tests.imports.conftest import Mover

SHEET = """First name,Last name,E-mail,Mobile,Company,Job title,Street,City,Country,Birthday,Language,Extra
Anna,Lindqvist,Anna@X.example,06 12345678,Noord BV,Boss,Main 1,Kiel,Germany,31.12.1980,German,Chess
Éva,,eva@x.example,,,,,,,,,
"""
APART = {"id", "contact_id", "company_id", "record_id", "main_company_id", "created_at", "updated_at", "row_version",
         "last_activity_at", "operation_id", "event_id", "subject_id", "at", "tx"}  # fmt: skip
TABLES = ("contact", "company", "point", "address", "affiliation", "note", "event", "event_link", "search")


def rows_of(stage, begin: dict[str, int]) -> dict[str, list]:
    found = {}
    with stage.engines["reader"].connect() as connection:
        for name in TABLES:
            table = db.metadata.tables[name]
            key = table.c.event_id if name == "event_link" else table.c.id
            columns = [column for column in table.columns if column.name not in APART]
            rows = connection.execute(sa.select(*columns).where(key > begin[name]))
            found[name] = sorted((tuple(map(str, row)) for row in rows), key=repr)
    return found


def last_ids(stage) -> dict[str, int]:
    with stage.engines["reader"].connect() as connection:
        keys = {name: db.metadata.tables[name].c["event_id" if name == "event_link" else "id"] for name in TABLES}
        return {name: connection.scalar(sa.select(sa.func.max(key))) or 0 for name, key in keys.items()}


def test_the_run_leaves_what_the_verbs_leave(stage, databases, request):
    mover = Mover(stage)
    begin = last_ids(stage)
    mover.move_in(SHEET, owner_id=str(stage.ids["user.manager"]))
    by_import = rows_of(stage, begin)
    databases.reset(request.getfixturevalue("_stage")[1])
    begin = last_ids(stage)
    with stage.writes("manager") as context:
        company = Company.create(context.user, name="Noord BV")
        points = [
            {"kind": "email", "value": "Anna@X.example", "label": "work"},
            {"kind": "phone", "value": "06 12345678", "label": "mobile"},
        ]
        address = {"lines": "Main 1", "city": "Kiel", "country": "DE", "label": "work", "postcode": "", "region": ""}
        anna = Contact.create(
            context.user, given="Anna", family="Lindqvist", birthday=date(1980, 12, 31),
            language="de", country="DE", points=points, addresses=[address],
        )  # fmt: skip
        anna.join(company, "Boss")
        Note.write(anna, context.user.id, "Extra: Chess")
        eva = Contact.create(context.user, given="Éva", family="", email="eva@x.example")
        assert eva.id
    by_verbs = rows_of(stage, begin)
    for name in by_import:
        assert by_import[name] == by_verbs[name], name


def test_what_was_imported_is_found(stage, mover):
    mover.move_in(SHEET)
    for word in ("lindqvist", "anna@x.example", "0612345678", "kiel", "noord"):
        assert "Lindqvist" in mover.client.get(f"/records/search?q={word}").get_data(as_text=True) or word == "noord"


def test_a_row_that_fails_takes_no_neighbour_along(stage, mover, monkeypatch):
    add_many = search.add_many

    def breaks(session, record_type, rows):
        if any(row.title == "Broken" for row in rows.values()):
            raise RuntimeError("broken on purpose")
        add_many(session, record_type, rows)

    monkeypatch.setattr(writing.search, "add_many", breaks)
    done = mover.move_in("Name\nAnna\nBroken\nCy\n")
    assert done.outcomes == {2: "new", 3: "refused", 4: "new"}
    assert done.counts["people"] == 2
    with stage.app.app_context():
        names = db.session.scalars(sa.select(Contact.name).where(Contact.name.in_(["Anna", "Broken", "Cy"]))).all()
        assert sorted(names) == ["Anna", "Cy"]


def test_few_statements_for_many_rows(stage, mover):
    number = mover.begin("Name,E-mail,Company\n" + "".join(f"P {n},p{n}@x.example,F {n}\n" for n in range(500)))
    mover.try_out(number)
    told: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        told.append(statement)

    event.listen(stage.engines["reader"].__class__, "before_cursor_execute", note)
    try:
        mover.run(number)
    finally:
        event.remove(stage.engines["reader"].__class__, "before_cursor_execute", note)
    assert len(told) < 150


def plans(stage, column: str, ask) -> tuple[list[str], list[str]]:
    """How SQLite does what `ask` reads of import rows, and how it would without being told to begin at `column`."""
    with stage.app.app_context():
        if db.engines[None].dialect.name != "sqlite":
            pytest.skip("PostgreSQL counts its rows")
        reader = stage.engines["reader"]
        told: list[tuple[str, object]] = []

        def note(_connection, _cursor, statement, parameters, *_rest):
            told.append((statement, parameters))

        event.listen(reader, "before_cursor_execute", note)
        try:
            ask()
        finally:
            event.remove(reader, "before_cursor_execute", note)
        [(statement, parameters)] = [(text, values) for text, values in told if "import_row" in text]
        control = statement.replace(f"INDEXED BY ix_import_row_{column}", "")
        with reader.connect() as connection:
            return tuple(
                [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", parameters)]
                for text in (statement, control)
            )


@pytest.mark.parametrize("column", ["contact_id", "company_id", "parent_id"])
def test_who_brought_a_record_is_looked_up_by_it(stage, column):
    """And not by reading all rows of the import: at a million of them that took half of its time."""
    plan, own = plans(stage, column, lambda: ImportRow.first_of(1, getattr(ImportRow, column), range(1, 400)))
    assert f"USING INDEX ix_import_row_{column} ({column}=?)" in plan[0]
    assert "(import_id=? AND trial=?)" in own[0], "what it would do"


def test_what_stays_because_of_who_stays_is_looked_up_by_it(stage):
    plan, _own = plans(stage, "company_id", lambda: cases.needed(Import(id=1), range(1, 400), ()))
    for column in ("company_id", "parent_id"):
        assert any(f"import_row USING INDEX ix_import_row_{column} ({column}=?)" in step for step in plan), plan
    assert not any("import_id=?" in step for step in plan), plan
