"""The mail with the private link: one, looked at before it goes; and many, of which each person gets their own."""

import re

import sqlalchemy as sa

from crmlite import jobs
from crmlite.contacts.models import Contact
from crmlite.details import sending
from crmlite.details.models import DetailsRequest, DetailsSending
from crmlite.extensions import db, utcnow
from crmlite.jobs import Job
from crmlite.mail import hidden, outbox
from crmlite.mail.models import Message
from crmlite.records import links, listing
from tests.details.forms import fields_of


def mails() -> list[Message]:
    query = sa.select(Message).where(Message.purpose == "details").order_by(Message.id)
    return list(db.session.scalars(query))


def link_in(message: Message) -> str:
    """The address as the mail carries it."""
    assert hidden.find(message)
    return re.search(r"/p/details/[\w-]+", outbox.compose(message).get_body(("plain",)).get_content())[0]


def test_one_mail_in_their_language_whose_link_stands_in_no_row(stage):
    number = stage.ids["seller.contact"]
    with stage.writes("seller"):
        db.session.get_one(Contact, number).change(language="nl")
    seller = stage.client("seller")
    page = seller.get(f"/details/contacts/{number}/ask").text
    data = fields_of(page)
    assert data["to"] == "zcsellercontactqx@example.com"
    evil = "Hello\r\nBcc: everybody@example.com"
    answer = seller.post(f"/details/contacts/{number}/ask", data=data | {"subject": evil, "message": "Look, please."})
    assert answer.status_code == 303
    with stage.app.app_context():
        (message,) = mails()
        (link,) = links.of(db.session.get_one(Contact, number))
        assert message.language == "nl"
        assert link.token not in message.text
        assert link.nonce not in message.text
        written = outbox.compose(message)
        assert written["Bcc"] is None
        assert written["Subject"] == "Hello Bcc: everybody@example.com"
        assert "Look, please." in message.text
        url = link_in(message)
        assert url.endswith(link.token)
    assert stage.client().get(url).status_code == 200


def test_a_mail_whose_link_has_ended_is_not_sent(stage):
    number = stage.ids["seller.contact"]
    seller = stage.client("seller")
    seller.post(f"/details/contacts/{number}/ask", data=fields_of(seller.get(f"/details/contacts/{number}/ask").text))
    assert seller.post(f"/details/contacts/{number}/end").status_code == 303
    assert seller.post(f"/details/contacts/{number}/end").status_code == 409
    with stage.app.app_context():
        (message,) = mails()
        assert not hidden.find(message)


def test_an_address_that_is_none_is_said_and_nothing_is_made(stage):
    number = stage.ids["seller.contact"]
    seller = stage.client("seller")
    data = {"to": "a@b@c", "subject": "Hello", "message": "Look"}
    assert seller.post(f"/details/contacts/{number}/ask", data=data).status_code == 422
    with stage.app.app_context():
        assert mails() == []
        assert links.of(db.session.get_one(Contact, number)) == []


# --- many -------------------------------------------------------------------------------------------------------------


def crowd(stage, count: int) -> dict[str, int]:
    """Contacts of the seller with the tag of a segment, some of whom cannot be asked."""
    with stage.writes("seller") as as_:
        for n in range(count):
            language = ("en", "ar", "fi")[n % 3]
            Contact.create(as_.user, given=f"P{n}", family="Crowd", email=f"p{n}@crowd.example", language=language)
        none = Contact.create(as_.user, given="No", family="Crowd")
        bounced = Contact.create(as_.user, given="Gone", family="Crowd", email="gone@crowd.example")
        common = {
            "sender": "crm@demo.example",
            "to": "gone@crowd.example",
            "language": "en",
            "subject": "x",
            "text": "x",
        }
        for state in ("sent", "failed"):
            db.session.add(Message(message_id=f"<{state}@x>", purpose="test", state=state, **common))
        db.session.flush()
        return {"none": none.id, "bounced": bounced.id}


def draft(stage, client, **chosen) -> str:
    answer = client.post("/details/sendings", data=chosen)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def number_of(url: str) -> int:
    return int(url.rpartition("/")[2])


def test_a_segment_is_looked_at_then_sent_one_mail_a_person(stage):
    others = crowd(stage, 30)
    seller = stage.client("seller")
    url = draft(stage, seller, all="1", list="_q=Crowd")
    page = seller.get(url).text
    assert "30 people get a mail" in page
    assert all(text in page for text in ("No e-mail address", "The last mail to them did not arrive", "No Crowd"))
    assert 'lang="ar"' in page
    with stage.app.app_context():
        assert mails() == []
    for _time in range(2):  # asked twice, sent once
        assert seller.post(url).status_code == 303
    with stage.app.app_context():
        assert len(mails()) == sending.BATCH
    with stage.app.app_context():
        jobs.run_due(10)
    with stage.app.app_context():
        found = mails()
        assert len({message.to for message in found}) == len(found) == 30
        assert len({link_in(message) for message in found}) == 30
        assert {message.language for message in found} == {"en", "ar"}
        assert {message.from_user_id for message in found} == {stage.ids["user.seller"]}
        assert db.session.get_one(DetailsSending, number_of(url)).state == "done"
        states = dict(db.session.execute(sa.select(DetailsRequest.contact_id, DetailsRequest.state)).all())
        assert (states[others["none"]], states[others["bounced"]]) == ("no_address", "bounced")
    assert "30 mails are in the outbox" in seller.get(url).text
    assert stage.client("manager").get(url).status_code == 404
    assert stage.client("colleague").post(url).status_code == 404


def test_all_that_words_find_are_asked_and_not_only_what_a_page_counts(stage, monkeypatch):
    crowd(stage, 12)
    monkeypatch.setattr(listing, "COUNT_TO", 3)
    number = number_of(draft(stage, stage.client("seller"), all="1", list="_q=Crowd"))
    with stage.app.app_context():
        asked = sa.select(sa.func.count()).select_from(DetailsRequest).where(DetailsRequest.sending_id == number)
        assert db.session.scalar(asked) == 14


def test_ticked_ones_and_only_those_that_one_may_change(stage):
    ids = [stage.ids[f"{owner}.contact"] for owner in ("seller", "rival")]
    rival = stage.client("rival")
    url = draft(stage, rival, id=ids)
    with stage.app.app_context():
        chosen = sa.select(DetailsRequest.contact_id).where(DetailsRequest.sending_id == number_of(url))
        assert list(db.session.scalars(chosen)) == [ids[1]]
    assert rival.post("/details/sendings", data={"id": [ids[0]]}).status_code == 400
    assert rival.post("/details/sendings", data={"id": ["x", "-1"]}).status_code == 400


def test_who_is_thrown_away_before_their_turn_gets_nothing(stage):
    crowd(stage, 30)
    seller = stage.client("seller")
    url = draft(stage, seller, all="1", list="_q=Crowd")
    seller.post(url)
    with stage.writes("seller"):
        late = db.session.scalars(
            sa.select(DetailsRequest).filter_by(state="waiting", sending_id=number_of(url)).limit(1)
        ).one()
        db.session.get_one(Contact, late.contact_id).trash()
    with stage.app.app_context():
        jobs.run_due(10)
    with stage.app.app_context():
        assert len(mails()) == 29


def test_switched_off_in_between_it_waits_until_somebody_could_answer(stage):
    crowd(stage, 30)
    seller, admin = stage.client("seller"), stage.client("admin")
    seller.post(draft(stage, seller, all="1", list="_q=Crowd"))
    assert admin.post("/auth/modules/details/off").status_code == 303
    with stage.app.app_context():
        jobs.run_due(10)
    with stage.app.app_context():
        assert len(mails()) == sending.BATCH
    assert admin.post("/auth/modules/details/on").status_code == 303
    with stage.writes("admin"):
        db.session.execute(sa.update(Job).where(Job.name.like("%send_details")).values(due_at=utcnow()))
    with stage.app.app_context():
        jobs.run_due(10)
    with stage.app.app_context():
        assert len(mails()) == 30
