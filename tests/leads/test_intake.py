"""What becomes of a post: contact, lead, events and mail, in one transaction, once."""

import pytest
import sqlalchemy as sa

from crmlite import events, jobs, journal
from crmlite.auth.models import Role, Team, User
from crmlite.contacts.models import Contact, split_name
from crmlite.extensions import db, utcnow, writing
from crmlite.leads import intake
from crmlite.leads.models import Lead, Submission
from crmlite.mail.outbox import Message
from crmlite.records.points import Point
from tests.leads.conftest import TYPED


@pytest.fixture
def people(app):
    """Ids of a seller with a team, and of a colleague who left."""
    with app.app_context():
        writing()
        role = db.session.scalar(sa.select(Role).where(Role.name == "seller")) or Role(name="seller")
        team = Team(name="Sales of this test")
        db.session.add_all([role, team])
        db.session.flush()
        made = {}
        for name, values in {"sara": {}, "nils": {"locale": "nl"}, "gone": {"active": False}}.items():
            user = User(
                name=name.title(),
                email=f"{name}@firm.example",
                password="x",
                role_id=role.id,
                team_id=team.id,
                **values,
            )
            db.session.add(user)
            db.session.flush()
            made[name] = user.id
        made["team"] = team.id
        db.session.commit()
        return made


@pytest.fixture
def work(app):
    """Runs the worker."""

    def run() -> None:
        with app.app_context():
            jobs.run_due()
            states = db.session.execute(sa.select(jobs.Job.state, jobs.Job.error)).all()
            assert all(state == "done" for state, _error in states), states

    return run


def test_somebody_new(app, make_form, post, work, people):
    form = make_form(owner_id=people["sara"], team_id=people["team"], language="nl", source="Website")
    post(form)
    work()
    with app.app_context():
        [contact] = db.session.scalars(sa.select(Contact)).all()
        assert (contact.given, contact.family, contact.language) == ("Anna", "Lindqvist", "nl")
        assert (contact.owner_id, contact.team_id) == (people["sara"], people["team"])
        assert points(contact) == {("email", "anna@example.com")}
        [lead] = db.session.scalars(sa.select(Lead)).all()
        assert (lead.contact_id, lead.need, lead.source, lead.state) == (
            contact.id,
            "Two hundred chairs",
            "Website",
            "new",
        )
        assert (lead.owner_id, lead.team_id) == (people["sara"], people["team"])
        [submission] = db.session.scalars(sa.select(Submission)).all()
        assert (submission.state, submission.lead_id, submission.contact_id) == ("done", lead.id, contact.id)
        assert linked("contact", contact.id) >= {"contact.created", "lead.created", "form.submitted"}
        assert linked("lead", lead.id) >= {"lead.created", "form.submitted"}


def test_everything_is_one_operation_by_the_customer(app, form, post, work):
    post(form)
    before = highest_operation(app)
    work()
    with app.app_context():
        made = db.session.scalars(sa.select(journal.Operation).where(journal.Operation.id > before)).all()
        assert [(operation.kind, operation.actor_kind) for operation in made] == [("job", "customer")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"f2": "anna@example.com"}, {"f2": "ANNA@Example.COM "}),
        ({"f2": "anna@example.com", "f3": "+46 8 123 456"}, {"f2": "other@example.com", "f3": "0046 8 123456"}),
    ],
)
def test_somebody_known_is_joined(app, form, post, work, first, second):
    post(form, {**TYPED, **first})
    post(form, {**TYPED, **second, "f4": "And ten tables"})
    work()
    with app.app_context():
        [contact] = db.session.scalars(sa.select(Contact)).all()
        assert (contact.given, contact.family) == ("Anna", "Lindqvist"), "what is known is not overwritten"
        assert [lead.need for lead in db.session.scalars(sa.select(Lead).order_by(Lead.id))] == [
            "Two hundred chairs",
            "And ten tables",
        ]
        assert len(points(contact)) == len({normal for _kind, normal in points(contact)}), "no point twice"


def test_known_by_email_nobody_is_renamed(app, form, post, work):
    post(form)
    post(form, {**TYPED, "f1": "Somebody Else"})
    work()
    with app.app_context():
        [contact] = db.session.scalars(sa.select(Contact)).all()
        assert (contact.given, contact.family) == ("Anna", "Lindqvist"), "what is known is not overwritten"
        said = db.session.scalars(
            sa.select(journal.Event.data).where(journal.Event.name == "form.submitted").order_by(journal.Event.id)
        )
        assert [data["name"] for data in said] == ["Anna Lindqvist", "Somebody Else"]


NUMBER = {"f3": "+46 8 123 456"}


def test_a_number_alone_is_not_somebody_known(app, make_form, post, work, people):
    """Anybody can type anybody's number: neither their name nor their record is given away or added to."""
    form = make_form(owner_id=people["sara"])
    post(form, {**TYPED, **NUMBER})
    post(form, {**TYPED, **NUMBER, "f1": "Mallory", "f2": "mallory@evil.example"})
    work()
    with app.app_context():
        anna, mallory = db.session.scalars(sa.select(Contact).order_by(Contact.id)).all()
        assert ("email", "mallory@evil.example") not in points(anna)
        assert (mallory.name, points(mallory)) == (
            "Mallory",
            {("email", "mallory@evil.example"), ("phone", "+468123456")},
        )
        mail = db.session.scalars(sa.select(Message).order_by(Message.id)).all()[-1]
        assert "Anna" not in mail.text + mail.subject
        assert "your answer goes to Mallory" in mail.text
        assert mail.reply_to == "mallory@evil.example"


def test_found_by_number_and_name_another_address_is_not_theirs_yet(app, form, post, work):
    post(form, {**TYPED, **NUMBER})
    post(form, {**TYPED, **NUMBER, "f1": "lindqvist ANNA", "f2": "other@example.com"})
    work()
    with app.app_context():
        [contact] = db.session.scalars(sa.select(Contact)).all()
        assert {kind_value for kind_value in points(contact) if kind_value[0] == "email"} == {
            ("email", "anna@example.com")
        }
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Lead)) == 2


def test_the_mail_says_what_was_typed(app, make_form, post, work, people):
    """Who is told may not see the contact that the address belongs to."""
    post(make_form())
    post(make_form(notify=[people["sara"]]), {**TYPED, "f1": "A. L."})
    work()
    with app.app_context():
        mail = db.session.scalars(sa.select(Message)).one()
        assert mail.subject == "New lead: A. L."
        assert "Lindqvist" not in mail.text
        assert "Sweden" in mail.text, "countries by name, not by code"


def test_a_new_phone_number_is_added(app, form, post, work):
    post(form)
    post(form, {**TYPED, "f3": "+46 8 123 456"})
    work()
    with app.app_context():
        [contact] = db.session.scalars(sa.select(Contact)).all()
        assert {kind for kind, _ in points(contact)} == {"email", "phone"}


def test_somebody_in_the_trash_is_left_there(app, form, post, work):
    post(form)
    work()
    with app.app_context():
        writing()
        db.session.scalars(sa.select(Contact)).one().trash()
        db.session.commit()
    post(form, {**TYPED, "f4": "Hello again"})
    work()
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 2


def test_known_to_a_colleague_the_lead_goes_to_that_colleague(app, make_form, post, work, people):
    post(make_form(owner_id=people["sara"]))
    post(make_form(), {**TYPED, "f4": "Once more"})
    work()
    with app.app_context():
        assert {lead.owner_id for lead in db.session.scalars(sa.select(Lead))} == {people["sara"]}


def test_owner_and_whoever_the_form_names_are_told_once_each(app, make_form, post, work, people):
    form = make_form(owner_id=people["sara"], notify=[people["nils"], people["sara"], people["gone"], 999])
    post(form)
    work()
    with app.app_context():
        mails = db.session.scalars(sa.select(Message).order_by(Message.to)).all()
        assert [(mail.to, mail.language) for mail in mails] == [
            ("nils@firm.example", "nl"),
            ("sara@firm.example", "en"),
        ]
        assert {mail.reply_to for mail in mails} == {"anna@example.com"}
        assert "https://crm.example.org/leads/1" in mails[1].text
        assert (mails[1].about_type, mails[1].about_id) == ("lead", 1)
        assert "anna@example.com" not in {mail.to for mail in mails}, "visitors get no mail"


def test_running_it_twice_does_nothing_more(app, form, post, work):
    post(form)
    work()
    with app.app_context():
        writing()
        intake.process_submission(db.session.scalar(sa.select(Submission.id)))
        db.session.commit()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Lead)) == 1


def test_all_of_it_or_nothing(app, make_form, post, people, monkeypatch):
    def broken(*_args, **_values):
        raise RuntimeError("the mail cannot be written")

    monkeypatch.setattr(intake.outbox, "send", broken)
    post(make_form(owner_id=people["sara"]))
    with app.app_context():
        jobs.run_due()
        for model in (Contact, Lead, Point):
            assert db.session.scalar(sa.select(sa.func.count()).select_from(model)) == 0
        assert db.session.scalar(sa.select(Submission.state)) == "received"
    monkeypatch.undo()
    with app.app_context():
        writing()
        db.session.execute(sa.update(jobs.Job).values(due_at=utcnow()))
        db.session.commit()
        jobs.run_due()
        assert db.session.scalar(sa.select(Submission.state)) == "done"
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Lead)) == 1


def test_what_is_held_becomes_a_lead_when_it_is_released(app, form, post, work):
    post(form, website="spam")
    work()
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Lead)) == 0
        writing()
        intake.release(db.session.scalars(sa.select(Submission)).one())
        db.session.commit()
    work()
    with app.app_context():
        assert db.session.scalar(sa.select(Lead.need)) == "Two hundred chairs"
        assert "submission.released" in linked("web_form", form.id)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Anna Lindqvist", ("Anna", "Lindqvist")),
        ("  Anna   Maria  Lindqvist ", ("Anna Maria", "Lindqvist")),
        ("Anna", ("Anna", "")),
        ("", ("", "")),
        ("王小明", ("王小明", "")),
    ],
)
def test_the_parts_of_a_name(name, parts):
    assert split_name(name) == parts


def test_every_lead_event_is_known():
    for kind in (events.LEAD_CREATED, events.LEAD_QUALIFIED, events.LEAD_DISQUALIFIED, events.LEAD_REOPENED):
        assert events.get(kind.name) is kind


def points(contact) -> set[tuple[str, str]]:
    return set(db.session.execute(sa.select(Point.kind, Point.normal).where(Point.contact_id == contact.id)))


def linked(record_type: str, record_id: int) -> set[str]:
    query = sa.select(journal.Event.name).join(journal.EventLink, journal.EventLink.event_id == journal.Event.id)
    return set(
        db.session.scalars(
            query.where(journal.EventLink.record_type == record_type, journal.EventLink.record_id == record_id)
        )
    )


def highest_operation(app) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.max(journal.Operation.id))) or 0
