"""Who is shown which duplicates, and the warning while somebody types."""

import pytest
import sqlalchemy as sa

from crmlite import jobs, schedule
from crmlite.contacts.models import Contact
from crmlite.duplicates import jobs as duplicates
from crmlite.duplicates import keeping
from crmlite.duplicates.models import DuplicateCard, DuplicateKey, DuplicatePair
from crmlite.extensions import db
from crmlite.records import points
from tests import cast, oracles

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
WORD = "zcdoublepersonqx"


def double(stage, actor: str, given: str = WORD, **values) -> int:
    with stage.writes(actor) as s:
        made = Contact.create(s.user, given=given, family="Dijkstra", email="double@firm.example", **values)
        return made.id


def compared(stage) -> None:
    with stage.app.app_context():
        schedule.plan()
        assert jobs.run_due(100)


def forget_what_waits(stage) -> None:
    """The cast's own records look alike too: only what a test adds is compared."""
    with stage.app.app_context(), db.engines[None].begin() as connection:
        connection.execute(sa.update(DuplicateCard.__table__).values(waiting=False))


def test_what_is_added_is_compared_within_a_minute_and_says_why(stage):
    forget_what_waits(stage)
    ids = double(stage, "seller"), double(stage, "seller", given=WORD + "x")
    compared(stage)
    client = stage.client("seller")
    page = client.get("/duplicates/").text
    assert "The names differ by a letter or two." in page
    assert "The e-mail address is the same." in page
    assert f"/duplicates/contact/merge?id={ids[0]}&amp;id={ids[1]}" in page
    around = client.get(f"/duplicates/contact/{ids[0]}/doubles").text
    assert "1 looks the same" in client.get(f"/records/contact/{ids[0]}/around").text
    assert f"/contacts/{ids[1]}" in around


def test_not_the_same_is_remembered_and_can_be_undone(stage):
    forget_what_waits(stage)
    ids = double(stage, "seller"), double(stage, "seller")
    compared(stage)
    client = stage.client("seller")
    answer = client.post("/duplicates/contact/distinct", data={"id": list(ids)}, headers=HTMX)
    assert answer.status_code == 204
    assert WORD not in client.get("/duplicates/").text
    assert "Possible duplicates" not in client.get(f"/records/contact/{ids[0]}/around").text
    assert WORD not in client.get(f"/duplicates/contact/{ids[0]}/doubles").text
    with stage.writes("seller"):
        db.session.get_one(Contact, ids[0]).change(given=f"{WORD}y")
    compared(stage)
    assert WORD not in client.get("/duplicates/").text
    undo = answer.headers["HX-Trigger"].split("/records/undo/")[1].split('"')[0]
    assert client.post(f"/records/undo/{undo}", headers=HTMX).status_code == 204
    assert WORD in client.get("/duplicates/").text


def test_the_warning_while_typing_says_what_is_so_now(stage, monkeypatch):
    """Also of records that were changed by the hundred a moment ago, whose cards are not made anew yet."""
    number, typed = (
        double(stage, "seller"),
        {"given": WORD, "family": "Dijkstra", "emails-0-value": "double@firm.example"},
    )
    client = stage.client("seller")
    url = "/duplicates/contact/alike"
    assert f"/contacts/{number}" in client.post(url, data=typed, headers=HTMX).text
    with monkeypatch.context() as patch, stage.writes("seller"):
        patch.setattr(keeping, "MANY", 0)
        contact = db.session.get_one(Contact, number)
        contact.change(given="Quite", family="Different", email="else@firm.example")
    assert f"/contacts/{number}" not in client.post(url, data=typed, headers=HTMX).text


def test_a_record_that_many_were_changed_with_is_looked_at_as_it_is(stage, monkeypatch):
    """On its own page, before the worker came to it."""
    number = double(stage, "seller")
    monkeypatch.setattr(keeping, "MANY", 0)
    new = double(stage, "seller")
    client = stage.client("seller")
    assert f"/contacts/{number}" in client.get(f"/duplicates/contact/{new}/doubles").text
    with stage.writes("seller"):
        db.session.get_one(Contact, number).change(given="Quite", family="Different", email="else@firm.example")
    assert f"/contacts/{new}" not in client.get(f"/duplicates/contact/{number}/doubles").text


def test_who_does_not_look_alike_any_more_is_no_pair(stage):
    forget_what_waits(stage)
    ids = double(stage, "seller"), double(stage, "seller")
    compared(stage)
    with stage.writes("seller"):
        db.session.get_one(Contact, ids[1]).change(given="Somebody", family="Else", email="else@firm.example")
    compared(stage)
    assert WORD not in stage.client("seller").get("/duplicates/").text
    with stage.app.app_context():
        assert db.session.scalars(sa.select(DuplicatePair.id)).all() == []


@pytest.mark.parametrize("actor", ["seller", "colleague", "rival", "manager", "service"])
def test_a_pair_is_shown_to_who_sees_and_may_change_both(stage, actor):
    """The canary: one of each pair is the seller's, the other the rival's."""
    forget_what_waits(stage)
    ids = double(stage, "seller"), double(stage, "rival")
    compared(stage)
    client = stage.client(actor)
    sees_both = actor == "manager"
    assert (WORD in client.get("/duplicates/").text) is sees_both
    for number in ids:
        around = client.get(f"/duplicates/contact/{number}/doubles")
        if around.status_code == 200:
            assert (WORD in around.text) is sees_both
    merge = client.get(f"/duplicates/contact/merge?id={ids[0]}&id={ids[1]}")
    assert merge.status_code == (200 if sees_both else 403 if actor == "service" else 404)


@pytest.mark.parametrize("actor", ["seller", "colleague", "rival", "manager"])
def test_while_typing_one_is_told_of_what_one_may_not_see_only_whom_to_ask(stage, actor):
    word = cast.canary("seller", "contact")
    form = {"given": f"{word}given", "family": f"{word}family", "emails-0-value": f"{word}@example.com"}
    answer = stage.client(actor).post("/duplicates/contact/alike", data=form, headers=HTMX)
    assert answer.status_code == 200
    if actor == "rival":
        assert oracles.canaries_in(answer.text, [word]) == []
        assert f"/contacts/{stage.ids['seller.contact']}" not in answer.text
        assert "Sanne de Wit" in answer.text  # whom to ask, in the rival's language
        assert answer.text.count("<p>") == 1  # and no reason
    else:
        assert f"/contacts/{stage.ids['seller.contact']}" in answer.text
        assert answer.text.count("<p>") >= 3  # with the name and the e-mail as reasons


def test_who_is_nobody_s_is_asked_of_an_administrator(stage):
    with stage.writes() as s:
        made = Contact.create(s.user, given=WORD, family="Dijkstra", email="double@firm.example")
        made.owner_id, made.team_id = None, stage.ids["team.Service"]
    form = {"given": WORD, "family": "Dijkstra", "emails-0-value": "double@firm.example"}
    answer = stage.client("rival").post("/duplicates/contact/alike", data=form, headers=HTMX)
    assert answer.text.count("<li>") == 1
    assert not any(person in answer.text for person in (WORD, "/contacts/", "Sanne de Wit"))


def test_nothing_is_said_of_half_a_name(stage):
    answer = stage.client("seller").post(
        "/duplicates/contact/alike", data={"given": "An", "emails-0-value": "an@"}, headers=HTMX
    )
    assert (answer.status_code, answer.text) == (200, "")


@pytest.mark.parametrize("kind", ["contact", "company"])
def test_without_script_the_first_submit_says_it_and_the_second_adds_it(stage, kind):
    word = cast.canary("seller", kind)
    form = {
        "given": f"{word}given",
        "family": f"{word}family",
        "name": f"{word} BV",
        "emails-0-value": f"{word}@example.com",
    }
    url = "/contacts/new" if kind == "contact" else "/companies/new"
    client = stage.client("seller")
    first = client.post(url, data=form)
    assert first.status_code == 409
    assert "Add anyway" in first.text
    assert 'name="_anyway"' in first.text
    assert client.post(url, data={**form, "_anyway": "1"}).status_code == 303


def test_a_company_of_another_spelling_is_known(stage):
    with stage.writes("seller") as s:
        from crmlite.companies.models import Company

        made = Company.create(s.user, name="Noordlicht Meubelen B.V.", city="Utrecht")
        points.add(made, "url", "https://www.noordlicht.example/contact")
    form = {"name": "noordlicht meubelen", "emails-0-value": "verkoop@noordlicht.example"}
    answer = stage.client("seller").post("/duplicates/company/alike", data=form, headers=HTMX)
    assert "They have the same website or e-mail domain." in answer.text


def test_a_phone_is_found_however_it_is_written(stage):
    with stage.writes("seller") as s:
        Contact.create(s.user, given="Femke", family="Halsema", phone="+31 6 1234 5678")
    form = {"given": "Femke", "family": "Halsema", "phones-0-value": "(06) 12-34-56-78"}
    answer = stage.client("seller").post("/duplicates/contact/alike", data=form, headers=HTMX)
    assert "The phone number is the same." in answer.text


def test_what_was_there_before_is_looked_through_by_a_job(stage):
    double(stage, "seller"), double(stage, "seller")
    with stage.app.app_context(), db.engines[None].begin() as connection:
        for model in (DuplicateCard, DuplicateKey):
            connection.execute(sa.delete(model.__table__))
    with stage.writes():
        jobs.enqueue(duplicates.look_through_all)
    with stage.app.app_context():
        jobs.run_due(100)
    assert WORD in stage.client("seller").get("/duplicates/").text


def test_keys_are_kept_with_the_record_and_go_with_it(stage):
    number = double(stage, "seller")

    def known() -> int:
        with stage.app.app_context():
            query = sa.select(sa.func.count()).select_from(DuplicateKey)
            return db.session.scalar(
                query.where(DuplicateKey.record_type == "contact", DuplicateKey.record_id == number)
            )

    assert known() > 1
    with stage.writes("seller"):
        db.session.get_one(Contact, number).trash()
    assert known() == 0
    with stage.writes("seller"):
        db.session.get_one(Contact, number).restore()
    assert known() > 1


def test_ids_and_pages_that_make_no_sense_are_refused(stage):
    client = stage.client("seller")
    assert client.get("/duplicates/?before=x").status_code == 400
    assert client.get("/duplicates/?type=lead").status_code == 404
    assert client.get("/duplicates/lead/merge?id=1&id=2").status_code == 404
    assert client.get(f"/duplicates/contact/merge?id={stage.ids['seller.contact']}").status_code == 400
    assert client.get("/duplicates/merges/999").status_code == 404
