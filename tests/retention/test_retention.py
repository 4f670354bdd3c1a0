"""What is kept how long: set on a page, shown before it happens, and obeyed by the nightly job in batches."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from crmlite import jobs, retention, schedule
from crmlite.auth.models import Organisation, UserSession
from crmlite.contacts.models import Contact
from crmlite.extensions import db, pretending, utcnow, writing
from crmlite.files import File
from crmlite.jobs import Job
from crmlite.leads.models import Lead, Submission, WebForm
from crmlite.mail.models import Message
from crmlite.records import links
from crmlite.records.links import Hit
from crmlite.retention import Limit
from crmlite.retention.jobs import BATCH
from crmlite.retention.jobs import forget as forget_batch
from crmlite.sales import bookkeeping
from crmlite.sales.models import Order, Quote
from crmlite.schedule import retention as scheduled
from tests.routes import RETENTION_FORM

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def was_night(days_ago: int) -> None:
    """The nightly work ran then."""
    with pretending(utcnow() - timedelta(days=days_ago)):
        jobs.beat("retention")


def night(stage, days: int = 0, after: int = 1) -> None:
    """The nightly work, so many days from now and after so many days without, with all the jobs that follow from it."""
    with stage.app.app_context(), pretending(utcnow() + timedelta(days=days)):
        was_night(after)
        writing()
        jobs.enqueue(scheduled.obey)
        db.session.commit()
        jobs.run_due()
        failed = sa.select(Job.error).where(Job.error.is_not(None), Job.id != stage.ids["job"])
        assert db.session.scalars(failed).all() == []


def count(stage, model, *where) -> int:
    with stage.app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*where))


def keep(stage, name: str, number: int | None) -> None:
    with stage.writes("admin"):
        Limit.set(retention.get(name), number)


def save(stage, client=None, **numbers):
    form = {**RETENTION_FORM, **{f"{name.replace('__', '.')}-number": str(n) for name, n in numbers.items()}}
    return (client or stage.client("admin")).post("/retention", data=form)


def undo_on(page: str) -> str:
    """Where the toast of this page leads."""
    return "/records/undo/" + page.partition('action="/records/undo/')[2].partition('"')[0]


# --- each kind --------------------------------------------------------------------------------------------------------


def old_jobs() -> None:
    db.session.add_all(Job(name="x", args={}, state=s, due_at=utcnow()) for s in ("done", "given_up", "parked"))


def old_session(stage) -> None:
    until = utcnow()
    db.session.add(UserSession(user_id=stage.ids["user.seller"], secret_hash="old", expires_at=until))


def old_mail() -> None:
    for state in ("sent", "queued", "failed"):
        made = {"message_id": f"<{state}@x>", "sender": "a@x.example", "to": "b@x.example", "language": "en"}
        db.session.add(Message(**made, subject="Kept", text="Words", html="<p>Words", purpose="test", state=state))


def test_done_jobs_go_and_failed_ones_stay(own_stage):
    with own_stage.writes():
        old_jobs()
    night(own_stage, 6)
    assert count(own_stage, Job, Job.name == "x") == 3
    night(own_stage, 8)
    with own_stage.app.app_context():
        assert db.session.scalars(sa.select(Job.state).where(Job.name == "x")).all() == ["parked"]


def test_sign_ins_that_ended(own_stage):
    with own_stage.writes():
        old_session(own_stage)
    keep(own_stage, "sessions", 90)
    night(own_stage, 80)
    assert count(own_stage, UserSession, UserSession.secret_hash == "old") == 1
    keep(own_stage, "sessions", 0)
    night(own_stage, 80)
    assert count(own_stage, UserSession, UserSession.secret_hash == "old") == 0
    assert count(own_stage, UserSession) > 5, "who is signed in stays so"


def test_texts_of_mails_go_and_that_they_were_sent_stays(own_stage):
    with own_stage.writes():
        old_mail()
    night(own_stage, 250)
    assert count(own_stage, Message, Message.text == "Words") == 3, "unless told, mails are kept for ever"
    keep(own_stage, "mail", 200)
    night(own_stage, 190)
    assert count(own_stage, Message, Message.text == "Words") == 3
    night(own_stage, 210)
    with own_stage.app.app_context():
        left = dict(db.session.execute(sa.select(Message.message_id, Message.text)).all())
        assert (left["<sent@x>"], left["<failed@x>"], left["<queued@x>"]) == ("", "", "Words")
        empty = db.session.scalars(sa.select(Message).where(Message.message_id == "<failed@x>")).one()
        assert (empty.subject, empty.html, empty.may_be_sent_again) == ("Kept", None, False)
    page = own_stage.client("admin").get(f"/mail/{empty.id}").text
    assert "The text of this mail was removed" in page


def test_what_is_in_quarantine(own_stage):
    night(own_stage, 29)
    assert count(own_stage, Submission, Submission.state == "held") == 1
    night(own_stage, 31)
    assert count(own_stage, Submission, Submission.state == "held") == 0


def test_leads_that_came_to_nothing_move_to_the_trash(own_stage):
    closed, open_ = own_stage.ids["seller.closed"], own_stage.ids["seller.lead"]
    night(own_stage, 250)
    assert count(own_stage, Lead, Lead.id == closed, Lead.deleted_at.is_(None)) == 1, "unless told, for ever"
    keep(own_stage, "leads", 100)
    night(own_stage, 90)
    assert count(own_stage, Lead, Lead.id == closed, Lead.deleted_at.is_(None)) == 1
    night(own_stage, 101)
    assert count(own_stage, Lead, Lead.id == closed, Lead.deleted_at.is_not(None)) == 1
    assert count(own_stage, Lead, Lead.id == open_, Lead.deleted_at.is_(None)) == 1, "who works on it keeps it"
    assert own_stage.client("seller").post(f"/records/lead/{closed}/restore").status_code == 303


def test_what_a_visitor_sent_goes_with_its_lead(own_stage):
    """Name, address and browser of somebody whose lead nobody can reach any more."""
    lead_id = own_stage.ids["seller.lead"]
    with own_stage.writes("seller"):
        lead, form = db.session.get_one(Lead, lead_id), db.session.scalars(sa.select(WebForm)).first()
        sent = Submission(web_form_id=form.id, client_key="gone", answers=[], state="done", lead_id=lead_id)
        db.session.add(sent)
        db.session.flush()
        lead.submission_id = sent.id
        lead.trash()
    assert count(own_stage, Submission, Submission.client_key == "gone") == 1
    night(own_stage, 29)
    assert count(own_stage, Submission, Submission.client_key == "gone") == 1
    night(own_stage, 31)
    assert count(own_stage, Lead, Lead.id == lead_id) == 0
    assert count(own_stage, Submission, Submission.client_key == "gone") == 0


def test_what_a_visitor_sent_whose_lead_went_without_it(own_stage):
    """As they did until now."""
    with own_stage.writes("seller"):
        form = db.session.scalars(sa.select(WebForm)).first()
        db.session.add(Submission(web_form_id=form.id, client_key="left", answers=[], state="done"))
    night(own_stage, 31)
    assert count(own_stage, Submission, Submission.client_key == "left") == 0


def test_hits_on_a_link(own_stage):
    with own_stage.writes():
        link = links.of(db.session.get_one(Quote, own_stage.ids["sent.quote"]))[0]
        db.session.add(Hit(link_id=link.id, kind="open", agent="browser"))
    night(own_stage, 700)
    assert count(own_stage, Hit) == 1
    night(own_stage, 740)
    assert count(own_stage, Hit) == 0


def test_files_that_nothing_has(own_stage):
    with own_stage.writes():
        file = db.session.scalars(sa.select(File).order_by(File.id).limit(1)).one()
        db.session.add(loose := File(path="ab/x", sha256="x", size=1, mime="x/y", name="loose"))
        file.detached_at = loose.detached_at = utcnow()
    night(own_stage, 29)
    assert count(own_stage, File, File.name == "loose") == 1
    night(own_stage, 31)
    assert count(own_stage, File, File.name == "loose") == 0
    assert count(own_stage, File, File.id == file.id) == 1, "something still has it"


def test_each_type_has_its_own_time_in_the_trash(own_stage):
    keep(own_stage, "trash.contact", 5)
    keep(own_stage, "trash.lead", None)
    trashed = {name: own_stage.ids[f"seller.trash.{name}"] for name in ("contact", "lead", "product")}
    night(own_stage, 6)
    with own_stage.app.app_context():
        assert db.session.get(Contact, trashed["contact"]) is None
    for name in ("lead", "product"):
        model = retention_model(name)
        assert count(own_stage, model, model.id == trashed[name]) == 1
    night(own_stage, 4000)
    lead, product = retention_model("lead"), retention_model("product")
    assert count(own_stage, lead, lead.id == trashed["lead"]) == 1, "for ever"
    assert count(own_stage, product, product.id == trashed["product"]) == 0


def retention_model(name: str):
    from crmlite.records import types

    return types.known(name).model


# --- what the law asks to keep ----------------------------------------------------------------------------------------


@pytest.fixture
def order(own_stage) -> int:
    """In the trash, of 2020."""
    number = own_stage.ids["seller.trash.order"]
    with own_stage.writes():
        db.session.execute(
            sa.update(Order).where(Order.id == number).values(ordered_on=date(2020, 2, 1)),
            execution_options={"journaled": True},
        )
    return number


def test_an_order_in_the_trash_is_kept_until_the_books_are_closed(own_stage, order):
    """Ten years after the end of 2020: to the last day of 2030."""
    until = (date(2030, 12, 31) - utcnow().date()).days
    night(own_stage, until)
    assert count(own_stage, Order, Order.id == order) == 1
    night(own_stage, until + 1)
    assert count(own_stage, Order, Order.id == order) == 0


def test_fewer_years_than_the_law_asks_are_refused(own_stage):
    with own_stage.writes("admin"):
        Organisation.get().change(country="NL")
    refused = save(own_stage, books=6)
    assert refused.status_code == 422
    assert "At least 7 years, as the law of your country asks." in refused.text
    assert save(own_stage, books=7).status_code == 303
    assert save(own_stage, books="").status_code == 422


def test_where_the_law_is_not_known_ten_years_are_asked(own_stage):
    with own_stage.writes("admin"):
        Organisation.get().change(country="JP")
    assert "JP" not in bookkeeping.YEARS
    assert save(own_stage, books=9).status_code == 422


def test_the_trash_says_that_an_order_is_kept_for_the_books(own_stage, order):
    assert "kept for the books" in own_stage.client("seller").get("/records/trash?type=order").text


def test_without_that_rule_it_would_be_gone(own_stage, order, monkeypatch):
    """The negative control of the one above."""
    monkeypatch.setattr(Order, "booked_since", classmethod(lambda _cls, _day: sa.false()))
    night(own_stage, 31)
    assert count(own_stage, Order, Order.id == order) == 0


def test_an_accepted_quote_is_never_in_reach(own_stage):
    """Whatever the state of the row says: there is a decision about it."""
    with own_stage.app.app_context():
        sql = str(Quote.booked_since(date(2026, 1, 1)))
    assert "quote_decision.verdict" in sql


# --- batches ----------------------------------------------------------------------------------------------------------


def add_old_jobs(stage, number: int) -> None:
    with stage.app.app_context(), db.engines[None].begin() as connection:
        row = {"name": "x", "args": {}, "state": "done", "attempts": 1, "due_at": utcnow(), "created_at": utcnow()}
        connection.execute(sa.insert(Job.__table__), [row] * number)


def test_no_more_than_500_rows_go_in_one_transaction(own_stage):
    add_old_jobs(own_stage, 1100)
    gone = []
    with own_stage.app.app_context(), pretending(utcnow() + timedelta(days=8)):
        was_night(1)
        writing()
        jobs.enqueue(scheduled.obey)
        db.session.commit()
        before = 1100
        while jobs.run_due(1):
            now = count(own_stage, Job, Job.name == "x")
            gone.append(before - now)
            before = now
    assert BATCH == 500
    assert [number for number in gone if number] == [500, 500, 100]


def test_what_cannot_go_does_not_stand_in_the_way(own_stage, monkeypatch):
    """A batch full of contacts that others cannot do without, and one behind them that nobody needs."""
    monkeypatch.setattr("crmlite.retention.jobs.BATCH", 2)
    with own_stage.writes("seller"):
        for owner in ("seller", "colleague", "rival"):
            db.session.get_one(Contact, own_stage.ids[f"{owner}.contact"]).trash()
        alone = Contact.create(None, given="Alone").trash()
        db.session.flush()
        number = alone.id
    night(own_stage, 31)
    assert count(own_stage, Contact, Contact.id == number) == 0
    assert count(own_stage, Contact, Contact.id == own_stage.ids["seller.contact"]) == 1


def test_one_kind_that_fails_keeps_no_other(own_stage, monkeypatch):
    with own_stage.writes():
        old_jobs()

    def breaks(_app) -> None:
        raise ValueError("no")

    monkeypatch.setattr("crmlite.leads.kept._forget_submissions", breaks)
    with own_stage.app.app_context(), pretending(utcnow() + timedelta(days=31)):
        was_night(1)
        writing()
        jobs.enqueue(scheduled.obey)
        db.session.commit()
        jobs.run_due()
    assert count(own_stage, Job, Job.name == "x", Job.state == "done") == 0
    assert count(own_stage, Submission, Submission.state == "held") == 1


def test_a_kind_that_is_gone_is_left_alone(own_stage):
    with own_stage.app.app_context():
        writing()
        forget_batch("nothing")
        forget_batch("books")
        forget_batch("mail")
        db.session.rollback()


def test_nothing_is_enqueued_where_nothing_is_old(own_stage):
    night(own_stage)
    assert count(own_stage, Job, Job.name == "retention.jobs.forget") == 0


@pytest.mark.parametrize(("after", "left"), [(1, 0), (13, 0), (15, 1), (31, 1), (-1, 1)])
def test_a_clock_that_ran_ahead_for_a_night_empties_no_trash(own_stage, after, left):
    """Nor does one that came back from there: the night before lies ahead of it then."""
    with own_stage.writes("seller"):
        alone = Contact.create(None, given="Alone").trash()
        db.session.flush()
        number = alone.id
    night(own_stage, 31, after)
    assert count(own_stage, Contact, Contact.id == number) == left
    night(own_stage, 32)
    assert count(own_stage, Contact, Contact.id == number) == 0


def test_what_a_clock_that_jumps_sets_off_at_once_is_no_night_before(own_stage):
    """It makes the run due that waits for tonight, and the next one is planned by it."""
    with own_stage.writes("seller"):
        alone = Contact.create(None, given="Alone").trash()
        db.session.flush()
        number = alone.id
    evening = (utcnow() + timedelta(days=400)).replace(hour=18, minute=0)
    with own_stage.app.app_context():
        jobs.beat("retention")
        schedule.plan()
        for moment, left in ((evening, 1), (evening + timedelta(hours=8), 1), (evening + timedelta(hours=32), 0)):
            with pretending(moment):
                ran = jobs.run_due()
                assert ran
                schedule.plan()
            assert count(own_stage, Contact, Contact.id == number) == left


# --- the page ---------------------------------------------------------------------------------------------------------


def test_the_page_shows_every_kind(stage):
    page = stage.client("admin").get("/retention").text
    with stage.app.app_context():
        for kind in retention.kinds().values():
            assert f'name="{kind.name}-number"' in page
            assert str(kind.label) in page


def test_a_longer_limit_is_saved_at_once_and_undone(own_stage):
    admin = own_stage.client("admin")
    answer = save(own_stage, admin, trash__contact=60, hits="")
    assert answer.status_code == 303
    with own_stage.app.app_context():
        assert retention.limit("trash.contact") == 60
        assert retention.limit("hits") is None
    page = admin.get("/retention").text
    assert 'value="60"' in page
    assert admin.post(undo_on(page)).status_code == 303
    with own_stage.app.app_context():
        assert retention.limit("trash.contact") == 30
        assert retention.limit("hits") == 730


def test_how_many_rows_would_go_is_said_before_anything_is_saved(own_stage):
    with own_stage.writes(), pretending(utcnow() - timedelta(days=40)):
        old_jobs()
        number = an_open_link(own_stage)
        db.session.add_all(Hit(link_id=number, kind="open", agent="browser") for _n in range(3))
        db.session.flush()
    first = save(own_stage, hits=10)
    assert first.status_code == 200
    assert "Nothing was saved yet." in first.text
    assert 'Who opened a customer\'s link: <bdi dir="ltr">3</bdi>' in first.text
    with own_stage.app.app_context():
        assert retention.limit("hits") == 730
    seen = first.text.partition('name="seen" value="')[2].partition('"')[0].replace("&#34;", '"')
    other = {**RETENTION_FORM, "hits-number": "5", "seen": seen}
    assert own_stage.client("admin").post("/retention", data=other).status_code == 200, "other limits were seen"
    again = {**RETENTION_FORM, "hits-number": "10", "seen": seen}
    assert own_stage.client("admin").post("/retention", data=again).status_code == 303
    assert "Goes in the coming night: 3." in own_stage.client("admin").get("/retention").text
    night(own_stage)
    assert count(own_stage, Hit) == 0


def an_open_link(stage) -> int:
    return links.of(db.session.get_one(Quote, stage.ids["sent.quote"]))[0].id


@pytest.mark.parametrize(
    ("numbers", "says"),
    [
        ({"jobs": ""}, "From 1 to 36500 days."),
        ({"jobs": 0}, "From 1 to 36500 days."),
        ({"quarantine": -1}, "From 1 to 36500 days."),
        ({"hits": 36_501}, "Empty: for ever."),
        ({"trash__contact": "soon"}, "Write a whole number."),
        ({"sessions": "9" * 40}, "From 0 to 36500 days."),
    ],
)
def test_limits_that_are_none(stage, numbers, says):
    answer = save(stage, **numbers)
    assert answer.status_code == 422
    assert says in answer.text
    with stage.app.app_context():
        assert db.session.scalars(sa.select(Limit)).all() == []


def test_what_is_not_sent_is_not_for_ever(stage):
    form = {name: value for name, value in RETENTION_FORM.items() if name != "hits-number"}
    assert stage.client("admin").post("/retention", data=form).status_code == 422


def test_two_administrators_at_once(own_stage):
    page = own_stage.client("admin").get("/retention").text
    was = page.partition('name="hits-was" type="hidden" value="')[2].partition('"')[0].replace("&#34;", '"')
    assert was == '{"number": 730}'
    keep(own_stage, "hits", 900)
    mine = {**RETENTION_FORM, "hits-number": "800", "hits-was": was}
    answer = own_stage.client("admin").post("/retention", data=mine)
    assert answer.status_code == 409
    assert "Somebody changed this to “900” meanwhile." in answer.text
    untouched = {**RETENTION_FORM, "hits-was": was, "jobs-number": "9"}
    assert own_stage.client("admin").post("/retention", data=untouched).status_code == 303
    with own_stage.app.app_context():
        assert (retention.limit("hits"), retention.limit("jobs")) == (900, 9), "what I left alone is theirs"


def test_undo_brings_back_no_limit_that_the_law_forbids(own_stage):
    """What was right in one country is wrong in another."""
    with own_stage.writes("admin"):
        Organisation.get().change(country="NL")
    assert save(own_stage, books=7).status_code == 303
    admin = own_stage.client("admin")
    assert save(own_stage, admin, books=12).status_code == 303
    undo = undo_on(admin.get("/retention").text)
    with own_stage.writes("admin"):
        Organisation.get().change(country="IT")
    assert admin.post(undo).status_code == 409
    with own_stage.app.app_context():
        assert retention.limit("books") == 12


def test_a_message_says_for_how_long_it_is_in_the_trash(own_stage):
    seller, url = own_stage.client("seller"), f"/records/contact/{own_stage.ids['seller.contact']}/delete"
    keep(own_stage, "trash.contact", 5)
    seller.post(url)
    assert "is in the trash for 5 days." in seller.get("/contacts/").text
    assert "in 5 days" in seller.get("/records/trash?type=contact").text
    keep(own_stage, "trash.contact", None)
    assert "never" in seller.get("/records/trash?type=contact").text
