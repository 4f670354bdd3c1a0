"""The second step of signing in: setting it up, what counts as a right code, and who has to have it."""

import base64
import hmac
import unicodedata
from collections.abc import Collection
from typing import Any

import pyotp
import segno
import sqlalchemy as sa

from crmlite import events
from crmlite.auth import notices, tokens
from crmlite.auth.models import Organisation, RecoveryCode, Role, SecondFactor, User
from crmlite.extensions import db, utcnow

STEP = 30
"""Seconds that a code is shown; the one before and the one after count too, as clocks differ."""
CODES = 10
_CODE_LETTERS = 16
"""Of a recovery code: 80 bits."""


def secret_of(factor: SecondFactor) -> str:
    """What the app on the phone knows, as base32."""
    return base64.b32encode(tokens.digest("second_factor", factor.user_id, factor.nonce)[:20]).decode()


def begin(user: User) -> SecondFactor:
    """A new secret, asked for once a first code of it was right. Whoever has the step already keeps it until they take it away."""
    factor = SecondFactor.of(user.id, lock=True)
    if factor is not None and factor.confirmed_at is not None:
        return factor
    if factor is None:
        factor = SecondFactor(user_id=user.id)
        db.session.add(factor)
    factor.nonce, factor.last_step, factor.created_at = tokens.new_nonce(), 0, utcnow()
    return factor


def confirm(user: User, code: str, session_id: int | None = None) -> str | None:
    """Switches it on where the code is right: the word for `codes_of()`. Final.

    All sessions but that one end: whoever had the password alone is not in any more.
    """
    factor = SecondFactor.of(user.id, lock=True)
    if factor is None or factor.confirmed_at is not None or not _is_right(factor, code):
        return None
    factor.confirmed_at = utcnow()
    codes = _new_codes(user.id)
    user.sign_out(but=session_id)
    events.emit(events.USER_SECOND_FACTOR_ON, user, user=user.name)
    notices.send(user, "second_factor_on")
    return codes


def renew_codes(user: User) -> str:
    """Ten new recovery codes; those before are worth nothing. The word for `codes_of()`. Final."""
    codes = _new_codes(user.id)
    events.emit(events.USER_RECOVERY_CODES, user, user=user.name)
    notices.send(user, "recovery_codes")
    return codes


def end(user: User) -> bool:
    """From now on the password is enough; False where it was enough already. Final."""
    if not SecondFactor.end(user.id):
        return False
    events.emit(events.USER_SECOND_FACTOR_OFF, user, user=user.name)
    notices.send(user, "second_factor_off")
    return True


def check(user: User, code: str) -> bool:
    """Whether this lets them in now. Used up by this: the same code is refused from now on."""
    factor = SecondFactor.of(user.id, lock=True)
    if factor is None or factor.confirmed_at is None:
        return False
    typed = plain(code)
    if len(typed) != _CODE_LETTERS:
        return _is_right(factor, typed)
    if not RecoveryCode.use(user.id, typed):
        return False
    notices.send(user, "recovery_code_used", left=RecoveryCode.left(user.id))
    return True


def plain(code: str) -> str:
    """Without blanks and dashes, in capitals, with the digits of any script as ours."""
    kept = (c for c in unicodedata.normalize("NFKC", code).upper() if c.isalnum())
    return "".join(str(unicodedata.decimal(c, c)) for c in kept)


def _is_right(factor: SecondFactor, code: str) -> bool:
    """Whether the app shows this code now, or did half a minute ago or will; later than the one that was used last."""
    totp, typed = pyotp.TOTP(secret_of(factor)), plain(code)
    now = int(utcnow().timestamp()) // STEP
    for step in (now - 1, now, now + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), typed.encode()) and step > factor.last_step:
            factor.last_step = step
            return True
    return False


def _new_codes(user_id: int) -> str:
    word = tokens.new_nonce()
    RecoveryCode.renew(user_id, _codes(user_id, word))
    return word


def _codes(user_id: int, word: str) -> list[str]:
    """Made of a word that only the user's browser keeps and of the instance's secret, so that they can be shown again until the user
    has kept them, and nobody can tell them who has only one of the two."""
    return [
        base64.b32encode(tokens.digest("recovery_code", user_id, word, number)[:10]).decode() for number in range(CODES)
    ]


def codes_of(user_id: int, word: str) -> list[str] | None:
    """The recovery codes, as long as they are the user's; None where they made others, or the word is none."""
    codes = _codes(user_id, word)
    return [spaced(code) for code in codes] if RecoveryCode.are(user_id, codes) else None


def spaced(text: str) -> str:
    """In groups of four, as people type them."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


# --- the picture ------------------------------------------------------------------------------------------------------


def picture(factor: SecondFactor, user: User) -> dict[str, Any]:
    """The QR code as the path of an SVG, a module a unit wide, and how wide it is with its margin."""
    ours = Organisation.get().name
    issuer = f"crmlite {ours}".strip().replace(":", " ")
    uri = pyotp.TOTP(secret_of(factor)).provisioning_uri(name=user.email, issuer_name=issuer)
    rows = [bytes(row) for row in segno.make(uri, error="m", micro=False).matrix_iter(border=4)]
    dark = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, module in enumerate(row) if module)
    return {"path": dark, "size": len(rows), "secret": spaced(secret_of(factor))}


# --- who has to -------------------------------------------------------------------------------------------------------


def owed() -> sa.ColumnElement[bool]:
    """For a select with User and Role: whether that user has to have the step and has not."""
    there = sa.exists().where(SecondFactor.user_id == User.id, SecondFactor.confirmed_at.is_not(None))
    of_all = sa.exists().where(Organisation.second_factor)
    return sa.and_(sa.or_(Role.second_factor, of_all), ~there)


def is_required(user: User) -> bool:
    return user.role.second_factor or bool(Organisation.get().second_factor)


def require(everybody: bool, role_ids: Collection[int]) -> None:
    """Who has to sign in with two steps from now on: everybody, or those with one of these roles."""
    ours = Organisation.get(lock=True)
    roles = db.session.scalars(sa.select(Role).order_by(Role.id).with_for_update()).all()

    def put() -> None:
        if bool(ours.second_factor) != everybody:
            db.session.add(ours)  # the first time there is no row yet
            ours.second_factor = everybody
        for role in roles:
            role.second_factor = role.id in role_ids

    if events.changed(put):
        events.emit(events.SECOND_FACTOR_REQUIRED, ours if ours.id else roles[0])
