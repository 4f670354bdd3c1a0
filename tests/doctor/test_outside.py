"""Every check that asks others: web server, certificate, mail server; the other side is real and on this machine."""

import json
import threading
from concurrent.futures import FIRST_COMPLETED
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from crmlite.doctor import examination, outside
from crmlite.doctor.findings import Check, Place, ok
from crmlite.extensions import current_session, db, writing
from tests.doctor.servers import certificate, serving, website
from tests.mail.servers import Stub
from tests.ports import free_port

HEALTH = json.dumps({"status": "ok", "schema": "1"}).encode()


def web(make_app, port: int, scheme: str = "http"):
    return make_app(public_url=f"{scheme}://localhost:{port}", proxies=1)


# --- the public address -----------------------------------------------------------------------------------------------


def test_the_public_address_leads_here_with_a_certificate(make_app, ask, tmp_path):
    port = free_port()
    app = web(make_app, port, "https")
    theirs, trusted = certificate(tmp_path)
    with serving(app, port, theirs):
        for name in ("public_url", "certificate", "outside_clock"):
            finding = ask(name, app, trust=lambda: trusted)
            assert finding.state == "ok", (name, finding)
        assert ask("public_url", app, trust=lambda: trusted).sentence == f"https://localhost:{port} leads here."
        untrusted = ask("public_url", app)
        assert untrusted.state == "broken"
        assert "its certificate is not valid (self-signed certificate)" in untrusted.sentence


def test_nobody_at_the_public_address(make_app, ask):
    app = web(make_app, free_port())
    finding = ask("public_url", app)
    assert finding.state == "broken"
    assert finding.sentence.endswith("does not answer: the connection is refused.")
    assert ask("outside_clock", app).state == "warning"


def test_a_name_that_is_not_known(make_app, ask):
    finding = ask("public_url", make_app(public_url="http://crm.firm.invalid"))
    assert finding.sentence == "http://crm.firm.invalid does not answer: the name is not known."


def test_something_else_at_the_public_address(make_app, ask):
    for body in (b"<h1>It works!</h1>", b"[]", b'{"status": "ok"}'):
        with website({"body": body}) as port:
            finding = ask("public_url", web(make_app, port))
        assert finding.state == "broken"
        assert finding.sentence == f"Something else than crmlite answers at http://localhost:{port}."


def test_an_instance_that_is_ill_leads_here_too(make_app, ask):
    with website({"status": 503, "body": HEALTH.replace(b"ok", b"failing")}) as port:
        assert ask("public_url", web(make_app, port)).state == "ok"


def test_a_public_address_that_sends_on(make_app, ask):
    with website({"status": 301, "headers": {"Location": "https://crm.firm.example/health"}}) as port:
        finding = ask("public_url", web(make_app, port))
    assert finding.state == "warning"
    assert finding.sentence == f"http://localhost:{port} sends its visitors on to https://crm.firm.example."


@pytest.mark.parametrize(
    ("off", "state", "says"),
    [
        (timedelta(seconds=20), "ok", "agrees"),
        (timedelta(minutes=-5), "warning", "The clock is 5 minutes behind the web server's."),
        (timedelta(hours=2), "broken", "The clock is 2 hours ahead of the web server's."),
    ],
)
def test_the_clock_against_the_web_servers(make_app, ask, off, state, says):
    date = format_datetime(datetime.now(UTC) - off, usegmt=True)
    with website({"body": HEALTH, "headers": {"Date": date}}) as port:
        finding = ask("outside_clock", web(make_app, port))
    assert finding.state == state
    assert says in finding.sentence


def test_an_answer_without_a_time(make_app, ask):
    for headers in ({}, {"Date": "yesterday"}):
        with website({"body": HEALTH, "headers": headers}) as port:
            finding = ask("outside_clock", web(make_app, port))
        assert finding.sentence == "The clock could not be compared: the answer says no time."


# --- certificate ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "state"), [(60, "ok"), (10, "warning"), (2, "broken")])
def test_how_long_the_certificate_is_valid(make_app, ask, tmp_path, days, state):
    theirs, trusted = certificate(tmp_path, days)
    with website({"body": HEALTH}, theirs) as port:
        finding = ask("certificate", web(make_app, port, "https"), trust=lambda: trusted)
    assert finding.state == state
    assert finding.sentence.startswith("The certificate is valid for another ")


def test_a_certificate_of_another_host(make_app, ask, tmp_path):
    theirs, trusted = certificate(tmp_path, name="www.firm.example")
    with website({"body": HEALTH}, theirs) as port:
        finding = ask("certificate", web(make_app, port, "https"), trust=lambda: trusted)
    assert finding.state == "broken"
    assert "not valid for 'localhost'" in finding.sentence


def test_no_encryption_at_all(make_app, ask):
    finding = ask("certificate", make_app(public_url="http://crm.firm.example"))
    assert finding.state == "broken"
    assert "whoever is on the way reads passwords" in finding.sentence
    assert ask("certificate").state == "ok", "on this machine itself none is needed"


def test_no_certificate_where_one_should_be(make_app, ask):
    with website({"body": HEALTH}) as port:
        finding = ask("certificate", web(make_app, port, "https"))
    assert finding.sentence == "The certificate cannot be seen: an encrypted connection cannot be made."


# --- mail server ------------------------------------------------------------------------------------------------------


def test_the_mail_server_lets_us_in_and_gets_no_mail(make_app, ask):
    with Stub({"EHLO": "250-stub\r\n250 AUTH PLAIN"}).running() as server:
        app = make_app(smtp_url=server.url.replace("//", "//crm:pa55word@"))
        finding = ask("mail_server", app)
    assert (finding.state, finding.sentence) == ("ok", "The mail server lets us in.")
    assert [command[:4] for command in server.commands] == ["ehlo", "AUTH", "quit"]


def test_the_mail_server_does_not_know_us(make_app, ask):
    script = {"EHLO": "250-stub\r\n250 AUTH PLAIN", "AUTH": "535 who are you?"}
    with Stub(script).running() as server:
        finding = ask("mail_server", make_app(smtp_url=server.url.replace("//", "//crm:pa55word@")))
    assert finding.state == "broken"
    assert finding.sentence == "Signing in to the mail server failed: 535 who are you?"
    assert "pa55word" not in finding.sentence + finding.advice


def test_no_mail_server_there(make_app, ask):
    finding = ask("mail_server", make_app(smtp_url=f"smtp://127.0.0.1:{free_port()}"))
    assert finding.sentence == "Signing in to the mail server failed: The mail server refused the connection."
    assert ask("mail_server").sentence == "No mail server is set."


def test_a_mail_server_without_a_password(make_app, ask):
    with Stub().running() as server:
        finding = ask("mail_server", make_app(smtp_url=server.url))
    assert (finding.state, finding.sentence) == (
        "ok",
        "The mail server answers. No user is set, so it was not signed in to.",
    )


# --- all of them ------------------------------------------------------------------------------------------------------


def test_whoever_does_not_answer_is_not_waited_for(app, monkeypatch):
    given_up, ended = threading.Event(), []
    wait = examination.wait

    def hangs(_place: Place):
        given_up.wait(60)
        ended.append("slow")

    def wait_on_a_slow_machine(asked, seconds: float):
        wait(asked, 60, FIRST_COMPLETED)  # the quick one, however long it takes
        return wait(asked, seconds)

    monkeypatch.setattr(examination, "wait", wait_on_a_slow_machine)
    monkeypatch.setattr(
        examination, "OUTSIDE", (Check("slow", "Slow", hangs), Check("quick", "Quick", lambda _p: ok("!")))
    )
    with app.app_context():
        slow, quick = examination.look_outside(within=0.5)
    assert ended == []
    given_up.set()
    assert (slow.finding.state, slow.finding.sentence) == ("warning", "Nobody answered in time.")
    assert quick.finding.sentence == "!"


def test_a_check_that_breaks_keeps_nobody_from_the_others(app, monkeypatch):
    def breaks(_place: Place):
        raise KeyError("x")

    monkeypatch.setattr(
        examination, "OUTSIDE", (Check("bad", "Bad", breaks), Check("good", "Good", lambda _p: ok("!")))
    )
    with app.app_context():
        bad, good = examination.look_outside()
    assert (bad.finding.state, bad.finding.sentence) == ("broken", "This could not be looked at (KeyError).")
    assert good.finding.state == "ok"


def test_others_are_never_asked_in_a_transaction_that_writes(app):
    with app.app_context():
        writing()
        db.session.connection()
        assert not current_session().reading
        with pytest.raises(RuntimeError):
            examination.look_outside()
        db.session.rollback()


def test_they_touch_no_database(app, monkeypatch):
    """They run in threads, and while they wait nothing is held."""
    monkeypatch.setattr(outside, "NETWORK_WITHIN", 0.2)
    opened = []
    with app.app_context():
        for engine in db.engines.values():
            monkeypatch.setattr(type(engine), "connect", lambda *args, **_more: opened.append(args))
            break
        assert len(examination.look_outside()) == len(examination.OUTSIDE)
    assert opened == []
