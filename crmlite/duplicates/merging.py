"""Several records become one: the winner takes what was chosen of each field and everything that points at the losers.

One operation, one transaction. The losers stay as rows, out of sight, so that they can be taken apart again (separating.py).
"""

from typing import Any

import sqlalchemy as sa

from crmlite import events, journal
from crmlite.auth.models import Viewer
from crmlite.companies.models import DEEPEST, Company
from crmlite.contacts.models import Affiliation, Contact
from crmlite.duplicates import carrying, fields, keeping, relations, uniting
from crmlite.duplicates.carrying import Moved
from crmlite.duplicates.models import Distinct, Merge, MergeMove
from crmlite.duplicates.relations import LINK, STAY, UNITE, Relation
from crmlite.extensions import db, utcnow
from crmlite.journal import EventLink
from crmlite.records import types
from crmlite.records.points import Point, of
from crmlite.records.types import RecordType

MOST = 10
"""Records that are merged at once."""


def merge(kind: RecordType, winner: Any, losers: list[Any], asked: dict[str, int], by: Any) -> Merge:
    """Merges `losers` into `winner`. `asked` says of which record (id) a field is taken. The caller has asked the policy."""
    db.session.flush()
    journal.label("merge")
    losing = [record.id for record in losers]
    done = Merge(operation_id=journal.operation(), record_type=kind.name, winner_id=winner.id, losers=losing, counts={})
    db.session.add(done)
    db.session.flush()
    chosen = fields.choices(kind, winner, [winner, *losers], asked)
    _put_above(winner, losers)
    done.counts = _carry(kind, done, winner, losing)
    _say_distinct(kind, winner, losing)
    _take(kind, winner, losers, chosen)
    for loser in losers:
        loser.deleted_at, loser.merged_into_id = utcnow(), winner.id
    db.session.flush()
    for loser in losers:
        loser.derive()
    names = ", ".join(loser.title or "?" for loser in losers)
    events.emit(events.RECORDS_MERGED, winner, about=losers, names=names, winner=winner.title, merge_id=done.id)
    winner.renew_lifecycle()
    journal.renew(winner)  # it is found by their names now
    db.session.flush()
    if isinstance(winner, Company):
        keeping.renew_people(winner.id)
    return done


# --- relations --------------------------------------------------------------------------------------------------------


def counts(kind: RecordType, losing: list[int], user: Viewer) -> list[tuple[Any, int]]:
    """How many there are of each relation, for the preview: (label, number), in one statement. Of deals and other records those
    that `user` may see; the others are carried over all the same."""
    listed = [relation for relation in relations.to(kind.name) if relation.handling.label is not None]
    queries = [
        sa.select(sa.literal(relation.name).label("name"), sa.func.count().label("number"))
        .select_from(relation.table)
        .where(relation.of(losing), *_seen(relation, user))
        for relation in listed
    ]
    numbers = {row.name: row.number for row in db.session.execute(sa.union_all(*queries))}
    return [(relation.handling.label, numbers[relation.name]) for relation in listed]


def _seen(relation: Relation, user: Viewer) -> list[sa.ColumnElement[bool]]:
    record_type = types.known(relation.table.name)
    if record_type is None:
        return []
    return [record_type.policy.rows(user), record_type.model.deleted_at.is_(None)]


def _carry(kind: RecordType, done: Merge, winner: Any, losing: list[int]) -> dict[str, int]:
    """Everything that points at the losers, relation by relation."""
    found = {}
    for relation in relations.to(kind.name):
        how = relation.handling.how
        if how == STAY:
            continue
        if how == LINK:
            moved = _link(relation, winner.id, losing)
        else:
            if how == UNITE:
                for row in uniting.doubles(relation, winner.id, losing):
                    db.session.delete(row)
                db.session.flush()
            moved = carrying.point(relation, _rows(relation, winner.id, losing), winner.id)
        _remember(done, relation, moved)
        if moved:
            found[relation.name] = len(moved)
    _read_anew()
    return found


def _rows(relation: Relation, winner_id: int, losing: list[int]) -> list[tuple[int, int]]:
    """(id, whom it points at) of what is carried over."""
    table, same = relation.table, relation.handling.same
    query = sa.select(table.c.id, table.c[relation.column]).where(relation.of(losing)).order_by(table.c.id)
    if table.name == relation.to:  # a company that is part of one that it is merged with
        query = query.where(table.c.id.not_in([winner_id, *losing]))
    if not same:
        return [(number, at) for number, at in db.session.execute(query)]
    columns = [table.c[name] for name in same]
    taken = {tuple(row) for row in db.session.execute(sa.select(*columns).where(relation.of([winner_id])))}
    found = []
    for number, at, *key in db.session.execute(query.add_columns(*columns)):
        if tuple(key) not in taken:
            taken.add(tuple(key))
            found.append((number, at))
    return found


def _link(relation: Relation, winner_id: int, losing: list[int]) -> Moved:
    """The winner's timeline shows what happened to the others: its events are linked to it as well."""
    link = EventLink.__table__
    known = sa.select(link.c.event_id).where(relation.of([winner_id]))
    rows = db.session.execute(
        sa.select(link.c.event_id, sa.func.min(link.c.record_id))
        .where(relation.of(losing), link.c.event_id.not_in(known))
        .group_by(link.c.event_id)
    ).all()
    if rows:
        db.session.connection().execute(
            sa.insert(link), [{"record_type": relation.to, "record_id": winner_id, "event_id": n} for n, _at in rows]
        )
    return [(number, at, None) for number, at in rows]


def _remember(done: Merge, relation: Relation, moved: Moved) -> None:
    if moved:
        db.session.connection().execute(
            sa.insert(MergeMove.__table__),
            [
                {"merge_id": done.id, "relation": relation.name, "row_id": row, "loser_id": at, "change_id": change}
                for row, at, change in moved
            ],
        )


def _read_anew() -> None:
    """What was changed past the session is read again when it is asked for."""
    db.session.flush()
    db.session.expire_all()


# --- fields -----------------------------------------------------------------------------------------------------------


def _put_above(winner: Any, losers: list[Any]) -> None:
    """A company is part of none that it is merged with, nor of a part of one: it takes that one's place in the hierarchy."""
    if not isinstance(winner, Company):
        return
    losing, step = {loser.id: loser for loser in losers}, winner.parent_id
    for _step in range(2 * DEEPEST):
        if step is None:
            return
        if step in losing:
            above = losing[step].parent_id
            while above in losing or above == winner.id:
                above = losing[above].parent_id if above in losing else None
            winner.parent_id = above
            step = above
            continue
        step = db.session.scalar(sa.select(Company.parent_id).where(Company.id == step))


def _take(kind: RecordType, winner: Any, losers: list[Any], chosen: list[fields.Choice]) -> None:
    """Sets the winner's fields to what was chosen, and what follows from all of them."""
    ids = {winner.id, *(loser.id for loser in losers)}
    for choice in chosen:
        value = choice.values[choice.chosen]
        if choice.name in fields.KIND_OF:
            _make_main(winner, fields.KIND_OF[choice.name], value)
        elif choice.name == "parent_id":
            if (
                value is not None
                and value not in ids
                and choice.chosen != winner.id
                and winner.may_become("parent_id", value)
            ):
                winner.parent_id = value
        elif choice.name == "owner_id":
            source = next(record for record in (winner, *losers) if record.id == choice.chosen)
            winner.owner_id, winner.team_id = source.owner_id, source.team_id
        else:
            setattr(winner, choice.name, value)
    for name in fields.united(kind):
        together: dict[str, Any] = {}
        for record in (winner, *losers):
            together = {**(getattr(record, name) or {}), **together}
        if together != (getattr(winner, name) or {}):
            setattr(winner, name, together)
    winner.created_at = min(record.created_at for record in (winner, *losers))
    winner.last_activity_at = max(
        (record.last_activity_at for record in (winner, *losers) if record.last_activity_at), default=None
    )
    if not winner.city:
        winner.city = next((loser.city for loser in losers if loser.city), "")
    if not winner.country:
        winner.country = next((loser.country for loser in losers if loser.country), None)
    db.session.flush()
    winner.derive()
    if isinstance(winner, Company):
        _choose_main_companies(winner)


def _make_main(winner: Any, kind: str, value: str | None) -> None:
    """The main e-mail or phone is the chosen one; the others stay beside it."""
    points: list[Point] = [point for point in of(winner, Point) if point.kind == kind]
    chosen = next((point for point in points if point.value == value), None)
    for point in points if chosen is not None else ():
        point.main = point is chosen
    if chosen is not None:
        setattr(winner, f"main_{kind}", chosen.value)
    db.session.flush()


def _choose_main_companies(company: Company) -> None:
    """Of people for whom two of their companies became one: the main one stays so."""
    doubled = (
        sa.select(Affiliation.contact_id)
        .where(Affiliation.company_id == company.id)
        .group_by(Affiliation.contact_id)
        .having(sa.func.count() > 1)
    )
    lacking = sa.select(Affiliation.contact_id).where(Affiliation.company_id == company.id, ~Affiliation.main)
    people = sa.select(Contact).where(
        sa.or_(Contact.id.in_(doubled), sa.and_(Contact.main_company_id == company.id, Contact.id.in_(lacking)))
    )
    for contact in db.session.scalars(people).all():
        contact.choose_main_company()


def _say_distinct(kind: RecordType, winner: Any, losing: list[int]) -> None:
    """What was said of a loser holds for the winner: that somebody else is somebody else."""
    rows = db.session.scalars(
        sa.select(Distinct).where(
            Distinct.record_type == kind.name, sa.or_(Distinct.record_id.in_(losing), Distinct.other_id.in_(losing))
        )
    ).all()
    others = {row.other_id if row.record_id in losing else row.record_id for row in rows} - {winner.id, *losing}
    for other in sorted(others):
        if Distinct.find(kind.name, winner.id, other) is None:
            low, high = sorted((winner.id, other))
            db.session.add(Distinct(record_type=kind.name, record_id=low, other_id=high))
    db.session.flush()
