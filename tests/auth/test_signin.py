"""Signing in: who gets in, what others are told, how often they may try, and what becomes of sessions."""

import json
import statistics
import threading
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from crmlite.auth import passwords
from crmlite.auth.models import Throttle, User, UserSession, hash_secret
from crmlite.auth.signin import TRIES, TRIES_OF_ACCOUNT, TRIES_OF_ADDRESS
from crmlite.extensions import db, utcnow, writing
from crmlite.safety import local_path
from tests.auth.conftest import PASSWORD, user_id

SESSION = "crmlite_session"


def try_to(client, email="seller@firm.example", password=PASSWORD, **more):
    return client.post("/login", data={"email": email, "password": password}, **more)


def change(app, **values):
    with app.app_context():
        writing()
        db.session.execute(
            sa.update(User)
            .where(User.email == "seller@firm.example")
            .values(**values)
            .execution_options(journaled=True)
        )
        db.session.commit()


# --- who gets in ------------------------------------------------------------------------------------------------------


def test_the_right_password_signs_in_and_out(app, ask):
    client = app.test_client()
    answer = try_to(client, " Seller@Firm.Example ")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert client.get("/auth/profile").status_code == 200
    assert ask(sa.select(UserSession.user_id)) == [(user_id(app, "seller"),)]
    assert client.post("/logout").headers["Location"] == "/login"
    assert client.get("/auth/profile").status_code == 302
    assert ask(sa.select(UserSession.id)) == []


def test_where_one_wanted_to_go(app):
    client = app.test_client()
    asked = client.get("/auth/devices?x=1")
    assert asked.headers["Location"] == "/login?next=%2Fauth%2Fdevices%3Fx%3D1"
    page = client.get(asked.headers["Location"])
    assert 'value="/auth/devices?x=1"' in page.text
    answer = client.post(
        "/login", data={"email": "seller@firm.example", "password": PASSWORD, "next": "/auth/devices?x=1"}
    )
    assert answer.headers["Location"] == "/auth/devices?x=1"


EVIL = [
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/\n/evil.example", "\t//evil.example",
    " //evil.example", "https:evil.example", "https://evil.example", "http://evil.example", "HTTPS://evil.example", "//evil.example/%2f..",
    "javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "vbscript:x", "evil.example", "evil.example/", ".evil.example",
    "@evil.example", "/x\r\nLocation: https://evil.example", "/\x00/evil.example", "//", "\\/evil.example", "/\\/evil.example", "?//evil",
    "//user@evil.example", "//evil.example:80", "////evil.example", "/\u2028/evil.example\\", "http:/evil.example", "http:///evil.example",
    "//[::1]", "/\\\\evil.example", "https:/\\evil.example", "ftp://evil.example", "mailto:a@evil.example", "#//evil", "",
]  # fmt: skip


@pytest.mark.parametrize("target", EVIL)
def test_nobody_is_sent_elsewhere(app, target):
    client = app.test_client()
    answer = client.post("/login", data={"email": "seller@firm.example", "password": PASSWORD, "next": target})
    assert answer.headers["Location"] == "/"
    assert local_path(target) is None
    assert client.get("/login", query_string={"next": target}).headers["Location"] == "/"


def test_local_paths_are_kept():
    for path in ("/", "/contacts/?city=Oslo&_sort=-name", "/contacts/7#notes", "/p/a//b", "/søk?q=ж"):
        assert local_path(path) == path


# --- what others are told ---------------------------------------------------------------------------------------------


def test_unknown_wrong_and_deactivated_are_told_the_same(app):
    change(app, active=False)
    answers = [
        try_to(app.test_client(), email, password)
        for email, password in (
            ("nobody@firm.example", "wrong password"),
            ("rival@firm.example", "wrong password"),
            ("seller@firm.example", PASSWORD),
        )
    ]
    assert {answer.status_code for answer in answers} == {422}
    bodies = {
        answer.text.replace("nobody@", "x@").replace("rival@", "x@").replace("seller@", "x@") for answer in answers
    }
    assert len(bodies) == 1
    varying = {"X-Request-Id", "Content-Length", "Date"}
    assert len({str([h for h in answer.headers if h[0] not in varying]) for answer in answers}) == 1
    assert "do not belong together" in answers[0].text


def test_the_hash_for_nobody_costs_what_a_real_one_costs(real_hashes):
    def cost(hashed: str) -> list[str]:
        return hashed.split("$")[1:4]

    assert cost(passwords.NOBODYS) == cost(passwords.hash_password(PASSWORD))
    assert cost(passwords.NOBODYS) == ["argon2id", "v=19", "m=19456,t=2,p=1"], "what OWASP names, not what tests take"
    assert not passwords.verify("", None)


def difference(app, monkeypatch) -> float:
    """Between the medians of interleaved tries for a known and an unknown address, as a share of the shorter one."""
    for limit in ("TRIES", "TRIES_OF_ADDRESS"):
        monkeypatch.setattr(f"crmlite.auth.signin.{limit}", 10**6)
    client = app.test_client()
    took: dict[str, list[float]] = {"nobody@firm.example": [], "seller@firm.example": []}
    for _round in range(25):
        for email, times in took.items():
            began = time.perf_counter()
            try_to(client, email, "wrong password")
            times.append(time.perf_counter() - began)
    unknown, known = (statistics.median(times) for times in took.values())
    return abs(unknown - known) / min(unknown, known)


def test_who_is_unknown_takes_as_long(app, real_hashes, monkeypatch):
    tries = (difference(app, monkeypatch) for _try in range(3))  # others have the machine meanwhile
    assert any(found < 0.4 for found in tries)


def test_that_measure_sees_an_app_that_skips_the_hash(app, real_hashes, monkeypatch):
    real = passwords.verify
    monkeypatch.setattr(passwords, "verify", lambda password, hashed: hashed is not None and real(password, hashed))
    assert difference(app, monkeypatch) > 0.4


# --- how often --------------------------------------------------------------------------------------------------------


def test_the_eleventh_try_is_refused_even_with_the_right_password_and_released_after_the_period(app):
    client = app.test_client()
    for _try in range(TRIES):
        assert "do not belong together" in try_to(client, password="wrong password").text
    refused = try_to(client)
    assert refused.status_code == 422
    assert "tried too often" in refused.text
    assert try_to(client, "rival@firm.example").status_code == 303, "others are not locked out"
    with app.app_context():
        writing()
        db.session.execute(sa.update(Throttle).values(until=utcnow() - timedelta(seconds=1)))
        db.session.commit()
    assert try_to(client).status_code == 303


def test_an_unknown_account_is_throttled_like_a_known_one(app):
    client = app.test_client()
    for _try in range(TRIES):
        try_to(client, "nobody@firm.example", "wrong password")
    assert "tried too often" in try_to(client, "nobody@firm.example", "wrong password").text


def test_tries_do_not_lengthen_the_period(app, ask):
    client = app.test_client()
    try_to(client, password="wrong password")
    before = ask(sa.select(Throttle.key, Throttle.until).order_by(Throttle.key))
    for _try in range(TRIES + 3):
        try_to(client, password="wrong password")
    assert ask(sa.select(Throttle.key, Throttle.until).order_by(Throttle.key)) == before


def test_signing_in_gives_the_tries_back(app, ask):
    client = app.test_client()
    for _try in range(TRIES - 1):
        try_to(client, password="wrong password")
    assert try_to(client).status_code == 303
    for _try in range(TRIES):
        assert "do not belong together" in try_to(client, password="wrong password").text


def test_one_address_cannot_try_all_accounts_nor_many_addresses_one_account(app, monkeypatch):
    monkeypatch.setattr(passwords, "verify", lambda _password, _hashed: False)
    client = app.test_client()
    for number in range(TRIES_OF_ADDRESS):
        assert "do not belong" in try_to(client, f"user{number}@firm.example").text
    assert "tried too often" in try_to(client, "another@firm.example").text
    for number in range(TRIES_OF_ACCOUNT):
        address = {"REMOTE_ADDR": f"198.51.{number // 250}.{number % 250}"}
        assert "do not belong" in try_to(client, environ_base=address).text
    assert "tried too often" in try_to(client, environ_base={"REMOTE_ADDR": "203.0.113.9"}).text


def test_the_addresses_of_one_network_of_ipv6_are_one(app):
    client = app.test_client()
    for number in range(TRIES):
        try_to(client, password="wrong password", environ_base={"REMOTE_ADDR": f"2001:db8:1:1::{number:x}"})
    assert "tried too often" in try_to(client, environ_base={"REMOTE_ADDR": "2001:db8:1:1:ffff::1"}).text
    assert try_to(client, environ_base={"REMOTE_ADDR": "2001:db8:1:2::1"}).status_code == 303


def test_tries_at_the_same_moment_are_all_counted(app, ask):
    period = timedelta(minutes=3)
    within: list[bool] = []
    gate = threading.Barrier(8)

    def hit() -> None:
        with app.app_context():
            gate.wait()
            for _try in range(5):
                writing()
                within.append(Throttle.hit("together", 17, period))
                db.session.commit()

    threads = [threading.Thread(target=hit) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert ask(sa.select(Throttle.count)) == [(40,)]
    assert sum(within) == 17


# --- sessions ---------------------------------------------------------------------------------------------------------


def test_the_database_holds_no_secret_that_signs_in(app, ask):
    client = app.test_client()
    try_to(client)
    secret = client.get_cookie(SESSION).value
    assert len(secret) >= 43
    assert ask(sa.select(UserSession.secret_hash)) == [(hash_secret(secret),)]
    assert secret not in str(ask(sa.select(UserSession.__table__)))


def test_a_cookie_from_before_is_worth_nothing_after_signing_in(app):
    """Who planted a session of his own in somebody's browser does not share the one that begins."""
    planted = app.test_client()
    try_to(planted, "rival@firm.example")
    secret = planted.get_cookie(SESSION).value
    victim = app.test_client()
    victim.set_cookie(SESSION, secret)
    assert victim.get("/auth/profile").status_code == 200
    try_to(victim)
    assert victim.get_cookie(SESSION).value != secret
    assert planted.get("/auth/profile").status_code == 302
    made_up = app.test_client()
    made_up.set_cookie(SESSION, "made-up-by-the-attacker")
    try_to(made_up)
    assert made_up.get_cookie(SESSION).value != "made-up-by-the-attacker"


@pytest.mark.parametrize(
    "ending",
    ["sign out", "expire", "deactivate", "new password", "another role"],
    ids=lambda text: text.replace(" ", "-"),
)
def test_a_session_that_ended_cannot_be_replayed(app, ending):
    client = app.test_client()
    try_to(client)
    replay = app.test_client()
    replay.set_cookie(SESSION, client.get_cookie(SESSION).value)
    assert replay.get("/auth/profile").status_code == 200, "the control: before, the copy works"
    if ending == "sign out":
        client.post("/logout")
    with app.app_context():
        writing()
        seller = db.session.scalars(sa.select(User).where(User.email == "seller@firm.example")).one()
        if ending == "expire":
            db.session.execute(sa.update(UserSession).values(expires_at=utcnow() - timedelta(seconds=1)))
        elif ending == "deactivate":
            seller.deactivate()
        elif ending == "new password":
            seller.set_password(passwords.hash_password("another long password"))
        elif ending == "another role":
            manager = db.session.scalars(sa.select(User).where(User.email == "manager@firm.example")).one()
            seller.assign(manager.role, seller.team)
        db.session.commit()
    assert replay.get("/auth/profile").headers["Location"].startswith("/login")
    assert replay.post("/auth/theme", data={"theme": "dark"}).status_code == 401


def test_a_session_lasts_as_long_as_the_setting_says(make_app):
    app = make_app(session_days=3)
    client = app.test_client()
    answer = try_to(client)
    assert "Max-Age=259200" in answer.headers["Set-Cookie"]
    with app.app_context():
        left = db.session.scalars(sa.select(UserSession.expires_at)).one() - utcnow()
    assert timedelta(days=2, hours=23) < left <= timedelta(days=3)


def test_htmx_is_told_to_sign_in_and_to_come_back_to_the_page(app):
    headers = {
        "HX-Request": "true",
        "HX-Request-Type": "partial",
        "HX-Current-URL": "http://localhost/auth/devices?x=1",
    }
    answer = app.test_client().get("/auth/profile", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/login?next=%2Fauth%2Fdevices%3Fx%3D1"
    elsewhere = {**headers, "HX-Current-URL": "https://evil.example/"}
    answer = app.test_client().get("/auth/profile", headers=elsewhere)
    assert answer.headers["HX-Redirect"] == "/login?next=%2F"


def test_what_was_typed_is_kept_when_the_session_has_ended(app):
    """A fragment is answered with a toast and nothing else; a whole form comes back to be sent again."""
    client = app.test_client()
    client.set_cookie("crmlite_session", "of yesterday")
    answer = client.post("/auth/theme", headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert (answer.status_code, "HX-Redirect" in answer.headers, answer.headers["HX-Reswap"]) == (401, False, "none")
    assert (toast["kind"], toast["link"]["href"]) == ("error", "/login?ended=1")
    typed = {"name": 'Anna "<b>"', "text": "\nTwo\nlines", "password": "secret words"}
    answer = client.post("/auth/profile?x=1", data=typed)
    assert answer.status_code == 401
    assert 'action="/auth/profile?x=1"' in answer.text
    assert "Anna &#34;&lt;b&gt;&#34;</textarea>" in answer.text
    assert '<textarea name="text" hidden>\n\nTwo\nlines</textarea>' in answer.text
    assert "secret words" not in answer.text
    assert client.get("/auth/profile").headers["Location"] == "/login?next=%2Fauth%2Fprofile&ended=1"
    assert "your session has ended" in client.get("/login?ended=1").text
    assert "your session has ended" not in client.get("/login").text


def test_only_a_post_notes_that_a_device_was_seen(app, ask):
    client = app.test_client()
    try_to(client)
    long_ago = utcnow() - timedelta(hours=1)
    with app.app_context():
        writing()
        db.session.execute(sa.update(UserSession).values(seen_at=long_ago))
        db.session.commit()
    client.get("/auth/profile")
    assert ask(sa.select(UserSession.seen_at)) == [(long_ago,)]
    client.post("/auth/theme", data={"theme": "dark"})
    assert ask(sa.select(UserSession.seen_at))[0][0] > long_ago


# --- passwords --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "password",
    ["", "short", "nine char", "aaaaaaaaaaaaaaa", "abababababab", "1234567890", "0987654321", "qwertyuiop", "password123", "PASSWORD123",
     "anna@firm.example", "Anna Lindqvist", "annalindqvist", "x" * 1001],
)  # fmt: skip
def test_passwords_that_others_guess_first_are_refused(app, password):
    with app.app_context():
        assert passwords.problem(password, "anna@firm.example", "Anna Lindqvist")


@pytest.mark.parametrize(
    "password",
    ["crmlite-demo", "correct horse battery", "четыре простых слова", "كلمة مرور طويلة", "我们的密码很长很长吧"],
)
def test_long_passwords_of_any_script_are_taken(app, password):
    with app.app_context():
        assert passwords.problem(password, "anna@firm.example", "Anna") is None
        assert passwords.verify(password, passwords.hash_password(password))


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"email": "", "password": "x"}, "email", "Please fill this in."),
        ({"email": "seller@firm.example", "password": ""}, "password", "Please fill this in."),
        ({"email": "x" * 255, "password": "x"}, "email", "at most 254 characters"),
        ({"email": "seller@firm.example", "password": "x" * 1001}, "password", "at most 1000 characters"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(app, typed, field, sentence):
    answer = app.test_client().post("/login", data=typed)
    assert answer.status_code == 422
    assert sentence in answer.text.split(f'id="{field}-problem"')[1].split("</p>")[0]
    assert f'aria-describedby="{field}-problem"' in answer.text
