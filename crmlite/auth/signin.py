"""Who a request is from: the session cookie, signing in and out."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import Flask, current_app, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import Unauthorized

from crmlite import journal
from crmlite.auth.models import Grant, Role, Throttle, User, UserSession, Viewer, hash_secret
from crmlite.extensions import current_session, db, utcnow
from crmlite.web import hx

TRIES, PERIOD = 10, timedelta(minutes=3)
_hasher = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)
_NOBODYS = _hasher.hash("nobody has this password")
"""Verified for unknown addresses, so that they take as long as known ones."""


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def init_app(app: Flask) -> None:
    app.before_request(load_viewer)


def cookie_name() -> str:
    """With https the browser itself guards the name; over http Safari and scripts would refuse the prefix and Secure."""
    return "__Host-crmlite_session" if current_app.extensions["crmlite.settings"].is_https else "crmlite_session"


def load_viewer() -> ResponseReturnValue | None:
    """Puts the user into g.user; sends strangers to the sign-in page, unless the view is for everybody."""
    view = current_app.view_functions.get(request.endpoint or "")
    g.user = None
    if request.endpoint == "static" or request.endpoint is None:
        return None
    secret = request.cookies.get(cookie_name())
    if secret:
        g.user = viewer_of(secret)
    if g.user:
        journal.act_as("user", g.user.id)
        return None
    journal.act_as("customer")
    if getattr(view, "is_public", False):
        return None
    to_login = "/login?" + urlencode({"next": request.full_path.rstrip("?")})
    if request.headers.get("HX-Request"):
        return hx("", 401, redirect=to_login)
    if request.method == "GET":
        return redirect(to_login)
    raise Unauthorized


_VIEWER = (
    sa.select(UserSession.id.label("session_id"), UserSession.seen_at, User, Role.name, Grant)
    .join(User, User.id == UserSession.user_id)
    .join(Role, Role.id == User.role_id)
    .outerjoin(Grant, Grant.role_id == Role.id)
    .where(UserSession.secret_hash == sa.bindparam("hash"), UserSession.expires_at > sa.bindparam("now"), User.active)
)


def viewer_of(secret: str) -> Viewer | None:
    """The user of a session cookie with role and grants, in one statement."""
    rows = db.session.execute(_VIEWER, {"hash": hash_secret(secret), "now": utcnow()}).all()
    if not rows:
        return None
    session_id, seen_at, user, role, _grant = rows[0]
    scopes = {(grant.record_type, grant.action): grant.scope for *_rest, grant in rows if grant is not None}
    return Viewer(
        user.id, user.name, user.email, role, user.team_id, user.locale, user.time_zone, user.theme, user.shortcuts,
        scopes, session_id, seen_at,
    )  # fmt: skip


def verify(email: str, password: str) -> int | None:
    """The id of the user with this address and password. Hashes outside any write transaction, and for unknown addresses too."""
    session = current_session()
    session.reading = True
    row = session.execute(sa.select(User.id, User.password).where(User.email == email, User.active)).first()
    session.rollback()
    try:
        _hasher.verify(row.password if row else _NOBODYS, password[:1000])
    except (VerificationError, InvalidHashError):
        return None
    return row.id if row else None


def sign_in(email: str, password: str) -> tuple[str | None, str]:
    """(secret of the new session, "") or (None, what to say). Commits."""
    keys = (f"signin:{request.remote_addr}:{email}"[:300], f"signin:{email}"[:300])
    user_id = None if _is_throttled(keys) else verify(email, password)
    session = current_session()
    session.rollback()
    session.reading = False
    if user_id is None:
        tried = [Throttle.hit(key, TRIES, PERIOD) for key in keys]
        db.session.commit()
        if not all(tried):
            return None, _("That was tried too often. Wait three minutes and try again.")
        return None, _("This e-mail address and password do not belong together.")
    user = db.session.get_one(User, user_id)
    days: int = current_app.extensions["crmlite.settings"].session_days
    _session, secret = UserSession.start(user, request.user_agent.string, request.remote_addr or "", days)
    for key in keys:
        Throttle.clear(key)
    db.session.commit()
    return secret, ""


def set_cookie(response: Any, secret: str) -> Any:
    settings = current_app.extensions["crmlite.settings"]
    response.set_cookie(
        cookie_name(),
        secret,
        max_age=settings.session_days * 86_400,
        secure=settings.is_https,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response


def _is_throttled(keys: tuple[str, ...]) -> bool:
    session = current_session()
    session.reading = True
    return any(Throttle.is_over(key, TRIES) for key in keys)
