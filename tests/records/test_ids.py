"""Ids are never given twice: what the journal, links and people remember stays what it was."""

import json

import sqlalchemy as sa

from crmlite.companies.models import Company
from crmlite.contacts.models import Contact
from crmlite.extensions import db
from crmlite.journal import Operation
from crmlite.records.notes import Note

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def test_no_table_gives_an_id_again(stage):
    with stage.app.app_context():
        if db.engines[None].dialect.name == "sqlite":
            made = db.session.execute(
                sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'table'").columns(
                    sa.column("name"), sa.column("sql")
                )
            )
            reusing = [name for name, sql in made if "\tid INTEGER" in sql and "AUTOINCREMENT" not in sql]
            assert reusing == []
    with stage.writes("seller"):
        contact = db.session.get(Contact, stage.ids["seller.contact"])
        first = Note.write(contact, stage.ids["user.seller"], "gone")
    with stage.writes("seller"):
        db.session.get(Note, first.id).delete(db.session.get(Contact, stage.ids["seller.contact"]))
    with stage.writes("rival"):
        second = Note.write(db.session.get(Contact, stage.ids["rival.contact"]), None, "RIVAL PRICE LIST")
    assert second.id != first.id


def test_a_note_is_shown_only_where_it_was_written(stage):
    """Even if an event named a note of another record."""
    with stage.writes("rival"):
        note = Note.write(db.session.get(Contact, stage.ids["rival.contact"]), None, "RIVAL PRICE LIST")
    with stage.writes("seller"):
        from crmlite import events

        events.emit(events.NOTE_ADDED, db.session.get(Contact, stage.ids["seller.contact"]), note_id=note.id)
    page = stage.client("seller").get(f"/records/contact/{stage.ids['seller.contact']}/timeline").text
    assert "RIVAL PRICE LIST" not in page


def company(stage, name, parent_id=None) -> int:
    with stage.writes("seller") as w:
        made = Company.create(w.user, name=name, parent_id=parent_id)
    return made.id


def test_an_undo_does_not_make_a_company_part_of_itself(stage):
    upper = company(stage, "Upper")
    lower = company(stage, "Lower", upper)
    seller = stage.client("seller")

    def move(company_id, name, parent, text) -> object:
        form = {
            "name": name,
            "language": "",
            "owner_id": stage.ids["user.seller"],
            "parent_id": parent,
            "parent_id-text": text,
        }
        with stage.app.app_context():
            form["row_version"] = db.session.get(Company, company_id).row_version
        return seller.post(f"/companies/{company_id}/edit", data=form, headers=HTMX)

    assert move(lower, "Lower", "", "").status_code == 204
    with stage.app.app_context():
        operation_id = db.session.scalar(sa.select(sa.func.max(Operation.id)))
    assert move(upper, "Upper", lower, "Lower").status_code == 204
    answer = seller.post(f"/records/undo/{operation_id}", headers=HTMX)
    assert json.loads(answer.headers["HX-Trigger"])["toast"]["message"].startswith("Nothing was undone")
    with stage.app.app_context():
        assert db.session.get(Company, lower).parent_id is None


def test_a_parent_that_one_may_not_see_stays(stage):
    with stage.writes("manager"):
        db.session.get(Company, stage.ids["seller.company"]).change(parent_id=stage.ids["rival.company"])
    seller, url = stage.client("seller"), f"/companies/{stage.ids['seller.company']}/edit"
    page = seller.get(url).text
    assert "zcrivalcompanyqx" not in page
    assert "Something that you may not see" in page
    with stage.app.app_context():
        version = db.session.get(Company, stage.ids["seller.company"]).row_version
    form = {"name": "Renamed", "language": "", "owner_id": stage.ids["user.seller"], "row_version": version}
    form |= {"parent_id": stage.ids["rival.company"], "parent_id-text": "Something that you may not see"}
    assert seller.post(url, data=form).status_code == 303
    with stage.app.app_context():
        assert db.session.get(Company, stage.ids["seller.company"]).parent_id == stage.ids["rival.company"]


def test_names_of_symbols_are_not_all_one(stage):
    company(stage, "\N{GRINNING FACE}")
    form = {"given": "Anna", "family": "B", "language": "", "owner_id": "", "company-text": "\N{ROCKET}"}
    stage.client("seller").post("/contacts/new", data=form)
    with stage.app.app_context():
        names = set(db.session.scalars(sa.select(Company.name)))
    assert {"\N{GRINNING FACE}", "\N{ROCKET}"} <= names


def test_digits_of_other_scripts_are_no_numbers(stage):
    seller = stage.client("seller")
    for path in (
        "/contacts/?owner=\u00b2",
        "/contacts/?company=\u00b2",
        "/contacts/?1.owner=\u00b2",
        "/leads/?owner=\u00b2",
    ):
        assert seller.get(path).status_code == 400, path
    for key in ("emails-\u00b2-value", "emails-" + "9" * 5000 + "-value"):
        assert (
            seller.post(
                "/contacts/new", data={"given": "A", key: "a@example.com", "language": "", "owner_id": ""}
            ).status_code
            < 500
        )
    for path in (
        "/records/trash?before=0001-01-01T00:00:00%2B14:00",
        "/records/trash?before=9999-12-31T23:59:59-14:00",
    ):
        assert seller.get(path).status_code == 400, path
    for cursor in ("WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwxXQ", "WyJcdWQ4MDAiLDFd"):
        for path in ("/leads/?", "/contacts/?_sort=-last_activity&", "/contacts/?"):
            assert seller.get(f"{path}_after={cursor}").status_code in {200, 400}, path


def test_tags_of_hidden_records_are_not_offered(stage):
    stage.client("rival").post(f"/records/contact/{stage.ids['rival.contact']}/tags", data={"name": "secret-tag"})
    assert "secret-tag" in stage.client("rival").get("/contacts/").text
    assert "secret-tag" not in stage.client("seller").get("/contacts/").text


def test_a_hidden_company_cannot_be_asked_about(stage):
    with stage.writes("manager"):
        contact = db.session.get(Contact, stage.ids["seller.contact"])
        link = contact.join(db.session.get(Company, stage.ids["rival.company"]))
        contact.choose_main_company(link)
    page, row = f"/contacts/?company={stage.ids['rival.company']}", f'id="r{stage.ids["seller.contact"]}"'
    assert row not in stage.client("seller").get(page).text
    assert row in stage.client("manager").get(page).text
    for number in (stage.ids["rival.company"], 999999):  # nor by asking which it is not
        assert "zcsellercontactqx" in stage.client("seller").get(f"/contacts/?company.not={number}").text
    own = stage.client("manager").get(f"/contacts/?company.not={stage.ids['rival.company']}").text
    assert "zcsellercontactqx" not in own


def test_who_added_a_lead_may_undo_it_though_the_contact_is_not_theirs(stage):
    form = {"name": "x", "email": "zcsellercontactqx@example.com", "need": "Chairs", "source": ""}
    marketing = stage.client("marketing")
    assert marketing.post("/leads/new", data=form).status_code == 303
    with stage.app.app_context():
        operation_id = db.session.scalar(sa.select(sa.func.max(Operation.id)))
    assert marketing.post(f"/records/undo/{operation_id}", headers=HTMX).status_code == 204
