"""A file through all pages: what becomes of people, companies and their links, in one file or in several, in any order."""

import csv
import io
from datetime import timedelta

import sqlalchemy as sa

from crmlite import journal
from crmlite.auth.models import Absence, User
from crmlite.companies.models import Company
from crmlite.contacts.models import Affiliation, Contact
from crmlite.desk import telling
from crmlite.desk.models import Notice
from crmlite.extensions import db, utcnow
from crmlite.imports import running, writing
from crmlite.imports.models import Halted, Import
from crmlite.records.notes import Note
from crmlite.records.points import Address, Point
from tests.imports.conftest import Mover

PEOPLE = """Voornaam;Achternaam;E-mail;Mobiel;Bedrijf;Functie;Geboortedatum;Klantnummer
Jan;de Vries;jan@nl.example;06 12345678;Noord B.V.;Directeur;31-12-1980;K1
Éva;Kiss;eva@hu.example;;Noord BV;;1-2-1990;
;;;;;;;K3
"Piet;x@y.example
Klaas;Bakker;geen adres;+31 20 555 01 77;;;32-13-1990;
"""


def people(stage) -> dict[str, Contact]:
    with stage.app.app_context():
        return {contact.name: contact for contact in db.session.scalars(sa.select(Contact))}


def test_a_sheet_is_tried_out_and_then_taken_in(stage, mover):
    number = mover.begin(PEOPLE.encode("cp1252"))
    page = mover.client.get(f"/imports/{number}").get_data(as_text=True)
    assert "Windows-1252" in page
    assert "Semicolon" in page
    assert "31-12-1980" in page

    trial = mover.try_out(number)
    assert trial.state == "tried"
    assert trial.outcomes == {2: "new", 3: "new", 4: "refused", 5: "refused", 6: "new"}
    assert "Jan de Vries" not in people(stage)

    done = mover.run(number)
    assert done.state == "done"
    assert done.outcomes == trial.outcomes
    assert done.counts == trial.counts
    assert sum(done.counts[name] for name in ("new", "refused")) == done.total == 5

    with stage.app.app_context():
        jan = db.session.scalars(sa.select(Contact).where(Contact.name == "Jan de Vries")).one()
        assert (jan.main_email, jan.main_phone) == ("jan@nl.example", "06 12345678")
        points = sa.select(Point.normal).where(Point.contact_id == jan.id).order_by(Point.id)
        assert db.session.scalars(points).all()[1] == "+31612345678"
        assert jan.birthday.isoformat() == "1980-12-31"
        link = db.session.scalars(sa.select(Affiliation).where(Affiliation.contact_id == jan.id)).one()
        assert (link.company.name, link.title, link.main) == ("Noord B.V.", "Directeur", True)
        assert db.session.scalars(sa.select(Note.text).where(Note.record_id == jan.id)).all() == ["Klantnummer: K1"]
        klaas = db.session.scalars(sa.select(Contact).where(Contact.name == "Klaas Bakker")).one()
        note = db.session.scalars(
            sa.select(Note.text).where(Note.record_id == klaas.id, Note.record_type == "contact")
        ).one()
        assert "geen adres" in note
        assert "32-13-1990" in note


def test_the_report_shows_rows_and_gives_back_the_refused_ones(stage, mover):
    done = mover.move_in('Name,E-mail\nAnna,anna@x.example\n"=cmd|x",\n,"@sum(1)"\n')
    page = mover.client.get(f"/imports/{done.id}?show=refused").get_data(as_text=True)
    assert "There is no name" in page
    answer = mover.client.get(f"/imports/{done.id}/refused")
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert rows[0] == ["Why", "Row", "Name", "E-mail"]
    assert [row[1] for row in rows[1:]] == ["4"]
    assert rows[1][3] == "'@sum(1)"


def test_a_row_that_cannot_be_read_is_given_back_as_far_as_it_can_be_told(stage, mover):
    data = (
        b'Name,E-mail,City\n"Bob,bob@x.example,Ulm\nCy,cy@x.example,\nN\0l,nul@x.example,x\n'
        + "Zoë,zoe@x.example,\n".encode() * 20
    )
    done = mover.move_in(data + b"Br\xffken,dee@x.example,y\n")
    page = mover.client.get(f"/imports/{done.id}?show=refused").text
    assert "bob@x.example" in page
    answer = mover.client.get(f"/imports/{done.id}/refused")
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert [row[2:] for row in rows[1:]] == [
        ['"Bob', "bob@x.example", "Ulm"], ["Nl", "nul@x.example", "x"], ["Br\ufffdken", "dee@x.example", "y"],
    ]  # fmt: skip


def test_two_rows_about_somebody_who_is_here_add_the_same_once(stage, mover):
    head = "First name,Last name,E-mail,Phone,Note,City,Company\n"
    mover.move_in(f"{head}Anna,Zqtwice,anna@x.example,,,,\n")
    mover.move_in(head + "Anna,Zqtwice,anna@x.example,06 11111111,Likes tea,Ulm,Zqfirm Ltd\n" * 2)
    with stage.app.app_context():
        number = db.session.scalar(sa.select(Contact.id).where(Contact.family == "Zqtwice"))
        for model, column in ((Point, Point.contact_id), (Address, Address.contact_id), (Note, Note.record_id)):
            count = db.session.scalar(sa.select(sa.func.count()).select_from(model).where(column == number))
            assert count == (2 if model is Point else 1), model
        links = sa.select(sa.func.count()).where(Affiliation.contact_id == number)
        assert db.session.scalar(links) == 1


def test_colleagues_whose_company_is_here_add_the_same_to_it_once(stage, mover, monkeypatch):
    """Without a look at what is there by now for each of them: it would take an import of thousands ten times as long."""
    looks = []
    monkeypatch.setattr(writing, "_stock_of", lambda plans: looks.append(plans))
    mover.move_in("Company,Website\nZqfirm Ltd,\n", **{"to-1": "company.phone/work"})
    data = "Name,E-mail,Company,Company phone\n"
    data += "".join(f"{name} Zqcolleague,{name}@x.example,Zqfirm Ltd,+31205550188\n" for name in ("Anna", "Bob", "Cy"))
    mover.move_in(data, **{"to-3": "company.phone/work"})
    with stage.app.app_context():
        number = db.session.scalar(sa.select(Company.id).where(Company.name == "Zqfirm Ltd"))
        assert list(db.session.scalars(sa.select(Point.kind).where(Point.company_id == number))) == ["phone"]
    assert looks == []


def test_of_rows_that_say_different_things_of_a_company_the_last_one_is_right(stage, mover):
    """Also where the people they are about stand there several times."""
    head = "First name,Last name,E-mail,Company,Industry\n"
    mover.move_in(f"{head}Cy,Else,c@x.example,Zqfirm Ltd,Paper\n")
    rows = [("Anna", "Tin"), ("Anna", "Tin"), ("Anna", "Iron"), ("Bob", "Tin"), ("Bob", "Lead"), ("Dee", "Gold")]
    data = "".join(f"{name},Zqother,{name}@x.example,Zqfirm Ltd,{industry}\n" for name, industry in rows)
    mover.move_in(head + data, match="overwrite")
    with stage.app.app_context():
        assert db.session.scalar(sa.select(Company.industry).where(Company.name == "Zqfirm Ltd")) == "Gold"


def test_people_who_are_here_are_left_filled_or_overwritten(stage, mover):
    mover.move_in("First name,Last name,E-mail,Phone\nAnna,Lindqvist,anna@x.example,\n")
    again = "First name,Last name,E-mail,Phone,Form of address\nHanna,Lindqvist,ANNA@x.example,06 11111111,Ms\n"
    assert mover.move_in(again, match="skip").outcomes == {2: "skipped"}
    assert people(stage)["Anna Lindqvist"].main_phone is None
    assert mover.move_in(again, match="fill").outcomes == {2: "changed"}
    assert people(stage)["Anna Lindqvist"].salutation == "Ms"
    assert mover.move_in(again, match="fill").outcomes == {2: "same"}
    assert mover.move_in(again, match="overwrite").outcomes == {2: "changed"}
    assert "Hanna Lindqvist" in people(stage)
    assert people(stage)["Hanna Lindqvist"].main_phone == "06 11111111"


def test_rows_of_one_person_join_and_bring_all_companies(stage, mover):
    done = mover.move_in(
        "Name,E-mail,Company,Phone\nAnna Lindqvist,anna@x.example,One,\nAnna Lindqvist,anna@x.example,Two,06 22222222\n"
        "Bob Other,anna@x.example,One,\n"
    )
    assert done.outcomes == {2: "new", 3: "joined", 4: "new"}
    with stage.app.app_context():
        anna = db.session.scalars(sa.select(Contact).where(Contact.name == "Anna Lindqvist")).one()
        links = db.session.scalars(sa.select(Affiliation).where(Affiliation.contact_id == anna.id)).all()
        assert sorted(link.company.name for link in links) == ["One", "Two"]
        assert anna.main_phone == "06 22222222"
        assert db.session.scalar(sa.select(sa.func.count()).where(Company.name == "One")) == 1


def test_companies_come_before_or_after_their_people(stage, mover):
    mover.move_in("Name,E-mail,Company\nAnna,anna@x.example,Noordlicht B.V.\n")
    done = mover.move_in(
        "Company,VAT number,City,E-mail,Parent company\nNoordlicht BV,NL 1234.56,Zwolle,info@n.example,Holding\n"
    )
    assert done.outcomes == {2: "changed"}
    with stage.app.app_context():
        company = db.session.scalars(sa.select(Company).where(Company.name == "Noordlicht B.V.")).one()
        assert (company.vat_id, company.city, company.main_email) == ("NL 1234.56", "Zwolle", "info@n.example")
        assert db.session.get_one(Company, company.parent_id).name == "Holding"


def test_nobody_changes_or_learns_of_whom_they_may_not_see(stage):
    seller = Mover(stage, "marketing")
    rival = "zcrivalcontactqx@example.com"
    done = seller.move_in(f"Name,E-mail,Form of address\nzcrivalcontactqxgiven X,{rival},Changed\n", match="overwrite")
    assert done.outcomes == {2: "skipped"}
    page = seller.client.get(f"/imports/{done.id}").get_data(as_text=True)
    assert "you may not change it" in page
    with stage.app.app_context():
        assert db.session.get_one(Contact, stage.ids["rival.contact"]).salutation == "zcrivalcontactqx"


def test_who_has_no_grant_imports_nothing_and_nobody_sees_the_imports_of_others(stage, mover):
    number = mover.begin(PEOPLE)
    assert stage.client("seller").get("/imports/new").status_code == 403
    assert stage.client("marketing").get(f"/imports/{number}").status_code == 404
    assert stage.client("marketing").post(f"/imports/{number}/run").status_code == 404
    assert stage.client("admin").get(f"/imports/{number}").status_code == 200


def test_a_mapping_is_remembered_for_the_same_headings(stage, mover):
    text = "Wer,Wo,Email\nAnna Lindqvist,Kiel,anna@x.example\n"
    mover.try_out(mover.begin(text), **{"to-0": "contact.name", "to-1": "contact.city/home"})
    assert mover.look(mover.begin(text)).mapping == ["contact.name", "contact.city/home", "contact.email/work"]


def test_an_import_is_stopped_and_resumed(stage, mover):
    number = mover.begin("Name\n" + "".join(f"Person {n}\n" for n in range(700)))
    mover.try_out(number)
    assert mover.client.post(f"/imports/{number}/run").status_code == 303
    assert mover.client.post(f"/imports/{number}/stop").status_code == 303
    mover.work()
    assert mover.look(number).state == "stopped"
    done = mover.run(number)
    assert (done.state, done.counts["new"]) == ("done", 700)


def test_the_bell_tells_who_began_a_long_import_when_it_waits_and_when_it_is_through(stage, mover, monkeypatch):
    """Nobody else hears of it, and of a short one nobody: who began that looks on."""
    monkeypatch.setattr(running, "LONG", 3)
    mover.move_in("Name\nShort one\n", "short.csv")
    number = mover.begin("Name\nPerson 1\nPerson 2\nPerson 3\n", "long.csv")
    mover.try_out(number)
    monkeypatch.setattr(running, "_require_room", refuse)
    assert mover.run(number).state == "stopped"
    monkeypatch.undo()
    monkeypatch.setattr(running, "LONG", 3)
    assert unread(stage) == ["import_waits"], "that of the trial was over when the run began"
    assert mover.run(number).state == "done"
    assert unread(stage) == ["import_done"]
    inbox = mover.client.get("/desk/notices").text
    assert "short.csv" not in inbox
    assert "Your import waits for you: “long.csv”" in inbox
    assert "Your import is through: “long.csv”" in inbox
    assert f'href="/imports/{number}"' in inbox
    with stage.app.app_context():
        about = sa.select(Notice.kind, Notice.user_id).where(Notice.record_type == "import").order_by(Notice.id)
        told = [tuple(row) for row in db.session.execute(about)]
    waits, done = ("import_waits", stage.ids["user.manager"]), ("import_done", stage.ids["user.manager"])
    assert told == [waits, waits, done], "after the trial, when it stopped by itself, and at its end"
    mover.undo(number)
    assert "is through" not in mover.client.get("/desk/notices").text, "it is taken back"


def test_what_nobody_can_look_at_any_more_leaves_no_notice(stage, mover, monkeypatch):
    monkeypatch.setattr(running, "LONG", 1)
    number = mover.begin("Name\nPerson 1\n", "long.csv")
    mover.try_out(number)
    assert unread(stage) == ["import_waits"]
    mover.client.post(f"/imports/{number}/remove")
    assert unread(stage) == []


def test_nobody_stands_in_for_an_import_and_a_stranger_does_not_read_its_name(stage, mover, monkeypatch):
    monkeypatch.setattr(running, "LONG", 1)
    manager, rival = (stage.ids[f"user.{key}"] for key in ("manager", "rival"))
    with stage.writes("admin"):
        away, deputy = (db.session.get_one(User, number) for number in (manager, rival))
        deputy.locale = "en"
        today = utcnow().date()
        Absence.create(away, deputy, today - timedelta(days=1), today + timedelta(days=1))
    number = mover.begin("Name\nPerson 1\n", "long.csv")
    mover.try_out(number)
    with stage.writes("manager"):
        telling.tell("quote_opened", manager, db.session.get_one(Contact, stage.ids["seller.contact"]), own=False)
        journal.act_as("system")
    page = stage.client("rival").get("/desk/notices").text
    assert "for the first time" in page, "the control: of other things who stands in hears too"
    assert "waits for you" not in page
    with stage.writes("admin"):
        telling.tell("import_waits", rival, db.session.get_one(Import, number))
    page = stage.client("rival").get("/desk/notices").text
    assert "something that you may not see any more" in page
    assert "long.csv" not in page
    assert "long.csv" in mover.client.get("/desk/notices").text, "the control"


def unread(stage) -> list[str]:
    with stage.app.app_context():
        query = sa.select(Notice.kind).where(Notice.record_type == "import", Notice.read_at.is_(None))
        return list(db.session.scalars(query.order_by(Notice.id)))


def refuse() -> None:
    raise Halted("disk_full")


def test_addresses_of_outlook_keep_their_kinds(stage, mover):
    done = mover.move_in(
        "First Name,Last Name,E-mail Address,Business Street,Business Street 2,Business City,Business Country/Region,Home City\n"
        "Anna,Lindqvist,anna@x.example,Main 1,Floor 2,Kiel,Germany,Lübeck\n"
    )
    assert done.source == "outlook"
    with stage.app.app_context():
        anna = db.session.scalars(sa.select(Contact).where(Contact.name == "Anna Lindqvist")).one()
        rows = db.session.scalars(sa.select(Address).where(Address.contact_id == anna.id).order_by(Address.id)).all()
        assert [(row.label, row.lines, row.city, row.country) for row in rows] == [
            ("work", "Main 1\nFloor 2", "Kiel", "DE"),
            ("home", "", "Lübeck", ""),
        ]
        assert (anna.city, anna.country) == ("Kiel", "DE")


BROKEN_CARDS = """BEGIN:VCARD
VERSION:3.0
FN:Ann Whole
EMAIL:ann@cards.example
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:Ben Endless
PHOTO;ENCODING=b;TYPE=JPEG:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
 BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB
TEL:=1 555
BEGIN:VCARD
VERSION:4.0
KIND:group
FN:The board
END:VCARD
"""


def test_cards_that_are_refused_come_back_with_what_stands_in_them(stage, mover):
    done = mover.move_in(BROKEN_CARDS, "people.vcf")
    assert done.outcomes == {1: "new", 2: "refused", 3: "refused"}
    assert "FN:Ben Endless" in mover.client.get(f"/imports/{done.id}?show=refused").text
    told = list(csv.reader(io.StringIO(mover.client.get(f"/imports/{done.id}/refused").text.lstrip("\ufeff"))))
    assert told[0] == ["Why", "Row", "Name", "E-mail 1", "vCard"]
    assert [row[2:] for row in told[1:]] == [
        ["", "", "BEGIN:VCARD\nVERSION:3.0\nFN:Ben Endless\nTEL:=1 555\nEND:VCARD"],
        ["", "", "BEGIN:VCARD\nVERSION:4.0\nKIND:group\nFN:The board\nEND:VCARD"],
    ]
