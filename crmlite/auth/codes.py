"""Between the two steps of signing in: the password was right, the code is to come."""

import hmac
from datetime import timedelta

from flask import session
from flask_babel import gettext as _

from crmlite.auth import second_factor, tokens
from crmlite.auth.models import Throttle, User
from crmlite.auth.sessions import start
from crmlite.extensions import db, reading, utcnow, writing

TRIES = 10
"""For one user from wherever, within PERIOD: who tries codes has the password already."""
PERIOD = timedelta(minutes=15)
HALF_WAY = timedelta(minutes=10)
"""How long after the password the code may come."""


def expect(user_id: int, hashed: str) -> None:
    """Remembers in a signed cookie that this browser said the right password just now."""
    session["half_way"] = {"user": user_id, "at": int(utcnow().timestamp()), "proof": _proof(hashed)}


def half_way() -> User | None:
    """Who has said the right password in this browser within the last minutes, and owes a code."""
    said = session.get("half_way")
    if not isinstance(said, dict) or utcnow().timestamp() - said["at"] > HALF_WAY.total_seconds():
        return None
    user = db.session.get(User, said["user"], populate_existing=True)
    if user is None or not user.active or not hmac.compare_digest(_proof(user.password), said["proof"]):
        return None
    return user


def enter(code: str) -> tuple[str | None, str]:
    """(secret of the new session, "") or (None, what to say); (None, "") where the password has to be said again. Commits."""
    reading()
    user = half_way()
    if user is None:
        return None, ""
    key = f"code:{user.id}"
    writing()
    within = Throttle.hit(key, TRIES, PERIOD)
    db.session.commit()
    if not within:
        return None, _("That was tried too often. Wait a quarter of an hour and try again.")
    writing()
    user = half_way()
    if user is None or not second_factor.check(user, code):
        db.session.rollback()
        return None, _("That is not the code that is shown now. Wait for the next one and type that.")
    Throttle.clear(key)
    secret = start(user)
    db.session.commit()
    session.pop("half_way", None)
    return secret, ""


def _proof(hashed: str) -> str:
    """Of the password that was right: with another one the code comes too late."""
    return tokens.digest("half_way", hashed).hex()[:32]
