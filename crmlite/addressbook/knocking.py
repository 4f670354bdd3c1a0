"""Whose device asks: HTTP Basic with the user's e-mail address and the device's own password, limited like signing in.

No cookie counts here, and no password of the web: what a phone keeps is good for the address book alone.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Response, request
from flask_babel import gettext as _

from crmlite.auth.models import DevicePassword, Throttle, Viewer
from crmlite.auth.models.device_passwords import NOTE_AFTER
from crmlite.auth.signin import PERIOD, TRIES, TRIES_OF_ADDRESS, viewer_of_device
from crmlite.extensions import Busy, db, reading, utcnow, writing
from crmlite.safety import network

REALM = 'Basic realm="crmlite", charset="UTF-8"'


@dataclass(frozen=True)
class Caller:
    viewer: Viewer
    password_id: int
    used_at: datetime | None


def caller() -> Caller | Response:
    """Who asks, or what to answer them. Afterwards the session reads.

    Only what was wrong is counted: a phone asks often. Who tried too often is not looked at.
    """
    reading()
    given = request.authorization
    if given is None or given.type != "basic" or not given.username:
        return _refused()
    email, address = given.username.strip().casefold()[:300], network(request.remote_addr)
    limits = {f"device:{address}:{email}"[:300]: TRIES, f"device-address:{address}"[:300]: TRIES_OF_ADDRESS}
    if _too_often(limits):
        wait = {"Retry-After": str(int(PERIOD / timedelta(seconds=1)))}
        return _answer(429, _("That was tried too often. Wait three minutes and try again."), wait)
    found = viewer_of_device(email, given.password or "")
    if found is None:
        writing()
        for key, most in limits.items():
            Throttle.hit(key, most, PERIOD)
        db.session.commit()
        return _refused()
    viewer, number, used_at = found
    if viewer.owes_second_factor:
        return _answer(403, _("Set up the second step of signing in first: your team asks for it."))
    return Caller(viewer, number, used_at)


def note_use(who: Caller) -> None:
    """Writes down that the device was here, once an hour: its own short transaction, after what it asked for was found. Whoever
    else writes at that moment goes first, and the next request is noted instead."""
    if who.used_at is not None and utcnow() - who.used_at < NOTE_AFTER:
        return
    with suppress(Busy):
        writing()
        DevicePassword.note_use(who.password_id)
        db.session.commit()


def _too_often(limits: dict[str, int]) -> bool:
    over = [sa.and_(Throttle.key == key, Throttle.count >= most) for key, most in limits.items()]
    query = sa.select(Throttle.key).where(sa.or_(*over), Throttle.until > utcnow())
    return db.session.scalar(query.limit(1)) is not None


def _refused() -> Response:
    said = _(
        "This address book opens for a device with its own password. Make one in crmlite, on the page of your account."
    )
    return _answer(401, said, {"WWW-Authenticate": REALM})


def _answer(status: int, said: str, more: dict[str, str] | None = None) -> Response:
    return Response(f"{said}\n", status, more, content_type="text/plain; charset=utf-8")
