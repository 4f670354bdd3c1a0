"""The first visitor: a code that only who started crmlite has seen, and what is made with it while there is nobody yet."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app

from crmlite import events, journal
from crmlite.auth.models import Organisation, Role, User
from crmlite.auth.models.users import ADMINISTRATOR
from crmlite.extensions import db

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""32 that nobody takes for another when they read them from a screen."""
GROUPS, LONG = 4, 4
"""16 of them are 80 bits."""
OPEN = frozenset({"setup.show", "setup.create", "health.health", "manifest.manifest"})
"""Views that answer while there is nobody; all others lead to the first."""


def is_done() -> bool:
    """Whether there is anybody. Remembered from then on: users are deactivated, never deleted."""
    known = current_app.extensions
    if not known.get("crmlite.set_up"):
        known["crmlite.set_up"] = db.session.scalar(sa.select(User.id).limit(1)) is not None
    return bool(known["crmlite.set_up"])


def begin(
    *, name: str, email: str, password: str, organisation: str, locale: str, time_zone: str, **place: Any
) -> User | None:
    """The first administrator (`password` is a hash) and the organisation; whoever listens adds what one starts with.

    None where somebody was faster: of two at the same moment the second waits here for the first. Final: without an
    administrator nobody could come in.
    """
    role = db.session.scalars(sa.select(Role).where(Role.name == ADMINISTRATOR).with_for_update()).one()
    if db.session.scalar(sa.select(User.id).limit(1)) is not None:
        return None
    journal.act_as("system")
    user = User.create(name=name, email=email, password=password, role=role, locale=locale, time_zone=time_zone)
    ours = Organisation.get().change(name=organisation, locale=locale, time_zone=time_zone, **place)
    events.emit(events.ORGANISATION_SET_UP, ours)
    return user


# --- the code ---------------------------------------------------------------------------------------------------------


def renew_code() -> str | None:
    """A new code, which from now on is the only one; None, and none is kept, where there is somebody already."""
    current_app.extensions.pop("crmlite.set_up", None)
    if is_done():
        forget_code()
        return None
    code = "-".join("".join(secrets.choice(LETTERS) for _letter in range(LONG)) for _group in range(GROUPS))
    _keep(_hash(code))
    return code


def is_code(typed: str) -> bool:
    """Whether that is the code, however it was cased and grouped."""
    try:
        kept = _path().read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return False
    return len(kept) == 64 and hmac.compare_digest(_hash(typed), kept)


def forget_code() -> None:
    _path().unlink(missing_ok=True)


def _hash(code: str) -> str:
    return hashlib.sha256("".join(c for c in code.upper() if c in LETTERS).encode()).hexdigest()


def _keep(hashed: str) -> None:
    """For our own eyes, and whole at every moment."""
    path = _path()
    new = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(hashed)
    os.replace(new, path)


def _path() -> Path:
    instance: Path = current_app.extensions["crmlite.settings"].instance
    return instance / "setup_code"
