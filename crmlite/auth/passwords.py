"""Passwords: hashed with Argon2id, verified in equal time for unknown users, and refused where they are easily guessed."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _

SHORTEST, LONGEST = 10, 1000

_hasher = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)
NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$reCvZNEc4wMTTkBOrFn7vg$dXMCt0N1/MHndbCIKkqIsmLlBagkGuzUbAAzXs75TpA"  # noqa: S105
"""A hash of nothing anybody knows, with the hasher's own parameters: verified where there is no user, to take as long."""


def hash_password(password: str) -> str:
    """Takes 20 ms on purpose: never while the database is locked."""
    return _hasher.hash(password)


def verify(password: str, hashed: str | None) -> bool:
    """Takes as long where there is no hash as where there is one."""
    try:
        return _hasher.verify(hashed or NOBODYS, password[:LONGEST]) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False


def problem(password: str, email: str = "", name: str = "") -> str | None:
    """Why this must not be a password, in a sentence; None where it may. Length is what counts, not which characters."""
    if len(password) < SHORTEST:
        return _(
            "A password has at least %(count)s characters. Three or four words are easy to remember.", count=SHORTEST
        )
    if len(password) > LONGEST:
        return _("A password has at most %(count)s characters.", count=LONGEST)
    lower = password.casefold()
    known = {email.casefold(), email.casefold().split("@")[0], name.casefold(), name.casefold().replace(" ", "")}
    if lower in known - {""}:
        return _("Your name or address is the first thing others try. Take something else.")
    if len(set(lower)) < 5 or lower in _SEQUENCES or any(lower in line for line in _ROWS):
        return _("That is one of the first things others try. Take something else.")
    return None


_ROWS = ("01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
_SEQUENCES = frozenset(
    {"password12", "password123", "password1234", "passwordpassword", "administrator", "changeme123", "welcome123"}
    | {"letmein123", "iloveyou123", "qwerty12345", "crmlitecrmlite"}
)
