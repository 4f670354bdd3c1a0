"""What people type cannot become a header or a second recipient: through a real SMTP server and a real parser."""

import email
from email.policy import default as modern

import pytest
from aiosmtpd.controller import Controller
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crmlite.extensions import db, writing
from crmlite.mail import outbox
from tests.ports import free_port

HEADERS = {
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted",
    "Content-Type", "Content-Transfer-Encoding", "MIME-Version", "Content-Language",
}  # fmt: skip
NASTY = [
    "=?utf-8?q?=0D=0ABcc:_eve@evil.example?=",
    "\r\nBcc: eve@evil.example",
    "\nTo: eve@evil.example\n\n",
    "\r\n.\r\nMAIL FROM:<x@y>",
    "\u2028Bcc: e@e",
    "\x85Cc: e@e",
    "\0",
]
typed = st.one_of(
    st.text(), st.sampled_from(NASTY), st.tuples(st.text(), st.sampled_from(NASTY), st.text()).map("".join)
)


class Inbox:
    def __init__(self):
        self.envelopes = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd's name
        self.envelopes.append(envelope)
        return "250 taken"


@pytest.fixture
def inbox():
    handler = Inbox()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=True, ready_timeout=60)
    controller.start()
    handler.port = controller.port
    yield handler
    controller.stop()


@pytest.fixture
def app(make_app, inbox):
    app = make_app(smtp_url=f"smtp://127.0.0.1:{inbox.port}", smtp_timeout=30)
    app.jinja_loader.searchpath.append(f"{app.root_path}/../tests/mail/templates")
    return app


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(name=typed, need=typed, to_name=typed, reply_to=typed)
@example(
    name="\r\n.\r\nQUIT\r\n", need=".\r\n..\r\n", to_name="\r\nBcc: e@e", reply_to="a@b.example\r\nBcc: e@e.example"
)
@example(name="x" * 5000, need="y" * 5000, to_name="z" * 5000, reply_to="a@" + "b" * 5000)
@example(name="0" * 29 + "¡¡¡ ¡", need="", to_name="", reply_to="")  # a blank where the header is folded
@example(name="=?utf-8?q?=0ABcc:_e?=", need="=0A", to_name='"Ann" <e@e.example>,', reply_to="Ann <a@b.example>")
def test_typed_text_stays_where_it_belongs(app, inbox, name, need, to_name, reply_to):
    inbox.envelopes.clear()
    with app.app_context():
        writing()
        outbox.send(
            "typed",
            "owner@example.org",
            language="en",
            purpose="test",
            to_name=to_name,
            reply_to=reply_to,
            name=name,
            need=need,
        )
        db.session.commit()
        outbox.send_due()
    [envelope] = inbox.envelopes
    assert envelope.rcpt_tos == ["owner@example.org"]
    mail = email.message_from_bytes(envelope.content, policy=modern)
    assert set(mail.keys()) - HEADERS == set()
    assert len(mail.keys()) == len(set(mail.keys())), "no header twice"
    assert [address.addr_spec for address in mail["To"].addresses] == ["owner@example.org"]
    assert mail["Subject"] == outbox.clean_header(f"New lead: {name}")
    assert not mail.defects
    assert mail.get_content().replace("\r\n", "\n").strip() == outbox.clean_body(f"It is about:\n{need}").strip()


@pytest.mark.parametrize(
    "to",
    [
        "",
        "@",
        "a@",
        "@b",
        "a b@c.d",
        "a@b\r\nc",
        "a@b,c@d",
        "a@b..c",
        ".a@b",
        "<a@b>",
        "a@[1.2.3.4]",
        "=?utf-8?q?=0A?=@b.c",
    ],
)
def test_what_is_no_address_gets_no_mail(app, to):
    with app.app_context():
        writing()
        with pytest.raises(outbox.BadAddress):
            outbox.send("typed", to, language="en", purpose="test", name="", need="")


def test_an_address_in_another_script_reaches_a_server_that_knows_them(app, inbox):
    with app.app_context():
        writing()
        message = outbox.send(
            "typed", "анна@пример.рф", language="ru", purpose="test", to_name="Анна", name="Анна", need=""
        )
        db.session.commit()
        outbox.send_due()
        db.session.rollback()
        assert message.state == "sent", message.reply
    assert inbox.envelopes[0].rcpt_tos == ["анна@xn--e1afmkfd.xn--p1ai"]
