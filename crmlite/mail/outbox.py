"""The outbox: mail as rows that are written with their cause, sent by the worker, and say what became of them.

Exactly once cannot be had over SMTP: when the connection ends between our last byte and the server's answer, nobody
knows whether the mail was accepted. So an attempt is committed before it is made, what became of it is written down
afterwards, and `unknown` is a state that people see and decide about.
"""

import logging
import random
import secrets
import threading
import unicodedata
from datetime import datetime, timedelta
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import parseaddr
from typing import Any, Protocol

import sqlalchemy as sa
from flask import Flask, current_app
from jinja2 import Template, TemplateNotFound
from sqlalchemy.orm import Mapped, mapped_column

from crmlite import events, web
from crmlite.extensions import PERSONAL, Base, db, utcnow, writing
from crmlite.mail import smtp

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=15)
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
"""Greylisting lets a mail pass after five minutes or more; the last step repeats."""
GIVE_UP_AFTER = timedelta(days=3)
SENT_AGAIN_BY_ITSELF = frozenset({"password_reset", "sign_in", "opt_in"})
"""Purposes where a second copy does less harm than none: the reader waits for it, and it has the same Message-ID."""
MAX_SUBJECT = 200
_MAIL_BREAKERS = {"Cc", "Cs", "Cn", "Co", "Zl", "Zp"}
_DIRECTION_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Message(Base):
    """One mail to one person. queued -> sending -> sent, deferred, failed or unknown."""

    __tablename__ = "message"
    __table_args__ = (
        sa.Index(
            "ix_message_open",
            "due_at",
            "id",
            sqlite_where=sa.text("state IN ('queued', 'deferred', 'sending')"),
            postgresql_where=sa.text("state IN ('queued', 'deferred', 'sending')"),
        ),
        sa.Index(None, "about_type", "about_id"),
        sa.Index(None, "state", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(unique=True)
    """The header of that name: the same however often it is sent, so that the receiver may drop a second copy."""
    from_user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    sender: Mapped[str]
    to: Mapped[str] = mapped_column(index=True, info=PERSONAL)
    to_name: Mapped[str] = mapped_column(default="", info=PERSONAL)
    reply_to: Mapped[str | None] = mapped_column(info=PERSONAL)
    language: Mapped[str]
    subject: Mapped[str] = mapped_column(info=PERSONAL)
    text: Mapped[str] = mapped_column(info=PERSONAL)
    html: Mapped[str | None] = mapped_column(info=PERSONAL)
    purpose: Mapped[str]
    about_type: Mapped[str | None]
    about_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(default=utcnow)
    lease_until: Mapped[datetime | None]
    reply: Mapped[str] = mapped_column(default="")
    """What the server said last, or why it could not be asked."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    wanted_at: Mapped[datetime] = mapped_column(default=utcnow)
    """When somebody asked for it, the last time: from then on it is tried for three days."""
    sent_at: Mapped[datetime | None]

    @property
    def may_be_sent_again(self) -> bool:
        return self.state in {"unknown", "failed", "deferred"}

    def send_again(self) -> None:
        """Puts it back into the queue, due now. The Message-ID stays."""
        if not self.may_be_sent_again:
            raise ValueError(f"a mail that is {self.state} is not sent again")
        self.state, self.lease_until = "queued", None
        self.due_at = self.wanted_at = utcnow()


class MailAccount(Base):
    """How it goes with the mail server as a whole; there is one row, made when something first went wrong."""

    __tablename__ = "mail_account"
    id: Mapped[int] = mapped_column(primary_key=True)
    paused_until: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    failures: Mapped[int] = mapped_column(default=0)

    @classmethod
    def get(cls) -> "MailAccount | None":
        return db.session.scalar(sa.select(cls).order_by(cls.id).limit(1))

    @property
    def is_paused(self) -> bool:
        return self.paused_until is not None and self.paused_until > utcnow()


# --- writing ----------------------------------------------------------------------------------------------------------


class BadAddress(ValueError):
    """What was given as a mail address is none."""


def send(
    template: str,
    to: str,
    *,
    language: str,
    purpose: str,
    about: Any = None,
    to_name: str = "",
    reply_to: str | None = None,
    by: Any = None,
    **context: Any,
) -> Message:
    """Writes the mail templates/mail/<template> to one address into this transaction; it is sent after the commit.

    The template's first line is `Subject: ...`. A `reply_to` that is no mail address is left out; a `to` that is none
    raises BadAddress.
    """
    recipient = _address(to)
    with web.speaking(language):
        subject, text, html = _render(template, language=language, **context)
    settings = current_app.extensions["crmlite.settings"]
    message = Message(
        message_id=f"<{secrets.token_hex(16)}@{_domain(settings.mail_from)}>",
        from_user_id=by.id if by else None,
        sender=settings.mail_from,
        to=recipient,
        to_name=clean_header(to_name),
        reply_to=_reply_address(reply_to),
        language=language,
        subject=subject,
        text=text,
        html=html,
        purpose=purpose,
        about_type=about.__tablename__ if about is not None else None,
        about_id=about.id if about is not None else None,
    )
    db.session.add(message)
    db.session.flush()
    events.emit(
        events.MAIL_QUEUED, message if about is None else about, to=recipient, title=subject, message_id=message.id
    )
    return message


def _render(template: str, **context: Any) -> tuple[str, str, str | None]:
    """Subject, text and, where there is such a template, HTML."""
    context["text_dir"] = web.locale().text_direction
    subject, body = _sources(template)
    try:
        html = clean_body(current_app.jinja_env.get_template(f"mail/{template}.html").render(**context))
    except TemplateNotFound:
        html = None
    return clean_header(subject.render(**context)), clean_body(body.render(**context)).strip("\n") + "\n", html


def _sources(template: str) -> tuple[Template, Template]:
    """The template's first line and the rest, compiled apart: no value in a subject can spill into the text."""
    cache: dict[str, tuple[Template, Template]] = current_app.extensions.setdefault("crmlite.mail_templates", {})
    if template not in cache:
        environment = current_app.jinja_env.overlay(autoescape=False)
        assert environment.loader is not None  # noqa: S101 - Flask always sets one
        source, _name, _is_current = environment.loader.get_source(environment, f"mail/{template}.txt")
        head, _, body = source.partition("\n")
        if not head.startswith("Subject: "):
            raise ValueError(f"mail/{template}.txt does not begin with its subject")
        cache[template] = environment.from_string(head.removeprefix("Subject: ")), environment.from_string(body)
    return cache[template]


def clean_header(text: str) -> str:
    """One line without control characters or tricks of direction: only so does typed text come near a header.

    EmailMessage decodes `=?utf-8?q?=0A...?=` where it is given text, and writes the line end it finds in there: so that
    beginning is taken apart.
    """
    plain = "".join(" " if _breaks(c) else c for c in text[: MAX_SUBJECT * 4])
    return " ".join(plain.replace("=?", "= ?").split())[:MAX_SUBJECT].strip()


def clean_body(text: str) -> str:
    """Text that any database, mail server and reader takes: no control characters but line ends and tabs."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})


def _breaks(character: str) -> bool:
    return character in _DIRECTION_OVERRIDES or unicodedata.category(character) in _MAIL_BREAKERS


def _address(text: str) -> str:
    """The address as it goes over the wire, its domain in ASCII. Raises BadAddress."""
    local, at, domain = text.strip().rpartition("@")
    if not at or not local or "=?" in local or any(_breaks(c) or c in ' <>(),;:"\\[]' for c in local):
        raise BadAddress(text)
    try:
        ascii_domain = domain.encode("idna").decode("ascii").lower()
        parsed = Address(username=local, domain=ascii_domain)
    except (ValueError, UnicodeError, IndexError) as error:
        raise BadAddress(text) from error
    if not ascii_domain or any(not (c.isalnum() or c in ".-") for c in ascii_domain) or len(parsed.addr_spec) > 254:
        raise BadAddress(text)
    if (
        local.startswith(".")
        or local.endswith(".")
        or ".." in local
        or ascii_domain.startswith((".", "-"))
        or ".." in ascii_domain
    ):
        raise BadAddress(text)
    return parsed.addr_spec


def _reply_address(text: str | None) -> str | None:
    try:
        address = _address(text) if text else None
    except BadAddress:
        return None
    return address if address and address.isascii() else None  # other letters need a server that knows them


def _domain(mail_from: str) -> str:
    return _address(parseaddr(mail_from)[1]).rpartition("@")[2]


# --- the mail itself --------------------------------------------------------------------------------------------------


class _Policy(EmailPolicy):
    def fold_binary(self, name: str, value: Any) -> bytes:
        """EmailMessage's own folding drops a blank between two encoded words (CPython issue 92081); Header keeps it."""
        if name == "Subject" and not self.utf8 and not str(value).isascii():
            folded = Header(str(value), "utf-8", header_name=name).encode(linesep=self.linesep)
            return f"{name}: {folded}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


def compose(message: Message) -> EmailMessage:
    """The mail as it is sent: the same at every attempt."""
    mail = EmailMessage(policy=_Policy(utf8=not message.to.isascii(), linesep="\r\n", cte_type="7bit"))
    name, sender = parseaddr(message.sender)
    mail["From"] = _as_header(sender, name)
    mail["To"] = _as_header(message.to, message.to_name)
    if message.reply_to:
        mail["Reply-To"] = _as_header(message.reply_to)
    mail["Subject"] = clean_header(message.subject)
    mail["Date"] = message.created_at
    mail["Message-ID"] = message.message_id
    mail["Auto-Submitted"] = "auto-generated"  # asks out-of-office robots not to answer
    mail.set_content(clean_body(message.text))
    if message.html:
        mail.add_alternative(clean_body(message.html), subtype="html")
    mail["Content-Language"] = clean_header(message.language)
    return mail


def _as_header(address: str, name: str = "") -> Address:
    local, _, domain = _address(address).rpartition("@")
    return Address(display_name=clean_header(name), username=local, domain=domain)


# --- sending ----------------------------------------------------------------------------------------------------------


def send_due(limit: int = 50) -> int:
    """Sends what is due over one connection; returns how many mails were tried. For the worker, never for a request.

    No transaction is open while the mail server is spoken to.
    """
    settings = current_app.extensions["crmlite.settings"]
    _settle_lost()
    if not settings.smtp_url or not _has_due():
        return 0
    account = MailAccount.get()
    if account is not None and account.is_paused:
        return 0
    db.session.rollback()
    try:
        connection = smtp.Connection(settings.smtp_url, hello=settings.public_host, timeout=settings.smtp_timeout)
    except smtp.AccountError as error:
        _pause(str(error))
        return 0
    with connection:
        for tried in range(limit):
            claimed = _claim()
            if claimed is None:
                return tried
            message, attempt = claimed
            outcome = _deliver(connection, message)
            _settle(message.id, attempt, outcome)
            if outcome.account_reason:
                _pause(outcome.account_reason)
            else:
                _account_works()
            if not connection.is_open:
                return tried + 1
    return limit


def keep_sending(app: Flask, stop: threading.Event, pause: float = 2.0) -> None:
    """Sends what is due until told to stop. In a thread of its own: a mail server that hangs holds up no job."""
    while not stop.is_set():
        with app.app_context():
            try:
                tried = send_due()
            except Exception:
                log.exception("mail could not be sent")
                tried = 0
        if not tried:
            stop.wait(pause)


def _deliver(connection: smtp.Connection, message: Message) -> smtp.Outcome:
    try:
        mail = compose(message).as_bytes()
    except Exception:  # one bad row must not stop the queue
        log.exception("mail cannot be composed", extra={"mail_id": message.id})
        return smtp.Outcome("failed", "broken")
    return connection.deliver(parseaddr(message.sender)[1], message.to, mail)


def _is_due() -> sa.ColumnElement[bool]:
    return sa.and_(Message.state.in_(["queued", "deferred"]), Message.due_at <= utcnow())


def _has_due() -> bool:
    return db.session.scalar(sa.select(Message.id).where(_is_due()).limit(1)) is not None


def _claim() -> tuple[Message, int] | None:
    """Takes the mail that is due longest, with the attempt's number: committed before the server hears of it."""
    writing()
    found = db.session.scalar(
        sa.select(Message)
        .where(_is_due())
        .order_by(Message.due_at, Message.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if found is None:
        db.session.rollback()
        return None
    found.state, found.lease_until = "sending", utcnow() + LEASE
    found.attempts += 1
    db.session.commit()
    return found, found.attempts


def _settle(row_id: int, attempt: int, outcome: smtp.Outcome) -> None:
    """Writes down how the attempt ended, unless its lease ran out meanwhile and somebody decided otherwise."""
    writing()
    row = db.session.get(Message, row_id, with_for_update=True, populate_existing=True)
    if row is None or row.state != "sending" or row.attempts != attempt:
        db.session.rollback()
        return
    now = utcnow()
    row.state, row.reply, row.lease_until = outcome.state, clean_body(outcome.reply)[:1000], None
    if row.state == "deferred":
        row.due_at = now + BACKOFF[min(row.attempts, len(BACKOFF)) - 1] * random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries
        if now - row.wanted_at > GIVE_UP_AFTER:
            row.state = "failed"
    elif row.state == "sent":
        row.sent_at = now
    elif row.state == "unknown":
        _send_again_if_harmless(row)
    db.session.commit()
    log.info("mail", extra={"mail_id": row.id, "state": row.state, "attempt": attempt})


def _settle_lost() -> None:
    """Mails whose worker ended while it sent them: whether the server took them cannot be known."""
    lost = sa.and_(Message.state == "sending", Message.lease_until < utcnow())
    if db.session.scalar(sa.select(Message.id).where(lost).limit(1)) is None:
        return
    writing()
    for row in db.session.scalars(sa.select(Message).where(lost).with_for_update(skip_locked=True)):
        row.state, row.lease_until = "unknown", None
        row.reply = "stopped"
        _send_again_if_harmless(row)
    db.session.commit()


def _send_again_if_harmless(row: Message) -> None:
    if row.purpose in SENT_AGAIN_BY_ITSELF and utcnow() - row.wanted_at < GIVE_UP_AFTER:
        row.state, row.due_at = "deferred", utcnow() + BACKOFF[min(row.attempts, len(BACKOFF)) - 1]


# --- the account ------------------------------------------------------------------------------------------------------


def _pause(reason: str) -> None:
    """Lets the server alone for a while; the mail that waits says why."""
    writing()
    account = MailAccount.get()
    if account is None:
        account = MailAccount(failures=0)
        db.session.add(account)
    pause = BACKOFF[min(account.failures, len(BACKOFF) - 2)]
    account.failures += 1
    account.paused_until = utcnow() + pause * random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries
    account.reason = clean_body(reason)[:1000]
    db.session.execute(sa.update(Message).where(_is_due()).values(reply=account.reason))
    db.session.commit()
    log.warning("mail paused", extra={"reason": account.reason, "until": account.paused_until})


def resume() -> None:
    """Tries the server again at once. Does not commit."""
    account = MailAccount.get()
    if account is not None:
        account.paused_until, account.failures = None, 0


def _account_works() -> None:
    account = MailAccount.get()
    if account is None or not account.failures:
        return
    writing()
    account = MailAccount.get()
    if account is not None:
        account.paused_until, account.failures, account.reason = None, 0, ""
    db.session.commit()


# --- reading ----------------------------------------------------------------------------------------------------------


class Reader(Protocol):
    """Of the user who looks: what decides which mail is theirs. Users themselves are built on top of mail."""

    @property
    def id(self) -> int: ...
    @property
    def email(self) -> str: ...
    @property
    def role(self) -> str: ...


def visible(user: Reader) -> sa.Select[Message]:
    """Managers and administrators see all mail, others what they sent and what was sent to them."""
    query = sa.select(Message)
    if user.role in {"administrator", "manager"}:
        return query
    return query.where(sa.or_(Message.from_user_id == user.id, Message.to == user.email))
