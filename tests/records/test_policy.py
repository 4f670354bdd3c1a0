"""Who may see and do what: every scope, for every kind of record, as a table that is worked out here a second time."""

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import Forbidden, NotFound

from crmlite.auth.models import User
from crmlite.contacts.models import Contact
from crmlite.contacts.types import CONTACT
from crmlite.extensions import db
from crmlite.records import members, search
from crmlite.records.listing import Listing
from tests.records.who import request_of, viewer

ACTIONS = ("view", "edit", "delete")
SCOPES = ("none", "own", "team", "all")
RECORDS = {
    # name: (owner, team, is the viewer a member)
    "mine": ("seller", "Europe", False),
    "mine in another team": ("seller", "Service", False),
    "mine without a team": ("seller", None, False),
    "of my team": ("colleague", "Europe", False),
    "of my team without an owner": (None, "Europe", False),
    "of another team": ("rival", "Gulf and Asia", False),
    "of another team, with me": ("rival", "Gulf and Asia", True),
    "of somebody without a team": ("admin", None, False),
    "of somebody without a team, with me": ("admin", None, True),
    "nobody's": (None, None, False),
    "nobody's, with me": (None, None, True),
    "of another team without an owner": (None, "Service", False),
}


def expected(action: str, scope: str, my_team: str | None, record: str) -> bool:
    owner, team, joined = RECORDS[record]
    if scope in {"none", "all"}:
        return scope == "all"
    if owner == "seller" or (joined and action != "delete"):
        return True
    return scope == "team" and ((owner is None and team is None) or (team is not None and team == my_team))


@pytest.fixture
def records(stage):
    """One contact of each kind, by name."""
    ids = {}
    with stage.writes():
        for name, (owner, team, joined) in RECORDS.items():
            contact = Contact.create(
                None,
                given=name,
                family="zworecord",
                owner_id=stage.ids[f"user.{owner}"] if owner else None,
                team_id=stage.ids[f"team.{team}"] if team else None,
            )
            if joined:
                members.join(contact, db.session.get_one(User, stage.ids["user.seller"]))
            ids[name] = contact.id
    return ids


@pytest.mark.parametrize("my_team", ["Europe", None], ids=["in a team", "without a team"])
@pytest.mark.parametrize("scope", SCOPES)
def test_the_table(stage, records, scope, my_team):
    """Lists, single records, search and counts agree with the table and with each other."""
    user = viewer(stage, "seller", scope, team_id=stage.ids[f"team.{my_team}"] if my_team else None)
    with request_of(stage, user):
        for action in ACTIONS:
            wanted = {name for name in RECORDS if expected(action, scope, my_team, name)}
            query = sa.select(Contact.id).where(Contact.id.in_(records.values()), CONTACT.policy.rows(user, action))
            rows = set(db.session.scalars(query))
            assert {name for name, number in records.items() if number in rows} == wanted, f"rows: {action}, {scope}"
            may = {
                n for n, number in records.items() if CONTACT.policy.may(user, action, db.session.get(Contact, number))
            }
            assert may == wanted, f"may: {action}, {scope}"
        seen = {name for name in RECORDS if expected("view", scope, my_team, name)}
        found = set(search.ids(user, "zworecord", CONTACT, 100))
        assert {name for name, number in records.items() if number in found} == seen, "search"
        listing = Listing(CONTACT, user, MultiDict({"_q": "zworecord"}))
        assert {row.id for row in listing.rows} == {records[name] for name in seen}, "list"
        assert listing.total.count == len(seen)
        editable = {row.id for row in listing.rows if row.editable}
        assert editable == {records[n] for n in seen if expected("edit", scope, my_team, n)}, "editable rows"


@pytest.mark.parametrize("action", ACTIONS)
def test_find_tells_unseen_from_not_allowed(stage, records, action):
    """View all, change own: what is seen and may not be changed is 403; what is not seen is 404."""
    scopes = {("contact", "view"): "team", ("contact", "edit"): "own", ("contact", "delete"): "own"}
    user = viewer(stage, "seller", team_id=stage.ids["team.Europe"], scopes=scopes)
    with request_of(stage, user):
        for name, number in records.items():
            if not expected("view", "team", "Europe", name):
                with pytest.raises(NotFound):
                    CONTACT.policy.find(user, number, action)
            elif action != "view" and not expected(action, "own", "Europe", name):
                with pytest.raises(Forbidden):
                    CONTACT.policy.find(user, number, action)
            else:
                assert CONTACT.policy.find(user, number, action).id == number


def test_a_grant_for_one_type_comes_before_that_for_all(stage, records):
    user = viewer(stage, "seller", scopes={("*", "view"): "all", ("contact", "view"): "none"})
    with request_of(stage, user):
        assert list(db.session.scalars(CONTACT.policy.visible(user))) == []


def test_what_is_in_the_trash_is_found_by_nothing_else(stage):
    user, trashed = viewer(stage), stage.ids["seller.trash.contact"]
    with request_of(stage, user):
        with pytest.raises(NotFound):
            CONTACT.policy.find(user, trashed)
        assert CONTACT.policy.find(user, trashed, trashed=True).id == trashed
        assert trashed not in search.ids(user, "zcsellertrashqx", CONTACT, 100)
        assert Listing(CONTACT, user, MultiDict({"_q": "zcsellertrashqx"})).total.count == 0


def test_who_leaves_a_record_sees_it_no_longer_in_search(stage, records):
    """The search row holds its members on SQLite: it has to follow them."""
    user = viewer(stage, "seller", "own")
    number = records["of another team, with me"]
    with stage.writes():
        members.leave(db.session.get_one(Contact, number), stage.ids["user.seller"])
    with request_of(stage, user):
        assert number not in search.ids(user, "zworecord", CONTACT, 100)


def test_who_is_given_a_record_finds_it(stage, records):
    user = viewer(stage, "seller", "own")
    number = records["of another team"]
    with stage.writes():
        db.session.get_one(Contact, number).assign(db.session.get_one(User, stage.ids["user.seller"]))
    with request_of(stage, user):
        assert number in search.ids(user, "zworecord", CONTACT, 100)
