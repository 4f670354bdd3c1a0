"""What a person sends: their name and address, the files that go along, and what becomes of a file that is gone."""

import email
import io
from datetime import timedelta
from email.policy import default as modern
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crmlite.auth.models import Team
from crmlite.extensions import db, utcnow, writing
from crmlite.files import File
from crmlite.mail import outbox, smtp
from crmlite.mail.models import Message, MessageFile
from tests.mail.servers import Stub
from tests.mail.test_headers import HEADERS, inbox, typed  # noqa: F401 - a fixture
from tests.mail.test_outbox_page import SITE
from tests.records.purging import forget

PDF = b"%PDF-1.7\n\x00\xff chairs"


@pytest.fixture
def app(make_app, inbox):  # noqa: F811
    app = make_app(
        smtp_url=f"smtp://127.0.0.1:{inbox.port}", smtp_timeout=30, mail_from="Fluisterhout <crm@firm.example>"
    )
    app.jinja_loader.searchpath.append(f"{app.root_path}/../tests/mail/templates")
    return app


def stored(content=PDF, name="Offer 7.pdf", mime="application/pdf") -> File:
    return File.store(io.BytesIO(content), name, mime)


def write(**more) -> Message:
    message = outbox.send("typed", "anna@example.org", language="en", purpose="test", name="Anna", need="", **more)
    db.session.commit()
    return message


def person(people, name="Sara de Vries", address="sara@firm.example"):
    return SimpleNamespace(id=people["seller"], name=name, email=address)


def arrived(inbox):  # noqa: F811
    envelope = inbox.envelopes[-1]
    return envelope, email.message_from_bytes(envelope.content, policy=modern)


def send(app, **more) -> int:
    with app.app_context():
        writing()
        number = write(**more).id
        outbox.send_due()
        db.session.rollback()
        state = db.session.execute(sa.select(Message.state, Message.reply).where(Message.id == number)).one()
        assert state.state == "sent", state
        return number


# --- from whom --------------------------------------------------------------------------------------------------------


def test_a_colleague_of_the_account_sends_from_their_own_address(app, inbox, people):  # noqa: F811
    send(app, by=person(people))
    envelope, mail = arrived(inbox)
    assert mail["From"] == "Sara de Vries <sara@firm.example>"
    assert mail["Reply-To"] == "sara@firm.example"
    assert envelope.mail_from == "crm@firm.example", "bounces come back to the account"
    assert "Auto-Submitted" not in mail


@pytest.mark.parametrize(
    "address", ["sara@elsewhere.example", "sara@sub.firm.example", "sara@firm.example.evil.example"]
)
def test_another_domain_is_never_claimed(app, inbox, people, address):  # noqa: F811
    """Its owner did not allow our server to send for it: receivers would take the mail for forged."""
    send(app, by=person(people, address=address))
    envelope, mail = arrived(inbox)
    assert mail["From"] == "Sara de Vries <crm@firm.example>"
    assert mail["Reply-To"] == address
    assert envelope.mail_from == "crm@firm.example"


def test_what_nobody_sends_is_the_account_s_and_says_so(app, inbox):  # noqa: F811
    send(app)
    _envelope, mail = arrived(inbox)
    assert mail["From"] == "Fluisterhout <crm@firm.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "Reply-To" not in mail


def test_another_name_and_address_to_answer_to(app, inbox, people):  # noqa: F811
    send(app, by=person(people), from_name="Sara of Fluisterhout", reply_to="team@firm.example")
    _envelope, mail = arrived(inbox)
    assert mail["From"] == "Sara of Fluisterhout <sara@firm.example>"
    assert mail["Reply-To"] == "team@firm.example"


def test_who_changes_their_name_changes_no_mail_that_was_written(app, inbox, people):  # noqa: F811
    sara = person(people)
    with app.app_context():
        writing()
        message = write(by=sara)
        sara.name, sara.email = "Somebody Else", "else@firm.example"
        assert outbox.compose(message)["From"] == "Sara de Vries <sara@firm.example>"


def test_the_mails_about_a_record(app, people):
    with app.app_context():
        writing()
        team = db.session.get_one(Team, people["team"])
        first, second = write(about=team), write(about=team)
        write()
        assert outbox.about(team) == [second, first]


# --- files ------------------------------------------------------------------------------------------------------------


def test_files_arrive_as_they_were(app, inbox, people):  # noqa: F811
    text = "Zürich\r\n.\r\n".encode()
    with app.app_context():
        writing()
        write(by=person(people), files=[stored(), stored(text, "عرض سعر.txt", "text/plain")])
        outbox.send_due()
    _envelope, mail = arrived(inbox)
    got = [(p.get_filename(), p.get_content_type(), p.get_payload(decode=True)) for p in mail.iter_attachments()]
    assert got == [("Offer 7.pdf", "application/pdf", PDF), ("عرض سعر.txt", "text/plain", text)]
    assert mail.get_body(("plain",)).get_content().startswith("It is about:")
    assert not mail.defects


def test_no_transaction_is_open_while_files_are_sent(app, people, monkeypatch):
    seen = []

    def deliver(self, _sender, _to, mail):
        seen.append((db.session().in_transaction(), b"offer" in mail))
        return smtp.Outcome("sent", "250 ok")

    monkeypatch.setattr(smtp.Connection, "deliver", deliver)
    with app.app_context():
        writing()
        write(by=person(people), files=[stored(name="offer.pdf")])
        db.session.remove()
        outbox.send_due()
    assert seen == [(False, True)]


def test_every_attempt_sends_the_same_bytes(app, people):
    with app.app_context():
        writing()
        message = write(by=person(people), files=[stored()])
        message.html = "<p>also</p>"
        assert outbox.compose(message).as_bytes() == outbox.compose(message).as_bytes()


@pytest.mark.parametrize("harm", ["gone", "changed"])
def test_a_file_that_is_gone_or_changed_makes_the_mail_fail(make_app, sign_in, people, harm):
    with Stub().running() as server:
        app = make_app(smtp_url=server.url)
        app.jinja_loader.searchpath.append(f"{app.root_path}/../tests/mail/templates")
        with app.app_context():
            writing()
            file = stored()
            number = write(by=person(people), files=[file]).id
            next_number = write().id
            file.location.unlink() if harm == "gone" else file.location.write_bytes(b"other")
            outbox.send_due()
            states = dict(db.session.execute(sa.select(Message.id, Message.state)).all())
            assert states == {number: "failed", next_number: "sent"}, "the mail behind it goes on"
        page = sign_in(app, "manager").get(f"/mail/{number}", **SITE).text
        assert "A file that belongs to this mail is missing on the server, or damaged. (Offer 7.pdf)" in page
        assert len(server.mails) == 1


def test_files_that_no_server_takes_are_refused_before(app, people, monkeypatch):
    monkeypatch.setattr(outbox, "MAX_FILES", 20)
    with app.app_context():
        writing()
        with pytest.raises(outbox.FilesTooLarge, match="Send a link"):
            write(by=person(people), files=[stored(), stored()])


def test_a_file_stays_as_long_as_a_mail_has_it(app, people):
    with app.app_context():
        writing()
        write(by=person(people), files=[file := stored()])
        writing()
        loose = stored(b"nobody's")
        for one in (db.session.get_one(File, file.id), loose):
            one.detached_at = utcnow() - timedelta(days=60)
        db.session.commit()
        writing()
        assert forget("files", utcnow()) == 1
        db.session.commit()
        assert db.session.get(File, file.id).read() == PDF


def test_the_page_shows_the_files_to_whoever_sees_the_mail(app, sign_in, people):
    with app.app_context():
        writing()
        message = write(by=person(people), files=[stored()])
        number, file_id = message.id, message.files[0].file_id
    page = sign_in(app, "seller").get(f"/mail/{number}", **SITE).text
    assert "Offer 7.pdf" in page
    assert "Sara de Vries" in page
    answer = sign_in(app, "seller").get(f"/mail/{number}/files/{file_id}", **SITE)
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Offer 7.pdf"'
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert sign_in(app, "marketing").get(f"/mail/{number}/files/{file_id}", **SITE).status_code == 404
    assert sign_in(app, "manager").get(f"/mail/{number}/files/{file_id + 1}", **SITE).status_code == 404


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    name=typed,
    from_name=typed,
    mime=st.one_of(typed, st.sampled_from(["multipart/mixed", "message/rfc822", "text/html"])),
)
@example(name='"; filename=evil.exe', from_name='"Eve" <eve@evil.example>,', mime="text/plain; charset=x")
@example(name="x" * 5000, from_name="=?utf-8?q?=0ABcc:_e?=", mime="application/" + "x" * 5000)
def test_names_of_files_and_people_stay_where_they_belong(app, inbox, people, name, from_name, mime):  # noqa: F811
    inbox.envelopes.clear()
    with app.app_context():
        writing()
        file = stored(name="x", mime="x")
        file.mime = mime[:100].encode("utf-8", "replace").decode().replace("\0", "")
        message = write(by=person(people, name=from_name), files=[file])
        message.files[0].name = outbox.clean_body(name)[:300]
        mail = outbox.compose(message)
        outcome = mail.as_bytes()
        writing()
        db.session.execute(sa.delete(MessageFile))
        db.session.execute(sa.delete(Message))
        db.session.commit()
    read = email.message_from_bytes(outcome, policy=modern)
    assert set(read.keys()) - HEADERS == set()
    assert len(read.keys()) == len(set(read.keys()))
    assert [address.addr_spec for address in read["From"].addresses] == ["sara@firm.example"]
    [part] = read.iter_attachments()
    assert set(part.keys()) <= {"Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "MIME-Version"}
    assert part.get_content_disposition() == "attachment"
    assert part.get_payload(decode=True) == PDF
    assert not read.defects
