"""Who may say who owns a record: else a colleague, or somebody who only helps, takes it over and throws it away."""

import pytest
from werkzeug.exceptions import Forbidden

from crmlite.contacts.models import Contact
from crmlite.contacts.types import CONTACT
from crmlite.extensions import db
from tests.records.who import request_of, viewer

OWNERS = {
    # owner of the contact: who of the cast may say who owns it from now on
    "seller": {"seller", "manager", "admin"},
    "rival": {"rival", "manager", "admin"},
    "nobody": {"seller", "colleague", "rival", "manager", "admin"},
}
SELLERS = {("contact", "view"): "team", ("contact", "edit"): "team", ("contact", "delete"): "own"}
ASKED = ("seller", "colleague", "rival", "manager", "admin")


@pytest.mark.parametrize("owner", OWNERS)
@pytest.mark.parametrize("actor", ASKED)
def test_the_owner_and_whoever_may_delete(stage, actor, owner):
    """By the panel, in place, in the form and in bulk alike."""
    number, to = stage.ids[f"{owner}.contact"], stage.ids["user.colleague"]
    client, may = stage.client(actor), actor in OWNERS[owner]
    client.post(f"/records/contact/{number}/field/owner", data={"owner_id": str(to)})
    assert (_owner(stage, number) == to) is may
    _put_back(stage, number, owner)
    client.post(f"/records/contact/{number}/owner", data={"user_id": str(to)})
    assert (_owner(stage, number) == to) is may
    _put_back(stage, number, owner)
    client.post("/records/contact/bulk", data={"id": str(number), "action": "assign", "user_id": str(to)})
    assert (_owner(stage, number) == to) is may
    _put_back(stage, number, owner)
    with stage.app.app_context():
        contact = db.session.get_one(Contact, number)
        typed = {"row_version": contact.row_version, "given": "Changed", "owner_id": str(to)}
    client.post(f"/contacts/{number}/edit", data=typed)
    assert (_owner(stage, number) == to) is may


def test_whoever_helps_may_write_but_not_take(stage):
    """The shared contact is the rival's; the seller is a member."""
    number, seller = stage.ids["shared.contact"], stage.client("seller")
    taken = seller.post(f"/records/contact/{number}/owner", data={"user_id": str(stage.ids["user.seller"])})
    assert taken.status_code == 403
    assert "Only its owner" in taken.text
    assert seller.post(f"/records/contact/{number}/delete").status_code == 403
    with stage.app.app_context():
        version = db.session.get_one(Contact, number).row_version
    page = seller.get(f"/contacts/{number}/edit").text
    assert 'name="owner_id"' not in page
    saved = seller.post(f"/contacts/{number}/edit", data={"row_version": version, "given": "Written by a member"})
    assert saved.status_code == 303
    around = seller.get(f"/records/contact/{number}/around").text
    assert f"/records/contact/{number}/owner" not in around
    assert f"/records/contact/{number}/owner" in stage.client("rival").get(f"/records/contact/{number}/around").text


def test_a_colleagues_lead_is_not_taken(stage):
    number, colleague = stage.ids["seller.lead"], stage.client("colleague")
    assert f"/leads/{number}/take" not in colleague.get(f"/leads/{number}").text
    assert colleague.post(f"/leads/{number}/take").status_code == 403
    assert colleague.post(f"/leads/{stage.ids['nobody.lead']}/take").status_code == 303


def test_a_view_that_forgets_to_ask_is_stopped(stage):
    """Whatever was found for a change by somebody who may not say whose it is."""
    user = viewer(stage, "colleague", "team", team_id=stage.ids["team.Europe"], scopes=SELLERS)
    with request_of(stage, user), stage.writes("colleague"):
        contact = CONTACT.policy.find(user, stage.ids["seller.contact"], "edit")
        assert contact.hand_over(stage.ids["user.seller"]) is contact, "it is the seller's already"
        with pytest.raises(Forbidden):
            contact.change(given="Mine", owner_id=stage.ids["user.colleague"])


def _owner(stage, number):
    with stage.app.app_context():
        return db.session.get_one(Contact, number).owner_id


def _put_back(stage, number, owner):
    with stage.writes():
        contact = db.session.get_one(Contact, number)
        contact.owner_id = stage.ids.get(f"user.{owner}")
        contact.team_id = contact.owner_id and stage.ids["team.Europe" if owner == "seller" else "team.Gulf and Asia"]
