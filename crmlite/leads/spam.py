"""What tells a visitor from a robot: the signed token with its age, the honeypot, how often somebody posts."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from flask_babel import lazy_gettext as _l
from itsdangerous import BadData, URLSafeSerializer

from crmlite.extensions import utcnow

YOUNGEST = 3.0
OLDEST = 24 * 3600.0
"""Seconds between the form being shown and being sent."""
PERIOD = timedelta(hours=1)
"""What the limits of a form are counted over."""
USUAL_LIMIT, USUAL_LIMIT_OF_VISITOR = 500, 20
"""What a new form has."""
MAX_LIMIT = 5000
"""The largest limit a form can have: so many entries of an index are counted at a post."""
MAX_HELD, MAX_HELD_OF_VISITOR = 2000, 100
"""How many posts of a form, in all and from one address, are held within PERIOD; after these a post is refused instead."""

REASONS = {
    "no_token": _l("It was sent without the form having been opened"),
    "wrong_token": _l("Its token was forged or belongs to another form"),
    "too_early": _l("It was filled in within three seconds"),
    "too_late": _l("It was sent more than a day after it was opened"),
    "honeypot": _l("The field that people cannot see was filled in"),
    "visitor_limit": _l("Too many came from the same address within an hour"),
    "form_limit": _l("This form was sent too often within an hour"),
}


def token(public_id: str) -> str:
    """Says which form was shown and when; goes into the form, comes back with the answers."""
    return str(_serializer().dumps([public_id, round(utcnow().timestamp() * 1000), secrets.token_urlsafe(6)]))


@dataclass(frozen=True)
class Evidence:
    """What is known about one post besides its answers."""

    token: str
    honeypot: str
    from_visitor: int
    """How many posts of this form were taken from the same address within PERIOD: those that were held do not count."""
    of_form: int
    limit_per_visitor: int
    limit: int


def reason(public_id: str, seen: Evidence) -> str | None:
    """Why this should be looked at before it becomes a lead; a key of REASONS."""
    if seen.honeypot:
        return "honeypot"
    if not seen.token:
        return "no_token"
    age = _age(public_id, seen.token)
    if age is None:
        return "wrong_token"
    if age < YOUNGEST:
        return "too_early"
    if age > OLDEST:
        return "too_late"
    if seen.limit_per_visitor and seen.from_visitor >= seen.limit_per_visitor:
        return "visitor_limit"
    if seen.limit and seen.of_form >= seen.limit:
        return "form_limit"
    return None


def _age(public_id: str, text: str) -> float | None:
    try:
        shown, at, _nonce = _serializer().loads(text[:500])
    except (BadData, ValueError, TypeError):
        return None
    return utcnow().timestamp() - at / 1000 if shown == public_id else None


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="crmlite.web-form")
