"""Invitations: who may send them, what the mail's link does, how it ends, and that nobody types a password for others."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from crmlite.auth.models import Invitation, Role, Team, User, UserSession
from crmlite.extensions import db, pretending, utcnow, writing
from crmlite.journal import Operation
from crmlite.mail import outbox
from tests.auth.conftest import link_in, mails, send_all

NIA = "nia@firm.example"
JOIN = {"name": "Nia", "password": "four quite common words", "again": "four quite common words"}


@pytest.fixture
def app(make_app):
    return make_app(smtp_url="smtp://127.0.0.1:1")


@pytest.fixture
def admin(sign_in):
    return sign_in("admin")


@pytest.fixture
def form(ask):
    [(service,)] = ask(sa.select(Role.id).where(Role.name == "service"))
    [(south,)] = ask(sa.select(Team.id).where(Team.name == "South"))
    return {"email": " Nia@Firm.Example ", "role_id": service, "team_id": south, "locale": "nl"}


def invite(admin, form) -> str:
    """The page of the invitation."""
    answer = admin.post("/auth/invitations/new", data=form)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def newest(app) -> tuple[outbox.Message, str]:
    return [found for found in mails(app) if found[0].purpose == "invitation"][-1]


def users(ask):
    return ask(
        sa.select(User.email, User.name, User.locale, Role.name, Team.name)
        .join(User.role)
        .join(User.team)
        .where(User.email == NIA)
    )


# --- the way --------------------------------------------------------------------------------------------------------


def test_who_is_invited_chooses_name_and_password_and_is_signed_in(app, admin, form, ask):
    invite(admin, form)
    message, text = newest(app)
    assert (message.to, message.language, message.from_name) == (NIA, "nl", "Admin")
    path = link_in(text)
    nia = app.test_client()
    assert NIA in nia.get(path).text
    assert 'lang="nl"' in nia.get(path).text
    assert nia.post(path, data=JOIN).headers["Location"] == "/"
    assert users(ask) == [(NIA, "Nia", "nl", "service", "South")]
    assert nia.get("/auth/profile").status_code == 200
    words = {"email": NIA, "password": JOIN["password"]}
    assert app.test_client().post("/login", data=words).status_code == 303
    assert nia.get(path).status_code == 404
    assert nia.post(path, data=JOIN).status_code == 404
    assert "Nia" in admin.get("/auth/team").text


def test_the_team_page_lists_who_is_invited(admin, form, app):
    page = invite(admin, form)
    listed = admin.get("/auth/team").text
    assert f'href="{page}"' in listed
    assert "Expired" not in listed
    with pretending(utcnow() + timedelta(days=8)):
        assert "Expired" in admin.get("/auth/team").text
        assert "/login/join/" not in admin.get(page).text


def test_no_page_takes_a_password_for_somebody_else(admin, form):
    assert admin.get("/auth/team/new").status_code == 404
    assert 'type="password"' not in admin.get("/auth/invitations/new").text
    assert 'type="password"' not in admin.get("/auth/team/1").text


def test_new_users_have_the_firms_time_zone(app, admin, form, ask):
    firm = {
        "was": "{}",
        "name": "Firm",
        "country": "NL",
        "currency": "EUR",
        "locale": "nl",
        "time_zone": "Europe/Amsterdam",
    }
    assert admin.post("/auth/organisation", data=firm).status_code == 303
    assert 'value="nl" selected' in admin.get("/auth/invitations/new").text.replace(
        'selected value="nl"', 'value="nl" selected'
    )
    invite(admin, form)
    app.test_client().post(link_in(newest(app)[1]), data=JOIN)
    assert ask(sa.select(User.time_zone).where(User.email == NIA)) == [("Europe/Amsterdam",)]


def test_without_a_mail_server_the_administrator_passes_the_link_on(make_app, sign_in, form):
    app = make_app()
    admin = sign_in("admin", into=app)
    page = admin.get(invite(admin, form)).text
    assert "Send it to them yourself" in page
    path = link_in(page)
    assert app.test_client().post(path, data=JOIN).status_code == 303


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"email": "no address"}, "email", "That is not an e-mail address."),
        ({"email": "SELLER@firm.example"}, "email", "Somebody has this address already."),
        ({"role_id": "999"}, "role_id", "Choose one of the answers"),
        ({"role_id": "x"}, "role_id", "Choose one of the answers"),
        ({"team_id": "999"}, "team_id", "Choose one of the answers"),
        ({"locale": "xx"}, "locale", "Choose one of the answers"),
    ],
)
def test_a_bad_invitation_comes_back_with_the_error(app, admin, form, ask, changed, field, sentence):
    answer = admin.post("/auth/invitations/new", data={**form, **changed})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'id="{field}-problem"' in answer.text
    assert ask(sa.select(Invitation.id)) == []
    assert mails(app) == []


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"name": ""}, "name", "Vul dit in"),
        ({"password": "short", "again": "short"}, "password", "10 tekens"),
        ({"password": "four quite common words", "again": "others"}, "again", ""),
    ],
)
def test_a_bad_answer_comes_back_and_the_link_still_works(app, admin, form, ask, changed, field, sentence):
    invite(admin, form)
    path = link_in(newest(app)[1])
    answer = app.test_client().post(path, data={**JOIN, **changed})
    assert answer.status_code == 422
    assert f'id="{field}-problem"' in answer.text
    assert sentence in answer.text
    assert users(ask) == []
    assert app.test_client().post(path, data=JOIN).status_code == 303


def test_somebody_is_not_invited_twice(admin, form):
    invite(admin, form)
    answer = admin.post("/auth/invitations/new", data=form)
    assert answer.status_code == 422
    assert "They are invited already" in answer.text


def test_only_administrators_invite(sign_in, form):
    for who in ("manager", "seller"):
        client = sign_in(who)
        assert client.get("/auth/invitations/new").status_code == 403
        assert client.post("/auth/invitations/new", data=form).status_code == 403


# --- how it ends ----------------------------------------------------------------------------------------------------


def test_it_ends_after_a_week_and_sent_again_works_another(app, admin, form, ask):
    page = invite(admin, form)
    path = link_in(newest(app)[1])
    with pretending(utcnow() + timedelta(days=6, hours=23)):
        assert app.test_client().get(path).status_code == 200
    with pretending(utcnow() + timedelta(days=7, minutes=1)):
        assert app.test_client().get(path).status_code == 404
        assert app.test_client().post(path, data=JOIN).status_code == 404
        assert admin.post(f"{page}/send-again").status_code == 303
        assert link_in(newest(app)[1]) == path, "the mail before may still be on its way"
        assert app.test_client().get(path).status_code == 200


def test_taken_back_it_works_no_more_and_undo_brings_it_back(app, admin, form, ask):
    page = invite(admin, form)
    path = link_in(newest(app)[1])
    assert admin.post(f"{page}/revoke").status_code == 303
    assert app.test_client().get(path).status_code == 404
    assert NIA not in admin.get("/auth/team").text.split("Users")[1].split("toasts")[0]
    assert admin.post(f"{page}/revoke").status_code == 409
    assert admin.post(f"{page}/send-again").status_code == 409
    [(number,)] = ask(sa.select(sa.func.max(Operation.id)))
    assert admin.post(f"/records/undo/{number}").status_code == 303
    assert app.test_client().get(path).status_code == 200


def test_a_mail_that_was_taken_back_before_it_was_sent_is_not_sent(app, admin, form):
    page = invite(admin, form)
    admin.post(f"{page}/revoke")
    assert send_all(app)["invitation"] == {("failed", "outdated")}


def test_who_became_a_user_otherwise_takes_up_nothing(app, admin, form, ask):
    page = invite(admin, form)
    path = link_in(newest(app)[1])
    with app.app_context():
        writing()
        User.create(name="Nia", email=NIA, password="", role_id=form["role_id"], locale="en", time_zone="UTC")
        db.session.commit()
    assert app.test_client().post(path, data=JOIN).status_code == 404
    assert admin.post(f"{page}/send-again").status_code == 409


def test_one_of_two_at_the_same_moment_becomes_the_user(app, real_hashes, admin, form, ask):
    invite(admin, form)
    path = link_in(newest(app)[1])
    gate, statuses = threading.Barrier(2), []

    def take_up(name: str) -> None:
        gate.wait()
        statuses.append(app.test_client().post(path, data={**JOIN, "name": name}).status_code)

    threads = [threading.Thread(target=take_up, args=(name,)) for name in ("Nia", "Nina")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(statuses) == [303, 404]
    assert len(users(ask)) == 1


def test_who_took_it_up_ends_what_the_browser_was_signed_in_to(app, admin, form, sign_in, ask):
    """Somebody else's session in this browser is not theirs."""
    invite(admin, form)
    browser = sign_in("seller")
    page = browser.get(link_in(newest(app)[1]))
    assert "seller@firm.example" not in page.text
    browser.post(link_in(newest(app)[1]), data=JOIN)
    assert NIA in browser.get("/auth/profile").text
    query = sa.select(sa.func.count()).select_from(UserSession).join(User).where(User.email == "seller@firm.example")
    assert ask(query) == [(0,)]
