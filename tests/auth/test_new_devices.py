"""Mails about one's own account: signing in on a new device, a changed password."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from crmlite.auth.models import User
from crmlite.extensions import db, pretending, writing
from crmlite.mail import outbox
from crmlite.mail.sending import SENT_AGAIN_BY_ITSELF
from tests.auth.conftest import PASSWORD, mails, user_id

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def app(make_app):
    return make_app(smtp_url="smtp://127.0.0.1:1")


def enter(client, who="seller"):
    """Signs in with Firefox, as a person would."""
    typed = {"email": f"{who}@firm.example", "password": PASSWORD}
    return client.post("/login", data=typed, environ_base={"HTTP_USER_AGENT": FIREFOX, "REMOTE_ADDR": "203.0.113.9"})


def new_devices(app) -> list[tuple[str, str]]:
    return [
        (message.to, text)
        for message, text in mails(app, new_devices=True)
        if message.subject == "You signed in on a new device"
    ]


def test_a_new_device_is_told_of_once(app):
    client = app.test_client()
    enter(client)
    [(to, text)] = new_devices(app)
    assert to == "seller@firm.example"
    for words in ("Firefox on Linux", "203.0.113.9", "/auth/devices", "/auth/profile"):
        assert words in text
    client.post("/logout")
    enter(client)
    assert len(new_devices(app)) == 1, "the browser was there before"
    enter(app.test_client())
    assert len(new_devices(app)) == 2, "another one of the same kind is a new one"


def test_each_user_of_a_browser_is_told_once(app):
    client = app.test_client()
    for who in ("seller", "rival", "seller", "rival"):
        enter(client, who)
    assert [to for to, _text in new_devices(app)] == ["seller@firm.example", "rival@firm.example"]


@pytest.mark.parametrize("cookie", ["", "made.up", "a.b.c.d.e.f.g", "." * 500, "é.ü", "x" * 5000])
def test_a_cookie_that_was_made_up_keeps_no_mail_away(app, cookie):
    client = app.test_client()
    client.set_cookie("crmlite_device", cookie)
    assert enter(client).status_code == 303
    assert len(new_devices(app)) == 1


def test_the_cookie_of_one_user_says_nothing_of_another(app):
    theirs, mine = app.test_client(), app.test_client()
    enter(theirs, "rival")
    mine.set_cookie("crmlite_device", theirs.get_cookie("crmlite_device").value)
    enter(mine)
    assert [to for to, _text in new_devices(app)][-1] == "seller@firm.example"


def test_the_cookie_alone_opens_nothing(app):
    client, other = app.test_client(), app.test_client()
    enter(client)
    other.set_cookie("crmlite_device", client.get_cookie("crmlite_device").value)
    assert other.get("/auth/profile").status_code == 302
    flags = client.get_cookie("crmlite_device")
    assert flags.http_only
    assert flags.same_site == "Lax"


def test_the_time_is_the_users_and_so_is_the_language(app):
    with app.app_context():
        writing()
        seller = db.session.get_one(User, user_id(app, "seller"))
        seller.locale, seller.time_zone = "nl", "Pacific/Auckland"
        db.session.commit()
    with pretending(datetime(2026, 11, 27, 9, 30, tzinfo=UTC)):
        enter(app.test_client())
    message, text = mails(app, new_devices=True)[-1]
    assert message.language == "nl"
    assert "27 nov" in text
    assert "22:30" in text


def test_it_is_sent_again_by_itself_and_a_notice_is_not(app, ask):
    client = app.test_client()
    enter(client)
    sent = {"current": PASSWORD, "password": "three green chairs", "again": "three green chairs"}
    assert client.post("/auth/profile/password", data=sent).status_code == 303
    rows = ask(sa.select(outbox.Message.subject, outbox.Message.purpose).order_by(outbox.Message.id))
    assert rows == [("You signed in on a new device", "sign_in"), ("Your password was changed", "notice")]
    assert {"sign_in", "password_reset"} <= SENT_AGAIN_BY_ITSELF


def test_a_wrong_password_sends_no_mail(app):
    app.test_client().post("/login", data={"email": "seller@firm.example", "password": "wrong password"})
    assert mails(app, new_devices=True) == []


def test_without_a_mail_server_nothing_waits_for_years(make_app):
    app = make_app()
    enter(app.test_client())
    assert mails(app, new_devices=True) == []
