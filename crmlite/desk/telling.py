"""Writing notices: in the transaction of what they are about, to whom it concerns and to who stands in for them."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from crmlite import journal
from crmlite.auth.models import Absence, Preference, User
from crmlite.desk import jobs
from crmlite.desk.kinds import KINDS, MAIL, NONE, Kind
from crmlite.desk.models import Notice
from crmlite.extensions import db, insert, utcnow
from crmlite.jobs import enqueue

Key = tuple[str, int]
"""Type and id of a record."""
OWN = 0
"""In place of who did it."""
CHOICES = "notices"
"""The preference that holds how somebody wants to hear of each kind."""


def tell(kind_name: str, user_id: int | None, record: Any, own: bool = False) -> None:
    """Says that user of it, unless they did it themselves or want none: written at the end of this transaction, when it is
    known how many records of it there are. `own`: it is their own work, which took so long that they looked elsewhere; nobody
    stands in for them there."""
    actor = journal.actor()
    if user_id is not None:
        by = OWN if own else actor.id if actor.kind == "user" else None
        db.session().info.setdefault("notices", []).append((kind_name, user_id, by, record.__tablename__, record.id))


@event.listens_for(db.session, "before_commit")
def _write_notices(session: Session) -> None:
    if session.in_nested_transaction() or not session.info.get("notices"):
        return
    told: dict[tuple[str, int, int | None], list[Key]] = {}
    for kind_name, user_id, by, *record in session.info.pop("notices"):
        told.setdefault((kind_name, user_id, by), []).append((record[0], record[1]))
    for (kind_name, user_id, by), records in told.items():
        kind = KINDS[kind_name]
        for person, absent_id, choices in _people(user_id):
            way = way_of(kind, choices)
            if person != by and way != NONE and not (by == OWN and absent_id):
                _write(kind, person, absent_id, list(dict.fromkeys(records)), mail=way == MAIL and not kind.own_mail)


@event.listens_for(db.session, "after_transaction_create")
def _remember(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        session.info.setdefault("notice_marks", []).append(len(session.info.get("notices", ())))


@event.listens_for(db.session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        session.info["notice_marks"].pop()


@event.listens_for(db.session, "after_rollback")
def _abandon(session: Session) -> None:
    """Of a savepoint only what was said inside it is given up."""
    begin = session.info["notice_marks"][-1] if session.in_nested_transaction() else 0
    session.info["notices"] = session.info.get("notices", [])[:begin]


def wants_mail(kind_name: str, user_ids: Iterable[int | None]) -> list[User]:
    """For modules that write a mail of their own: who gets one, of these users and of who stands in for them."""
    kind = KINDS[kind_name]
    wanted = {
        person
        for user_id in sorted({number for number in user_ids if number is not None})
        for person, _absent, choices in _people(user_id)
        if way_of(kind, choices) == MAIL
    }
    return list(db.session.scalars(sa.select(User).where(User.id.in_(wanted)).order_by(User.id))) if wanted else []


def way_of(kind: Kind, choices: dict[str, Any] | None) -> str:
    """How somebody hears of that kind."""
    return str((choices or {}).get(kind.name, kind.usual))


def _people(user_id: int) -> list[tuple[int, int, dict[str, Any] | None]]:
    """(user, absent one or 0, choices) of the user and of who stands in for them now; in one statement."""
    chosen = sa.and_(Preference.user_id == User.id, Preference.name == CHOICES)
    own = sa.select(User.id, sa.literal(0).label("absent"), Preference.value).outerjoin(Preference, chosen)
    deputies = (
        sa.select(User.id, sa.literal(user_id), Preference.value)
        .join(Absence, Absence.deputy_id == User.id)
        .outerjoin(Preference, chosen)
        .where(Absence.user_id == user_id, Absence.goes_on(), User.active)
    )
    rows = db.session.execute(own.where(User.id == user_id, User.active).union_all(deputies))
    return [(row[0], row[1], row[2]) for row in rows]


def _write(kind: Kind, user_id: int, absent_id: int, records: list[Key], mail: bool) -> None:
    """Many records of one operation are one notice: it counts, and names the first. Batches of one operation add up."""
    row = insert(Notice.__table__).values(
        user_id=user_id,
        kind=kind.name,
        operation_id=journal.operation(),
        for_user_id=absent_id,
        record_type=records[0][0],
        record_id=records[0][1],
        count=len(records),
        at=utcnow(),
    )
    row = row.on_conflict_do_update(
        index_elements=["user_id", "kind", "operation_id", "for_user_id"],
        set_={"count": Notice.count + row.excluded["count"]},
    )
    number = db.session.connection().execute(row.returning(Notice.__table__.c.id)).scalar_one()
    if mail:  # written by the worker, when all of the operation is there
        enqueue(jobs.mail_notice, key=f"notice:{number}", notice_id=number)
