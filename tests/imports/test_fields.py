"""Columns become custom fields: those that are there, and new ones, made when the import is started and taken back with it."""

import pytest
import sqlalchemy as sa

from crmlite.companies.models import Company
from crmlite.contacts.models import Contact
from crmlite.extensions import db
from crmlite.imports import fields as import_fields
from crmlite.imports.reading import looks
from crmlite.records import custom_fields
from crmlite.records.custom_fields import CustomField
from crmlite.records.custom_values import CustomValue
from crmlite.records.notes import Note
from tests import oracles
from tests.imports.conftest import Mover
from tests.imports.test_undo import rest

SHEET = """Name;E-mail;Company;Height;Since;Tier;Blog;Code;Staff
Anna Lindqvist;anna@x.example;Noord;1.234,5;31-12-2020;Gold;blog.example/anna;K 1;12
Bob Smith;bob@x.example;Zuid;tall;1-2-2021;Silver;no link;K 2;many
Cy Young;cy@x.example;Oost;-3,25;;Gold;;;7
Di Webb;di@x.example;West;;29-2-2021;Gold;;;
Ed Hall;ed@x.example;;;;Silver;;;9
Flo Page;flo@x.example;;;;Silver;;;
"""
NEW = {
    "to-3": "contact.new/number", "to-4": "contact.new/date", "to-5": "contact.new/choice", "to-6": "contact.new/link",
    "to-7": "contact.new/text", "to-8": "company.new/number",
}  # fmt: skip


def custom(stage, model: type) -> dict[str, dict]:
    with stage.app.app_context():
        return {record.name: record.custom or {} for record in db.session.scalars(sa.select(model))}


def fields(stage) -> dict[str, str]:
    with stage.app.app_context():
        return {field.label: field.kind for field in db.session.scalars(sa.select(CustomField))}


def test_new_fields_are_made_when_the_import_is_started(stage, mover):
    before = fields(stage)
    number = mover.begin(SHEET)
    page = mover.client.get(f"/imports/{number}").get_data(as_text=True)
    chosen = page.split('name="to-5"')[1]
    assert chosen.index('value="contact.new/choice"') < chosen.index('value="contact.new/text"')

    trial = mover.try_out(number, **NEW)
    assert trial.outcomes == dict.fromkeys(range(2, 8), "new")
    assert "6 new fields would be made" in mover.client.get(f"/imports/{number}").get_data(as_text=True)
    assert fields(stage) == before

    done = mover.run(number)
    assert done.outcomes == trial.outcomes
    assert [row.reasons for row in done.rows.values()] == [row.reasons for row in trial.rows.values()]
    made = {"Height": "number", "Since": "date", "Tier": "choice", "Blog": "link", "Code": "text", "Staff": "number"}
    assert fields(stage) == {**before, **made}

    people, companies = custom(stage, Contact), custom(stage, Company)
    assert people["Anna Lindqvist"] == {
        "height": 1_234_500_000, "since": "2020-12-31", "tier": "gold", "blog": "https://blog.example/anna", "code": "K 1",
    }  # fmt: skip
    assert people["Bob Smith"] == {"since": "2021-02-01", "tier": "silver", "code": "K 2"}
    assert people["Cy Young"] == {"height": -3_250_000, "tier": "gold"}
    assert (companies["Noord"], companies["Zuid"], companies["Oost"]) == (
        {"staff": 12_000_000},
        {},
        {"staff": 7_000_000},
    )
    with stage.app.app_context():
        notes = dict(
            db.session.execute(
                sa.select(Contact.name, Note.text).join(
                    Note, sa.and_(Note.record_id == Contact.id, Note.record_type == "contact")
                )
            ).all()
        )
        assert notes["Bob Smith"] == "Height: tall\nBlog: no link\nStaff: many"
        assert notes["Di Webb"] == "Since: 29-2-2021"
        assert notes["Ed Hall"] == "Staff: 9"
        field = db.session.scalars(sa.select(CustomField).where(CustomField.label == "Height")).one()
        rows = db.session.scalars(sa.select(CustomValue.number).where(CustomValue.field_id == field.id)).all()
        assert sorted(rows) == [-3_250_000, 1_234_500_000]
    assert ["no_fit", "Height: tall"] in done.rows[3].reasons


def test_the_same_headings_go_to_the_fields_that_are_there(stage, mover):
    mover.move_in(SHEET, **NEW)
    count = len(fields(stage))
    number = mover.begin(SHEET.replace("Gold", "Silver"))
    assert mover.look(number).mapping[5] == "contact.x.tier"
    mover.try_out(number, match="overwrite")
    done = mover.run(number)
    assert done.outcomes[2] == "changed"
    assert custom(stage, Contact)["Anna Lindqvist"]["tier"] == "silver"
    assert len(fields(stage)) == count
    filled = mover.move_in(
        "Name,E-mail,Tier,Code\nFlo Page,flo@x.example,Gold,K 9\n",
        **{"to-2": "contact.x.tier", "to-3": "contact.x.code"},
    )
    assert filled.outcomes == {2: "changed"}
    assert (custom(stage, Contact)["Flo Page"]["tier"], custom(stage, Contact)["Flo Page"]["code"]) == ("silver", "K 9")


def test_an_undo_takes_back_the_fields_that_nobody_uses(stage, mover):
    before = rest(stage)
    done = mover.move_in(SHEET, **NEW)
    assert "6 custom fields it made go again" in mover.client.get(f"/imports/{done.id}/undo").get_data(as_text=True)
    assert mover.undo(done.id).state == "undone"
    assert oracles.differences(before, rest(stage)) == []

    again = mover.move_in(SHEET, **NEW)
    with stage.writes("seller"):
        other = db.session.get_one(Contact, stage.ids["seller.contact"])
        other.set_custom(code="mine")
    with stage.writes("manager"):
        db.session.scalars(sa.select(CustomField).where(CustomField.label == "Blog")).one().change("Web log")
    mover.undo(again.id)
    left = fields(stage)
    assert {"Code", "Web log"} <= set(left)
    assert not {"Height", "Since", "Tier", "Blog", "Staff"} & set(left)
    assert custom(stage, Contact)[other.name]["code"] == "mine"


def test_who_may_not_make_fields_fills_those_that_are_there(stage, mover):
    with stage.writes("admin"):
        CustomField.create(None, "contact", "Shoe size", "number")
    marketing = Mover(stage, "marketing")
    number = marketing.begin("Name,Shoe\nAnna,38\nBob,x\n")
    page = marketing.client.get(f"/imports/{number}").get_data(as_text=True)
    assert "contact.x.shoe_size" in page
    assert "contact.new/" not in page
    form = {"match": "fill", "country": "NL", "owner_id": ""}
    for target in ("contact.new/number", "contact.x.nothing", "contact.x."):
        answer = marketing.client.post(f"/imports/{number}/columns", data={**form, "to-1": target})
        assert answer.status_code == 422, target
    marketing.try_out(number, **{"to-1": "contact.x.shoe_size"})
    marketing.run(number)
    assert custom(stage, Contact)["Anna"] == {"shoe_size": 38_000_000}


def test_a_right_that_is_lost_before_the_start_makes_no_field(stage, mover, monkeypatch):
    before = fields(stage)
    number = mover.begin("Name,E-mail,Shoe\nAnna,anna@x.example,38\n")
    mover.try_out(number, **{"to-2": "contact.new/number"})
    monkeypatch.setattr(custom_fields, "may_edit_fields", lambda _user: False)
    mover.run(number)
    assert fields(stage) == before
    with stage.app.app_context():
        assert "Shoe: 38" in db.session.scalars(sa.select(Note.text)).all()


@pytest.mark.parametrize(
    ("value", "comma", "stored"),
    [
        ("1.234,5", ",", 1_234_500_000), ("1,234.5", ".", 1_234_500_000), ("1 234,5", ",", 1_234_500_000), ("-7", ".", -7_000_000),
        ("1,5", ".", None), ("1.5", ",", None), ("1.234.567", ",", 1_234_567_000_000), ("12.34,5", ",", None), ("", ".", None),
        ("1e3", ".", None), ("12 apples", ".", None),
    ],
)  # fmt: skip
def test_numbers_are_read_as_their_column_writes_them(value, comma, stored):
    field = CustomField(kind="number", key="x", label="X", options=[], currency="")
    if stored is None and value:
        with pytest.raises(ValueError, match=r".*"):
            import_fields.read(field, value, "dmy", comma)
    else:
        assert import_fields.read(field, value, "dmy", comma) == stored


def test_few_different_values_are_a_choice():
    look = looks.Look()
    for value in ["Gold", "Silver", "Gold", "Gold", "Silver", "Gold"]:
        look.add(value)
    assert look.told()["values"] == ["Gold", "Silver"]
    for number in range(12):
        look.add(f"Grade {number}")
    assert "values" not in look.told()
