"""Taking apart what was merged: the database is as it was, except for what people changed since, which is listed.

What was added to the winner since stays with the winner.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from crmlite import events, journal
from crmlite.duplicates import carrying, keeping, relations
from crmlite.duplicates.keeping import AT_ONCE
from crmlite.duplicates.models import Merge, MergeMove
from crmlite.duplicates.relations import LINK, Relation
from crmlite.extensions import db
from crmlite.journal import CannotUndo, EventLink, Operation
from crmlite.records.types import RecordType


class MergedOn(Exception):
    """The winner was merged into another record since: that has to be taken apart first."""


def separate(kind: RecordType, done: Merge, winner: Any, losers: list[Any]) -> list[list[Any]]:
    """Takes back that merge; returns what was left alone as [table, id, field]. Flushes, does not commit.

    Raises CannotUndo where it is undone already, and MergedOn.
    """
    operation = db.session.get(Operation, done.operation_id, with_for_update=True, populate_existing=True)
    if operation is None or operation.undone_by_id is not None or done.separated_by_id is not None:
        raise CannotUndo
    if winner.merged_into_id is not None:
        raise MergedOn
    moves = db.session.scalars(sa.select(MergeMove).where(MergeMove.merge_id == done.id).order_by(MergeMove.id)).all()
    journal.label("separate")
    journal.operation()
    left = _carry_back(kind, done, moves)
    db.session.expire_all()
    changes = frozenset(move.change_id for move in moves if move.change_id is not None)
    undone = journal.undo(done.operation_id, besides=changes)
    db.session().info.pop("operation_kind", None)  # this operation has its name already
    for record in (winner, *losers):
        db.session.refresh(record)
        record.derive()
    db.session.flush()
    left += [[conflict.record_type, conflict.record_id, conflict.field or ""] for conflict in undone.conflicts]
    done.separated_by_id, done.left = undone.operation_id, left
    names = ", ".join(loser.title or "?" for loser in losers)
    events.emit(events.RECORDS_SEPARATED, winner, about=losers, names=names)
    for record in (winner, *losers):
        record.renew_lifecycle()
        journal.renew(record)
    db.session.flush()
    if kind.name == "company":
        for record in (winner, *losers):
            keeping.renew_people(record.id)
    return left


def _carry_back(kind: RecordType, done: Merge, moves: Iterable[MergeMove]) -> list[list[Any]]:
    """Rows that still point at the winner point at whom they did before; those that do not are listed."""
    known = {relation.name: relation for relation in relations.to(kind.name)}
    by_relation: dict[str, dict[int, int]] = {}
    for move in moves:
        by_relation.setdefault(move.relation, {})[move.row_id] = move.loser_id
    left: list[list[Any]] = []
    for name, rows in by_relation.items():
        relation = known.get(name)
        if relation is None:
            continue
        if relation.handling.how == LINK:
            _unlink(relation, done.winner_id, list(rows))
            continue
        still = _still_there(relation, done.winner_id, list(rows))
        carrying.point(relation, [(number, done.winner_id) for number in still], {n: rows[n] for n in still})
        left += [[relation.table.name, number, relation.column] for number in _elsewhere(relation, rows, still)]
    return left


def _parts(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def _still_there(relation: Relation, winner_id: int, ids: list[int]) -> list[int]:
    table = relation.table
    return [
        number
        for part in _parts(ids)
        for number in db.session.scalars(
            sa.select(table.c.id).where(table.c.id.in_(part), relation.of([winner_id])).order_by(table.c.id)
        )
    ]


def _elsewhere(relation: Relation, rows: dict[int, int], still: list[int]) -> list[int]:
    """What points at somebody else by now; what is gone is nobody's."""
    table, others = relation.table, sorted(set(rows) - set(still))
    return [
        number
        for part in _parts(others)
        for number, at in db.session.execute(
            sa.select(table.c.id, table.c[relation.column]).where(table.c.id.in_(part)).order_by(table.c.id)
        )
        if at != rows[number]
    ]


def _unlink(relation: Relation, winner_id: int, event_ids: list[int]) -> None:
    link = EventLink.__table__
    for part in _parts(event_ids):
        db.session.connection().execute(sa.delete(link).where(relation.of([winner_id]), link.c.event_id.in_(part)))
