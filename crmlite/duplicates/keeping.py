"""What records are compared by, kept in the transaction of their change; comparing is a job's work afterwards."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crmlite import jobs
from crmlite.companies.models import Company
from crmlite.contacts.models import Contact
from crmlite.duplicates.cards import Card
from crmlite.duplicates.models import DuplicateCard, DuplicateKey, DuplicatePair
from crmlite.extensions import db, insert
from crmlite.journal import bulk
from crmlite.records.points import Point

MODELS: dict[str, Any] = {"contact": Contact, "company": Company}
AT_ONCE = 400
"""Ids in one statement: both databases take so many."""
MANY = 50
"""Records of one transaction whose cards are made by the process that compares them: it takes a fifth of the time of an import."""


def keep(session: Session, touched: set[tuple[str, int]]) -> None:
    """The journal's hook: renews the cards of contacts and companies that changed, or of many says that they did. The worker
    compares them soon after."""
    for name in MODELS:
        ids = sorted(number for kind, number in touched if kind == name)
        for start in range(0, len(ids), AT_ONCE):
            some = ids[start : start + AT_ONCE]
            if len(ids) > MANY:
                mark(session, name, some)
            else:
                for number in renew(session, name, some):
                    renew_people(number)


def mark(session: Session, name: str, ids: list[int]) -> None:
    """Says that the cards of these records are to be made anew before they are compared."""
    model = MODELS[name]
    there = set(session.scalars(sa.select(model.id).where(model.id.in_(ids))))
    session.execute(_locked(name, ids)).all()
    forget(session, name, [i for i in ids if i not in there])
    put = insert(DuplicateCard.__table__)
    put = put.on_conflict_do_update(
        index_elements=["record_type", "record_id"],
        set_={"waiting": put.excluded.waiting, "stale": put.excluded.stale},
    )
    rows = [{"record_type": name, "record_id": i, "values": {}, "waiting": True, "stale": True} for i in sorted(there)]
    bulk.fill(put, rows)


def renew_stale(name: str, ids: list[int]) -> None:
    """Makes those of these cards anew that are marked. They are locked: who changes one of their records now marks it once more.
    People of companies that are called otherwise now come later: who saves one of them locks that one before the company's card."""
    marked = db.session.execute(_locked(name, ids).where(DuplicateCard.stale))
    before = {row.record_id: row.values for row in marked}
    if before:
        for number in renew(db.session(), name, list(before)):
            if before[number]:  # of a new one nobody was compared by another name
                jobs.enqueue(renew_people, company_id=number)


def renew(session: Session, name: str, ids: list[int]) -> list[int]:
    """Writes the cards and keys of these records anew, where they are others than before. Returns the companies whose people have
    to be compared by another name; where a new one was marked only, its people may have their cards already."""
    cards = cards_of(name, ids)
    known, stale = dict[int, dict[str, Any]](), set[int]()
    for number, values, is_stale in session.execute(_locked(name, ids)):
        known[number] = values
        if is_stale:
            stale.add(number)
    other = [i for i, card in cards.items() if i in stale or known.get(i) != card.as_json()]
    forget(session, name, known.keys() - cards.keys())
    write(name, {i: cards[i] for i in other})
    if name != "company":
        return []
    return [i for i in other if i in known and known[i].get("given") != cards[i].given]


def _locked(name: str, ids: Iterable[int]) -> sa.Select[Any]:
    """Their cards, in the order in which whoever compares them locks them: some are changed, and others go."""
    card = DuplicateCard
    query = sa.select(card.record_id, card.values, card.stale).where(card.record_type == name, card.record_id.in_(ids))
    return query.order_by(card.record_id).with_for_update()


@jobs.job
def renew_people(company_id: int, after: int = 0) -> None:
    """Who works at a company that is called otherwise now is compared by its new name; of very many the others later."""
    people = sa.select(Contact.id).where(Contact.main_company_id == company_id, Contact.id > after)
    # who changes one of them at this moment goes first, and their cards are made of what was changed by both
    ids = list(db.session.scalars(people.order_by(Contact.id).limit(AT_ONCE).with_for_update(read=True)))
    if ids:
        renew(db.session(), "contact", ids)
    if len(ids) == AT_ONCE:
        jobs.enqueue(renew_people, company_id=company_id, after=ids[-1])


def forget(session: Session, name: str, ids: Iterable[int]) -> None:
    """Takes away cards and keys, and what was found."""
    connection, numbers = session.connection(), sorted(ids)
    if not numbers:
        return
    for model in (DuplicateCard, DuplicateKey):
        table = model.__table__
        connection.execute(sa.delete(table).where(table.c.record_type == name, table.c.record_id.in_(numbers)))
    table = DuplicatePair.__table__
    either = sa.or_(table.c.record_id.in_(numbers), table.c.other_id.in_(numbers))
    connection.execute(sa.delete(table).where(table.c.record_type == name, either))


def write(name: str, cards: dict[int, Card]) -> None:
    """What looked like a duplicate is looked at anew. A card that is there is changed, first of all: who saves or deletes the record
    at this moment waits for it, and would not find one that was made in its place."""
    if not cards:
        return
    put = insert(DuplicateCard.__table__)
    columns = ("values", "waiting", "stale")
    put = put.on_conflict_do_update(
        index_elements=["record_type", "record_id"], set_={column: put.excluded[column] for column in columns}
    )
    state = {"record_type": name, "waiting": True, "stale": False}
    bulk.fill(put, [{**state, "record_id": i, "values": card.as_json()} for i, card in cards.items()])
    table = DuplicateKey.__table__
    before = sa.delete(table).where(table.c.record_type == name, table.c.record_id.in_(sorted(cards)))
    db.session.connection().execute(before)
    keys = [
        {"record_type": name, "record_id": i, "key": key} for i, card in cards.items() for key in sorted(card.keys())
    ]
    bulk.fill(insert(table).on_conflict_do_nothing(), keys)


# --- cards ------------------------------------------------------------------------------------------------------------


def cards_of(name: str, ids: list[int]) -> dict[int, Card]:
    """What is compared of these records; of those that are not deleted."""
    points: dict[int, dict[str, list[str]]] = {}
    holder = Point.contact_id if name == "contact" else Point.company_id
    for number, kind, value in db.session.execute(sa.select(holder, Point.kind, Point.normal).where(holder.in_(ids))):
        points.setdefault(number or 0, {}).setdefault(kind, []).append(value)
    rows = db.session.execute(_people(ids) if name == "contact" else _firms(ids))
    return {row.id: card_of(name, dict(row._mapping), points.get(row.id, {})) for row in rows}


def card_of(name: str, row: dict[str, Any], points: dict[str, list[str]]) -> Card:
    """A card of a record's fields, or of a form's."""
    birthday = row.get("birthday")
    return Card(
        name,
        row.get("given") or "",
        row.get("family") or "",
        tuple(sorted(set(points.get("email", ())))),
        tuple(sorted(set(points.get("phone", ())))),
        tuple(sorted({host for url in points.get("url", ()) if (host := _host(url))})) if name == "company" else (),
        row.get("company") or "",
        row.get("city") or "",
        birthday.isoformat() if birthday else "",
        row.get("vat_id") or "",
    )


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _people(ids: list[int]) -> sa.Select[Any]:
    columns = (Contact.id, Contact.given, Contact.family, Contact.city, Contact.birthday, Company.name.label("company"))
    query = sa.select(*columns).outerjoin(Company, Company.id == Contact.main_company_id)
    return query.where(Contact.id.in_(ids), Contact.deleted_at.is_(None))


def _firms(ids: list[int]) -> sa.Select[Any]:
    columns = (Company.id, Company.name.label("given"), Company.city, Company.vat_id)
    return sa.select(*columns).where(Company.id.in_(ids), Company.deleted_at.is_(None))
