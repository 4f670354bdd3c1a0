"""Who a request is from: the session cookie, signing in and out."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, TypeVar
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask, current_app, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import Forbidden, Unauthorized

from crmlite import journal
from crmlite.auth import codes, passwords, second_factor, setup
from crmlite.auth.models import (
    ACTIONS,
    Absence,
    DevicePassword,
    Grant,
    Organisation,
    Preference,
    Role,
    SecondFactor,
    Throttle,
    User,
    UserSession,
    Viewer,
    hash_secret,
)
from crmlite.auth.models.device_passwords import typed
from crmlite.auth.passwords import hash_password
from crmlite.auth.roles import kinds
from crmlite.auth.sessions import cookie_name, delete_cookie, set_cookie, start
from crmlite.extensions import SAFE_METHODS, db, reading, utcnow, writing
from crmlite.safety import network
from crmlite.web import hx, modules, render, toast

__all__ = [
    "cookie_name",
    "delete_cookie",
    "hash_password",
    "init_app",
    "load_viewer",
    "password_problem",
    "set_cookie",
    "sign_in",
    "start",
    "viewer_of",
    "viewer_of_device",
]

_View = TypeVar("_View", bound=Callable[..., Any])

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
    app.before_request(modules.refuse_what_is_off)


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
        return _send_to_second_factor(view) if g.user.owes_second_factor else None
    if request.endpoint not in setup.OPEN and not setup.is_done():
        return _send_to_setup()
    journal.act_as("customer")
    if getattr(view, "is_public", False):
        return None
    return _send_to_login(had_session=bool(secret))


def _send_to_setup() -> ResponseReturnValue:
    """There is nobody yet who could sign in."""
    return hx("", 401, redirect="/setup") if request.headers.get("HX-Request") else redirect("/setup", 303)


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


def _send_to_second_factor(view: object) -> ResponseReturnValue | None:
    """Nothing else is open to who has to set up the second step first."""
    if getattr(view, "is_public", False) or getattr(view, "without_second_factor", False):
        return None
    page = "/auth/second-factor"
    if request.headers.get("HX-Request"):
        return hx("", 403, redirect=page)
    if request.method == "GET":
        return redirect(page)
    raise Forbidden(_("Set up the second step of signing in first: your team asks for it."))


def without_second_factor(view: _View) -> _View:
    """Opens a view to who has to set up the second step first."""
    view.without_second_factor = True  # type: ignore[attr-defined]
    return view


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


_OF_USER = (User.id, User.name, User.email, User.team_id, User.locale, User.time_zone, User.theme, User.shortcuts, User.week_start,
            Role.name.label("role"))  # fmt: skip
_OF_GRANT = (Grant.record_type, Grant.action, Grant.scope)
_VIEWER = (
    sa.select(
        UserSession.id.label("session_id"),
        UserSession.seen_at,
        Absence.covered_by(User.id),
        *_OF_USER,
        Preference.value.label("news"),
        second_factor.owed().label("owes"),
        sa.select(Organisation.modules_off).limit(1).scalar_subquery().label("modules_off"),
        *_OF_GRANT,
    )
    .join(User, User.id == UserSession.user_id)
    .join(Role, Role.id == User.role_id)
    .outerjoin(Preference, sa.and_(Preference.user_id == User.id, Preference.name == "news"))
    .outerjoin(Grant, Grant.role_id == Role.id)
    .where(UserSession.secret_hash == sa.bindparam("hash"), UserSession.expires_at > sa.bindparam("now"), User.active)
)


def viewer_of(secret: str) -> Viewer | None:
    """The user of a session cookie with role and grants, in one statement; in two where they stand in for somebody."""
    rows = db.session.execute(_VIEWER, {"hash": hash_secret(secret), "now": utcnow()}).all()
    if not rows:
        return None
    first = rows[0]
    modules.remember(frozenset(first.modules_off or ()))
    absent = viewers(User.id.in_(Absence.absent_of(first.id))) if first.stands_in else []
    return _viewer(
        first,
        rows,
        session_id=first.session_id,
        seen_at=first.seen_at,
        news=(first.news or {}).get("version", ""),
        owes_second_factor=first.owes,
        absent=tuple(absent),
    )


_DEVICE = (
    sa.select(
        DevicePassword.id.label("password_id"),
        DevicePassword.used_at,
        Absence.covered_by(User.id),
        *_OF_USER,
        second_factor.owed().label("owes"),
        *_OF_GRANT,
    )
    .join(User, User.id == DevicePassword.user_id)
    .join(Role, Role.id == User.role_id)
    .outerjoin(Grant, Grant.role_id == Role.id)
    .where(DevicePassword.secret_hash == sa.bindparam("hash"), User.email == sa.bindparam("email"), User.active)
)


def viewer_of_device(email: str, password: str) -> tuple[Viewer, int, datetime | None] | None:
    """Whose device says that, with the id of its password and when that was used last."""
    values = {"hash": hash_secret(typed(password)), "email": email, "now": utcnow()}
    rows = db.session.execute(_DEVICE, values).all()
    if not rows:
        return None
    first = rows[0]
    absent = viewers(User.id.in_(Absence.absent_of(first.id))) if first.stands_in else []
    viewer = _viewer(first, rows, owes_second_factor=first.owes, absent=tuple(absent))
    return viewer, first.password_id, first.used_at


def viewers(which: sa.ColumnElement[bool]) -> list[Viewer]:
    """Active users with what they may do, without whom they stand in for and without a session, in one statement."""
    query = sa.select(*_OF_USER, *_OF_GRANT).join(Role, Role.id == User.role_id).where(which, User.active)
    rows = db.session.execute(query.outerjoin(Grant, Grant.role_id == Role.id).order_by(User.id))
    return [_viewer(grants[0], grants) for grants in (list(same) for _id, same in groupby(rows, lambda row: row.id))]


def viewer(user_id: int) -> Viewer | None:
    """Of work that goes on without its request: the user, if active, with whom they stand in for now."""
    found = viewers(User.id == user_id)
    return replace(found[0], absent=tuple(viewers(User.id.in_(Absence.absent_of(user_id))))) if found else None


def _viewer(user: Any, grants: Sequence[Any], **more: Any) -> Viewer:
    """From a row with _OF_USER, and those with _OF_GRANT; a role without grants has one row of nothing."""
    scopes = _scopes({(grant.record_type, grant.action): grant.scope for grant in grants})
    return Viewer(
        user.id, user.name, user.email, user.role, user.team_id, user.locale, user.time_zone, user.theme, user.shortcuts,
        scopes, week_start=user.week_start, **more,
    )  # fmt: skip


def _scopes(given: dict[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """What was given for every type, spelled out for the types of the modules that are on: others cannot be had at all."""
    every = ((kind, action) for kind in kinds() for action in ACTIONS)
    return {(kind, action): given.get((kind, action)) or given.get(("*", action)) or "none" for kind, action in every}


def sign_in(email: str, password: str) -> tuple[str | None, str]:
    """(secret of the new session, ""), or (None, what to say), or (None, "") where a code is to come: codes.enter(). Commits.

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
    factor = SecondFactor.of(found.id)
    if factor is not None and factor.confirmed_at is not None:
        codes.expect(found.id, found.password)
        db.session.commit()
        return None, ""
    user = db.session.get_one(User, found.id)
    secret = start(user)
    db.session.commit()
    return secret, ""


def password_problem(user_id: int, password: str) -> str:
    """Why this is not accepted as that user's own password, which changes of their account ask for again; "" where it is.

    Commits; tries are limited, as for signing in. Afterwards the session reads.
    """
    key = f"password:{user_id}"
    writing()
    within = Throttle.hit(key, TRIES, PERIOD)
    db.session.commit()
    if not within:
        return _("That was tried too often. Wait three minutes and try again.")
    reading()
    hashed = db.session.scalar(sa.select(User.password).where(User.id == user_id))
    db.session.rollback()
    if not passwords.verify(password, hashed):
        return _("This is not your current password.")
    writing()
    Throttle.clear(key)
    db.session.commit()
    return ""
