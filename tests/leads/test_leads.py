"""Leads: the list, what can be done to one, and what is held back."""

import pytest
import sqlalchemy as sa

from crmlite import jobs, journal
from crmlite.contacts.models import Contact
from crmlite.extensions import db, writing
from crmlite.leads.models import Lead, Submission
from crmlite.records import points
from tests.typed import typed

SITE = {"base_url": "https://crm.example.org"}


@pytest.fixture
def make_lead(app, people):
    def make(owner="seller", **values) -> int:
        with app.app_context():
            writing()
            contact = Contact.create(None, given="Anna", family="Lindqvist", owner_id=people.get(owner))
            points.add(contact, "email", "anna@example.com")
            owner_id, team_id = people.get(owner), people["team"] if owner else None
            lead = Lead.create(
                None,
                contact=contact,
                **{"need": "Two hundred chairs", "owner_id": owner_id, "team_id": team_id, **values},
            )
            db.session.commit()
            return lead.id

    return make


@pytest.fixture
def read(app):
    def lead(lead_id: int) -> Lead:
        with app.app_context():
            return db.session.get(Lead, lead_id)

    return lead


def test_the_list(app, make_lead, sign_in):
    make_lead(source="Fair"), make_lead(need="Ten tables", state="working")
    page = sign_in(app, "manager").get("/leads/", **SITE)
    assert page.status_code == 200
    for word in ("Two hundred chairs", "Ten tables", "Fair", "In work"):
        assert word in page.text


@pytest.mark.parametrize("query", ["state=working", "source=Fair", "_sort=state", "_sort=-name", "_q=tables"])
def test_the_list_filters_and_sorts(app, make_lead, sign_in, query):
    make_lead(need="Ten tables", state="working", source="Fair")
    assert "Ten tables" in sign_in(app, "manager").get(f"/leads/?{query}", **SITE).text


@pytest.mark.parametrize("path", ["/leads/999", "/leads/999/edit", "/leads/" + "9" * 30])
def test_no_such_lead(app, sign_in, path):
    assert sign_in(app, "manager").get(path, **SITE).status_code in {400, 404}


def test_one_lead(app, make_lead, sign_in):
    page = sign_in(app, "seller").get(f"/leads/{make_lead()}", **SITE).text
    assert "Two hundred chairs" in page
    assert "Anna Lindqvist" in page
    assert "Qualify" in page


def test_a_lead_shows_what_the_form_held(app, form, post, sign_in):
    post(form, _page="https://www.example.com/")
    with app.app_context():
        jobs.run_due()
    page = sign_in(app, "manager").get("/leads/1", **SITE).text
    for word in ("How many chairs?", "More", "https://www.example.com/", "Contact us"):
        assert word in page


def test_a_lead_of_somebody_else_is_not_there(app, make_lead, sign_in):
    lead_id = make_lead(owner="manager")
    client = sign_in(app, "seller")
    assert client.get(f"/leads/{lead_id}", **SITE).status_code == 404
    for verb in ("take", "qualify", "disqualify", "reopen", "edit"):
        assert client.post(f"/leads/{lead_id}/{verb}", **SITE).status_code == 404


VERBS = {
    "take": ("new", {}, "working", "record.assigned"),
    "qualify": ("working", {}, "qualified", "lead.qualified"),
    "disqualify": ("new", {"reason": "No budget"}, "unqualified", "lead.disqualified"),
    "reopen": ("unqualified", {}, "working", "lead.reopened"),
}


@pytest.mark.parametrize("verb", VERBS)
def test_what_can_be_done_to_a_lead_and_undone(app, make_lead, sign_in, read, people, verb):
    before, typed, after, event = VERBS[verb]
    lead_id = make_lead(owner="manager", state=before)
    answer = sign_in(app, "manager").post(f"/leads/{lead_id}/{verb}", data=typed, **SITE)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/leads/{lead_id}")
    lead = read(lead_id)
    assert (lead.state, lead.reason) == (after, typed.get("reason", ""))
    assert verb == "reopen" or lead.first_answer_at is not None
    assert verb != "take" or lead.owner_id == people["manager"]
    with app.app_context():
        newest = sa.select(journal.Event).where(journal.Event.name != "lifecycle.changed")
        last = db.session.scalars(newest.order_by(journal.Event.id.desc())).first()
        assert last.name == event
        writing()
        journal.undo(last.operation_id)
        db.session.commit()
    assert read(lead_id).state == before


@pytest.mark.parametrize(
    ("state", "verb"),
    [("qualified", "take"), ("unqualified", "qualify"), ("qualified", "disqualify"), ("new", "reopen")],
)
def test_what_somebody_else_did_first(app, make_lead, sign_in, read, state, verb):
    lead_id = make_lead(state=state)
    answer = sign_in(app, "manager").post(f"/leads/{lead_id}/{verb}", data={"reason": "x"}, **SITE)
    assert answer.status_code == 409
    assert read(lead_id).state == state


@pytest.mark.parametrize("reason", ["", "   ", "x" * 300])
def test_closing_needs_a_reason(app, make_lead, sign_in, read, reason):
    lead_id = make_lead()
    answer = sign_in(app, "seller").post(f"/leads/{lead_id}/disqualify", data={"reason": reason}, **SITE)
    assert answer.status_code == 422
    assert 'aria-describedby="reason-problem"' in answer.text
    assert reason.strip() in answer.text
    assert read(lead_id).state == "new"


def test_editing(app, make_lead, sign_in, read):
    lead_id = make_lead()
    client = sign_in(app, "seller")
    assert "Two hundred chairs" in client.get(f"/leads/{lead_id}/edit", **SITE).text
    data = {"need": "Three hundred\nchairs", "source": "Phone", "row_version": read(lead_id).row_version}
    assert client.post(f"/leads/{lead_id}/edit", data=data, **SITE).status_code == 303
    assert (read(lead_id).name, read(lead_id).source) == ("Three hundred chairs", "Phone")
    answer = client.post(f"/leads/{lead_id}/edit", data={**data, "need": "A desk", "source": "Fair"}, **SITE)
    assert answer.status_code == 409, "the version is stale"
    assert "A desk</textarea>" in answer.text
    assert 'value="Fair"' in answer.text
    assert "now: Phone" in answer.text
    assert "now: Three hundred" in answer.text
    again = typed(answer.text, f"/leads/{lead_id}/edit")
    assert client.post(f"/leads/{lead_id}/edit", data=again, **SITE).status_code == 303
    assert read(lead_id).name == "A desk"


@pytest.mark.parametrize("version", [None, "", "x", "-1", "99999"])
def test_editing_without_saying_what_one_saw(app, make_lead, sign_in, read, version):
    lead_id = make_lead()
    data = {"need": "A desk", "source": ""} | ({} if version is None else {"row_version": version})
    answer = sign_in(app, "seller").post(f"/leads/{lead_id}/edit", data=data, **SITE)
    assert answer.status_code == 422
    assert "Open the page anew" in answer.text
    assert "A desk</textarea>" in answer.text
    assert read(lead_id).name != "A desk"


def test_editing_wrongly(app, make_lead, sign_in, read):
    lead_id = make_lead()
    data = {"need": "", "source": "s" * 101, "row_version": read(lead_id).row_version}
    answer = sign_in(app, "seller").post(f"/leads/{lead_id}/edit", data=data, **SITE)
    assert answer.status_code == 422
    assert "s" * 101 in answer.text
    assert answer.text.count("cx-field-err") == 2


# --- by hand ----------------------------------------------------------------------------------------------------------

TYPED = {"name": "Bo Ek", "email": "bo@example.com", "phone": "", "company": "", "need": "A desk", "source": "Phone"}


def test_adding_by_hand(app, sign_in, read, people):
    client = sign_in(app, "seller")
    assert client.get("/leads/new", **SITE).status_code == 200
    answer = client.post("/leads/new", data=TYPED, **SITE)
    assert answer.headers["Location"] == "/leads/1"
    assert (read(1).need, read(1).owner_id, read(1).source) == ("A desk", people["seller"], "Phone")
    with app.app_context():
        assert db.session.scalar(sa.select(Contact.family)) == "Ek"


def test_adding_by_hand_joins_whom_one_knows(app, make_lead, sign_in):
    make_lead()
    sign_in(app, "seller").post("/leads/new", data={**TYPED, "email": "ANNA@example.com"}, **SITE)
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 1


@pytest.mark.parametrize(
    "changed", [{"need": ""}, {"name": "", "email": "", "phone": ""}, {"email": "bo at"}, {"need": "n" * 5001}]
)
def test_adding_by_hand_wrongly(app, sign_in, changed):
    answer = sign_in(app, "seller").post("/leads/new", data={**TYPED, **changed}, **SITE)
    assert answer.status_code == 422
    assert "cx-field-err" in answer.text
    assert 'value="Phone"' in answer.text
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 0


# --- quarantine -------------------------------------------------------------------------------------------------------


@pytest.fixture
def held(form, post):
    for n in range(3):
        post(form, website="spam", f4=f"Need {n}")


@pytest.fixture
def states(app):
    def read() -> list[str]:
        with app.app_context():
            return list(db.session.scalars(sa.select(Submission.state).order_by(Submission.id)))

    return read


def test_the_quarantine_says_why(app, held, sign_in):
    page = sign_in(app, "marketing").get("/leads/quarantine", **SITE).text
    assert page.count("The field that people cannot see was filled in") == 3
    assert "Need 2" in page


def test_one_click_releases(app, held, sign_in, states):
    answer = sign_in(app, "marketing").post("/leads/quarantine", data={"do": "release 2"}, **SITE)
    assert answer.status_code == 303
    assert states() == ["held", "received", "held"]
    with app.app_context():
        jobs.run_due()
        assert db.session.scalar(sa.select(Lead.need)) == "Need 1"
    assert states() == ["held", "done", "held"]


def test_several_at_once(app, held, sign_in, states):
    client = sign_in(app, "manager")
    client.post("/leads/quarantine", data={"do": "discard", "id": ["1", "3"]}, **SITE)
    assert states() == ["discarded", "held", "discarded"]
    assert "Need 0" in client.get("/leads/quarantine?state=discarded", **SITE).text
    client.post("/leads/quarantine", data={"do": "release", "id": ["1", "2", "3", "99"]}, **SITE)
    assert states() == ["received", "received", "received"]


def test_a_second_click_does_nothing_more(app, held, sign_in, states):
    client = sign_in(app, "manager")
    for _ in range(2):
        client.post("/leads/quarantine", data={"do": "release 1"}, **SITE)
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(jobs.Job)) == 1


@pytest.mark.parametrize(
    "data",
    [{}, {"do": "explode"}, {"do": "release x"}, {"do": "release", "id": "1; DROP"}, {"do": "discard " + "9" * 40}],
)
def test_what_makes_no_sense(app, held, sign_in, states, data):
    assert sign_in(app, "manager").post("/leads/quarantine", data=data, **SITE).status_code == 400
    assert states() == ["held"] * 3


def test_what_somebody_else_dealt_with_is_not_said_to_be_done(app, held, sign_in):
    client = sign_in(app, "marketing")
    client.post("/leads/quarantine", data={"do": "release", "id": ["1"]}, **SITE)
    client.get("/leads/quarantine", **SITE)
    client.post("/leads/quarantine", data={"do": "release", "id": ["1"]}, **SITE)
    page = client.get("/leads/quarantine", **SITE).text
    assert "somebody else has dealt with these already" in page
    assert "0 forms" not in page


def test_sellers_have_no_quarantine(app, held, sign_in, states):
    client = sign_in(app, "seller")
    assert client.get("/leads/quarantine", **SITE).status_code == 403
    assert client.post("/leads/quarantine", data={"do": "release 1"}, **SITE).status_code == 403
    assert states() == ["held"] * 3


def test_looking_changes_nothing(app, make_lead, held, sign_in, dump):
    lead_id = make_lead()
    client = sign_in(app, "manager")
    before = dump()
    for path in (
        "/leads/",
        "/leads/new",
        f"/leads/{lead_id}",
        f"/leads/{lead_id}/edit",
        "/leads/quarantine",
        "/forms/",
        "/forms/new",
        "/forms/1",
    ):
        assert client.get(path, **SITE).status_code == 200
    assert dump() == before
