"""Notices: who gets which of what, in the transaction of what happened; read and unread; here, by mail or not at all."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from crmlite import jobs, schedule
from crmlite.auth.models import Preference, User
from crmlite.contacts.models import Contact
from crmlite.desk import inbox
from crmlite.desk.kinds import KINDS
from crmlite.desk.models import Notice
from crmlite.extensions import db, pretending, utcnow, writing
from crmlite.mail import outbox, sending, smtp
from crmlite.mail.models import Message
from crmlite.records import members
from crmlite.records.links import Hit, Link
from crmlite.retention.jobs import forget as forget_batch
from tests.cast import canary

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def notices(stage, key="rival") -> list[tuple[str, int]]:
    """(kind, count) of that user's, the newest first."""
    with stage.app.app_context():
        query = sa.select(Notice.kind, Notice.count).where(Notice.user_id == stage.ids[f"user.{key}"])
        return [tuple(row) for row in db.session.execute(query.order_by(Notice.id.desc()))]


def hand(stage, to="rival", by="seller"):
    url = f"/records/contact/{stage.ids['seller.contact']}/owner"
    return stage.client(by).post(url, data={"user_id": str(stage.ids[f"user.{to}"])})


def choose(stage, key, **ways):
    return stage.client(key).post("/desk/choices", data=ways)


def mails(stage) -> list[Message]:
    with stage.app.app_context():
        return list(db.session.scalars(sa.select(Message).where(Message.purpose == "notice").order_by(Message.id)))


# --- who hears of what ------------------------------------------------------------------------------------------------


def test_whoever_is_handed_a_record_hears_of_it_and_nobody_else(stage):
    before = {key: notices(stage, key) for key in ("seller", "colleague", "manager")}
    assert hand(stage).status_code == 303
    assert notices(stage) == [("assigned", 1)]
    assert {key: notices(stage, key) for key in before} == before
    page = stage.client("rival").get("/desk/notices").text
    assert "handed" in page
    assert canary("seller", "contact") in page
    assert f'href="/contacts/{stage.ids["seller.contact"]}"' in page


def test_who_does_it_oneself_needs_no_notice(stage):
    with stage.writes("manager") as s:
        db.session.get_one(Contact, stage.ids["seller.contact"]).assign(s.user)
    assert ("assigned", 1) not in notices(stage, "manager")


def assign(stage):
    contact = db.session.get_one(Contact, stage.ids["seller.contact"])
    contact.assign(db.session.get_one(User, stage.ids["user.rival"]))


def test_a_notice_is_written_with_its_cause_or_not_at_all(stage):
    with stage.app.app_context():
        writing()
        assign(stage)
        db.session.rollback()
        writing()
        db.session.get_one(Contact, stage.ids["rival.contact"]).touch()
        db.session.commit()
    assert notices(stage) == [], "nothing is left over for the next transaction"
    with stage.app.app_context():
        writing()
        assign(stage)
        db.session.commit()
    assert notices(stage) == [("assigned", 1)], "the control"


def test_what_a_savepoint_gave_up_is_not_told(stage):
    with stage.app.app_context():
        writing()
        members.join(
            db.session.get_one(Contact, stage.ids["seller.contact"]),
            db.session.get_one(User, stage.ids["user.rival"]),
        )
        savepoint = db.session.begin_nested()
        assign(stage)
        savepoint.rollback()
        db.session.commit()
    assert notices(stage) == [("joined", 1)]


def test_members_hear_of_it(stage):
    with stage.writes("seller"):
        contact = db.session.get_one(Contact, stage.ids["seller.contact"])
        members.join(contact, db.session.get_one(User, stage.ids["user.rival"]), "advises")
    assert notices(stage) == [("joined", 1)]


def test_many_at_once_are_one_notice_that_counts(stage):
    with stage.writes("seller") as s:
        made = [Contact.create(s.user, given=f"Person {n}").id for n in range(7)]
    form = {"id": [str(i) for i in made], "action": "assign", "user_id": str(stage.ids["user.rival"])}
    assert stage.client("seller").post("/records/contact/bulk", data=form).status_code == 303
    assert notices(stage) == [("assigned", 7)]
    page = stage.client("rival").get("/desk/notices").text
    assert "7 records over to you" in page
    assert 'href="/contacts/?owner=me"' in page


def test_a_new_lead_of_a_form_is_told_to_its_owner_and_whom_the_form_names(stage):
    from crmlite.leads.models import WebForm

    with stage.writes("admin"):
        db.session.get_one(WebForm, stage.ids["form"]).change(notify=[stage.ids["user.rival"]])
    stage.client().post("/f/testform0001", data={"f1": "Anna", "f2": "anna@example.com"})
    with stage.app.app_context():
        held = sa.text("UPDATE submission SET state='received' WHERE state='held' AND client_key NOT LIKE 'zc%'")
        writing()
        db.session.execute(held)
        from crmlite.leads import intake
        from crmlite.leads.models import Submission

        number = db.session.scalar(sa.select(sa.func.max(Submission.id)))
        intake.process_submission(number)
        db.session.commit()
    assert notices(stage)[0] == ("new_lead", 1)
    assert notices(stage, "seller")[0] == ("new_lead", 1)
    with stage.app.app_context():
        to = set(db.session.scalars(sa.select(Message.to).where(Message.purpose == "new_lead")))
        assert to == {"seller@demo.example", "rival@demo.example"}
    assert canary("seller", "lead") not in stage.client("rival").get("/desk/notices").text


@pytest.mark.parametrize(("verb", "kind"), [("accept", "quote_accepted"), ("decline", "quote_declined")])
def test_the_owner_hears_what_a_customer_decided(stage, verb, kind):
    form = {"name": "Ada", "agree": "y", "reason": "Too late"}
    assert stage.client().post(f"/p/quote/{stage.token('sent.quote')}/{verb}", data=form).status_code == 303
    assert notices(stage, "seller")[0] == (kind, 1)


def test_the_first_opening_is_told_once_and_scanners_open_nothing(stage):
    url = f"/p/quote/{stage.token('sent.quote')}"

    def look(agent):
        with stage.app.app_context():
            stage.client().get(url, environ_base={"HTTP_USER_AGENT": agent})
            schedule.plan()
            jobs.run_due()

    look("Mozilla/5.0 SafeLinks scanner")
    assert "quote_opened" not in dict(notices(stage, "seller"))
    look(FIREFOX)
    assert notices(stage, "seller")[0] == ("quote_opened", 1)
    timeline = stage.client("seller").get(f"/records/quote/{stage.ids['sent.quote']}/timeline").text
    assert "for the first time" in timeline
    with stage.app.app_context():
        writing()
        db.session.execute(sa.update(Hit).values(at=utcnow() - timedelta(days=2)))
        db.session.commit()
    look(FIREFOX)
    assert [kind for kind, _count in notices(stage, "seller")].count("quote_opened") == 1
    with stage.app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Hit)) == 3
        link = db.session.scalars(
            sa.select(Link).where(Link.record_type == "quote", Link.record_id == stage.ids["sent.quote"])
        ).one()
        assert link.opened_at is not None


@pytest.mark.parametrize("state", ["failed", "unknown"])
def test_the_sender_hears_of_a_mail_that_did_not_arrive(stage, state):
    with stage.writes("seller") as s:
        contact = db.session.get_one(Contact, stage.ids["seller.contact"])
        mail = outbox.send(
            "quote", "buyer@example.com", language="en", purpose="quote", about=contact, by=s.user, quote_subject="Ours",
            message="Dear buyer", url="http://localhost/p/quote/x", day="",
        )  # fmt: skip
        mail.state, mail.attempts = "sending", 1
        number = mail.id
    with stage.app.app_context():
        sending.settle(number, 1, smtp.Outcome(state, "550 no"))
    assert notices(stage, "seller")[0] == (f"mail_{state}", 1)
    page = stage.client("seller").get("/desk/notices").text
    assert f'href="/contacts/{stage.ids["seller.contact"]}"' in page
    assert (
        "buyer@example.com"
        in stage.client("seller").get(f"/records/contact/{stage.ids['seller.contact']}/timeline").text
    )


def test_what_was_taken_back_is_no_news(stage):
    hand(stage)
    with stage.app.app_context():
        from crmlite.journal import Operation

        operation = db.session.scalar(sa.select(sa.func.max(Operation.id)))
    assert 'class="cx-bell-n"' in stage.client("rival").get("/desk/").text
    assert stage.client("seller").post(f"/records/undo/{operation}").status_code == 303
    page = stage.client("rival").get("/desk/notices").text
    assert "handed" not in page
    assert 'class="cx-bell-n"' not in page


def test_a_record_that_is_not_seen_any_more_is_not_named(stage):
    hand(stage)
    with stage.writes("manager"):
        db.session.get_one(Contact, stage.ids["seller.contact"]).assign(
            db.session.get_one(User, stage.ids["user.seller"])
        )
    page = stage.client("rival").get("/desk/notices").text
    assert "something that you may not see any more" in page
    assert canary("seller", "contact") not in page


# --- read and unread --------------------------------------------------------------------------------------------------


def unread(stage, key="rival") -> int:
    with stage.app.app_context():
        query = sa.select(sa.func.count()).select_from(Notice)
        return db.session.scalar(query.where(Notice.user_id == stage.ids[f"user.{key}"], Notice.read_at.is_(None)))


def test_looking_at_the_record_reads_its_notices(stage):
    hand(stage)
    assert unread(stage) == 1
    stage.client("rival").get(f"/contacts/{stage.ids['seller.contact']}")
    assert unread(stage) == 1, "a GET changes nothing"
    assert stage.client("rival").post(f"/records/contact/{stage.ids['seller.contact']}/seen").status_code == 204
    assert unread(stage) == 0


def test_one_is_read_and_unread_again(stage):
    hand(stage)
    with stage.app.app_context():
        number = db.session.scalar(sa.select(sa.func.max(Notice.id)))
    client = stage.client("rival")
    assert client.post(f"/desk/notices/{number}/read").status_code == 303
    assert "Nothing is unread" in client.get("/desk/notices?show=unread").text
    assert client.post(f"/desk/notices/{number}/unread").status_code == 303
    assert unread(stage) == 1


def test_all_read_leaves_what_came_since(stage):
    hand(stage)
    with stage.app.app_context():
        newest = db.session.scalar(sa.select(sa.func.max(Notice.id)))
    hand(stage, to="seller", by="rival")
    hand(stage)
    assert unread(stage) == 2
    assert stage.client("rival").post("/desk/notices/read", data={"newest": str(newest)}).status_code == 303
    assert unread(stage) == 1


def test_the_same_about_the_same_record_stands_together(stage):
    for _again in range(3):
        hand(stage)
        hand(stage, to="seller", by="rival")
    page = stage.client("rival").get("/desk/notices").text
    assert page.count("over to you") == 1
    assert "2 more of these" in page


def test_pages_go_on(stage, monkeypatch):
    monkeypatch.setattr(inbox, "PAGE", 2)
    monkeypatch.setattr(inbox.Inbox.__init__, "__defaults__", (False, None, 2))
    with stage.app.app_context():
        pass
    for n in range(5):
        with stage.writes("seller") as s:
            Contact.create(s.user, given=f"Person {n}").assign(db.session.get_one(User, stage.ids["user.rival"]))
    seen, url = [], "/desk/notices"
    import re

    while url:
        page = stage.client("rival").get(url).text
        seen += re.findall(r"Person \d", page)
        found = re.search(r'href="(/desk/notices\?before=\d+)"', page)
        url = found[1] if found else None
    assert seen == [f"Person {n}" for n in (4, 3, 2, 1, 0)]


# --- here, by mail, or not at all -------------------------------------------------------------------------------------


def test_none_means_none(stage):
    assert choose(stage, "rival", assigned="none").status_code == 303
    hand(stage)
    assert notices(stage) == []


def test_by_mail_once_for_all_of_one_operation(stage):
    choose(stage, "rival", assigned="mail")
    with stage.writes("seller") as s:
        made = [Contact.create(s.user, given=f"Person {n}").id for n in range(3)]
    form = {"id": [str(i) for i in made], "action": "assign", "user_id": str(stage.ids["user.rival"])}
    stage.client("seller").post("/records/contact/bulk", data=form)
    assert mails(stage) == [], "the worker writes it"
    with stage.app.app_context():
        jobs.run_due()
        jobs.run_due()
    found = mails(stage)
    assert [mail.to for mail in found] == ["rival@demo.example"]
    assert "3 records over to you" in found[0].subject
    assert "http://localhost/contacts/?owner=me" in found[0].text


def test_usually_there_is_no_mail(stage):
    """The control."""
    hand(stage)
    with stage.app.app_context():
        jobs.run_due()
    assert mails(stage) == []


def test_what_was_read_meanwhile_is_not_mailed(stage):
    choose(stage, "rival", assigned="mail")
    hand(stage)
    stage.client("rival").post(f"/records/contact/{stage.ids['seller.contact']}/seen")
    with stage.app.app_context():
        jobs.run_due()
    assert mails(stage) == []


def test_the_mail_about_a_quote_follows_the_choice(stage):
    choose(stage, "seller", quote_accepted="app")
    stage.client().post(f"/p/quote/{stage.token('sent.quote')}/accept", data={"name": "Ada", "agree": "y"})
    assert notices(stage, "seller")[0] == ("quote_accepted", 1)
    with stage.app.app_context():
        assert db.session.scalar(sa.select(Message.id).where(Message.purpose == "quote_accepted")) is None


def test_choices_that_do_not_exist_are_refused(stage):
    assert choose(stage, "seller", assigned="pigeon").status_code == 400
    with stage.app.app_context():
        assert Preference.read(stage.ids["user.seller"], "notices") == {}


# --- their end --------------------------------------------------------------------------------------------------------


def test_old_ones_go_and_so_does_what_a_purged_record_left(stage):
    hand(stage)
    stage.client("rival").post(f"/records/contact/{stage.ids['seller.contact']}/seen")
    with stage.app.app_context():
        for days, left in ((89, 1), (91, 0)):
            with pretending(utcnow() + timedelta(days=days)):
                writing()
                for kind in ("notices", "unread", "seen"):
                    forget_batch(kind)
                db.session.commit()
            query = sa.select(sa.func.count()).select_from(Notice).where(Notice.user_id == stage.ids["user.rival"])
            assert db.session.scalar(query) == left


def test_every_kind_has_a_sentence_in_one_and_in_many(stage):
    with stage.app.app_context():
        for kind in KINDS.values():
            for count in (1, 5):
                text = kind.sentence(count, {"actor": "Anna", "record": "“Chairs”"})
                assert "%(" not in text, kind.name
                assert text[0].isupper(), kind.name
