"""Mails to users about their own account, so that nobody else changes it unseen."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import current_app, g

from crmlite.auth.models import User
from crmlite.extensions import utcnow
from crmlite.mail import outbox
from crmlite.web import absolute, show_datetime, speaking


def send(user: User, template: str, purpose: str = "notice", **context: Any) -> None:
    """Writes it into this transaction. Where no mail server is set there is none: it would come months later."""
    if not current_app.extensions["crmlite.settings"].smtp_url:
        return
    with _at_home(user):
        at = show_datetime(utcnow())
    outbox.send(
        template,
        user.email,
        language=user.locale,
        purpose=purpose,
        about=user,
        to_name=user.name,
        name=user.name,
        at=at,
        devices_url=absolute("/auth/devices"),
        profile_url=absolute("/auth/profile"),
        **context,
    )


@contextmanager
def _at_home(user: User) -> Iterator[None]:
    """Inside, dates and times are in the user's language and time zone."""
    before = g.get("time_zone")
    g.time_zone = user.time_zone
    try:
        with speaking(user.locale):
            yield
    finally:
        g.time_zone = before
