"""What a company's page says: who has which role and which nobody has, the group as a tree, and what is open."""

import re
import threading

import pytest
import sqlalchemy as sa

from crmlite.auth.models import Organisation
from crmlite.companies.models import Company, InsideItself
from crmlite.contacts.models import Affiliation, Contact
from crmlite.contacts.people import missing
from crmlite.extensions import db
from crmlite.leads.models import Lead
from crmlite.pipeline.models import Deal
from crmlite.sales.models import Quote
from tests.cast import VERSION, Stage
from tests.records.test_pages import HTMX, undo_of


def around(stage: Stage, actor: str = "seller", owner: str = "seller") -> str:
    return stage.client(actor).get(f"/records/company/{stage.ids[f'{owner}.company']}/around").text


def link_of(stage: Stage, owner: str = "seller") -> Affiliation:
    query = sa.select(Affiliation).where(
        Affiliation.contact_id == stage.ids[f"{owner}.contact"],
        Affiliation.company_id == stage.ids[f"{owner}.company"],
    )
    return db.session.scalars(query).one()


# --- roles ------------------------------------------------------------------------------------------------------------


def test_gaps_are_what_the_firm_and_open_deals_ask_for_and_nobody_has():
    def gaps(there: set[str], deal_is_open: bool) -> list[str]:
        return [gap.role for gap in missing(there, "decides opens", "buys uses", deal_is_open)]

    assert gaps(set(), False) == ["decides", "opens"]
    assert gaps({"opens", "uses"}, True) == ["decides", "buys"]
    assert gaps({"decides", "opens", "buys", "uses"}, True) == []


def test_a_person_has_several_roles_and_they_close_gaps(stage):
    page = around(stage)
    assert "Nobody here decides yet" not in page
    assert "Nobody here pays yet" in page, "a deal is open"
    with stage.app.app_context():
        link = link_of(stage)
        url, prefix = f"/contacts/{link.contact_id}/companies/{link.id}/roles", f"r{link.id}-"
    data = {f"{prefix}was": '{"buying_role": "decides"}', f"{prefix}buying_role": ["uses", "buys"]}
    answer = stage.client("seller").post(url, data=data, headers=HTMX)
    assert answer.status_code == 204
    page = around(stage)
    assert "Nobody here decides yet" in page
    assert "Nobody here pays yet" not in page
    with stage.app.app_context():
        assert link_of(stage).roles == ["buys", "uses"], "kept in their order"
    assert stage.client("seller").post(undo_of(answer), headers=HTMX).status_code == 204
    with stage.app.app_context():
        assert link_of(stage).roles == ["decides"]


def test_roles_that_somebody_else_changed_meanwhile_are_not_overwritten(stage):
    with stage.app.app_context():
        link = link_of(stage)
        url, prefix = f"/contacts/{link.contact_id}/companies/{link.id}/roles", f"r{link.id}-"
    data = {f"{prefix}was": '{"buying_role": "blocks"}', f"{prefix}buying_role": ["uses"]}
    assert stage.client("seller").post(url, data=data).status_code == 409
    data = {f"{prefix}was": '{"buying_role": "decides"}', f"{prefix}buying_role": ["wins"]}
    assert stage.client("seller").post(url, data=data).status_code == 422


def test_a_gap_is_closed_with_somebody_who_works_there_or_somebody_new(stage):
    company_id = stage.ids["seller.company"]
    assert f'href="/contacts/new?company={company_id}&amp;role=buys"' in around(stage)
    with stage.app.app_context():
        person = link_of(stage).id
    data = {"role": "buys", "person": person}
    assert stage.client("seller").post(f"/contacts/at/{company_id}/roles", data=data).status_code == 303
    with stage.app.app_context():
        assert link_of(stage).roles == ["decides", "buys"]
    new = stage.client("seller").get(f"/contacts/new?company={company_id}&role=uses").text
    assert re.search(r'<input[^>]*checked[^>]*value="uses"', new)
    answer = stage.client("seller").post(
        "/contacts/new",
        data={"given": "Uma", "company": company_id, "company-text": "x", "buying_role": ["uses", "opens"]},
    )
    with stage.app.app_context():
        link = db.session.scalars(sa.select(Affiliation).order_by(Affiliation.id.desc())).first()
        assert answer.headers["Location"].endswith(str(link.contact_id))
        assert link.roles == ["uses", "opens"]


def test_what_is_asked_for_is_the_firms_to_say(stage):
    data = {"was": '{"needed_roles": "decides", "deal_roles": "decides buys uses"}', "needed_roles": ["opens"]}
    assert stage.client("manager").post("/contacts/roles", data=data).status_code == 303
    page = around(stage)
    assert "Nobody here opens doors yet" in page
    assert "Nobody here pays yet" not in page


# --- the group --------------------------------------------------------------------------------------------------------


def group(stage: Stage, actor: str, company_id: int) -> str:
    page = stage.client(actor).get(f"/companies/{company_id}").text
    found = re.search(r'<ul class="cx-tree">.*?(?=<details)', page, re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0])) if found else ""


@pytest.fixture
def family(stage):
    """Mother, two daughters, a granddaughter; a mother's mother and a third daughter that only the rival's team may see."""
    with stage.writes("seller") as who:
        mother = Company.create(who.user, name="Mother")
        elder = Company.create(who.user, name="Elder", parent_id=mother.id)
        younger = Company.create(who.user, name="Younger", parent_id=mother.id)
        grandchild = Company.create(who.user, name="Grandchild", parent_id=elder.id)
        for given, company in (("Ann", elder), ("Ben", elder), ("Cleo", grandchild)):
            Contact.create(who.user, given=given).join(company)
        seen = db.session.get_one(Contact, stage.ids["seller.contact"])
        Deal.create(who.user, name="A deal", contact=seen, stage=first_stage(), company_id=younger.id)
    with stage.writes("rival") as who:
        Company.create(who.user, name="Hidden daughter", parent_id=mother.id)
        hidden = Contact.create(who.user, given="Hidden person")
        db.session.flush()
        hidden.join(db.session.get_one(Company, elder.id))
        db.session.get_one(Company, mother.id).change(parent_id=stage.ids["rival.company"])
    return {one.name: one.id for one in (mother, elder, younger, grandchild)}


def first_stage():
    return db.session.scalars(sa.select(Deal).order_by(Deal.id)).first().stage


def test_the_group_is_a_tree_with_sisters_and_counts_as_far_as_one_may_see(stage, family):
    shown = group(stage, "seller", family["Grandchild"])
    assert re.search("Mother .*Elder .*Grandchild .*Younger", shown)
    assert "Hidden daughter" not in shown
    assert "zcrivalcompanyqx" not in shown
    assert re.search("Elder 2 people", shown)
    assert re.search("The whole group: 3 people · 1 open deal ", shown)
    seen = group(stage, "manager", family["Grandchild"])
    assert "Hidden daughter" in seen
    assert "zcrivalcompanyqx" in seen
    assert re.search("Elder 3 people", seen), "the control: there is one more"


def test_a_move_in_the_group_is_undone_and_circles_are_refused(stage, family):
    seller, url = stage.client("seller"), f"/companies/{family['Younger']}/parent"
    answer = seller.post(url, data={"parent_id": family["Grandchild"], "parent_id-text": "Grandchild"}, headers=HTMX)
    assert answer.status_code == 204
    assert re.search("Elder .*Grandchild .*Younger", group(stage, "seller", family["Younger"]))
    assert seller.post(undo_of(answer), headers=HTMX).status_code == 204
    circle = {"parent_id": family["Grandchild"], "parent_id-text": "Grandchild"}
    refused = seller.post(f"/companies/{family['Elder']}/parent", data=circle, headers=HTMX)
    assert refused.status_code == 422
    assert "cannot be part of itself" in refused.headers["HX-Trigger"]
    with stage.app.app_context():
        parents = dict(db.session.execute(sa.select(Company.name, Company.parent_id)).all())
        assert parents["Elder"] == parents["Younger"] == family["Mother"]
    alone = seller.post(url, data={"parent_id": "", "parent_id-text": ""})
    assert alone.status_code == 303
    assert group(stage, "seller", family["Younger"]) == ""


def test_two_moves_at_once_close_no_circle(stage, family):
    """The second waits for the first, and then sees what it did."""
    answers = []

    def move() -> None:
        data = {"parent_id": family["Elder"], "parent_id-text": "Elder"}
        answers.append(stage.client("seller").post(f"/companies/{family['Younger']}/parent", data=data, headers=HTMX))

    other = threading.Thread(target=move)
    with stage.writes("manager"):
        Organisation.get().change(name="Noordlicht")  # there is a row to be locked
    with stage.writes("seller"):
        db.session.get_one(Company, family["Elder"]).move_below(family["Younger"])
        db.session.flush()
        other.start()
        other.join(0.3)
        assert other.is_alive(), "the control: it waits"
    other.join(30)
    assert answers[0].status_code == 422


def test_a_group_ends_at_twenty_levels(stage):
    with stage.writes("seller") as who:
        above = None
        for level in range(20):
            above = Company.create(who.user, name=f"Level {level}", parent_id=above).id
        with pytest.raises(InsideItself):
            Company.create(who.user, name="One too many", parent_id=above)
        db.session.rollback()


# --- what is open -----------------------------------------------------------------------------------------------------


def open_box(page: str) -> str:
    return page[page.index("What is open") : page.index("</section>")]


def test_what_is_open_stands_in_one_box_with_the_next_step(stage):
    with stage.writes("seller") as who:
        contact = db.session.get_one(Contact, stage.ids["seller.contact"])
        company_id = stage.ids["seller.company"]
        deal = Deal.create(who.user, name="Chairs", contact=contact, stage=first_stage(), company_id=company_id)
        quote = Quote.create(who.user, name="Tables", contact=contact, company_id=company_id, **VERSION)
        of_deal = Quote.create(
            who.user,
            name="Of the deal",
            contact=contact,
            company_id=company_id,
            deal_id=stage.ids["seller.deal"],
            **VERSION,
        )
        lead = Lead.create(who.user, contact=contact, need="Sofas", company_id=company_id)
        ids = deal.id, quote.id, of_deal.id, lead.id
    box = open_box(around(stage))
    deal_id, quote_id, of_deal_id, lead_id = ids
    assert f'href="/quotes/new?deal={deal_id}"' in box
    assert f'href="/quotes/new?deal={stage.ids["seller.deal"]}"' not in box, "its quote is the next step"
    assert f'href="/quotes/{quote_id}/send"' in box
    assert f'href="/quotes/{of_deal_id}/send"' in box
    assert f'href="/leads/{lead_id}"' in box
    assert "zcsellerorderqx" not in box


def test_what_is_open_hides_what_one_may_not_see(stage):
    with stage.writes("rival") as who:
        contact = db.session.get_one(Contact, stage.ids["rival.contact"])
        Deal.create(
            who.user, name="Hidden deal", contact=contact, stage=first_stage(), company_id=stage.ids["seller.company"]
        )
    assert "Hidden deal" not in around(stage)
    assert "Hidden deal" in open_box(around(stage, "manager"))
