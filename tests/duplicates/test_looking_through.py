"""Comparing in a process of its own: read at one time, kept at another, and what changed in between is compared anew."""

import itertools

import pytest
import sqlalchemy as sa

from crmlite import jobs
from crmlite.companies.models import Company
from crmlite.contacts.models import Contact
from crmlite.duplicates import finding, keeping
from crmlite.duplicates import jobs as duplicates
from crmlite.duplicates.models import DuplicateCard, DuplicateKey, DuplicatePair
from crmlite.extensions import db, writing
from crmlite.second import Second
from tests.duplicates.test_pages import WORD, compared, double, forget_what_waits


def pairs_of(stage) -> set[tuple[int, int]]:
    with stage.app.app_context():
        return {(a, b) for a, b in db.session.execute(sa.select(DuplicatePair.record_id, DuplicatePair.other_id))}


def waiting(stage) -> set[int]:
    with stage.app.app_context():
        return set(db.session.scalars(sa.select(DuplicateCard.record_id).where(DuplicateCard.waiting)))


@pytest.mark.parametrize("changed", [None, 0, 1], ids=["nobody", "the elder", "the younger"])
def test_who_changed_since_it_was_compared_is_compared_anew(stage, changed):
    forget_what_waits(stage)
    ids = double(stage, "seller"), double(stage, "seller")
    with stage.app.app_context():
        comparison = finding.compare("contact", list(ids))
    assert set(comparison.found) == {ids}
    if changed is not None:
        with stage.writes("seller"):
            db.session.get_one(Contact, ids[changed]).change(given="Somebody", family="Else", email="else@firm.example")
    with stage.app.app_context():
        writing()
        finding.keep(comparison)
        db.session.commit()
    assert pairs_of(stage) == (set() if changed is not None else {ids})
    assert waiting(stage) == (set() if changed is None else {ids[changed]})
    if changed is not None:
        compared(stage)
        assert waiting(stage) == set()
        assert pairs_of(stage) == set()


def test_much_is_handed_to_a_process_of_its_own(stage, monkeypatch):
    forget_what_waits(stage)
    monkeypatch.setattr(duplicates, "LITTLE", 2)
    ids = double(stage, "seller"), double(stage, "seller")
    with stage.writes():
        jobs.enqueue(duplicates.look_through_new)
    with stage.app.app_context():
        assert jobs.run_due(10, beside=jobs.names_apart()) == 1
        assert not duplicates.are_waiting(), "somebody was told"
        assert jobs.run_due(10) == 1
    assert waiting(stage) == set()
    assert ids in pairs_of(stage)


def test_cards_are_made_of_what_had_none_and_only_of_that(stage, monkeypatch):
    """In small parts; what changed in between has the card of what it is then, and what was deleted has none."""
    ids = [double(stage, "seller") for _ in range(3)]
    with stage.app.app_context(), db.engines[None].begin() as connection:
        for model in (DuplicateCard, DuplicateKey):
            connection.execute(sa.delete(model.__table__))
    compare = duplicates.look_through

    def overtaken():
        with stage.writes("seller"):
            db.session.get_one(Contact, ids[0]).change(family="Overtaken")
            db.session.get_one(Contact, ids[1]).trash()
        compare()

    monkeypatch.setattr(duplicates, "look_through", overtaken)
    monkeypatch.setattr(duplicates, "AT_ONCE", 7)
    with stage.app.app_context():
        duplicates.look_through_all()
        db.session.remove()
        made = finding.cards_at("contact", ids)
    assert made[ids[0]].family == "Overtaken"
    assert ids[1] not in made
    assert made[ids[2]].family == "Dijkstra"
    assert waiting(stage) == set()


def test_each_pair_is_compared_once_and_keeps_its_place(stage, monkeypatch):
    """The elder one leaves what waits itself to its turn, and takes no pair away that was there."""
    forget_what_waits(stage)
    ids = double(stage, "seller"), double(stage, "seller")
    monkeypatch.setattr(duplicates, "AT_ONCE", 2)  # another one between them: they are of two batches
    monkeypatch.setattr(duplicates, "_waiting", batches_of(ids))
    calls: list[int] = []
    own = finding.scoring.compare
    monkeypatch.setattr(finding.scoring, "compare", lambda one, other: calls.append(1) or own(one, other))
    places = []
    for _time in range(2):
        with stage.app.app_context():
            writing()
            card = DuplicateCard
            db.session.execute(sa.update(card).where(card.record_id.in_(ids)).values(waiting=True))
            db.session.commit()
            with Second("nowhere:nothing") as other:
                assert duplicates._go_through("contact", other)
        assert pairs_of(stage) == {ids}
        places.append(pair_number(stage))
    assert places[0] == places[1]
    assert len(calls) == 2


def batches_of(ids):
    """Each by itself, in their order."""

    def waiting(_name: str, _limit: int, after: int = 0) -> list[int]:
        return [number for number in sorted(ids) if number > after][:1]

    return waiting


@pytest.mark.parametrize("is_killed", [False, True], ids=["by a second process", "killed: by itself"])
def test_much_is_compared_by_a_second_process_meanwhile(stage, monkeypatch, is_killed):
    forget_what_waits(stage)
    ids = [double(stage, "seller", given=f"{WORD}{letter}", city="Delft") for letter in "aaabbb"]
    for module in (duplicates, finding, keeping):
        monkeypatch.setattr(module, "AT_ONCE", 2)
    here: list[list[int]] = []
    own = finding.compare
    monkeypatch.setattr(finding, "compare", lambda name, some: here.append(some) or own(name, some))
    if is_killed:
        asked = Second.ask

        def ask(self, *args):
            asked(self, *args)
            self._process.kill()
            self._process.wait()

        monkeypatch.setattr(Second, "ask", ask)
    with stage.app.app_context():
        duplicates.look_through()
    assert here == ([ids[:2], ids[2:4], ids[4:]] if is_killed else [])
    assert waiting(stage) == set()
    found = pairs_of(stage)
    assert found <= set(itertools.combinations(ids, 2))
    assert len(found) >= 6
    with stage.app.app_context():  # the control: all at once, in one process
        writing()
        db.session.execute(sa.delete(DuplicatePair))
        db.session.execute(sa.update(DuplicateCard).where(DuplicateCard.record_id.in_(ids)).values(waiting=True))
        finding.keep(own("contact", ids))
        db.session.commit()
    assert pairs_of(stage) == found


@pytest.mark.parametrize("job", [duplicates.look_through_new, duplicates.look_through, duplicates.look_through_all])
def test_while_one_looks_through_nobody_else_is_told_to(stage, job):
    forget_what_waits(stage)
    double(stage, "seller")
    with stage.writes():
        jobs.enqueue(job)
    with stage.app.app_context():
        assert not duplicates.are_waiting()
    with stage.writes():
        db.session.execute(sa.update(jobs.Job).where(jobs.Job.name == jobs.name_of(job)).values(state="done"))
    with stage.app.app_context():
        assert duplicates.are_waiting(), "the control"


def cards(stage, ids) -> dict[int, tuple[str, bool]]:
    """The given name on each card, and whether it is marked."""
    with stage.app.app_context():
        found = db.session.scalars(
            sa.select(DuplicateCard).where(DuplicateCard.record_id.in_(ids), DuplicateCard.record_type == "contact")
        )
        return {card.record_id: (card.values.get("given", ""), card.stale) for card in found}


@pytest.mark.parametrize("many", [0, 50], ids=["many", "few, the control"])
def test_cards_of_many_are_made_when_they_are_compared(stage, monkeypatch, many):
    forget_what_waits(stage)
    monkeypatch.setattr(keeping, "MANY", many)
    ids = double(stage, "seller"), double(stage, "seller")
    made = cards(stage, ids)
    assert {is_marked for _given, is_marked in made.values()} == {many == 0}
    compared(stage)
    assert pairs_of(stage) == {ids}
    assert not any(is_marked for _given, is_marked in cards(stage, ids).values())
    place = pair_number(stage)
    with stage.writes("seller"):
        for number in ids:
            db.session.get_one(Contact, number).change(city="Haarlem")
    assert pairs_of(stage) == {ids}
    compared(stage)
    assert pair_number(stage) == place
    with stage.writes("seller"):
        db.session.get_one(Contact, ids[0]).change(given="Somebody", family="Else", email="else@firm.example")
        db.session.get_one(Contact, ids[1]).trash()
    compared(stage)
    assert pairs_of(stage) == set()
    assert cards(stage, ids) == {ids[0]: ("Somebody", False)}


def pair_number(stage) -> int | None:
    with stage.app.app_context():
        return db.session.scalar(sa.select(DuplicatePair.id))


def test_who_is_marked_while_it_is_compared_is_compared_anew(stage, monkeypatch):
    forget_what_waits(stage)
    ids = double(stage, "seller"), double(stage, "seller")
    with stage.app.app_context():
        comparison = finding.compare("contact", list(ids))
    monkeypatch.setattr(keeping, "MANY", 0)
    with stage.writes("seller"):
        db.session.get_one(Contact, ids[0]).change(given="Somebody", family="Else", email="else@firm.example")
    with stage.app.app_context():
        writing()
        finding.keep(comparison)
        db.session.commit()
    assert pairs_of(stage) == set()
    assert waiting(stage) == {ids[0]}
    compared(stage)
    assert (pairs_of(stage), waiting(stage)) == (set(), set())


def test_a_company_that_is_renamed_while_it_is_marked_tells_its_people(stage, monkeypatch):
    """Their cards were made already, with a name that its own card never had."""
    contact_id = stage.ids["seller.contact"]
    with stage.app.app_context():
        company_id = db.session.get_one(Contact, contact_id).main_company_id
    with stage.writes():
        db.session.execute(sa.delete(DuplicateCard).where(DuplicateCard.record_type == "company"))
    with monkeypatch.context() as patch, stage.writes("manager"):
        patch.setattr(keeping, "MANY", 0)
        db.session.get_one(Company, company_id).change(city="Utrecht")
    with stage.writes("manager"):
        db.session.get_one(Company, company_id).change(name="Zqnewname Ltd")
    with stage.app.app_context():
        assert finding.cards_at("contact", [contact_id])[contact_id].company == "Zqnewname Ltd"


def test_companies_that_are_renamed_by_the_hundred_tell_their_people_one_after_the_other(stage, monkeypatch):
    """Not in the transaction that makes their own cards, which would lock people after companies."""
    contact_id = stage.ids["seller.contact"]
    with monkeypatch.context() as patch, stage.writes("manager"):
        patch.setattr(keeping, "MANY", 0)
        company_id = db.session.get_one(Contact, contact_id).main_company_id
        db.session.get_one(Company, company_id).change(name="Zqnewname Ltd")
    with stage.app.app_context():
        writing()
        keeping.renew_stale("company", [company_id])
        db.session.commit()
        assert finding.cards_at("contact", [contact_id])[contact_id].company != "Zqnewname Ltd"
        assert jobs.run_due(10)
        assert finding.cards_at("contact", [contact_id])[contact_id].company == "Zqnewname Ltd"
