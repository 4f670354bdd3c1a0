"""Tokens of mails that open an account: an HMAC over what they are for and a nonce in a row, made with the instance's secret.

The token is not in the database, and with it in no backup or export of it. It is good for one purpose and for what it was
made about: a new password or address of the user makes it worthless without anybody looking.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import sqlalchemy as sa
from flask import current_app, request
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound, TooManyRequests

from crmlite.auth.models.sessions import Throttle
from crmlite.extensions import current_session, db, reading, utcnow, writing
from crmlite.safety import network

GUESSES = 60
"""Tokens from one address that were none, within PERIOD."""
PERIOD = timedelta(minutes=10)
_PART = 22
"""Letters of the nonce, and of the HMAC behind it: 128 bit each."""
_TOKEN = re.compile(rf"[A-Za-z0-9_-]{{{2 * _PART}}}")

Found = TypeVar("Found")


def new_nonce() -> str:
    return secrets.token_urlsafe(16)


def make(purpose: str, nonce: str, *about: object) -> str:
    return nonce + _code(purpose, nonce, *about)


def nonce_of(token: str) -> str:
    """What its row is found by; of what cannot be a token the empty text, which no row has."""
    return token[:_PART] if _TOKEN.fullmatch(token) else ""


def is_right(token: str, purpose: str, nonce: str, *about: object) -> bool:
    """In the same time whether it is right, wrong or of another purpose."""
    return hmac.compare_digest(make(purpose, nonce, *about).encode(), token.encode())


def digest(*parts: object) -> bytes:
    """What nobody can tell without the instance's secret."""
    text = "\0".join(("crmlite", *map(str, parts)))
    return hmac.digest(str(current_app.secret_key).encode(), text.encode(), hashlib.sha256)


def require(token: str, find: Callable[[str], Found | None]) -> Found:
    """For public views: what `find` finds, or 404; 429 for an address that tried too many, before its token is looked at.

    Comes first in the view: a post looks with the reader, so that guesses do not queue for the write lock.
    """
    key = f"token:{network(request.remote_addr)}"[:300]
    if not current_session().reading:
        reading()
    often = sa.select(Throttle.key).where(Throttle.key == key, Throttle.count >= GUESSES, Throttle.until > utcnow())
    if db.session.scalar(often) is not None:
        raise TooManyRequests
    found = find(token)
    if found is None:
        writing()  # also for a GET: a guess is no state of anybody's business
        Throttle.hit(key, GUESSES, PERIOD)
        db.session.commit()
        raise NotFound(_("This link was used already, or has ended. Sign in, or ask for a new one."))
    return found


def _code(purpose: str, nonce: str, *about: object) -> str:
    return base64.urlsafe_b64encode(digest("token", purpose, nonce, *about)[:16]).decode().rstrip("=")
