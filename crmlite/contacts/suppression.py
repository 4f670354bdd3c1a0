"""Who was erased and shall not come back unnoticed: of their addresses and numbers a hash is kept, and nothing else.

The hash is made with the instance's secret, so that whoever has the database alone cannot try addresses out against it.
"""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped, mapped_column

from crmlite import events
from crmlite.extensions import Base, db, insert, utcnow
from crmlite.records import points
from crmlite.records.points import Point

Key = tuple[str, str]
"""Kind of point and what equal ones share: ("email", "anna@example.com")."""
KINDS = ("email", "phone")
_AT_ONCE = 400


class Suppression(Base):
    """One address or number of somebody who was erased."""

    __tablename__ = "suppression"
    digest: Mapped[str] = mapped_column(primary_key=True)
    erasure_id: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=utcnow)


def suppress(keys: Iterable[Key], erasure_id: int) -> int:
    """Remembers these. Returns how many there are."""
    digests = {digest(*key) for key in keys}
    for one in sorted(digests):
        row = insert(Suppression.__table__).values(digest=one, erasure_id=erasure_id, at=utcnow())
        db.session.execute(row.on_conflict_do_nothing(index_elements=["digest"]))
    return len(digests)


def suppressed(keys: Iterable[Key]) -> dict[Key, datetime]:
    """Which of these belong to somebody who was erased, and when that was."""
    by_digest = {digest(*key): key for key in keys}
    wanted, found = sorted(by_digest), dict[Key, datetime]()
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        rows = db.session.execute(sa.select(Suppression.digest, Suppression.at).where(Suppression.digest.in_(some)))
        found |= {by_digest[one]: at for one, at in rows}
    return found


def say_if_erased(contact: Any) -> datetime | None:
    """Where a new contact has an address or number of somebody who was erased, the journal says so. Returns when that was."""
    keys = [(point.kind, point.normal) for point in points.of(contact, Point) if point.kind in KINDS]
    found = suppressed(keys)
    if not found:
        return None
    at = min(found.values())
    events.emit(events.CONTACT_CAME_BACK, contact, day=at.date().isoformat())
    return at


def digest(kind: str, normal: str) -> str:
    text = f"suppression\0{kind}\0{normal}"
    return hmac.digest(str(current_app.secret_key).encode(), text.encode(), hashlib.sha256).hex()
