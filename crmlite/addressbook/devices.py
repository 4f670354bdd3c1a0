"""Verbs of the passwords of devices."""

import sqlalchemy as sa

from crmlite import events
from crmlite.addressbook.book import KINDS
from crmlite.auth.models import DevicePassword, User, Viewer
from crmlite.extensions import db

MOST = 20
LONGEST = 60


class TooMany(Exception):
    """Nobody has that many phones."""


def may_have(user: Viewer) -> bool:
    """Whether there may be anything in their address book."""
    return any(user.may(name, "view") for name in KINDS)


def make(user: User, name: str) -> tuple[DevicePassword, str]:
    """A password for one more device, and its letters, which are shown once. Final: it can only be taken away. Raises TooMany."""
    db.session.execute(sa.select(User.id).where(User.id == user.id).with_for_update())
    if len(DevicePassword.of(user.id)) >= MOST:
        raise TooMany
    made, secret = DevicePassword.make(user.id, name)
    events.emit(events.DEVICE_PASSWORD_MADE, user, user=user.name, device=name)
    return made, secret


def revoke(user: User, password_id: int) -> bool:
    """Takes away one of one's own; False where there is no such. Final."""
    query = sa.delete(DevicePassword).where(DevicePassword.id == password_id, DevicePassword.user_id == user.id)
    name = db.session.scalar(query.returning(DevicePassword.name))
    if name is None:
        return False
    events.emit(events.DEVICE_PASSWORD_REVOKED, user, user=user.name, device=name)
    return True
