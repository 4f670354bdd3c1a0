"""Erasing a person everywhere: one function that knows every store (stores.py), in steps of small transactions.

A step takes a part and says whether there is more. Killed in between, the job goes on where the last commit was. What the
person themself is known by goes last, so that every step before knows what to look for.
"""

import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from crmlite import events, jobs, journal
from crmlite.contacts import suppression
from crmlite.contacts.models import Contact
from crmlite.extensions import db, reading, utcnow, writing
from crmlite.privacy import elsewhere, owned
from crmlite.privacy.models import DONE, Erasure
from crmlite.privacy.people import Person, fate
from crmlite.sales.models import Decision, Order, QuoteVersion
from crmlite.sales.models.decisions import ACCEPTED

Step = Callable[[Person, Erasure], bool]
AGAIN = timedelta(minutes=1)
TRIES, PAUSE = 100, 0.1
"""How often and how long other readers of the database are waited for, at the end."""


def begin(contact: Contact, by: Any) -> Erasure:
    """Begins it: the contact is out of everybody's sight from now on. Final. Does not commit."""
    person = Person(contact.id)
    operation_id = journal.operation()
    erasure = Erasure(contact_id=contact.id, asked_by_id=by.id if by else None, operation_id=operation_id)
    known = fate(person)
    erasure.kept = [
        {"type": paper.__tablename__, "number": paper.number, "until": until(paper, known.begin)}
        for paper in known.stays
    ]
    db.session.add(erasure)
    db.session.flush()
    for one in person.contacts:
        # also of who was in the trash already: the Undo of that deletion leaves alone what changed since
        one.erased_at = one.deleted_at = utcnow()
    erasure.count("suppressions", suppression.suppress(person.keys, erasure.id))
    events.emit(events.CONTACT_ERASED, contact, erasure_id=erasure.id)
    jobs.enqueue(erase, key=f"privacy.erase:{erasure.id}", erasure_id=erasure.id)
    return erasure


def until(paper: Any, begin: date) -> int:
    """The year at whose end bookkeeping law wants it no more."""
    years = utcnow().year - begin.year
    if isinstance(paper, Order):
        return paper.ordered_on.year + years
    accepted = sa.select(sa.func.max(Decision.at)).join(QuoteVersion, QuoteVersion.id == Decision.version_id)
    at = db.session.scalar(accepted.where(QuoteVersion.quote_id == paper.id, Decision.verdict == ACCEPTED))
    return (at or utcnow()).year + years


@jobs.apart
def erase(erasure_id: int) -> None:
    """Does what is left of it."""
    while _advance(erasure_id):
        pass
    writing()
    erasure = Erasure.locked(erasure_id)
    if erasure is None or erasure.is_done:
        db.session.rollback()
        return
    if erasure.step < len(STEPS):  # somebody imports a file with them just now
        jobs.enqueue(erase, due_at=utcnow() + AGAIN, erasure_id=erasure_id)
        db.session.commit()
        return
    files = list(erasure.files)
    db.session.rollback()
    owned.remove_bytes(files)
    _wipe()
    writing()
    erasure = Erasure.locked(erasure_id)
    if erasure is not None:
        erasure.files, erasure.state, erasure.done_at = [], DONE, utcnow()
    db.session.commit()
    _truncate_log()


def _advance(erasure_id: int) -> bool:
    """One part of one step, and its being done, in one transaction. Whether there is more to do now."""
    writing()
    db.session.expire_all()
    erasure = Erasure.locked(erasure_id)
    if erasure is None or erasure.is_done or erasure.step >= len(STEPS):
        db.session.rollback()
        return False
    journal.go_on(erasure.operation_id)
    try:
        more = STEPS[erasure.step](Person(erasure.contact_id), erasure)
    except elsewhere.Busy:
        db.session.rollback()
        return False
    if not more:
        erasure.step, erasure.place = erasure.step + 1, 0
    db.session.commit()
    return True


def _records(person: Person, erasure: Erasure) -> bool:
    """Their leads, and those of their quotes, orders and deals that nobody has to keep, one in each transaction."""
    left = [record for record in fate(person).goes if _place(record) > erasure.place]
    if not left:
        return False
    record = min(left, key=_place)
    if not owned.purge(record, erasure):
        owned.empty(record, erasure)
    erasure.place = _place(record)
    return True


def _place(record: Any) -> int:
    """Orders before quotes before deals: one points at the next. What could not go is not tried for ever."""
    return ("lead", "order", "quote", "deal").index(record.__tablename__) * 2**40 + int(record.id)


def _contacts(person: Person, erasure: Erasure) -> bool:
    """The contact itself, and those that were merged into it, the last ones first."""
    for contact in sorted(person.contacts, key=lambda one: one.id == person.contact_id):
        if not owned.purge(contact, erasure):
            owned.empty(contact, erasure)
    return False


STEPS: tuple[Step, ...] = (
    elsewhere.mails,
    elsewhere.submissions,
    elsewhere.imports,
    _records,
    elsewhere.kept_records,
    elsewhere.companies,
    elsewhere.notes_of_others,
    elsewhere.journal_of_others,
    elsewhere.pointers,
    _contacts,
)


# --- so that nothing can be read from the disk ------------------------------------------------------------------------


def _wipe() -> None:
    """Lets the database forget what it only marked as gone: words of the search, pages, its log."""
    if db.engines[None].dialect.name == "sqlite":
        writing()
        db.session.execute(sa.text("INSERT INTO search_fts(search_fts) VALUES ('optimize')"))
        db.session.commit()
    reading()
    _truncate_log()


def _truncate_log() -> None:
    reading()
    engine = db.engines[None]
    if engine.dialect.name != "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
        return
    for _try in range(TRIES):
        raw = engine.raw_connection()
        try:
            busy = raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            raw.close()
        if not busy:
            return
        time.sleep(PAUSE)
    raise TimeoutError("others read the database all the time: its log could not be emptied yet")
