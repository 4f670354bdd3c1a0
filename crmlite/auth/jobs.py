"""What is forgotten of signing in: throttles that have ended, links that work no more, and sessions that retention finds too old."""

from collections.abc import Iterable

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from crmlite.auth.models import PasswordReset, Throttle, UserSession
from crmlite.extensions import db, utcnow
from crmlite.jobs import job
from crmlite.retention import Kind


@job
def forget_throttles() -> None:
    db.session.execute(sa.delete(Throttle).where(Throttle.until < utcnow()))


@job
def forget_resets() -> None:
    db.session.execute(sa.delete(PasswordReset).where(PasswordReset.expires_at < utcnow()))


def kept() -> Iterable[Kind]:
    yield Kind(
        "sessions",
        _l("Sign-ins that have ended"),
        _l("Devices with their address, from when they had to sign in again."),
        "inside",
        0,
        lambda before: sa.select(UserSession.id).where(UserSession.expires_at < before),
        _forget_sessions,
        least=lambda: 0,
        for_ever=False,
    )


def _forget_sessions(ids: list[int]) -> None:
    db.session.execute(sa.delete(UserSession).where(UserSession.id.in_(ids)))
