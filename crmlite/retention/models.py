"""How long a kind of rows is kept, where that is not what it is unless told."""

from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crmlite import events
from crmlite.extensions import Base, db
from crmlite.journal import Journaled
from crmlite.retention.kinds import Kind, get, kinds


class Limit(Journaled, Base):
    """What an administrator set for one kind. Without a row its default holds."""

    __tablename__ = "retention"
    name: Mapped[str] = mapped_column(unique=True)
    number: Mapped[int | None]
    """In the kind's unit; empty is for ever."""

    @classmethod
    def set(cls, kind: Kind, number: int | None) -> Self | None:
        """Keeps that kind so long from now on. Undo brings back the limit, not what went meanwhile."""
        row = db.session.scalar(sa.select(cls).where(cls.name == kind.name).with_for_update())
        was = row.number if row is not None else kind.default
        if was == number:
            return row
        if row is None:
            row = cls(name=kind.name)
            db.session.add(row)
        row.number = number
        events.emit(events.RETENTION_CHANGED, row, what=kind.name, was=was, now=number)
        return row

    def may_become(self, name: str, value: Any) -> bool:
        kind = get(self.name)
        return name != "number" or kind is None or kind.allows(value)


def limits() -> dict[str, int | None]:
    """How long each kind is kept, in one statement."""
    found = {name: kind.default for name, kind in kinds().items()}
    told = db.session.execute(sa.select(Limit.name, Limit.number))
    return found | {name: number for name, number in told if name in found}


def limit(name: str) -> int | None:
    """How long that kind is kept, in its unit; None is for ever."""
    row = db.session.execute(sa.select(Limit.number).where(Limit.name == name)).first()
    if row is not None:
        return row.number
    kind = get(name)
    return kind.default if kind else None
