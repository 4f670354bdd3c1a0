"""Members: the users who work on one record together with its owner."""

from typing import Any

import sqlalchemy as sa

from crmlite import events
from crmlite.auth.models import Member, User
from crmlite.extensions import db


def join(record: Any, user: User, role: str = "") -> Member:
    """Lets `user` see the record and work on it; a second time only the role changes."""
    member = _member(record, user.id)
    if member is None:
        member = Member(record_type=record.__tablename__, record_id=record.id, user_id=user.id, role=role)
        db.session.add(member)
    elif member.role == role:
        return member
    member.role = role
    events.emit(events.MEMBER_JOINED, record, member=user.name, role=role, member_id=user.id)
    return member


def leave(record: Any, user_id: int) -> bool:
    member = _member(record, user_id)
    if member is None:
        return False
    name = member.user.name
    db.session.delete(member)
    events.emit(events.MEMBER_LEFT, record, member=name)
    return True


def of(record: Any) -> list[Member]:
    query = sa.select(Member).where(Member.record_type == record.__tablename__, Member.record_id == record.id)
    return list(db.session.scalars(query.options(sa.orm.joinedload(Member.user)).order_by(Member.id)))


def _member(record: Any, user_id: int) -> Member | None:
    return db.session.scalar(
        sa.select(Member).where(
            Member.record_type == record.__tablename__, Member.record_id == record.id, Member.user_id == user_id
        )
    )
