"""`crmlite demo remove`: back to the first start; what else is there is named and asked about."""

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from crmlite import cli, journal, schema
from crmlite.auth import setup
from crmlite.auth.models import Role, User
from crmlite.companies.models import Company
from crmlite.contacts.models import Contact
from crmlite.demo import removal
from crmlite.extensions import db, writing
from crmlite.files import File
from crmlite.leads.models import Submission, WebForm
from crmlite.mail.models import Message
from crmlite.records.notes import Note
from crmlite.sales.models import Quote
from tests import oracles
from tests.auth.test_setup import FORM, build_empty
from tests.demo.conftest import build_firm, closing_app


@pytest.fixture
def place(database, databases, tmp_path):
    """A copy of the demo, with its own instance folder."""
    url = databases.fresh(database, build_firm)
    yield {"CRMLITE_DATABASE_URL": url, "CRMLITE_INSTANCE": str(tmp_path / "instance"), "CRMLITE_DISK_FLOOR_MB": "0"}
    databases.drop(url)


def run(place, *words, **more):
    return CliRunner().invoke(cli.main, ["demo", "remove", *words], env=place, **more)


def rows(url) -> oracles.Dump:
    with closing_app(url) as app, app.app_context():
        assert schema.differences() == []
        found = oracles.dump(db.engines["reader"])
    del found["operation"]  # it says when
    return {**found, "change": [(number, *rest) for number, _tx, *rest in found["change"]]}


def test_it_says_what_it_did_and_leaves_what_a_first_start_has(place, database, databases, tmp_path):
    (tmp_path / "instance/files/ab").mkdir(parents=True)
    (tmp_path / "instance/files/ab" / ("1" * 62)).write_bytes(b"offer")
    (tmp_path / "instance/settings.toml").write_text("session_days = 14\n")
    said = run(place)
    assert (said.exit_code, said.exception) == (0, None), said.output
    assert said.output.startswith("Removed 7 users, ")
    assert "contacts" in said.output
    assert "Nobody has an account now." in said.output
    empty = databases.fresh(database, build_empty)
    assert oracles.differences(rows(empty), rows(place["CRMLITE_DATABASE_URL"])) == []
    databases.drop(empty)
    assert list((tmp_path / "instance/files").iterdir()) == []
    assert (tmp_path / "instance/settings.toml").exists()
    assert run(place).output == "Error: There is no demo here, so nothing was removed.\n"


def test_what_is_not_ours_in_the_files_folder_stays(place, tmp_path):
    """`files_folder` is a setting: it may name a folder that holds more."""
    disk = tmp_path / "disk"
    for name in ("photos/1.jpg", "de/readme.txt", f"cd/{'2' * 62}"):
        (disk / name).parent.mkdir(parents=True, exist_ok=True)
        (disk / name).write_bytes(b"somebody's")
    assert run({**place, "CRMLITE_FILES_FOLDER": str(disk)}).exit_code == 0
    left = {str(path.relative_to(disk)) for path in disk.rglob("*") if path.is_file()}
    assert left == {"photos/1.jpg", "de/readme.txt"}


def test_afterwards_a_first_visitor_sets_it_up_and_finds_nothing_of_the_demo(place):
    run(place)
    with closing_app(place["CRMLITE_DATABASE_URL"]) as app:
        with app.app_context():
            code = setup.renew_code()
        client = app.test_client()
        assert client.get("/").headers["Location"] == "/setup"
        assert client.post("/setup", data={**FORM, "code": code}).status_code == 303
        assert "Sanne" not in client.get("/records/search?q=sanne").text
        assert client.post("/contacts/new", data={"given": "Anna", "family": "Lindqvist"}).status_code == 303
        assert "Lindqvist" in client.get("/records/search?q=lind").text


@pytest.fixture
def lived_in(place):
    """Somebody was added, and a contact was written since the demo was made."""
    with closing_app(place["CRMLITE_DATABASE_URL"]) as app, app.app_context():
        writing()
        role = db.session.scalars(sa.select(Role).where(Role.name == "seller")).one()
        user = User.create(name="Nia Okafor", email="nia@firm.example", password="x", role=role)
        db.session.flush()
        journal.act_as("user", user.id)
        db.session.commit()
        writing()
        Contact.create(user, given="Anna", family="Lindqvist")
        db.session.commit()
    return place


def test_what_else_is_there_is_named_and_asked_about(lived_in):
    before = rows(lived_in["CRMLITE_DATABASE_URL"])
    for answer in ("n\n", ""):
        said = run(lived_in, input=answer)
        assert said.exit_code == 1
        assert "the user Nia Okafor (nia@firm.example)" in said.output
        assert "1 x contact created since the demo was made" in said.output
        assert oracles.differences(before, rows(lived_in["CRMLITE_DATABASE_URL"])) == []
    assert run(lived_in, input="y\n").exit_code == 0
    with closing_app(lived_in["CRMLITE_DATABASE_URL"]) as app, app.app_context():
        assert db.session.scalars(sa.select(User.id)).all() == []


def test_where_people_work_beside_the_demo_what_is_theirs_stays(place):
    url = place["CRMLITE_DATABASE_URL"]
    with closing_app(url) as app, app.app_context():
        writing()
        role = db.session.scalars(sa.select(Role).where(Role.name == "administrator")).one()
        nia = User.create(name="Nia Okafor", email="nia@firm.example", password="x", role=role)
        db.session.flush()
        journal.act_as("user", nia.id)
        db.session.commit()
        writing()
        journal.act_as("user", nia.id)
        touched, employer = db.session.scalars(
            sa.select(Contact).where(Contact.main_company_id.is_not(None)).order_by(Contact.id)
        ).all()[:2]
        Note.write(touched, nia.id, "Rang her: she is real")
        own = Contact.create(nia, given="Anna", family="Lindqvist")
        db.session.flush()
        own.join(db.session.get_one(Company, employer.main_company_id), title="Buyer")
        made = {
            "message_id": "<1@firm.example>",
            "sender": "nia@firm.example",
            "to": "anna@customer.example",
            "language": "en",
        }
        db.session.add(Message(**made, subject="Hello", text="Words", purpose="test"))
        db.session.commit()
        touched_id, own_id, company_id = touched.id, own.id, employer.main_company_id
        counted = db.session.scalar(sa.select(sa.func.count()).select_from(Contact))
    before = rows(url)
    said = run(place, input="n\n")
    assert "Made by people since, and kept: 1 x contact." in said.output
    assert "somebody worked on it, so it is kept: contact " in said.output
    assert oracles.differences(before, rows(url)) == [], "asked, and not done"
    said = run(place, "--yes")
    assert (said.exit_code, said.exception) == (0, None), said.output
    with closing_app(url) as app, app.app_context():
        left = set(db.session.scalars(sa.select(Contact.id)))
        assert {touched_id, own_id} <= left
        assert len(left) < counted / 2
        assert db.session.get(Company, company_id) is not None, "she works there"
        assert {user.email for user in db.session.scalars(sa.select(User).where(User.active))} == {"nia@firm.example"}
        assert {contact.owner_id for contact in db.session.scalars(sa.select(Contact))} <= {nia.id, None}
        assert {form.owner_id for form in db.session.scalars(sa.select(WebForm))} <= {nia.id, None}, (
            "leads would be nobody's"
        )
        assert db.session.scalars(sa.select(Message.to)).all() == ["anna@customer.example"], (
            "the demo's would be sent one day"
        )
        assert db.session.scalars(sa.select(Submission.state)).all() == []
        assert db.session.scalars(sa.select(Quote.id)).all() == []
    assert run(place).output == "Error: There is no demo here, so nothing was removed.\n"


def test_a_demo_of_the_version_before_is_not_taken_for_nothing_but_a_demo(place):
    with closing_app(place["CRMLITE_DATABASE_URL"]) as app, app.app_context():
        writing()
        db.session.connection().exec_driver_sql("DELETE FROM preference")
        db.session.commit()
        assert "cannot tell it from the demo" in removal.what_else()[0]
    assert run(place, input="n\n").exit_code == 1


def test_an_instance_without_the_demo_is_never_touched(database, databases, tmp_path):
    url = databases.fresh(database, build_empty)
    place = {"CRMLITE_DATABASE_URL": url, "CRMLITE_INSTANCE": str(tmp_path / "instance")}
    with closing_app(url) as app, app.app_context():
        writing()
        role = db.session.scalars(sa.select(Role).where(Role.name == "administrator")).one()
        User.create(name="Nia", email="nia@firm.example", password="x", role=role)
        db.session.commit()
    before = rows(url)
    said = run(place, "--yes")
    assert said.exit_code == 1
    assert said.output == "Error: There is no demo here, so nothing was removed.\n"
    assert oracles.differences(before, rows(url)) == []
    databases.drop(url)


def test_killed_before_its_commit_nothing_has_happened(place, monkeypatch):
    """The control of the first test, too: what is left shows."""
    url = place["CRMLITE_DATABASE_URL"]
    before = rows(url)

    def fail(connection):
        connection.exec_driver_sql("DELETE FROM note")
        raise KeyboardInterrupt

    monkeypatch.setattr(removal, "_drop", fail)
    run(place)
    assert oracles.differences(before, rows(url)) == []
    with closing_app(url) as app, app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(File.id)))


def test_the_demo_is_not_served_where_strangers_come(place):
    import os

    from tests.test_serve import run as start

    said = start({**os.environ, **place, "CRMLITE_PUBLIC_URL": "https://crm.example.com"}, "serve", "--port", "8998")
    assert said.returncode == 1
    assert "whose password everybody knows, so it is not served at https://crm.example.com" in said.stderr
    assert "Traceback" not in said.stderr


def test_the_demo_is_not_made_where_strangers_come(database, databases, tmp_path):
    url = databases.fresh(database, build_empty)
    place = {
        "CRMLITE_DATABASE_URL": url,
        "CRMLITE_INSTANCE": str(tmp_path),
        "CRMLITE_PUBLIC_URL": "https://crm.example.com",
    }
    before = rows(url)
    for words in (["demo"], ["demo", "--size", "50"]):
        said = CliRunner().invoke(cli.main, words, env=place)
        assert said.exit_code == 1
        assert "it runs only where the public URL is local, not at https://crm.example.com" in said.output
    assert oracles.differences(before, rows(url)) == []
    databases.drop(url)
