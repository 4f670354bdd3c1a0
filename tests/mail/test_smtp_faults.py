"""Every way a mail server can fail: what becomes of the mail, of the mail behind it, and what people read about it."""

import socket
import ssl
import subprocess
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from crmlite.extensions import db, utcnow, writing
from crmlite.mail import outbox, sending, smtp
from crmlite.mail.outbox import MailAccount, Message
from tests.mail.servers import DRIP, DROP, HANG, Stub
from tests.ports import free_port

# what the server does -> state of the mail, what the row says, whether the whole account pauses
FAULTS = {
    "polite": ({}, "sent", "250 taken as 4711", False),
    "greets with 554": ({"CONNECT": "554 not for you"}, "queued", "554 not for you", True),
    "greets with 421": ({"CONNECT": "421 too busy"}, "queued", "421 too busy", True),
    "greets with nonsense": ({"CONNECT": "hello there"}, "queued", "-1", True),
    "hangs at connect": ({"CONNECT": HANG}, "queued", "timeout", True),
    "drops at connect": ({"CONNECT": DROP}, "queued", "closed", True),
    "drips its greeting": ({"CONNECT": DRIP}, "queued", "timeout", True),
    "hangs at EHLO": ({"EHLO": HANG}, "queued", "timeout", True),
    "drops at EHLO": ({"EHLO": DROP}, "queued", "closed", True),
    "refuses EHLO": ({"EHLO": "550 go away"}, "queued", "550 go away", True),
    "421 at MAIL": ({"MAIL": "421 closing"}, "deferred", "421 closing", True),
    "450 at MAIL": ({"MAIL": "450 later"}, "deferred", "450 later", False),
    "530 at MAIL": ({"MAIL": "530 sign in first"}, "deferred", "530 sign in first", True),
    "552 at MAIL": ({"MAIL": "552 too large"}, "failed", "552 too large", False),
    "hangs at MAIL": ({"MAIL": HANG}, "deferred", "timeout", False),
    "drops at MAIL": ({"MAIL": DROP}, "deferred", "closed", False),
    "greylists": (
        {"RCPT": "450 4.7.1 come back in five minutes"},
        "deferred",
        "450 4.7.1 come back in five minutes",
        False,
    ),
    "421 at RCPT": ({"RCPT": "421 closing"}, "deferred", "421 closing", True),
    "550 at RCPT": ({"RCPT": "550 no such user"}, "failed", "550 no such user", False),
    "550 in two lines": ({"RCPT": "550-no such\r\n550 user"}, "failed", "550 no such user", False),
    "nonsense at RCPT": ({"RCPT": "?!"}, "deferred", "nonsense", False),
    "hangs at RCPT": ({"RCPT": HANG}, "deferred", "timeout", False),
    "drips at RCPT": ({"RCPT": DRIP}, "deferred", "timeout", False),
    "drops at RCPT": ({"RCPT": DROP}, "deferred", "closed", False),
    "452 at DATA": ({"DATA": "452 disk full"}, "deferred", "452 disk full", False),
    "554 at DATA": ({"DATA": "554 no"}, "failed", "554 no", False),
    "250 at DATA": ({"DATA": "250 ok"}, "deferred", "nonsense", False),
    "hangs at DATA": ({"DATA": HANG}, "deferred", "timeout", False),
    "drops before DATA": ({"DATA": DROP}, "deferred", "closed", False),
    "drops while it is told the text": ({"TEXT": "drop at once"}, "unknown", "closed", False),
    "drops after the text": ({"TEXT": DROP}, "unknown", "closed", False),
    "hangs after the text": ({"TEXT": HANG}, "unknown", "timeout", False),
    "drips after the text": ({"TEXT": DRIP}, "unknown", "timeout", False),
    "nonsense after the text": ({"TEXT": "<html>"}, "unknown", "nonsense", False),
    "421 after the text": ({"TEXT": "421 closing"}, "deferred", "421 closing", True),
    "451 after the text": ({"TEXT": "451 later"}, "deferred", "451 later", False),
    "552 after the text": ({"TEXT": "552 mailbox full"}, "failed", "552 mailbox full", False),
    "554 after the text": ({"TEXT": "554 spam"}, "failed", "554 spam", False),
}


LONG = 30
"""Seconds for a server that answers: on a slow machine too it does before."""


def write_mail(purpose="test", to="anna@example.org") -> int:
    writing()
    message = Message(
        message_id=f"<{time.perf_counter_ns()}@example.org>",
        sender="crmlite <crm@example.org>",
        to=to,
        language="en",
        subject="Hello",
        text="Good morning\n.\n..and a line of dots\n",
        purpose=purpose,
    )
    db.session.add(message)
    db.session.commit()
    return message.id


def mail(mail_id: int) -> Message:
    db.session.rollback()
    return db.session.get(Message, mail_id, populate_existing=True)


def account_is_paused() -> bool:
    db.session.rollback()
    account = MailAccount.get()
    return account is not None and account.is_paused


def wait_no_longer() -> None:
    """The time until the next try has passed."""
    writing()
    db.session.execute(sa.update(Message).values(due_at=utcnow() - timedelta(seconds=1)))
    db.session.execute(sa.update(MailAccount).values(paused_until=utcnow() - timedelta(seconds=1)))
    db.session.commit()


@pytest.mark.parametrize("fault", FAULTS)
def test_what_becomes_of_a_mail(make_app, fault):
    script, state, said, pauses = FAULTS[fault]
    timeout = 1 if {HANG, DRIP} & set(script.values()) else LONG
    with Stub(script).running() as server, make_app(smtp_url=server.url, smtp_timeout=timeout).app_context():
        mail_id = write_mail()
        outbox.send_due()
        row = mail(mail_id)
        assert (row.state, row.reply[: len(said)]) == (state, said)
        assert account_is_paused() == pauses
        if state == "deferred":
            assert timedelta(seconds=40) < row.due_at - utcnow() < timedelta(seconds=80)
        outbox.send_due()  # nothing is due now, so nothing may happen to it
        assert mail(mail_id).state == state
    assert len(server.mails) == (state == "sent")


PASSING = [  # what hangs or drips takes the same way as what drops, only slower
    fault
    for fault, (script, state, _, _) in FAULTS.items()
    if state in {"queued", "deferred"} and not {HANG, DRIP} & set(script.values())
]


@pytest.mark.parametrize("fault", PASSING)
def test_it_goes_when_the_server_is_back(make_app, fault):
    script, *_ = FAULTS[fault]
    with Stub(script).running() as server, make_app(smtp_url=server.url, smtp_timeout=LONG).app_context():
        mail_id = write_mail()
        outbox.send_due()
        server.script = Stub().script
        wait_no_longer()
        outbox.send_due()
        assert (mail(mail_id).state, mail(mail_id).reply) == ("sent", "250 taken as 4711")
        assert not account_is_paused()
        assert len(server.mails) == 1


def test_nobody_listens(make_app):
    port = free_port()
    with make_app(smtp_url=f"smtp://127.0.0.1:{port}", smtp_timeout=LONG).app_context():
        mail_id = write_mail()
        with socket.socket() as placeholder:
            placeholder.bind(("127.0.0.1", port))  # it is somebody's, who does not listen
            assert outbox.send_due() == 0
        assert (mail(mail_id).state, mail(mail_id).reply, mail(mail_id).attempts) == ("queued", "refused", 0)
        assert account_is_paused()
        with Stub().running(port):
            assert outbox.send_due() == 0  # it is left alone for a minute
            wait_no_longer()
            outbox.send_due()
            assert mail(mail_id).state == "sent"


def test_pauses_grow_while_the_account_is_refused_and_end_when_it_works(make_app):
    with (
        Stub({"CONNECT": "421 no"}).running() as server,
        make_app(smtp_url=server.url, smtp_timeout=LONG).app_context(),
    ):
        write_mail()
        pauses = []
        for _ in range(5):
            outbox.send_due()
            db.session.rollback()
            pauses.append((MailAccount.get().paused_until - utcnow()).total_seconds() / 60)
            wait_no_longer()
        for pause, expected in zip(pauses, (1, 5, 15, 60, 60), strict=True):
            assert expected * 0.75 < pause < expected * 1.25
        server.script = Stub().script
        outbox.send_due()
        db.session.rollback()
        assert (MailAccount.get().failures, MailAccount.get().reason) == (0, "")


def test_a_paused_account_does_not_wear_out_the_rows(make_app):
    with (
        Stub({"MAIL": "421 closing"}).running() as server,
        make_app(smtp_url=server.url, smtp_timeout=LONG).app_context(),
    ):
        ids = [write_mail() for _ in range(5)]
        outbox.send_due()
        assert server.connections == 1
        assert [mail(i).attempts for i in ids] == [1, 0, 0, 0, 0]
        assert {mail(i).reply for i in ids} == {"421 closing"}, "the rows that wait say why"


def test_one_bad_recipient_does_not_stop_the_others(make_app):
    with Stub().running() as server, make_app(smtp_url=server.url, smtp_timeout=LONG).app_context():
        ids = [write_mail(to=to) for to in ("a@example.org", "not an address", "ünï@example.org", "b@example.org")]
        outbox.send_due()
        assert [mail(i).state for i in ids] == ["sent", "failed", "failed", "sent"]
        assert [mail(i).reply for i in ids[1:3]] == ["broken", "no_smtputf8"]
        assert server.connections == 1


def test_three_days_are_enough(make_app):
    with (
        Stub({"RCPT": "450 later"}).running() as server,
        make_app(smtp_url=server.url, smtp_timeout=LONG).app_context(),
    ):
        mail_id = write_mail()
        outbox.send_due()
        writing()
        db.session.execute(sa.update(Message).values(wanted_at=utcnow() - timedelta(days=3, minutes=1)))
        db.session.commit()
        wait_no_longer()
        outbox.send_due()
        assert (mail(mail_id).state, mail(mail_id).reply) == ("failed", "450 later")


def test_the_waits_between_tries(make_app):
    with (
        Stub({"RCPT": "450 later"}).running() as server,
        make_app(smtp_url=server.url, smtp_timeout=LONG).app_context(),
    ):
        mail_id = write_mail()
        for expected in (1, 5, 15, 60, 240, 240):
            outbox.send_due()
            waits = (mail(mail_id).due_at - utcnow()).total_seconds() / 60
            assert expected * 0.75 < waits < expected * 1.25
            wait_no_longer()


# --- a worker that dies -----------------------------------------------------------------------------------------------


def test_a_lease_that_ran_out_is_unknown_and_waits_for_a_person(make_app):
    with Stub().running() as server, make_app(smtp_url=server.url, smtp_timeout=LONG).app_context():
        mail_id = write_mail()
        assert sending.claim() is not None  # and here the worker is killed
        outbox.send_due()
        assert mail(mail_id).state == "sending", "its lease holds"
        end_leases()
        outbox.send_due()
        assert (mail(mail_id).state, mail(mail_id).reply) == ("unknown", "stopped")
        assert server.mails == []
        message_id = mail(mail_id).message_id
        writing()
        db.session.get(Message, mail_id).send_again()
        db.session.commit()
        outbox.send_due()
        assert mail(mail_id).state == "sent"
        assert f"Message-ID: {message_id}".encode() in server.mails[0]


@pytest.mark.parametrize(
    "purpose", sorted(sending.SENT_AGAIN_BY_ITSELF - {"password_reset"})
)  # tests/auth: it has a link
def test_what_somebody_waits_for_is_sent_again_by_itself(make_app, purpose):
    with Stub({"TEXT": DROP}).running() as server, make_app(smtp_url=server.url, smtp_timeout=LONG).app_context():
        mail_id = write_mail(purpose=purpose)
        outbox.send_due()
        assert mail(mail_id).state == "deferred"
        server.script = Stub().script
        wait_no_longer()
        outbox.send_due()
        assert mail(mail_id).state == "sent"
        first, second = (header(text, b"Message-ID") for text in server.texts)
        assert first == second


def test_a_late_answer_does_not_overwrite_what_was_decided_meanwhile(make_app):
    with make_app().app_context():
        mail_id = write_mail()
        _, attempt = sending.claim()
        end_leases()
        sending._settle_lost()
        sending.settle(mail_id, attempt, smtp.Outcome("sent", "250 late"))
        assert mail(mail_id).state == "unknown"


def test_no_transaction_is_open_while_the_server_is_spoken_to(make_app, monkeypatch):
    seen = []

    def deliver(self, *_args):
        seen.append(db.session().in_transaction())
        return smtp.Outcome("sent", "250 ok")

    monkeypatch.setattr(smtp.Connection, "deliver", deliver)
    with Stub().running() as server, make_app(smtp_url=server.url, smtp_timeout=LONG).app_context():
        write_mail()
        outbox.send_due()
    assert seen == [False]


def test_without_a_server_mail_waits(make_app):
    with make_app().app_context():
        mail_id = write_mail()
        assert outbox.send_due() == 0
        assert (mail(mail_id).state, mail(mail_id).attempts) == ("queued", 0)


# --- encryption and signing in ----------------------------------------------------------------------------------------


def test_a_certificate_nobody_vouches_for_pauses_the_account(make_app, tmp_path):
    with (
        Stub(tls=self_signed(tmp_path)).running() as server,
        make_app(smtp_url=server.url, smtp_timeout=LONG).app_context(),
    ):
        mail_id = write_mail()
        outbox.send_due()
        assert mail(mail_id).state == "queued"
        assert mail(mail_id).reply.startswith("certificate: ")
        assert account_is_paused()
        assert server.texts == []


def test_a_server_that_speaks_no_tls_pauses_the_account(make_app):
    with (
        Stub({"CONNECT": "220 plain"}).running() as server,
        make_app(smtp_url=f"smtps://127.0.0.1:{server.port}", smtp_timeout=LONG).app_context(),
    ):
        mail_id = write_mail()
        outbox.send_due()
        assert mail(mail_id).reply.split(":")[0] in {"encryption", "closed"}
        assert account_is_paused()


def test_starttls_that_is_offered_and_refused_pauses_the_account(make_app):
    script = {"EHLO": "250-stub\r\n250 STARTTLS", "STAR": "454 no certificate"}
    with (
        Stub(script).running() as server,
        make_app(smtp_url=f"smtp://127.0.0.2:{server.port}", smtp_timeout=LONG).app_context(),
    ):
        mail_id = write_mail()
        outbox.send_due()
        assert mail(mail_id).state == "queued"
        assert account_is_paused()


def test_a_wrong_password_pauses_the_account(make_app):
    script = {"EHLO": "250-stub\r\n250 AUTH PLAIN", "AUTH": "535 wrong password"}
    with (
        Stub(script).running() as server,
        make_app(smtp_url=f"smtp://ann:secret@127.0.0.1:{server.port}", smtp_timeout=LONG).app_context(),
    ):
        mail_id = write_mail()
        outbox.send_due()
        assert (mail(mail_id).state, mail(mail_id).reply) == ("queued", "535 wrong password")
        assert account_is_paused()


def test_signing_in_where_nobody_can(make_app):
    with (
        Stub().running() as server,
        make_app(smtp_url=f"smtp://ann:secret@127.0.0.1:{server.port}", smtp_timeout=LONG).app_context(),
    ):
        mail_id = write_mail()
        outbox.send_due()
        assert mail(mail_id).reply == "no_sign_in"


def end_leases() -> None:
    writing()
    db.session.execute(sa.update(Message).values(lease_until=utcnow() - timedelta(seconds=1)))
    db.session.commit()


def header(text: bytes, name: bytes) -> bytes:
    return next(line for line in text.splitlines() if line.startswith(name))


def self_signed(folder) -> ssl.SSLContext:
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
        + ["-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
