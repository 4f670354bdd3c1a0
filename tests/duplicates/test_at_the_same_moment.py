"""A person and their company changed at the same moment: both are saved, and the person is compared by what both say."""

import threading

import pytest
import sqlalchemy as sa

from crmlite.companies.models import Company
from crmlite.contacts.models import Contact
from crmlite.duplicates import finding, keeping, merging
from crmlite.duplicates.models import DuplicateCard, DuplicateKey
from crmlite.extensions import db, writing

WAITS = sa.text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


def somebody_waits(stage) -> bool:
    with stage.engines["reader"].connect() as connection:
        return bool(connection.scalar(WAITS))


def overtaken_by(what, stage, monkeypatch) -> threading.Thread:
    """Cards that are written now are committed only when that, done by another thread, waits for them, or is through."""
    other, write = threading.Thread(target=what), keeping.write

    def slowly(*args) -> None:
        write(*args)
        if threading.current_thread() is not other:
            other.start()
            while other.is_alive() and not somebody_waits(stage):
                other.join(0.01)

    monkeypatch.setattr(keeping, "write", slowly)
    return other


@pytest.mark.only_on("postgresql")
def test_a_person_is_saved_while_their_company_is_renamed(own_stage, monkeypatch):
    stage, problems = own_stage, []
    with stage.app.app_context():
        contact = db.session.get_one(Contact, stage.ids["seller.contact"])
        contact_id, company_id = contact.id, contact.main_company_id

    def rename() -> None:
        try:
            with stage.writes("manager"):
                db.session.get_one(Company, company_id).change(name="Zqnewname Ltd")
        except Exception as problem:
            problems.append(problem)

    other = overtaken_by(rename, stage, monkeypatch)
    with stage.writes("seller"):
        db.session.get_one(Contact, contact_id).change(given="Zqnadia")
    other.join()
    assert problems == []
    with stage.app.app_context():
        card = db.session.get_one(DuplicateCard, ("contact", contact_id))
        kept = keeping.cards_of("contact", [contact_id])[contact_id]
        assert (kept.given, kept.company) == ("Zqnadia", "Zqnewname Ltd")
        assert card.values == kept.as_json()
        keys = sa.select(DuplicateKey.key).where(
            DuplicateKey.record_type == "contact", DuplicateKey.record_id == contact_id
        )
        assert set(db.session.scalars(keys)) == set(kept.keys())


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("is_trashed", [False, True], ids=["changed", "deleted"])
def test_a_person_is_saved_while_their_marked_card_is_made(own_stage, monkeypatch, is_trashed):
    stage, problems, number = own_stage, [], own_stage.ids["seller.contact"]
    with monkeypatch.context() as patch, stage.writes("seller"):
        patch.setattr(keeping, "MANY", 0)
        db.session.get_one(Contact, number).change(given="Zqbefore")

    def save() -> None:
        try:
            with stage.writes("seller"):
                contact = db.session.get_one(Contact, number)
                contact.trash() if is_trashed else contact.change(given="Zqnadia")
        except Exception as problem:
            problems.append(problem)

    other = overtaken_by(save, stage, monkeypatch)
    with stage.app.app_context():
        writing()
        keeping.renew_stale("contact", [number])
        db.session.commit()
        other.join()
        assert problems == []
        kept = keeping.cards_of("contact", [number])
        cards = db.session.scalars(sa.select(DuplicateCard).where(DuplicateCard.record_id == number))
        assert [c.values for c in cards if c.record_type == "contact"] == [card.as_json() for card in kept.values()]
        keys = sa.select(DuplicateKey.key).where(
            DuplicateKey.record_type == "contact", DuplicateKey.record_id == number
        )
        assert set(db.session.scalars(keys)) == set().union(*(card.keys() for card in kept.values()))


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("make", [keeping.renew, keeping.mark])
def test_cards_are_locked_in_order_also_those_that_go(own_stage, make):
    """Who compares at the same moment locks them in order of their ids."""
    stage, problems, number, gone = own_stage, [], own_stage.ids["seller.contact"], 10**9
    with stage.writes():
        db.session.get_one(DuplicateCard, ("contact", number)).values = {}
        db.session.add(DuplicateCard(record_type="contact", record_id=gone, values={}))

    def save() -> None:
        try:
            with stage.writes("seller"):
                make(db.session(), "contact", [number, gone])
        except Exception as problem:
            problems.append(problem)

    other = threading.Thread(target=save)
    with stage.app.app_context():
        writing()
        finding.written("contact", [number], locked=True)
        other.start()
        while other.is_alive() and not somebody_waits(stage):
            other.join(0.01)
        finding.written("contact", [gone], locked=True)
        db.session.commit()
    other.join()
    assert problems == []


@pytest.mark.only_on("postgresql")
def test_a_merge_that_is_pressed_twice_at_once_leads_to_the_one_that_is_left(own_stage, monkeypatch):
    stage, answers = own_stage, []
    with stage.writes("seller") as as_:
        made = [Contact.create(as_.user, given="Twice", family="Pressed") for _one in range(2)]
        db.session.flush()
        ids = [contact.id for contact in made]
    first, second = stage.client("seller"), stage.client("seller")
    sent = {"id": ids, "into": ids[1]} | {f"version-{number}": 1 for number in ids}
    other = threading.Thread(target=lambda: answers.append(second.post("/duplicates/contact/merge", data=sent)))
    own = merging.merge

    def slowly(*args) -> None:
        own(*args)
        other.start()
        while other.is_alive() and not somebody_waits(stage):
            other.join(0.01)

    monkeypatch.setattr(merging, "merge", slowly)
    answers.append(first.post("/duplicates/contact/merge", data=sent))
    other.join()
    assert [answer.status_code for answer in answers] == [303, 303]
    assert {answer.headers["Location"] for answer in answers} == {f"/contacts/{ids[1]}"}
