"""Handing over what somebody has: their records of every type, and the records they work on. In batches of one operation."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from crmlite import events, jobs, journal
from crmlite.auth.models import Member, User
from crmlite.auth.roles import kinds
from crmlite.extensions import db

BATCH = 250
"""Records that one transaction hands over; more of them are a job. Half of what bulk work may take: nobody waits for it, and
others want to save in between."""
MEMBER = "member"

Receivers = Mapping[str, int]
"""Type of record, or `member`, to the id of whoever gets them; what is not named stays."""


@dataclass(frozen=True)
class Held:
    """How many somebody has of one type."""

    name: str
    label: Any
    number: int
    url: str = ""
    """Where they are listed."""


def held(user_id: int) -> list[Held]:
    """What there is to hand over, in one statement."""
    counts = [
        sa.select(sa.literal(name).label("name"), sa.func.count().label("number")).where(*_owned(model, user_id))
        for name, model in _models().items()
    ]
    counts.append(sa.select(sa.literal(MEMBER), sa.func.count()).where(Member.user_id == user_id))
    numbers = {row.name: row.number for row in db.session.execute(sa.union_all(*counts))}
    found = [
        Held(
            name,
            kinds()[name].label,
            numbers[name],
            f"{kinds()[name].url}?owner={user_id}" if kinds()[name].url else "",
        )
        for name in _models()
        if numbers[name]
    ]
    if numbers[MEMBER]:
        found.append(Held(MEMBER, _l("Records of others that they work on"), numbers[MEMBER]))
    return found


def hand_over(user: User, to: Receivers) -> int:
    """Gives the first batch away now and leaves the rest to a job; returns how many there are in all. Does not commit."""
    number = sum(one.number for one in held(user.id) if one.name in to)
    if not number:
        return 0
    events.emit(events.USER_HANDED_OVER, user, user=user.name)
    if _batch(user.id, to, BATCH) == BATCH and number > BATCH:
        _enqueue(user.id, to, journal.operation(), 2)
    return number


@jobs.job
def go_on(user_id: int, to: dict[str, int], operation_id: int, batch: int) -> None:
    """The next batch, unless somebody took the whole back meanwhile."""
    begun = db.session.get(journal.Operation, operation_id, with_for_update=True, populate_existing=True)
    if begun is None or begun.undone_by_id is not None:
        return
    journal.go_on(operation_id)
    if _batch(user_id, to, BATCH) == BATCH:
        _enqueue(user_id, to, operation_id, batch + 1)


def _enqueue(user_id: int, to: Receivers, operation_id: int, batch: int) -> None:
    key = f"handover:{operation_id}:{batch}"
    jobs.enqueue(go_on, key=key, user_id=user_id, to=dict(to), operation_id=operation_id, batch=batch)


def _batch(user_id: int, to: Receivers, most: int) -> int:
    """Hands at most so many over; returns how many it were."""
    receivers = {number: db.session.get_one(User, number) for number in sorted(set(to.values()))}
    done = 0
    for row, name in _rows(user_id, to, most):
        receiver = receivers[to[name]]
        if name == MEMBER:
            _give_membership(row, receiver)
        elif hasattr(row, "assign"):
            row.assign(receiver)
        else:  # what is no record, such as a web form
            row.change(owner_id=receiver.id)
        done += 1
    return done


def _rows(user_id: int, to: Receivers, most: int) -> Iterator[tuple[Any, str]]:
    for name, model in (*_models().items(), (MEMBER, Member)):
        if name not in to or most <= 0:
            continue
        which = (Member.user_id == user_id,) if name == MEMBER else _owned(model, user_id)
        rows = db.session.scalars(sa.select(model).where(*which).order_by(model.id).limit(most).with_for_update()).all()
        most -= len(rows)
        for row in rows:
            yield row, name


def _give_membership(member: Member, receiver: User) -> None:
    """The receiver works on that record instead, unless it is theirs or they do already."""
    model: Any = journal.models()[member.record_type]
    record = db.session.get(model, member.record_id)
    same = sa.select(Member.id).where(
        Member.record_type == member.record_type, Member.record_id == member.record_id, Member.user_id == receiver.id
    )
    role, leaver = member.role, member.user.name
    db.session.delete(member)
    if record is None:
        return
    events.emit(events.MEMBER_LEFT, record, member=leaver)
    if record.owner_id == receiver.id or db.session.scalar(same) is not None:
        return
    db.session.add(Member(record_type=member.record_type, record_id=record.id, user_id=receiver.id, role=role))
    events.emit(events.MEMBER_JOINED, record, member=receiver.name, role=role, member_id=receiver.id)


def _models() -> dict[str, Any]:
    """What can belong to somebody, by the type's name: of the modules that are on."""
    found: dict[str, Any] = journal.models()
    return {name: found[name] for name in kinds() if name in found and hasattr(found[name], "owner_id")}


def _owned(model: Any, user_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    """Without the trash."""
    mine = model.owner_id == user_id
    return (mine, model.deleted_at.is_(None)) if hasattr(model, "deleted_at") else (mine,)
