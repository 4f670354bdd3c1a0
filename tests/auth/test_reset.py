"""A new password by mail: whom it reaches, what its link is worth, and what strangers can learn of it."""

import json
import math
import threading
import time
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import sqlalchemy as sa

from crmlite import jobs
from crmlite.auth import reset, tokens
from crmlite.auth.models import PasswordReset, Throttle, User, UserSession
from crmlite.auth.reset import MAILS
from crmlite.extensions import db, pretending, reading, utcnow, writing
from crmlite.mail import outbox
from tests import oracles
from tests.auth.conftest import PASSWORD, link_in, mails, send_all, user_id
from tests.mail.servers import Stub
from tests.test_budgets import counted

NEW = "three green chairs"
CHANGE = {"password": NEW, "again": NEW}
SELLER = "seller@firm.example"


@pytest.fixture
def app(make_app):
    return make_app(smtp_url="smtp://127.0.0.1:1")


def ask_for(client, address=SELLER, **more):
    return client.post("/login/forgot", data={"email": address}, **more)


def link_for(app, email=SELLER) -> str:
    ask_for(app.test_client(), email)
    return link_in(mails(app)[-1][1])


def sign_in_with(app, password, email=SELLER):
    return app.test_client().post("/login", data={"email": email, "password": password})


# --- the way --------------------------------------------------------------------------------------------------------


def test_the_whole_way(app, sign_in, ask):
    device = sign_in("seller")
    assert 'href="/login/forgot"' in app.test_client().get("/login").text
    assert ask_for(app.test_client(), " Seller@Firm.Example ").headers["Location"] == "/login/forgot?sent=1"
    [(message, text)] = mails(app)
    assert (message.to, message.purpose, message.from_user_id) == (SELLER, "password_reset", None)
    path = link_in(text)
    stranger = app.test_client()
    page = stranger.get(path)
    assert SELLER in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    answer = stranger.post(path, data=CHANGE)
    assert answer.headers["Location"] == "/login"
    assert "final" in stranger.get("/login").text
    assert sign_in_with(app, PASSWORD).status_code == 422
    assert sign_in_with(app, NEW).status_code == 303
    assert device.get("/auth/profile").status_code == 302, "who was signed in has to sign in again"
    assert [m.subject for m, _text in mails(app)][1] == "Your password was changed"
    assert stranger.get(path).status_code == 404
    assert stranger.post(path, data=CHANGE).status_code == 404


def test_looking_at_the_link_uses_nothing_up(app):
    path = link_for(app)
    for _scanner in range(5):
        assert app.test_client().get(path).status_code == 200
    assert app.test_client().post(path, data=CHANGE).status_code == 303


@pytest.mark.parametrize(
    ("sent", "field", "sentence"),
    [
        ({"password": "short", "again": "short"}, "password", "at least 10 characters"),
        ({"password": SELLER, "again": SELLER}, "password", "the first thing others try"),
        ({"password": NEW, "again": NEW + "!"}, "again", "These two are not the same."),
        ({}, "password", "Please fill this in."),
    ],
)
def test_a_bad_password_comes_back_and_the_link_still_works(app, sent, field, sentence):
    path = link_for(app)
    answer = app.test_client().post(path, data=sent)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'id="{field}-problem"' in answer.text
    assert app.test_client().post(path, data=CHANGE).status_code == 303


def test_the_page_and_the_mail_speak_the_users_language(app):
    with app.app_context():
        writing()
        db.session.get_one(User, user_id(app, "seller")).locale = "ar"
        db.session.commit()
    path = link_for(app)
    assert 'lang="ar" dir="rtl"' in app.test_client().get(path).text
    assert mails(app)[0][0].language == "ar"


def test_without_a_mail_server_the_page_says_so_and_nothing_is_written(make_app, ask):
    app = make_app()
    assert "no mail server" in app.test_client().get("/login/forgot").text
    answer = ask_for(app.test_client())
    assert answer.status_code == 422
    assert "no mail server" in answer.text
    assert mails(app) == []


def test_an_administrator_sends_the_link_and_types_no_password(app, sign_in):
    number = user_id(app, "seller")
    assert sign_in("manager").post(f"/auth/team/{number}/send-password-link").status_code == 403
    admin = sign_in("admin")
    assert admin.post(f"/auth/team/{number}/send-password-link").status_code == 303
    path = link_in([text for message, text in mails(app) if message.purpose == "password_reset"][0])
    assert app.test_client().post(path, data=CHANGE).status_code == 303
    admin.post(f"/auth/team/{number}/deactivate")
    assert admin.post(f"/auth/team/{number}/send-password-link").status_code == 409


# --- nobody else gets the link ----------------------------------------------------------------------------------------


def dump(app) -> str:
    with app.app_context():
        return repr(oracles.dump(db.engines["reader"], leave_out=()))


def test_the_token_is_in_no_row_on_no_page_and_in_no_log(app, sign_in, caplog):
    caplog.set_level("DEBUG")
    path = link_for(app)
    token = path.rpartition("/")[2]
    code = token[len(tokens.nonce_of(token)) :]
    assert len(code) == 22, "128 bits that only the instance's secret makes"
    app.test_client().get(path)
    app.test_client().get(path[:-1] + ("A" if path[-1] != "A" else "B"))
    assert code not in dump(app)
    number = mails(app)[0][0].id
    page = sign_in("admin").get(f"/mail/{number}").text
    assert "/login/reset/…" in page
    assert code not in page
    assert code not in caplog.text
    assert code in mails(app)[0][1], "the control: the mail itself has it"


HOSTS = [
    {"headers": {"Host": "evil.example"}},
    {"headers": {"X-Forwarded-Host": "evil.example"}},
    {"headers": {"Forwarded": "host=evil.example"}},
    {"headers": {"X-Host": "evil.example", "X-Original-URL": "https://evil.example/"}},
    {"base_url": "http://evil.example/"},
    {"headers": {"Host": "localhost, evil.example"}},
    {"headers": {"Host": "localhost@evil.example"}},
]
"""How somebody may try to have the link lead to them."""


@pytest.mark.parametrize("how", HOSTS, ids=str)
def test_links_lead_to_the_public_url_whatever_the_request_says(make_app, how):
    """T15: on every route that sends a mail with a link."""
    app = make_app(smtp_url="smtp://127.0.0.1:1", public_url="http://crm.firm.example")
    asked = ask_for(app.test_client(), **how).status_code
    admin = app.test_client()
    admin.post("/login", data={"email": "admin@firm.example", "password": PASSWORD})
    number = user_id(app, "rival")
    by_admin = admin.post(f"/auth/team/{number}/send-password-link", **how).status_code
    form = {"email": "new@firm.example", "role_id": "3", "team_id": "0", "locale": "en"}
    invited = admin.post("/auth/invitations/new", data=form, **how).status_code
    texts = [text for message, text in mails(app) if message.purpose in {"password_reset", "invitation"}]
    assert len(texts) == [asked, by_admin, invited].count(303)
    assert {asked, by_admin, invited} <= {303, 400, 401, 403}
    for text in texts:
        assert "http://crm.firm.example/login/" in text
        assert "evil.example" not in text


def test_a_proxy_that_is_not_believed_changes_no_link(make_app):
    """The control for the test above: a proxy that was configured may say the host, and even it does not get into links."""
    app = make_app(
        smtp_url="smtp://127.0.0.1:1", public_url="http://crm.firm.example", proxies=1, trusted_hosts=("other.example",)
    )
    with app.test_request_context("/login", headers={"X-Forwarded-Host": "other.example"}):
        pass
    assert ask_for(app.test_client(), headers={"X-Forwarded-Host": "other.example"}).status_code == 303
    assert "http://crm.firm.example/login/reset/" in mails(app)[0][1]


# --- what it is worth -------------------------------------------------------------------------------------------------


ENDINGS = {
    "an hour later": lambda user: None,
    "signing in": lambda user: None,
    "another password": lambda user: user.set_password("another hash"),
    "another address": lambda user: setattr(user, "email", "other@firm.example"),
    "deactivated": lambda user: user.deactivate(),
    "deactivated and back": lambda user: user.deactivate().reactivate(),
}


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda text: text.replace(" ", "-"))
def test_it_ends_with(app, ending):
    """T16."""
    path = link_for(app)
    assert app.test_client().get(path).status_code == 200, "the control: before, it works"
    if ending == "signing in":
        assert sign_in_with(app, PASSWORD).status_code == 303
    with app.app_context():
        writing()
        ENDINGS[ending](db.session.get_one(User, user_id(app, "seller")))
        db.session.commit()
    now = utcnow() + timedelta(minutes=61 if ending == "an hour later" else 0)
    with pretending(now):
        assert app.test_client().get(path).status_code == 404
        assert app.test_client().post(path, data=CHANGE).status_code == 404
    assert sign_in_with(app, NEW).status_code == 422


def test_a_mail_whose_link_has_ended_is_not_sent_any_more(app):
    ask_for(app.test_client())
    mails(app)
    assert sign_in_with(app, PASSWORD).status_code == 303
    ask_for(app.test_client())
    assert send_all(app)["password_reset"] == {("failed", "outdated"), ("sending", "")}


def test_one_of_two_at_the_same_moment_wins(app, real_hashes, ask):
    path = link_for(app)
    gate = threading.Barrier(2)
    statuses: list[int] = []

    def use(password: str) -> None:
        gate.wait()
        answer = app.test_client().post(path, data={"password": password, "again": password})
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=use, args=(f"{word} green chairs",)) for word in ("seven", "eleven")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(statuses) == [303, 404]


def test_a_token_is_good_for_one_kind_of_link_only(stage):
    """T14: every token that there is, on every route with one."""
    routes = {
        "reset": "/login/reset/{}",
        "invitation": "/login/join/{}",
        "sent.quote": "/p/quote/{}",
    }
    for key in routes:
        for other, url in routes.items():
            stranger = stage.client()
            expected = 200 if key == other else 404
            assert stranger.get(url.format(stage.token(key))).status_code == expected, (key, url)
            if key != other and not url.startswith("/p/"):
                form = {"name": "Nia", **CHANGE}
                assert stranger.post(url.format(stage.token(key)), data=form).status_code == 404


@pytest.mark.parametrize("token", ["", "x", "a" * 44, "a" * 45, "%00" * 44, "é" * 44, "a" * 5000])
def test_what_is_no_token_is_not_there(app, token):
    assert app.test_client().get(f"/login/reset/{token}").status_code in {404, 405}


def test_who_guesses_is_stopped_before_the_token_is_looked_at(app):
    path = link_for(app)
    client = app.test_client()
    for number in range(tokens.GUESSES):
        assert client.get(f"/login/reset/{number:044d}").status_code == 404
    assert client.get(path).status_code == 429
    elsewhere = {"REMOTE_ADDR": "203.0.113.7"}
    assert client.get(path, environ_base=elsewhere).status_code == 200


# --- what strangers learn ---------------------------------------------------------------------------------------------


def test_nobody_gets_a_mail_who_is_no_active_user_with_a_password(app):
    with app.app_context():
        writing()
        db.session.get_one(User, user_id(app, "rival")).deactivate()
        db.session.get_one(User, user_id(app, "service")).password = ""
        db.session.commit()
    for who in ("nobody", "rival", "service"):
        assert ask_for(app.test_client(), f"{who}@firm.example").status_code == 303
    assert mails(app) == []


def test_one_mailbox_is_not_filled(app):
    for number in range(MAILS + 3):
        answer = ask_for(app.test_client(), environ_base={"REMOTE_ADDR": f"198.51.100.{number}"})
        assert answer.status_code == 303, "and nobody can tell by the answer"
    assert len(mails(app)) == MAILS


def test_one_who_asks_for_many_is_stopped(app, ask):
    client = app.test_client()
    for number in range(reset.TRIES):
        assert ask_for(client, f"user{number}@firm.example").status_code == 303
    answer = ask_for(client)
    assert answer.status_code == 422
    assert "tried too often" in answer.text
    assert mails(app) == []


def answers(app, *emails):
    """Of each: status, headers but for those that differ by chance, body."""
    varying = {"X-Request-Id", "Date"}
    found = []
    for email in emails:
        client = app.test_client()
        answer = ask_for(client, email)
        page = client.get(answer.headers["Location"])
        said = [(name, value) for name, value in answer.headers if name not in varying]
        found.append((answer.status_code, said, answer.text, page.text))
    return found


def test_unknown_and_deactivated_are_told_the_same_with_the_same_statements(app):
    """T17. Where the statements are the same, so is the work: nothing is looked up before the answer."""
    with app.app_context():
        writing()
        db.session.get_one(User, user_id(app, "rival")).deactivate()
        db.session.commit()
    known, unknown, gone = answers(app, SELLER, "nobody@firm.example", "rival@firm.example")
    assert known == unknown == gone
    sent = []
    for email in (SELLER, "nobody@firm.example"):
        with counted() as statements:
            ask_for(app.test_client(), email)
        sent.append(list(statements))
    assert sent[0] == sent[1]


def rank_sum_p(first: list[float], second: list[float]) -> float:
    """Mann-Whitney's p, by its normal approximation: how likely so large a difference is by chance."""
    ranked = sorted((value, which) for which, values in enumerate((first, second)) for value in values)
    n, m = len(first), len(second)
    u = sum(rank for rank, (_value, which) in enumerate(ranked, 1) if which == 0) - n * (n + 1) / 2
    z = (u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
    return math.erfc(abs(z) / math.sqrt(2))


def timed(app, rounds: int) -> float:
    client = app.test_client()
    took: dict[str, list[float]] = {"nobody@firm.example": [], SELLER: []}
    for number in range(rounds):
        with app.app_context():
            writing()
            db.session.execute(sa.delete(Throttle))
            db.session.commit()
        for email in sorted(took, reverse=bool(number % 2)):  # interleaved, each first as often as the other
            began = time.perf_counter()
            ask_for(client, email)
            took[email].append(time.perf_counter() - began)
    return rank_sum_p(*took.values())


@pytest.mark.only_on("sqlite")
def test_who_is_unknown_takes_as_long(app, pytestconfig):
    rounds = 500 if pytestconfig.getoption("long") else 60
    assert max(timed(app, rounds) for _once_more in range(2)) > 0.01


@pytest.mark.only_on("sqlite")
def test_that_measure_sees_an_app_that_sends_at_once(app, monkeypatch):
    real = reset.ask

    def ask_at_once(email: str) -> bool:
        within = real(email)
        writing()
        reset.send(email)
        db.session.commit()
        return within

    monkeypatch.setattr(reset, "ask", ask_at_once)
    assert timed(app, 60) < 0.01


def test_the_job_holds_nothing_but_the_address(app, ask):
    from crmlite.jobs import Job

    ask_for(app.test_client())
    [(args,)] = ask(sa.select(Job.args).where(Job.name == "auth.reset.send"))
    assert json.dumps(args) == json.dumps({"email": SELLER})


def test_old_links_are_forgotten(app, ask):
    from crmlite.auth.jobs import forget_resets

    link_for(app)
    with app.app_context(), pretending(utcnow() + timedelta(hours=2)):
        writing()
        forget_resets()
        db.session.commit()
    assert ask(sa.select(PasswordReset.id)) == []
    assert ask(sa.select(UserSession.id)) == []
    with app.app_context():
        reading()


def test_over_the_wire_the_link_is_whole_at_every_attempt(make_app, ask):
    """A mail whose fate is unknown is sent again by itself, the same byte for byte."""
    with Stub({"TEXT": "drop at once"}).running() as stub:
        app = make_app(smtp_url=stub.url)
        ask_for(app.test_client())
        with app.app_context():
            jobs.run_due()
            outbox.send_due()
        assert ask(sa.select(outbox.Message.state)) == [("deferred",)], "nobody knows, so it is sent again"
    with Stub().running() as stub, pretending(utcnow() + timedelta(minutes=5)):
        app = make_app(smtp_url=stub.url)
        with app.app_context():
            outbox.send_due()
        [text] = stub.mails
    mail = message_from_bytes(text.removesuffix(b"\r\n.\r\n"), policy=policy.default)
    path = link_in(mail.get_content())
    assert app.test_client().post(path, data=CHANGE).status_code == 303
    [(held,)] = ask(sa.select(outbox.Message.text).where(outbox.Message.purpose == "password_reset"))
    assert path not in held
