"""What is forgotten of signing in: expired sessions, throttles that have ended and links that work no more."""

import sqlalchemy as sa

from crmlite.auth.models import PasswordReset, Throttle, UserSession
from crmlite.extensions import db, utcnow
from crmlite.jobs import job


@job
def forget_sessions() -> None:
    db.session.execute(sa.delete(UserSession).where(UserSession.expires_at < utcnow()))


@job
def forget_throttles() -> None:
    db.session.execute(sa.delete(Throttle).where(Throttle.until < utcnow()))


@job
def forget_resets() -> None:
    db.session.execute(sa.delete(PasswordReset).where(PasswordReset.expires_at < utcnow()))
