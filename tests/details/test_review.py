"""The queue: who sees it, who decides, and what two who look at the same do."""

from datetime import timedelta

import sqlalchemy as sa

from crmlite.companies.models import Company
from crmlite.contacts.models import Affiliation, Contact
from crmlite.contacts.types import CONTACT
from crmlite.details.fields import Wish
from crmlite.details.kept import kept
from crmlite.details.models import Correction
from crmlite.extensions import db, utcnow
from crmlite.journal import Change, Operation
from crmlite.records import trash
from tests import cast
from tests.details.forms import fields_of


def corrected(stage, key="seller.contact", *wishes) -> int:
    """A correction that waits."""
    with stage.writes():
        contact = db.session.get_one(Contact, stage.ids[key])
        Correction.receive(contact, wishes or [Wish("given", None, "Nadia", contact.given)], at_once=False)
        return db.session.scalars(sa.select(sa.func.max(Correction.id))).one()


def given(stage) -> str:
    with stage.app.app_context():
        return db.session.get_one(Contact, stage.ids["seller.contact"]).given


def test_only_who_may_change_the_contact_sees_and_decides(stage):
    number = corrected(stage)
    rival = stage.client("rival")
    assert rival.get(f"/details/{number}").status_code == 404
    assert rival.post(f"/details/{number}", data={"_all": "accept"}).status_code == 404
    assert cast.canary("seller", "contact") not in rival.get("/details/").text
    assert stage.client("colleague").get(f"/details/{number}").status_code == 200
    assert stage.client().get("/details/").status_code == 302


def test_what_changed_since_it_was_looked_at_is_looked_at_again(stage):
    number = corrected(stage)
    seller = stage.client("seller")
    page = fields_of(seller.get(f"/details/{number}").text)
    with stage.writes("colleague"):
        db.session.get_one(Contact, stage.ids["seller.contact"]).change(given="Colleagues")
    answer = seller.post(f"/details/{number}", data=page | {"_all": "accept"})
    assert answer.status_code == 409
    assert all(word in answer.text for word in ("Changed meanwhile", "Colleagues", "Nadia"))
    assert given(stage) == "Colleagues"
    assert seller.post(f"/details/{number}", data=fields_of(answer.text) | {"_all": "accept"}).status_code == 303
    assert given(stage) == "Nadia"


def test_a_decision_can_be_undone_and_made_once(stage):
    number = corrected(stage)
    seller = stage.client("seller")
    page = fields_of(seller.get(f"/details/{number}").text) | {"_all": "accept"}
    assert seller.post(f"/details/{number}", data=page).status_code == 303
    assert seller.post(f"/details/{number}", data=page).status_code == 422  # nothing is left to decide
    with stage.app.app_context():
        operation = db.session.scalar(sa.select(sa.func.max(Operation.id)))
    assert seller.post(f"/records/undo/{operation}").status_code == 303
    assert given(stage) == "zcsellercontactqxgiven"
    assert f"/details/{number}" in seller.get("/details/").text
    assert seller.post(f"/details/{number}", data=page).status_code == 303
    assert given(stage) == "Nadia"


def test_the_name_of_a_company_that_one_may_not_see_is_not_said(stage):
    """The seller's contact works at a firm of the rival's too."""
    with stage.app.app_context():
        query = sa.select(Affiliation).where(Affiliation.company_id == stage.ids["rival.company"])
        link = db.session.scalars(query.where(Affiliation.contact_id == stage.ids["seller.contact"])).one()
        held = {"company": link.company.name, "title": link.title}
        wish = Wish("work", link.id, {**held, "title": "Director"}, held)
    number = corrected(stage, "seller.contact", wish)
    seller = stage.client("seller")
    page = seller.get(f"/details/{number}").text
    assert "Director" in page
    assert cast.canary("rival", "company") not in page
    assert cast.canary("rival", "company") in stage.client("manager").get(f"/details/{number}").text
    assert seller.post(f"/details/{number}", data=fields_of(page) | {"_all": "accept"}).status_code == 303
    with stage.app.app_context():
        assert db.session.get_one(Affiliation, link.id).title == "Director"


def test_nor_is_its_new_name_where_it_was_renamed_since(stage):
    with stage.app.app_context():
        query = sa.select(Affiliation).where(Affiliation.company_id == stage.ids["rival.company"])
        link = db.session.scalars(query.where(Affiliation.contact_id == stage.ids["seller.contact"])).one()
        held = {"company": link.company.name, "title": link.title}
        wish = Wish("work", link.id, {**held, "title": "Director"}, held)
    number = corrected(stage, "seller.contact", wish)
    with stage.writes("rival"):
        db.session.get_one(Company, stage.ids["rival.company"]).change(name="Zqrenamed")
    page = stage.client("seller").get(f"/details/{number}").text
    assert "Zqrenamed" not in page
    assert cast.canary("rival", "company") not in page
    assert "Zqrenamed" in stage.client("manager").get(f"/details/{number}").text, "the control"


def test_what_waits_goes_for_good_with_the_contact(stage):
    number = corrected(stage)
    with stage.writes("seller"):
        lone = Contact.create(None, given="Lone")
        Correction.receive(lone, [Wish("given", None, "Other", "Lone")], at_once=False)
        lone_id = lone.trash().id
    with stage.writes():
        assert trash.purge(CONTACT, [lone_id]) == 1
    with stage.app.app_context():
        left = db.session.scalars(
            sa.select(Correction.id).where(Correction.contact_id.in_([lone_id, stage.ids["seller.contact"]]))
        )
        assert list(left) == [number]


def test_what_was_decided_is_forgotten_with_its_values(stage):
    number = corrected(stage)
    waits = stage.ids["colleague.correction"]
    with stage.writes("seller") as as_:
        correction = db.session.get_one(Correction, number)
        correction.settle([], [part.id for part in correction.parts], as_.user)
    with stage.writes():
        kind = next(kind for kind in kept() if kind.name == "corrections")
        old = list(db.session.scalars(kind.rows(utcnow() + timedelta(days=1))))
        assert old == [number]
        kind.forget(old)
    with stage.app.app_context():
        assert db.session.get(Correction, number) is None
        assert db.session.get(Correction, waits) is not None
        said = db.session.scalars(sa.select(Change).where(Change.record_type.startswith("correction")))
        assert "Nadia" not in str([(change.old, change.new) for change in said])
