"""Taking an import back: what happens to each row is said before, and nothing that people did since is lost."""

import hypothesis.strategies as st
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings

from crmlite import events
from crmlite.companies.models import Company
from crmlite.contacts.models import Contact
from crmlite.extensions import db
from crmlite.records import points, search
from crmlite.records.notes import Note
from tests import oracles
from tests.imports.conftest import Mover

GROWS = {
    "operation",
    "event",
    "event_link",
    "change",
    "job",
    "import",
    "import_row",
    "import_mapping",
    "file",
    "heartbeat",
    "user_session",
}
"""Tables that tell of the import and of its undo; all others are as they were before both, but for notices of it."""


RENEWED = {"search": {"id"}, "contact": {"row_version", "updated_at"}, "company": {"row_version", "updated_at"}}
"""A row that was renewed in the index has a new number, a record that was put back a new version."""


def rest(stage) -> oracles.Dump:
    found = {}
    with stage.engines["reader"].connect() as connection:
        for table in db.metadata.sorted_tables:
            if table.name not in GROWS:
                columns = [column for column in table.columns if column.name not in RENEWED.get(table.name, ())]
                query = sa.select(*columns)
                if table.name == "notice":
                    query = query.where(table.c.record_type != "import")
                found[table.name] = sorted((tuple(row) for row in connection.execute(query)), key=repr)
    return found


def test_an_import_and_its_undo_leave_the_database_as_it_was(stage, mover):
    before = rest(stage)
    text = "Name,E-mail,Company,Parent company,Phone,City,Extra\n" + "".join(
        f"Person {n % 350},p{n % 350}@x.example,Firm {n % 50},Holding {n % 7},06 {n:08},Kiel,{n}\n" for n in range(600)
    )
    done = mover.move_in(text)
    assert done.counts["people"] == 350
    assert before != rest(stage)
    undone = mover.undo(done.id)
    assert undone.state == "undone"
    assert undone.undo_counts == {"removed": 350 + 50 + 7, "restored": 0, "kept": 0}
    assert oracles.differences(before, rest(stage)) == []


CASES = {
    "untouched": lambda contact, stage: None,
    "edited": lambda contact, stage: contact.change(salutation="Dr"),
    "edited in a part": lambda contact, stage: points.add(contact, "email", "more@x.example"),
    "linked": lambda contact, stage: Note.write(contact, None, "Called"),
    "mailed to": lambda contact, stage: events.emit(
        events.MAIL_QUEUED, contact, to="a@x.example", title="Hello", message_id=1
    ),
    "in the trash": lambda contact, stage: contact.trash(),
    "at another company": lambda contact, stage: contact.join(db.session.get_one(Company, stage.ids["seller.company"])),
}
WHY = {
    "edited": "edited", "edited in a part": "used", "linked": "linked", "mailed to": "mailed", "in the trash": "trashed",
    "at another company": "linked",
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_people_worked_on_stays_and_is_named_before(case, stage, mover):
    done = mover.move_in("Name,E-mail,Company\nAnna Lindqvist,anna@x.example,Noord\nBob Smith,bob@x.example,\n")
    with stage.writes("seller"):
        contact = db.session.get_one(Contact, done.rows[2].contact_id)
        CASES[case](contact, stage)
    page = mover.client.get(f"/imports/{done.id}/undo").get_data(as_text=True)
    stays = case in WHY
    if WHY.get(case, "used") != "used":
        assert ("Why it stays" in page) == stays
    undone = mover.undo(done.id)
    assert undone.state == "undone"
    with stage.app.app_context():
        assert (db.session.get(Contact, done.rows[2].contact_id) is not None) == stays
        assert (db.session.get(Company, done.rows[2].company_id) is not None) == stays
        assert db.session.get(Contact, done.rows[3].contact_id) is None
    assert undone.rows[2].undone == WHY.get(case, "removed")
    assert undone.rows[3].undone == "removed"
    if stays:
        assert "Anna Lindqvist" in mover.client.get(f"/imports/{done.id}?show=kept").get_data(as_text=True)


def test_companies_that_stay_for_somebody_are_said_before(stage, mover):
    """And those above them. Colleagues whom nobody touched go nevertheless."""
    heading = "Name,E-mail,Company,Parent company\n"
    done = mover.move_in(
        f"{heading}Anna Lindqvist,anna@x.example,Noord,Top\nBob Smith,bob@x.example,Noord,\nCy Ho,cy@x.example,Zuid,Hold\n"
    )
    with stage.writes("seller"):
        Note.write(db.session.get_one(Contact, done.rows[3].contact_id), None, "Called")
    page = mover.client.get(f"/imports/{done.id}/undo").get_data(as_text=True)
    assert "2 people it brought go again." in page
    assert "2 companies it brought go again." in page
    assert "3 records stay" in page
    assert ">Noord<" in page
    assert ">Top<" in page
    assert ">Zuid<" not in page
    undone = mover.undo(done.id)
    assert [undone.rows[number].undone for number in (2, 3, 4)] == ["used", "linked", "removed"]
    assert undone.undo_counts == {"removed": 4, "restored": 0, "kept": 3}
    with stage.app.app_context():
        assert db.session.get(Contact, done.rows[2].contact_id) is None


def test_what_was_changed_gets_back_what_nobody_changed_since(stage, mover):
    mover.move_in("First name,Last name,E-mail\nAnna,Lindqvist,anna@x.example\nBob,Smith,bob@x.example\n")
    done = mover.move_in(
        "First name,Last name,E-mail,Form of address,Phone\nHanna,Lindqvist,anna@x.example,Ms,06 11111111\n"
        "Rob,Smith,bob@x.example,Mr,06 22222222\n",
        match="overwrite",
    )
    with stage.writes("manager"):
        db.session.get_one(Contact, done.rows[3].contact_id).change(given="Robert")
    undone = mover.undo(done.id)
    assert [undone.rows[2].undone, undone.rows[3].undone] == ["restored", "edited"]
    with stage.app.app_context():
        anna, bob = (db.session.get_one(Contact, done.rows[number].contact_id) for number in (2, 3))
        assert (anna.given, anna.salutation, anna.main_phone) == ("Anna", "", None)
        assert (bob.given, bob.salutation) == ("Robert", "")


def test_what_a_later_row_changed_is_put_back_where_an_earlier_one_said_nothing_new(stage, mover):
    heading = "Name,E-mail,Company,Phone\n"
    mover.move_in(f"{heading}Anna Lindqvist,anna@x.example,Noord,\n")
    before = rest(stage)
    done = mover.move_in(
        f"{heading}Anna Lindqvist,anna@x.example,Noord,\nAnna Lindqvist,anna@x.example,Noord,06 11111111\n"
    )
    assert done.outcomes == {2: "same", 3: "changed"}
    mover.undo(done.id)
    assert oracles.differences(before, rest(stage)) == []


rows = st.lists(
    st.tuples(
        st.sampled_from(["Anna Lindqvist", "Bob Smith", "", "Éva"]), st.sampled_from(["a@x.example", "b@x.example", "", "no"]),
        st.sampled_from(["Noord", "Zuid BV", ""]), st.sampled_from(["Top", "Noord", ""]), st.sampled_from(["06 11111111", "", "x"]),
        st.sampled_from(["3", "", "4", "x"]), st.sampled_from(["A", "", "B"]),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@pytest.mark.only_on("sqlite")
def test_any_imports_undone_leave_no_trace(stage, databases, pytestconfig, request):
    mover, url = Mover(stage), request.getfixturevalue("_stage")[1]

    @settings(
        max_examples=300 if pytestconfig.getoption("--long") else 6,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(rows, st.sampled_from(["skip", "fill", "overwrite"]), rows)
    def check(first, match, second):
        databases.reset(url)
        begin = rest(stage)
        moved = mover.move_in(sheet(first), **{"to-5": "contact.new/number"})
        before = rest(stage)
        done = mover.move_in(sheet(second), match=match, **{"to-5": "contact.new/number", "to-6": "company.new/text"})
        mover.undo(done.id)
        assert oracles.differences(before, rest(stage)) == []
        mover.undo(moved.id)
        assert oracles.differences(begin, rest(stage)) == []

    check()


def sheet(rows: list[tuple[str, ...]]) -> str:
    return (
        "Name,E-mail,Company,Parent company,Phone,Size,Class\n"
        + "".join(",".join(row) + "\n" for row in rows)
        + "End,z@x.example,,,,,\n"
    )


def test_the_harness_notices_what_an_undo_leaves(stage, mover, monkeypatch):
    before = rest(stage)
    done = mover.move_in("Name\nAnna\n")
    monkeypatch.setattr(search, "remove_many", lambda *_args: None)
    mover.undo(done.id)
    assert oracles.differences(before, rest(stage)) != []
