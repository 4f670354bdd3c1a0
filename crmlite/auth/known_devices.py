"""Whether somebody signed in with this browser before: a cookie says so, which only this instance can have made.

It lets nobody in: all it does is to keep the mail about a new device away.
"""

import hmac

from flask import current_app, request
from werkzeug.wrappers import Response

from crmlite.auth import tokens

DAYS = 400
"""As long as browsers keep a cookie at most."""
MOST = 5
"""Users of one browser that are remembered."""


def is_known(user_id: int) -> bool:
    nonce, codes = _read()
    return any(hmac.compare_digest(_code(nonce, user_id), code) for code in codes)


def remember(response: Response, user_id: int) -> None:
    settings = current_app.extensions["crmlite.settings"]
    nonce, codes = _read()
    nonce = nonce or tokens.new_nonce()
    mine = _code(nonce, user_id)
    kept = [mine, *(code for code in codes if code != mine)][:MOST]
    response.set_cookie(
        _name(),
        ".".join([nonce, *kept]),
        max_age=DAYS * 86_400,
        secure=settings.is_https,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def _name() -> str:
    return "__Host-crmlite_device" if current_app.extensions["crmlite.settings"].is_https else "crmlite_device"


def _read() -> tuple[str, list[str]]:
    nonce, *codes = request.cookies.get(_name(), "")[:400].split(".")
    return (nonce, codes[:MOST]) if nonce.isascii() and all(code.isascii() for code in codes) else ("", [])


def _code(nonce: str, user_id: int) -> str:
    return tokens.digest("device", nonce, user_id).hex()[:32]
