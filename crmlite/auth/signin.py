"""Who a request is from: the session cookie, signing in and out."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask, current_app, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response as BaseResponse

from crmlite import journal
from crmlite.auth import passwords
from crmlite.auth.models import ACTIONS, Absence, Grant, Role, Throttle, User, UserSession, Viewer, hash_secret
from crmlite.auth.passwords import hash_password
from crmlite.auth.roles import kinds
from crmlite.extensions import SAFE_METHODS, db, reading, utcnow, writing
from crmlite.safety import network
from crmlite.web import hx, render, toast

__all__ = ["cookie_name", "hash_password", "init_app", "load_viewer", "set_cookie", "sign_in", "viewer_of"]

PERIOD = timedelta(minutes=3)
TRIES = 10
"""For one account from one address."""
TRIES_OF_ADDRESS = 60
"""From one address for whatever accounts: who tries one password with all of them."""
TRIES_OF_ACCOUNT = 150
"""For one account from wherever: who has many addresses. Higher, so that nobody can lock a colleague out by hand."""
MOST_KEPT = 500_000
"""Bytes of a form that are given back to whoever's session has ended: more than that are files."""
NOTE_AFTER = timedelta(minutes=1)


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
        _note_seen(g.user)
        return None
    journal.act_as("customer")
    if getattr(view, "is_public", False):
        return None
    return _send_to_login(had_session=bool(secret))


def _send_to_login(had_session: bool) -> ResponseReturnValue:
    """Whoever looks at something goes to the sign-in page; whoever sends something keeps what they wrote."""
    to_login = "/login?" + urlencode({"next": _wanted(), **({"ended": "1"} if had_session else {})})
    if request.method == "GET":
        return hx("", 401, redirect=to_login) if request.headers.get("HX-Request") else redirect(to_login)
    if request.headers.get("HX-Request"):
        said = _("You have been signed out, so this was not saved. Sign in in a new tab, then send it again here.")
        return toast(
            hx("", 401, reswap="none"), said, kind="error", link={"href": "/login?ended=1", "label": _("Sign in")}
        )
    if (request.content_length or 0) > MOST_KEPT:
        raise Unauthorized
    return render("auth/ended.html", status=401)


def _wanted() -> str:
    """Where to go after signing in: the page, not the fragment or the post that found the session ended."""
    current = request.headers.get("HX-Current-URL")
    if current:
        path = current.removeprefix(request.host_url.rstrip("/"))
        return path if path.startswith("/") else "/"
    return request.full_path.rstrip("?")


def _note_seen(viewer: Viewer) -> None:
    """With a post only, as a GET never writes; goes along with what the post commits."""
    if request.method in SAFE_METHODS or viewer.session_id is None or viewer.seen_at is None:
        return
    if utcnow() - viewer.seen_at > NOTE_AFTER:
        UserSession.seen(viewer.session_id)


_VIEWER = (
    sa.select(
        UserSession.id.label("session_id"), UserSession.seen_at, Absence.covered_by(User.id), User, Role.name, Grant
    )
    .join(User, User.id == UserSession.user_id)
    .join(Role, Role.id == User.role_id)
    .outerjoin(Grant, Grant.role_id == Role.id)
    .where(UserSession.secret_hash == sa.bindparam("hash"), UserSession.expires_at > sa.bindparam("now"), User.active)
)


def viewer_of(secret: str) -> Viewer | None:
    """The user of a session cookie with role and grants, in one statement; in two where they stand in for somebody."""
    rows = db.session.execute(_VIEWER, {"hash": hash_secret(secret), "now": utcnow()}).all()
    if not rows:
        return None
    session_id, seen_at, stands_in, user, role, _grant = rows[0]
    absent = viewers(User.id.in_(Absence.absent_of(user.id))) if stands_in else []
    return _viewer(user, role, [row[-1] for row in rows], session_id=session_id, seen_at=seen_at, absent=tuple(absent))


def viewers(which: sa.ColumnElement[bool]) -> list[Viewer]:
    """Active users with what they may do, without whom they stand in for and without a session, in one statement."""
    query = sa.select(User, Role.name, Grant).join(Role, Role.id == User.role_id).where(which, User.active)
    found: dict[int, list[Any]] = {}
    for user, role, grant in db.session.execute(query.outerjoin(Grant, Grant.role_id == Role.id).order_by(User.id)):
        found.setdefault(user.id, [user, role, []])[2].append(grant)
    return [_viewer(user, role, grants) for user, role, grants in found.values()]


def _viewer(user: User, role: str, grants: list[Grant | None], **more: Any) -> Viewer:
    scopes = _scopes({(grant.record_type, grant.action): grant.scope for grant in grants if grant is not None})
    return Viewer(
        user.id, user.name, user.email, role, user.team_id, user.locale, user.time_zone, user.theme, user.shortcuts,
        scopes, week_start=user.week_start, **more,
    )  # fmt: skip


def _scopes(given: dict[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """What was given for every type, spelled out for the types of the modules that are on: others cannot be had at all."""
    every = ((kind, action) for kind in kinds() for action in ACTIONS)
    return {(kind, action): given.get((kind, action)) or given.get(("*", action)) or "none" for kind, action in every}


def sign_in(email: str, password: str) -> tuple[str | None, str]:
    """(secret of the new session, "") or (None, what to say). Commits.

    The try is counted before the password is looked at, so that tries at the same moment cannot pass the limit together;
    nothing is hashed while the database is locked; who is unknown or deactivated costs as much and is told the same.
    """
    address = network(request.remote_addr)
    pair, of_address, of_account = f"{address}:{email}"[:300], f"{address}"[:300], email[:300]
    writing()
    within = (
        Throttle.hit(f"signin:{pair}", TRIES, PERIOD),
        Throttle.hit(f"signin-address:{of_address}", TRIES_OF_ADDRESS, PERIOD),
        Throttle.hit(f"signin-account:{of_account}", TRIES_OF_ACCOUNT, PERIOD),
    )
    db.session.commit()
    if not all(within):
        return None, _("That was tried too often. Wait three minutes and try again.")
    reading()
    found = db.session.execute(sa.select(User.id, User.password).where(User.email == email, User.active)).first()
    db.session.rollback()
    if not passwords.verify(password, found.password if found else None) or found is None:
        return None, _("This e-mail address and password do not belong together.")
    writing()
    Throttle.clear(f"signin:{pair}")
    Throttle.give_back(f"signin-address:{of_address}")
    Throttle.give_back(f"signin-account:{of_account}")
    secret = _new_session(found.id)
    db.session.commit()
    return secret, ""


def _new_session(user_id: int) -> str:
    """Another secret than the browser came with, whose session ends: what was known before is worth nothing after."""
    before = request.cookies.get(cookie_name())
    if before:
        db.session.execute(sa.delete(UserSession).where(UserSession.secret_hash == hash_secret(before)))
    user = db.session.get_one(User, user_id)
    days: int = current_app.extensions["crmlite.settings"].session_days
    return UserSession.start(user, request.user_agent.string, request.remote_addr or "", days)[1]


def set_cookie(response: BaseResponse, secret: str) -> BaseResponse:
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


def delete_cookie(response: BaseResponse) -> BaseResponse:
    """With the same attributes: a browser leaves a `__Host-` cookie alone that is deleted without Secure."""
    secure: bool = current_app.extensions["crmlite.settings"].is_https
    response.delete_cookie(cookie_name(), path="/", secure=secure, httponly=True, samesite="Lax")
    return response
