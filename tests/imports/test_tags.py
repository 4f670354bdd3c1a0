"""Columns of tags: new records and known ones get them, each once, and an undo takes them away again."""

import sqlalchemy as sa

from crmlite.contacts.models import Contact
from crmlite.extensions import db
from crmlite.journal import Change
from crmlite.records import tags
from crmlite.records.notes import Note
from tests import oracles
from tests.imports.test_undo import rest

SHEET = """Name,E-mail,Company,Tags,Company tags
Anna Tagged,anna@tags.example,Tagged Ltd,"VIP; fair 2025, vip",Supplier
Bea Tagged,bea@tags.example,,Fair 2025,
{known},{email},,VIP|{long},
"""


def worn(stage, name: str) -> list[str]:
    with stage.app.app_context():
        number = db.session.scalars(sa.select(Contact.id).where(Contact.name == name)).one()
        return [word for _id, word, _hue in tags.of("contact", [number]).get(number, [])]


def test_tags_come_in_and_go_again(stage, mover):
    with stage.app.app_context():
        known = db.session.get_one(Contact, stage.ids["manager.contact"])
        name, email, had = known.name, known.main_email, worn(stage, known.name)
    before = rest(stage)
    number = mover.begin(SHEET.format(known=name, email=email, long="x" * 41))
    mapping = {"to-3": "contact.tags", "to-4": "company.tags"}
    trial = mover.try_out(number, **mapping)
    assert trial.mapping[3] == "contact.tags", "suggested, too"
    done = mover.run(number)
    assert [done.counts.get(of) for of in ("new", "changed", "refused")] == [2, 1, None]
    assert worn(stage, "Anna Tagged") == ["VIP", "fair 2025"]
    assert worn(stage, "Bea Tagged") == ["fair 2025"], "one tag, however it is cased"
    assert worn(stage, name) == sorted([*had, "VIP"])
    with stage.app.app_context():
        notes = db.session.scalars(sa.select(Note.text).where(Note.text.contains("x" * 41))).all()
        assert len(notes) == 1, "what is too long for a tag is told"
        made = sa.select(sa.func.count()).where(Change.operation_id == done.operation_id, Change.record_type == "tag")
        assert db.session.scalar(made) == 3
    again = mover.move_in(SHEET.format(known=name, email=email, long="x" * 41), **mapping)
    assert again.counts["same"] == 3, "a second time there is nothing new"
    mover.undo(again.id)
    mover.undo(done.id)
    assert oracles.differences(before, rest(stage)) == []


def test_a_birthday_without_its_year_is_told_and_counted(stage, mover):
    card = "BEGIN:VCARD\nVERSION:3.0\nFN:Vera Vague\nN:Vague;Vera\nEMAIL:vera@x.example\nBDAY:--0315\nEND:VCARD\n"
    done = mover.move_in(card, "vera.vcf")
    assert done.counts["noted"] == 1
    assert done.rows[1].reasons == [["no_year", "Birthday: --0315"]]
    with stage.app.app_context():
        assert db.session.scalars(sa.select(Note.text).where(Note.text.contains("--0315"))).one() == "Birthday: --0315"


def test_the_journals_undo_of_an_import_is_its_own(stage, mover):
    """Also for whoever presses it on a record's timeline: the import says that it was undone."""
    before = rest(stage)
    done = mover.move_in("Name,E-mail\nUna Undone,una@x.example\n")
    number = next(iter(done.rows.values())).contact_id
    page = mover.client.get(f"/records/contact/{number}/timeline").text
    assert f"/records/undo/{done.operation_id}" in page
    answer = mover.client.post(f"/records/undo/{done.operation_id}")
    assert answer.headers["Location"] == f"/imports/{done.id}"
    mover.work()
    assert mover.look(done.id).state == "undone"
    assert oracles.differences(before, rest(stage)) == []
    assert mover.client.post(f"/records/undo/{done.operation_id}").status_code == 409
