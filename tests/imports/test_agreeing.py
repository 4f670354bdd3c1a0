"""Columns of consent: who agreed, who unsubscribed, on which day; what people said here goes before the file."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from crmlite.contacts import consents
from crmlite.contacts.consents import Consent, Purpose
from crmlite.contacts.models import Contact
from crmlite.extensions import db
from crmlite.imports.answers import Answers
from crmlite.imports.targets import parse
from crmlite.journal import Event
from tests import oracles
from tests.imports.test_undo import rest

SHEET = """Name,E-mail,Newsletter,Since,Opt-out
Ada Agreed,ada@agree.example,Ja,,
Bob Dated,bob@agree.example,yes,2024-03-05,
Cem Never,cem@agree.example,No,2024-03-05,0
Dot Gone,dot@agree.example,subscribed,,TRUE
Eva Unclear,eva@agree.example,perhaps,,
Ada Agreed,ada@agree.example,,,2999-01-01
"""


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("consent", "Yes", ("given", None)),
        ("consent", "x", ("given", None)),
        ("consent", "Désabonné", ("withdrawn", None)),
        ("consent", "2024-03-05 10:11:12", ("given", date(2024, 3, 5))),
        ("consent", "5.3.2024", ("given", date(2024, 3, 5))),
        ("consent", "Not subscribed", ("no", None)),
        ("refusal", "1", ("withdrawn", None)),
        ("refusal", "2024-03-05T10:11Z", ("withdrawn", date(2024, 3, 5))),
        ("refusal", "3/25/2024", ("withdrawn", date(2024, 3, 25))),
        ("refusal", "Subscribed", None),
        ("refusal", "нет", None),
    ],
)
def test_cells_say_yes_no_or_when(field, value, said):
    answers = Answers()
    assert answers.add(parse(f"contact.{field}/7"), "News", value, "dmy")
    expected = [(7, *said, f"News: {value}")] if said else []
    assert [(one.purpose_id, one.action, one.on, one.how) for one in answers.said()] == expected


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([("consent", "yes"), ("consent", "2024-03-05")], ("given", date(2024, 3, 5))),
        ([("consent", "2024-03-05"), ("consent", "2023-01-01")], ("given", date(2023, 1, 1))),
        ([("refusal", "2024-03-05"), ("refusal", "2020-01-01")], ("withdrawn", date(2024, 3, 5))),
        ([("consent", "2024-03-05"), ("consent", "no")], ("no", None)),
        ([("consent", "no"), ("refusal", "yes"), ("consent", "yes")], ("withdrawn", None)),
        ([("refusal", "12 Mar 2024"), ("consent", "yes")], None),
    ],
)
def test_of_several_columns_the_cautious_one_holds(cells, said):
    answers = Answers()
    for field, value in cells:
        answers.add(parse(f"contact.{field}/7"), "News", value, "dmy")
    assert [(one.action, one.on) for one in answers.said()] == ([said] if said else [])


def test_of_one_day_the_withdrawal_is_later_and_nothing_is_still_to_come():
    today, answers = datetime.now(UTC).date(), Answers()
    answers.add(parse("contact.consent/7"), "N" * 200, today.isoformat(), "dmy")
    answers.add(parse("contact.refusal/8"), "N" * 200, today.isoformat(), "dmy")
    given, withdrawn = answers.said()
    assert given.at <= withdrawn.at <= datetime.now(UTC)
    assert given.how == f"{'N' * 80}: {today}", "what stood in the cell is kept"


@pytest.mark.parametrize("value", ["perhaps", "2999-01-01", "31.2.2024", "12"])
def test_what_says_nothing_is_told_so(value):
    assert not Answers().add(parse("contact.consent/7"), "News", value, "dmy")


def standing(stage, name: str) -> tuple[str, str, str, str] | None:
    """Of the newsletter: action, source, how, words."""
    with stage.app.app_context():
        contact = db.session.scalars(sa.select(Contact).where(Contact.name == name)).one()
        one = next(one for one in consents.standing(contact) if one.purpose.id == stage.ids["purpose"])
        return one.last and (one.last.action, one.last.source, one.last.how, one.last.text)


def mapping(stage) -> dict[str, str]:
    news = stage.ids["purpose"]
    return {"to-2": f"contact.consent/{news}", "to-3": f"contact.consent/{news}", "to-4": f"contact.refusal/{news}"}


def test_consent_comes_in_and_goes_again(stage, mover):
    before = rest(stage)
    number = mover.begin(SHEET)
    trial = mover.try_out(number, **mapping(stage))
    done = mover.run(number)
    assert [row.reasons for row in trial.rows.values()] == [row.reasons for row in done.rows.values()]
    assert standing(stage, "Ada Agreed") == ("given", "import", "Newsletter: Ja", "")
    assert standing(stage, "Bob Dated") == ("given", "import", "Newsletter: yes, Since: 2024-03-05", "")
    assert standing(stage, "Cem Never") is None, "that nobody asked is no withdrawal"
    assert standing(stage, "Dot Gone")[0] == "withdrawn", "whatever they agreed to before"
    assert standing(stage, "Eva Unclear") is None
    assert done.rows[6].reasons == [["no_answer", "Newsletter: perhaps"]]
    assert done.rows[7].reasons[0] == ["no_answer", "Opt-out: 2999-01-01"]
    for counts in (trial.counts, done.counts):
        assert (counts["consent_given"], counts["consent_withdrawn"]) == (2, 1)
    assert "What people agreed to: 2. Unsubscribed: 1." in mover.client.get(f"/imports/{number}").text
    with stage.app.app_context():
        bob = db.session.scalars(sa.select(Consent).where(Consent.how.like("%2024-03-05"))).one()
        assert (bob.at, bob.by_id) == (datetime(2024, 3, 5, tzinfo=UTC), stage.ids["user.manager"])
    again = mover.move_in(SHEET, **mapping(stage))
    assert again.counts["same"] == 6, "a second time there is nothing new"
    mover.undo(again.id)
    mover.undo(done.id)
    assert oracles.differences(before, rest(stage)) == []


def test_what_somebody_said_here_goes_before_the_file(stage, mover):
    news = stage.ids["purpose"]
    people = [("Fay Left", "fay@agree.example"), ("Gus Back", "gus@agree.example"), ("Hal Stays", "hal@agree.example")]
    mover.move_in("Name,E-mail\n" + "".join(f"{name},{mail}\n" for name, mail in people))
    with stage.writes("manager") as as_:
        for name, _mail in people:
            contact = db.session.scalars(sa.select(Contact).where(Contact.name == name)).one()
            verb = Consent.give if name == "Hal Stays" else Consent.withdraw
            verb(contact, db.session.get_one(Purpose, news), by=as_.user, at=datetime(2025, 1, 1, tzinfo=UTC))
        db.session.commit()
    before = rest(stage)
    text = "Name,E-mail,News,Out\nFay Left,fay@agree.example,yes,\nGus Back,gus@agree.example,2025-06-01,\n"
    text += "Hal Stays,hal@agree.example,,2024-06-01\n"
    done = mover.move_in(text, **{"to-2": f"contact.consent/{news}", "to-3": f"contact.refusal/{news}"})
    assert done.outcomes == {2: "same", 3: "changed", 4: "same"}
    assert done.rows[2].reasons == [["said_since", "News: yes"]]
    assert done.rows[4].reasons == [["said_since", "Out: 2024-06-01"]]
    assert [standing(stage, name)[0] for name, _mail in people] == ["withdrawn", "given", "given"]
    assert "What they said here since goes before the file" in mover.client.get(f"/imports/{done.id}?show=same").text
    mover.undo(done.id)
    assert oracles.differences(before, rest(stage)) == []


def test_who_said_no_to_a_program_that_said_yes_before_has_unsubscribed_there(stage, mover):
    news = stage.ids["purpose"]
    chosen = {"to-2": f"contact.consent/{news}", "to-3": f"contact.refusal/{news}"}
    mover.move_in("Name,E-mail,News,Out\nNel Program,nel@agree.example,yes,\n", **chosen)
    no = "Name,E-mail,News,Out\nNel Program,nel@agree.example,No,\n"
    assert mover.move_in(no, **chosen).outcomes == {2: "changed"}
    assert standing(stage, "Nel Program")[:3] == ("withdrawn", "import", "News: No")
    assert mover.move_in(no, **chosen).outcomes == {2: "same"}
    both = "Nel Program,nel@agree.example,2999-01-01,\nNel Program,nel@agree.example,,yes\n"
    with stage.writes("manager") as as_:
        contact = db.session.scalars(sa.select(Contact).where(Contact.name == "Nel Program")).one()
        Consent.give(contact, db.session.get_one(Purpose, news), by=as_.user)
        db.session.commit()
    done = mover.move_in(no, **chosen)
    assert done.rows[2].reasons == [["said_since", "News: No"]], "it is not the program's word that holds"
    mover.move_in(f"Name,E-mail,News,Out\n{both}", **chosen)
    assert standing(stage, "Nel Program")[0] == "withdrawn"


def test_a_later_row_of_the_same_person_is_looked_at_anew(stage, mover):
    news = stage.ids["purpose"]
    mover.move_in("Name,E-mail\nOle Twice,ole@agree.example\n")
    with stage.writes("manager") as as_:
        contact = db.session.scalars(sa.select(Contact).where(Contact.name == "Ole Twice")).one()
        before = datetime(2024, 1, 1, tzinfo=UTC)
        Consent.withdraw(contact, db.session.get_one(Purpose, news), by=as_.user, at=before)
        db.session.commit()
    text = "Name,E-mail,News,Out\nOle Twice,ole@agree.example,2025-06-01,\nOle Twice,ole@agree.example,,yes\n"
    done = mover.move_in(text, **{"to-2": f"contact.consent/{news}", "to-3": f"contact.refusal/{news}"})
    assert standing(stage, "Ole Twice")[:3] == ("withdrawn", "import", "Out: yes")
    with stage.app.app_context():
        recorded = sa.select(Consent.action, sa.func.count()).where(
            Consent.how.like("%: %"), Consent.source == "import"
        )
        rows = dict(db.session.execute(recorded.group_by(Consent.action)).all())
    assert {action: done.counts.get(f"consent_{action}", 0) for action in rows} == rows


def test_new_people_get_what_the_verb_leaves(stage, mover):
    """The few statements for new people, and the verb for somebody who is here."""
    news = stage.ids["purpose"]
    mover.move_in("Name,E-mail\nIda Here,ida@agree.example\n")
    text = "Name,E-mail,Out\nIda Here,ida@agree.example,yes\nJim New,jim@agree.example,yes\n"
    done = mover.move_in(text, **{"to-2": f"contact.refusal/{news}"})
    columns = [
        column for column in Consent.__table__.columns if column.name not in {"id", "contact_id", "at", "recorded_at"}
    ]
    with stage.app.app_context():
        here, new = db.session.execute(sa.select(*columns).where(Consent.how == "Out: yes").order_by(Consent.id)).all()
        assert here == new
        told = db.session.scalars(
            sa.select(Event).where(Event.operation_id == done.operation_id, Event.name == "consent.withdrawn")
        ).all()
        first, second = ({**event.data, "consent_id": 0} for event in told)
        assert first == second
        assert {event.subject_id for event in told} == {row.contact_id for row in done.rows.values()}


def test_what_nobody_is_asked_for_is_not_offered(stage, mover):
    news, retired = stage.ids["purpose"], stage.ids["purpose.retired"]
    number = mover.begin("Name,E-mail,Newsletter,Email Opt Out,Printed catalogue\nKai,kai@agree.example,1,,1\n")
    assert mover.look(number).mapping[2:] == [f"contact.consent/{news}", f"contact.refusal/{news}", ""]
    page = mover.client.get(f"/imports/{number}").text
    assert "Unsubscribed from: Newsletter" in page
    assert "Printed catalogue" not in page.split("<optgroup")[-1]
    for target in (f"contact.consent/{retired}", "contact.consent/99999", "company.consent/1", "contact.consent/x"):
        answer = mover.client.post(f"/imports/{number}/columns", data={"match": "fill", "to-2": target})
        assert answer.status_code == 422, target
    mover.move_in("Name,E-mail,Mails\nLea,lea@agree.example,yes\n", **{"to-2": f"contact.consent/{news}"})
    with stage.writes("admin"):
        db.session.get_one(Purpose, news).retire()
        db.session.commit()
    again = mover.begin("Name,E-mail,Mails\nMia,mia@agree.example,yes\n")
    assert mover.look(again).mapping[2] == "", "what is remembered is forgotten with the purpose"
