"""The outbox as people see it: who sees which mail, what the page says when something is wrong, and trying again."""

import pytest
import sqlalchemy as sa

from crmlite.extensions import db, writing
from crmlite.mail import outbox
from crmlite.mail.outbox import Message
from tests.mail.servers import DROP, Stub
from tests.mail.test_smtp_faults import FAULTS, LONG, account_is_paused, mail, write_mail

SITE = {"base_url": "http://localhost:8000"}


def set_all(app, **values) -> None:
    with app.app_context():
        writing()
        db.session.execute(sa.update(Message).values(**values))
        db.session.commit()


def test_an_empty_outbox_says_what_will_be_here(make_app, sign_in):
    page = sign_in(make_app(smtp_url="smtp://127.0.0.1:1"), "manager").get("/mail/", **SITE)
    assert page.status_code == 200
    assert "No mail yet" in page.text


def test_without_a_mail_server_the_page_says_what_to_do(make_app, sign_in):
    app = make_app()
    with app.app_context():
        write_mail()
    page = sign_in(app, "manager").get("/mail/", **SITE).text
    assert "No mail server is set" in page
    assert "Waiting" in page


@pytest.mark.parametrize(
    "fault", ["nobody listens", "greets with 421", "greylists", "550 at RCPT", "drops after the text"]
)
def test_the_page_says_what_is_wrong(make_app, sign_in, fault):
    script, *_ = FAULTS.get(fault, ({},))
    said = {
        "nobody listens": ["Mail is paused.", "The mail server refused the connection."],
        "greets with 421": ["Mail is paused.", "421 too busy"],
        "greylists": ["Tried, will be tried again", "450 4.7.1 come back in five minutes", "Try now"],
        "550 at RCPT": ["Failed", "550 no such user", "Send again"],
        "drops after the text": ["Fate unknown", "The mail server ended the connection.", "Send again"],
    }[fault]
    with Stub(script).running() as server:
        url = "smtp://127.0.0.1:9" if fault == "nobody listens" else server.url
        app = make_app(smtp_url=url, smtp_timeout=LONG)
        with app.app_context():
            write_mail()
            outbox.send_due()
        page = sign_in(app, "manager").get("/mail/", **SITE).text
        rows = page.partition("<tbody")[2]
        for sentence in said:
            assert sentence in page
        assert said[1] in rows, "the row says so, not only the banner"


def test_sending_again_what_is_unknown(make_app, sign_in):
    with Stub({"TEXT": DROP}).running() as server:
        app = make_app(smtp_url=server.url, smtp_timeout=LONG)
        with app.app_context():
            mail_id = write_mail()
            outbox.send_due()
        client = sign_in(app, "manager")
        server.script = Stub().script
        assert client.post(f"/mail/{mail_id}/send-again", **SITE).status_code == 303
        with app.app_context():
            outbox.send_due()
            assert mail(mail_id).state == "sent"
        assert client.post(f"/mail/{mail_id}/send-again", **SITE).status_code == 409, "it has arrived"
        first, second = (line for text in server.texts for line in text.splitlines() if line.startswith(b"Message-ID"))
        assert first == second


def test_trying_a_paused_server_now(make_app, sign_in):
    with Stub({"CONNECT": "421 too busy"}).running() as server:
        app = make_app(smtp_url=server.url, smtp_timeout=LONG)
        with app.app_context():
            mail_id = write_mail()
            outbox.send_due()
            assert account_is_paused()
        server.script = Stub().script
        assert sign_in(app, "administrator").post("/mail/resume", **SITE).status_code == 303
        with app.app_context():
            outbox.send_due()
            assert mail(mail_id).state == "sent"


def test_a_seller_sees_only_the_own_mail(make_app, sign_in, people):
    app = make_app()
    with app.app_context():
        mine, from_me, other = write_mail(to="seller@firm.example"), write_mail(), write_mail()
        writing()
        db.session.execute(sa.update(Message).where(Message.id == from_me).values(from_user_id=people["seller"]))
        db.session.execute(sa.update(Message).values(state="failed"))
        db.session.commit()
    client = sign_in(app, "seller")
    page = client.get("/mail/", **SITE).text
    assert [f'id="mail-{i}"' in page for i in (mine, from_me, other)] == [True, True, False]
    assert client.get(f"/mail/{mine}", **SITE).status_code == 200
    assert client.get(f"/mail/{other}", **SITE).status_code == 404
    assert client.post(f"/mail/{other}/send-again", **SITE).status_code == 404
    assert client.post("/mail/resume", **SITE).status_code == 403


def test_the_text_of_a_mail_is_shown_as_text(make_app, sign_in):
    app = make_app()
    with app.app_context():
        mail_id = write_mail()
    set_all(app, text="<script>alert(1)</script>", subject="<b>Hello</b>")
    page = sign_in(app, "manager").get(f"/mail/{mail_id}", **SITE).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "<b>Hello" not in page


def test_paging(make_app, sign_in):
    app = make_app()
    with app.app_context():
        ids = [write_mail() for _ in range(60)]
    client = sign_in(app, "manager")
    first = client.get("/mail/", **SITE).text
    assert f"before={ids[10]}" in first
    second = client.get(f"/mail/?before={ids[10]}", headers={"HX-Request-Type": "partial"}, **SITE).text
    assert f'id="mail-{ids[9]}"' in second
    assert f'id="mail-{ids[10]}"' not in second
    assert "<html" not in second


@pytest.mark.parametrize("query", ["state=gone", "before=x", "before=", "before=" + "9" * 40, "state=%00"])
def test_a_query_that_makes_no_sense(make_app, sign_in, query):
    assert sign_in(make_app(), "manager").get(f"/mail/?{query}", **SITE).status_code in {400, 404}


def test_states_filter(make_app, sign_in):
    app = make_app()
    with app.app_context():
        write_mail()
    client = sign_in(app, "manager")
    assert "mail-1" in client.get("/mail/?state=queued", **SITE).text
    assert "No mail is in this state" in client.get("/mail/?state=failed", **SITE).text
