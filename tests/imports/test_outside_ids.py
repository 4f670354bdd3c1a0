"""People whose file names their company by its number alone find it, whichever file comes first."""

import json

import pytest
import sqlalchemy as sa

from crmlite.auth.models import Grant, Role
from crmlite.companies.models import Company
from crmlite.contacts.models import Affiliation, Contact
from crmlite.duplicates import merging
from crmlite.extensions import db
from crmlite.imports.models import OutsideId
from crmlite.records import trash
from crmlite.records.types import known
from tests import oracles
from tests.imports.conftest import Mover
from tests.imports.test_samples import SAMPLES
from tests.imports.test_undo import rest

ACCOUNTS = """Id,Name,ParentId,BillingStreet,Phone
001000000000001AAA,Sample Rail Corp.,,200 Sample Blvd,
001000000000002AAA,Otter Works,,1 Yard Road,
"""
CONTACTS = """Id,AccountId,LastName,FirstName,Email,Title
003000000000001AAA,001000000000001AAA,Whitfield,Grace,grace@x.example,Buyer
003000000000002AAA,001000000000001,Short,Ida,ida@x.example,
003000000000003AAA,001000000000009AAA,Orphan,Olga,olga@x.example,Clerk
"""
LINKS = {"grace@x.example": ("Sample Rail Corp.", "Buyer"), "ida@x.example": ("Sample Rail Corp.", "")}


def links(stage) -> dict[str, tuple[str, str]]:
    with stage.app.app_context():
        query = sa.select(Contact.main_email, Company.name, Affiliation.title, Contact.main_company_id, Company.id)
        query = (
            query.select_from(Affiliation)
            .join(Contact, Contact.id == Affiliation.contact_id)
            .join(Company, Company.id == Affiliation.company_id)
        )
        rows = db.session.execute(query.where(Contact.main_email.like("%@x.example"))).all()
        assert all(main == number for *_rest, main, number in rows)
        return {email: (name, title) for email, name, title, *_rest in rows}


def waiting(stage) -> int:
    with stage.app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(OutsideId)) or 0


@pytest.mark.parametrize(
    "files", [(ACCOUNTS, CONTACTS), (CONTACTS, ACCOUNTS)], ids=["accounts first", "contacts first"]
)
def test_two_files_in_any_order_and_back(files, stage, mover):
    before = rest(stage)
    first = mover.move_in(files[0], "one.csv")
    assert first.source == "salesforce"
    between = rest(stage)
    number = mover.begin(files[1], "two.csv")
    tried, second = mover.try_out(number), mover.run(number)
    assert (tried.outcomes, tried.counts) == (second.outcomes, second.counts)
    assert links(stage) == LINKS
    again = mover.move_in(files[1], "two.csv")
    assert set(again.outcomes.values()) == {"same"}
    assert mover.undo(again.id).state == mover.undo(second.id).state == "undone"
    assert links(stage) == {}
    assert oracles.differences(between, rest(stage)) == []
    mover.move_in(files[1], "two.csv")  # who waited still waits
    assert links(stage) == LINKS
    for done in range(first.id, first.id + 4)[::-1]:
        if mover.look(done).state == "done":
            mover.undo(done)
    assert waiting(stage) == 0
    assert oracles.differences(before, rest(stage)) == []


@pytest.mark.parametrize("names", [("Account.csv", "Contact.csv"), ("Contact.csv", "Account.csv")])
def test_the_two_files_of_salesforce(names, stage, mover):
    folder = SAMPLES / "salesforce"
    expected = json.loads((folder / "Contact.expected.json").read_text())
    for name in names:
        done = mover.move_in((folder / name).read_bytes(), name, country="")
    waits = {reason[0] for row in done.rows.values() for reason in row.reasons} & {"company_later"}
    assert waits == ({"company_later"} if names[1] == "Contact.csv" else set())  # Olga's is in neither
    with stage.app.app_context():
        for person in expected["people"]:
            company = db.session.scalar(
                sa.select(Company.name)
                .join(Contact, Contact.main_company_id == Company.id)
                .where(Contact.family == person.get("family", ""), Contact.given == person.get("given", ""))
            )
            assert company == expected["companies_by_id"].get(person.get("company_id")), person["name"]


@pytest.mark.parametrize("contacts_first", [False, True])
def test_partners_of_odoo_by_their_external_ids(contacts_first, stage, mover):
    heading = "id,name,is_company,parent_id/id,function,email\n"
    companies = (
        heading
        + "__export__.res_partner_1,Fietsen BV,True,,,\n__export__.res_partner_2,Bakker NV,True,__export__.res_partner_1,,\n"
    )
    people = heading + "__export__.res_partner_9,Sanne Boer,False,__export__.res_partner_2,Inkoper,sanne@x.example\n"
    for text in (people, companies) if contacts_first else (companies, people):
        assert mover.move_in(text, "res_partner.csv").source == "odoo"
    assert links(stage) == {"sanne@x.example": ("Bakker NV", "Inkoper")}


def test_numbers_are_of_one_program_and_one_company(stage, mover):
    """Negative control: the same number in the file of another program, or of none that is known, is another company."""
    mover.move_in("Id,Name,BillingStreet\n7,Seven,Road 7\n", "accounts.csv")
    for text in (
        "Person - Name,Person - Email - Work,Person - Organization ID\nAnna One,anna@x.example,7\n",
        "First name,E-mail,Company number\nBea,bea@x.example,7\n",
    ):
        number = mover.begin(text)
        headers = mover.look(number).found["headers"]
        mover.try_out(number, **{f"to-{len(headers) - 1}": "company.key"})
        assert mover.run(number).counts["people"] == 1
    assert links(stage) == {}
    mover.move_in("Id,FirstName,LastName,AccountId,Email\n1,Cy,Seven,7,cy@x.example\n", "contacts.csv")
    assert links(stage) == {"cy@x.example": ("Seven", "")}


def test_people_and_companies_of_one_file(stage, mover):
    text = "Name,E-mail,Number,Company\nAnna One,anna@x.example,7,\n,,7,Seven\nBea Two,bea@x.example,7,\n"
    number = mover.begin(text)
    mover.try_out(number, **{"to-2": "company.key"})
    mover.run(number)
    assert links(stage) == {"anna@x.example": ("Seven", ""), "bea@x.example": ("Seven", "")}


def test_nobody_is_linked_by_who_may_not_change_them_or_to_what_they_may_not_see(stage, mover):
    mover.move_in(CONTACTS, "contacts.csv", owner_id=str(stage.ids["user.manager"]))
    accounts = {"text": ACCOUNTS, "name": "accounts.csv"}
    Mover(stage, "marketing").move_in(**accounts, owner_id=str(stage.ids["user.manager"]))
    assert links(stage) == {}
    with stage.writes("admin"):
        role_id = db.session.scalar(sa.select(Role.id).where(Role.name == "seller"))
        db.session.add_all(
            Grant(role_id=role_id, record_type="import", action=action, scope="own") for action in ("view", "create")
        )
    theirs = "Id,AccountId,LastName,FirstName,Email\n1,001000000000001AAA,Rival,Rita,rita@x.example\n"
    Mover(stage, "rival").move_in(theirs, "contacts.csv")
    assert links(stage) == {}
    mover.move_in(CONTACTS, "contacts.csv")
    assert links(stage) == LINKS


def test_after_a_merge_the_one_that_is_left_is_meant_and_what_is_removed_is_forgotten(stage, mover):
    mover.move_in(ACCOUNTS, "accounts.csv")
    with stage.writes("manager") as context:
        rail = db.session.scalars(sa.select(Company).where(Company.name == "Sample Rail Corp.")).one()
        otter = db.session.scalars(sa.select(Company).where(Company.name == "Otter Works")).one()
        merging.merge(known("company"), otter, [rail], {}, context.user)
    mover.move_in(CONTACTS, "contacts.csv")
    assert links(stage)["grace@x.example"][0] == "Otter Works"
    assert waiting(stage) == 3
    with stage.writes("manager"):
        olga = db.session.scalars(sa.select(Contact).where(Contact.main_email == "olga@x.example")).one()
        olga.trash()
        db.session.flush()
        assert trash.purge(known("contact"), [olga.id])
    assert waiting(stage) == 2
