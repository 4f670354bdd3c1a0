"""Users, teams and the organisation: what administrators do with them, what is refused, and that there is always one of them."""

import threading

import pytest
import sqlalchemy as sa

from crmlite.auth.models import Organisation, Role, Team, User, UserSession
from crmlite.contacts.models import Contact
from crmlite.extensions import db, writing
from crmlite.journal import Operation
from tests.auth.conftest import PASSWORD, user_id
from tests.typed import typed


@pytest.fixture
def admin(sign_in):
    return sign_in("admin")


@pytest.fixture
def role_id(ask):
    return lambda name: ask(sa.select(Role.id).where(Role.name == name))[0][0]


@pytest.fixture
def team_id(ask):
    return lambda name: ask(sa.select(Team.id).where(Team.name == name))[0][0]


def last_operation(ask):
    return ask(sa.select(sa.func.max(Operation.id)))[0][0]


def undo(client, ask):
    return client.post(f"/records/undo/{last_operation(ask)}").status_code


def state(ask, name):
    query = (
        sa.select(User.active, Role.name, Team.name)
        .join(Role, User.role_id == Role.id)
        .outerjoin(Team, User.team_id == Team.id)
    )
    return tuple(ask(query.where(User.email == f"{name}@firm.example"))[0])


# --- users ------------------------------------------------------------------------------------------------------------


def test_another_role_and_team_sign_them_out_and_can_be_undone(sign_in, admin, ask, role_id, team_id, app):
    seller = sign_in("seller")
    number = user_id(app, "seller")
    sent = {"role_id": role_id("marketing"), "team_id": team_id("South")}
    assert admin.post(f"/auth/team/{number}", data=sent).status_code == 303
    assert state(ask, "seller") == (True, "marketing", "South")
    assert seller.get("/auth/profile").status_code == 302
    assert undo(admin, ask) == 303
    assert state(ask, "seller") == (True, "seller", "North")


def test_another_team_alone_does_not_sign_them_out(sign_in, admin, role_id, app):
    seller = sign_in("seller")
    admin.post(f"/auth/team/{user_id(app, 'seller')}", data={"role_id": role_id("seller"), "team_id": "0"})
    assert seller.get("/auth/profile").status_code == 200


def test_deactivating_signs_out_keeps_the_records_and_says_so(app, sign_in, admin, ask):
    seller = sign_in("seller")
    number = user_id(app, "seller")
    with app.app_context():
        writing()
        Contact.create(db.session.get(User, number), given="Anna", family="Lindqvist")
        db.session.commit()
    page = admin.get(f"/auth/team/{number}/hand-over").text
    assert "Nobody: it stays theirs" in page
    assert f'href="/contacts/?owner={number}"' in page
    assert admin.post(f"/auth/team/{number}/deactivate").status_code == 303
    assert seller.get("/auth/profile").status_code == 302
    assert ask(sa.select(UserSession.id).where(UserSession.user_id == number)) == []
    words = {"email": "seller@firm.example", "password": PASSWORD}
    assert app.test_client().post("/login", data=words).status_code == 422
    assert ask(sa.select(Contact.owner_id)) == [(number,)]
    assert "Deactivated" in admin.get("/auth/team").text
    assert admin.post(f"/auth/team/{number}/deactivate").status_code == 409
    assert admin.post(f"/auth/team/{number}/reactivate").status_code == 303
    assert app.test_client().post("/login", data=words).status_code == 303
    assert admin.post(f"/auth/team/{number}/reactivate").status_code == 409


def test_deactivating_and_reactivating_can_be_undone(app, admin, ask):
    number = user_id(app, "seller")
    admin.post(f"/auth/team/{number}/deactivate")
    assert undo(admin, ask) == 303
    assert state(ask, "seller")[0] is True
    admin.post(f"/auth/team/{number}/deactivate")
    admin.post(f"/auth/team/{number}/reactivate")
    assert undo(admin, ask) == 303
    assert state(ask, "seller")[0] is False


# --- the last administrator -------------------------------------------------------------------------------------------


def test_the_last_administrator_can_be_neither_demoted_nor_deactivated(app, admin, ask, role_id):
    number = user_id(app, "admin")
    answer = admin.post(f"/auth/team/{number}", data={"role_id": role_id("seller"), "team_id": "0"})
    assert answer.status_code == 422
    assert "This is the last administrator" in answer.text
    answer = admin.post(f"/auth/team/{number}/deactivate")
    assert answer.status_code == 409
    assert "This is the last administrator" in answer.text
    assert state(ask, "admin") == (True, "administrator", None)


def test_with_a_second_one_the_first_can_go(app, admin, ask, role_id):
    admin.post(f"/auth/team/{user_id(app, 'manager')}", data={"role_id": role_id("administrator"), "team_id": "0"})
    answer = admin.post(f"/auth/team/{user_id(app, 'admin')}", data={"role_id": role_id("seller"), "team_id": "0"})
    assert answer.status_code == 303
    assert state(ask, "admin")[1] == "seller"


def test_a_deactivated_administrator_does_not_count(app, admin, role_id):
    other = user_id(app, "manager")
    admin.post(f"/auth/team/{other}", data={"role_id": role_id("administrator"), "team_id": "0"})
    admin.post(f"/auth/team/{other}/deactivate")
    assert admin.post(f"/auth/team/{user_id(app, 'admin')}/deactivate").status_code == 409


def test_undo_leaves_an_administrator_too(app, admin, sign_in, ask, role_id):
    """What made the manager an administrator cannot be taken back once the manager is the only one."""
    manager = user_id(app, "manager")
    admin.post(f"/auth/team/{manager}", data={"role_id": role_id("administrator"), "team_id": "0"})
    made = last_operation(ask)
    second = sign_in("manager")
    second.post(f"/auth/team/{user_id(app, 'admin')}/deactivate")
    answer = second.post(f"/records/undo/{made}")
    assert answer.status_code == 409
    assert "nobody would be administrator" in answer.text
    assert state(ask, "manager")[1] == "administrator"


def test_who_is_no_administrator_any_more_does_not_become_one_by_undo(app, admin, sign_in, ask, role_id):
    manager = user_id(app, "manager")
    admin.post(f"/auth/team/{manager}", data={"role_id": role_id("administrator"), "team_id": "0"})
    second = sign_in("manager")
    second.post(f"/auth/team/{manager}", data={"role_id": role_id("manager"), "team_id": "0"})
    demoted = last_operation(ask)
    again = sign_in("manager")
    assert again.post(f"/records/undo/{demoted}").status_code == 403
    assert state(ask, "manager")[1] == "manager"


def test_two_administrators_cannot_remove_each_other_at_the_same_moment(app, admin, sign_in, ask, role_id):
    first, second = user_id(app, "admin"), user_id(app, "manager")
    admin.post(f"/auth/team/{second}", data={"role_id": role_id("administrator"), "team_id": "0"})
    clients = {first: admin, second: sign_in("manager")}
    gate = threading.Barrier(2)
    answers = []

    def remove(by: int, whom: int) -> None:
        gate.wait()
        answers.append(clients[by].post(f"/auth/team/{whom}/deactivate").status_code)

    threads = [threading.Thread(target=remove, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert answers.count(303) == 1, answers
    active = sa.select(User.id).join(Role).where(Role.name == "administrator", User.active)
    assert len(ask(active)) == 1


# --- teams ------------------------------------------------------------------------------------------------------------


def test_a_team_is_made_renamed_and_undone(admin, ask, team_id):
    assert admin.post("/auth/team/teams", data={"name": "East"}).status_code == 303
    number = team_id("East")
    assert admin.post(f"/auth/team/teams/{number}", data={"name": "Far East"}).status_code == 303
    assert "Far East" in admin.get("/auth/team").text
    assert undo(admin, ask) == 303
    assert team_id("East") == number


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "Please fill this in."),
        ("north", "There is a team of that name already."),
        ("x" * 61, "at most 60 characters"),
    ],
)
def test_a_bad_name_of_a_team_comes_back_with_the_error(admin, ask, team_id, name, sentence):
    before = ask(sa.select(Team.name).order_by(Team.id))
    for url in ("/auth/team/teams", f"/auth/team/teams/{team_id('South')}"):
        answer = admin.post(url, data={"name": name})
        assert answer.status_code == 422
        assert sentence in answer.text
    assert ask(sa.select(Team.name).order_by(Team.id)) == before


def test_a_team_keeps_its_own_name(admin, team_id):
    assert admin.post(f"/auth/team/teams/{team_id('South')}", data={"name": "South"}).status_code == 303


# --- the organisation -------------------------------------------------------------------------------------------------

FIRM = {
    "was": "{}",
    "name": "Noordlicht", "legal_name": "Noordlicht B.V.", "address": "Kade 1\n1011 AB Amsterdam", "country": "NL", "vat_id": "NL 0012.34",
    "website": "noordlicht.example", "email": "Info@Noordlicht.example", "phone": "020 555 01 00", "currency": "EUR", "locale": "nl",
    "time_zone": "Europe/Amsterdam",
}  # fmt: skip


@pytest.mark.parametrize("who", ["admin", "manager"])
def test_the_organisation_is_saved_and_undone(sign_in, ask, who):
    client = sign_in(who)
    assert client.get("/auth/organisation").status_code == 200
    assert client.post("/auth/organisation", data=FIRM).status_code == 303
    found = ask(sa.select(Organisation.name, Organisation.website, Organisation.email, Organisation.address))
    assert [tuple(row) for row in found] == [
        ("Noordlicht", "https://noordlicht.example", "info@noordlicht.example", "Kade 1\n1011 AB Amsterdam")
    ]
    client.post("/auth/organisation", data={**FIRM, "name": "Zuidlicht"})
    assert undo(client, ask) == 303
    assert ask(sa.select(Organisation.name)) == [("Noordlicht",)]
    assert "Noordlicht B.V." in client.get("/auth/organisation").text


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Please fill this in."),
        ("country", "XX", "Choose one of the answers"),
        ("currency", "XXX", "Choose one of the answers"),
        ("website", "javascript:alert(1)", "That is not a web address."),
        ("email", "info@", "That is not an e-mail address."),
        ("phone", "12", "That is not a phone number."),
        ("vat_id", "<script>", "letters and digits only"),
        ("address", "x" * 501, "at most 500 characters"),
    ],
)
def test_bad_particulars_come_back_with_the_error(admin, ask, field, value, sentence):
    answer = admin.post("/auth/organisation", data={**FIRM, field: value})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'id="{field}-problem"' in answer.text
    assert field == "name" or "Noordlicht" in answer.text
    assert ask(sa.select(Organisation.id)) == []


def test_two_people_change_the_organisation(sign_in, ask):
    one, two, url = sign_in("admin"), sign_in("manager"), "/auth/organisation"
    one.post(url, data=FIRM)
    seen_by_one, seen_by_two = typed(one.get(url).text, url), typed(two.get(url).text, url)
    assert one.post(url, data={**seen_by_one, "phone": "020 555 01 99"}).status_code == 303
    answer = two.post(url, data={**seen_by_two, "legal_name": "Noordlicht N.V."})
    assert answer.status_code == 409
    assert "now: 020 555 01 99" in answer.text
    assert "Noordlicht N.V." in answer.text
    assert ask(sa.select(Organisation.phone, Organisation.legal_name)) == [("020 555 01 99", "Noordlicht B.V.")]
    again = {**typed(answer.text, url), "phone": "020 555 01 99"}
    assert two.post(url, data=again).status_code == 303
    assert ask(sa.select(Organisation.phone, Organisation.legal_name)) == [("020 555 01 99", "Noordlicht N.V.")]


@pytest.mark.parametrize("was", ["", "x", "[]", None])
def test_who_does_not_say_what_they_saw_changes_nothing(admin, ask, was):
    sent = {name: value for name, value in FIRM.items() if name != "was"} | ({} if was is None else {"was": was})
    answer = admin.post("/auth/organisation", data=sent)
    assert answer.status_code == 422
    assert "Open the page anew" in answer.text
    assert ask(sa.select(Organisation.id)) == []


def test_others_see_none_of_it(sign_in):
    for who in ("seller", "marketing", "service"):
        client = sign_in(who)
        for url in (
            "/auth/organisation",
            "/auth/team",
            "/auth/invitations/new",
            "/auth/team/1",
            "/auth/roles",
            "/auth/roles/3",
        ):
            assert client.get(url).status_code == 403, url
        page = client.get("/auth/profile").text
        assert "/auth/organisation" not in page
        assert "/auth/team" not in page
    assert sign_in("manager").get("/auth/team").status_code == 403


@pytest.mark.parametrize("how", ["role", "deactivate"])
def test_who_takes_administration_from_oneself_is_offered_no_undo(stage, how):
    with stage.writes("admin"):
        db.session.get_one(User, stage.ids["user.manager"]).role_id = stage.ids["role.administrator"]
    url = f"/auth/team/{stage.ids['user.admin']}"
    admin = stage.client("admin")
    if how == "role":
        answer = admin.post(url, data={"role_id": stage.ids["role.seller"], "team_id": "0"})
    else:
        answer = admin.post(url + "/deactivate")
    assert answer.headers["Location"] == "/"
    shown = admin.get("/login").text
    assert "/records/undo/" not in shown
