"""The outbox: mail as rows that are written with their cause, sent by the worker, and say what became of them."""

import secrets
from collections.abc import Iterable
from email.utils import parseaddr
from typing import Any, Protocol

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from crmlite import events, web
from crmlite.extensions import db
from crmlite.files import File
from crmlite.mail.composing import BadAddress, address_of, clean_body, clean_header, compose, render
from crmlite.mail.models import MailAccount, Message, MessageFile
from crmlite.mail.sending import keep_sending, resume, send_due

__all__ = [
    "BadAddress",
    "FilesTooLarge",
    "MailAccount",
    "Message",
    "about",
    "clean_body",
    "clean_header",
    "compose",
    "keep_sending",
    "resume",
    "send",
    "send_due",
    "visible",
]

MAX_FILES = 15 * 1024 * 1024
"""Bytes of the files of one mail. Servers take 20 to 25 MB of text, and a file grows by a third on its way into one."""


class Sender(Protocol):
    """Of the user who sends: what the mail says of them. Users themselves are built on top of mail."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str: ...


class Reader(Protocol):
    """Of the user who looks: what decides which mail is theirs."""

    @property
    def id(self) -> int: ...
    @property
    def email(self) -> str: ...
    @property
    def role(self) -> str: ...


class FilesTooLarge(Exception):
    """The files of a mail are more than mail servers take; the message says so."""


def send(
    template: str,
    to: str,
    *,
    language: str,
    purpose: str,
    about: Any = None,
    to_name: str = "",
    reply_to: str | None = None,
    by: Sender | None = None,
    from_name: str = "",
    files: Iterable[File] = (),
    **context: Any,
) -> Message:
    """Writes the mail templates/mail/<template> to one address into this transaction; it is sent after the commit.

    The template's first line is `Subject: ...`. A `reply_to` that is no mail address is left out; a `to` that is none
    raises BadAddress. A mail `by` a person carries their name and is answered to their address, unless other ones are
    given; it comes from that address itself only where the account has the same domain, as other servers would take it
    for forged. `files` go along; more than MAX_FILES bytes of them raise FilesTooLarge.
    """
    recipient, attached = address_of(to), list(files)
    if sum(file.size for file in attached) > MAX_FILES:
        raise FilesTooLarge(_("The files of this mail are larger than mail servers take. Send a link instead."))
    with web.speaking(language):
        subject, text, html = render(template, language=language, **context)
    settings = current_app.extensions["crmlite.settings"]
    message = Message(
        message_id=f"<{secrets.token_hex(16)}@{_domain(settings.mail_from)}>",
        from_user_id=by.id if by else None,
        sender=settings.mail_from,
        from_name=clean_header(from_name or (by.name if by else "")),
        from_address=_own_address(by, settings.mail_from),
        to=recipient,
        to_name=clean_header(to_name),
        reply_to=_reply_address(reply_to or (by.email if by else None)),
        language=language,
        subject=subject,
        text=text,
        html=html,
        purpose=purpose,
        about_type=about.__tablename__ if about is not None else None,
        about_id=about.id if about is not None else None,
    )
    message.files = [MessageFile(file=file, name=file.name) for file in attached]
    db.session.add(message)
    db.session.flush()
    events.emit(
        events.MAIL_QUEUED, message if about is None else about, to=recipient, title=subject, message_id=message.id
    )
    return message


def _reply_address(text: str | None) -> str | None:
    try:
        address = address_of(text) if text else None
    except BadAddress:
        return None
    return address if address and address.isascii() else None  # other letters need a server that knows them


def _own_address(by: Sender | None, mail_from: str) -> str | None:
    """The address of who sends it, where the account may send for its domain."""
    address = _reply_address(by.email) if by else None
    return address if address and address.rpartition("@")[2] == _domain(mail_from) else None


def _domain(mail_from: str) -> str:
    return address_of(parseaddr(mail_from)[1]).rpartition("@")[2]


def about(record: Any) -> list[Message]:
    """The mails about a record, the newest first. Who may see them is for the caller to say: see visible()."""
    query = sa.select(Message).where(Message.about_type == record.__tablename__, Message.about_id == record.id)
    return list(db.session.scalars(query.order_by(Message.id.desc())))


def visible(user: Reader) -> sa.Select[Message]:
    """Managers and administrators see all mail, others what they sent and what was sent to them."""
    query = sa.select(Message)
    if user.role in {"administrator", "manager"}:
        return query
    return query.where(sa.or_(Message.from_user_id == user.id, Message.to == user.email))
