"""A browser's session: how it begins, and the cookies that hold it."""

import sqlalchemy as sa
from flask import current_app, g, request
from werkzeug.wrappers import Response as BaseResponse

from crmlite.auth import known_devices, notices
from crmlite.auth.devices import device_name
from crmlite.auth.models import PasswordReset, User, UserSession, hash_secret
from crmlite.extensions import db
from crmlite.web import speaking


def cookie_name() -> str:
    """With https the browser itself guards the name; over http Safari and scripts would refuse the prefix and Secure."""
    return "__Host-crmlite_session" if current_app.extensions["crmlite.settings"].is_https else "crmlite_session"


def start(user: User, *, tell: bool = True) -> str:
    """Signs that user in here, and says so by mail where this browser is new to them; the secret of the session.

    Links to a new password end: who can sign in needs none.
    """
    if tell and not known_devices.is_known(user.id):
        with speaking(user.locale):
            device = device_name(request.user_agent.string)
        notices.send(user, "new_device", purpose="sign_in", device=device, address=request.remote_addr or "")
    PasswordReset.end_all(user.id)
    g.signed_in = user.id
    return _new_session(user)


def _new_session(user: User) -> str:
    """Another secret than the browser came with, whose session ends: what was known before is worth nothing after."""
    before = request.cookies.get(cookie_name())
    if before:
        db.session.execute(sa.delete(UserSession).where(UserSession.secret_hash == hash_secret(before)))
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
    if "signed_in" in g:
        known_devices.remember(response, g.signed_in)
    return response


def delete_cookie(response: BaseResponse) -> BaseResponse:
    """With the same attributes: a browser leaves a `__Host-` cookie alone that is deleted without Secure."""
    secure: bool = current_app.extensions["crmlite.settings"].is_https
    response.delete_cookie(cookie_name(), path="/", secure=secure, httponly=True, samesite="Lax")
    return response
