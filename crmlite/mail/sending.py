"""The worker's side of the outbox: takes what is due, sends it over one connection, writes down what became of it.

Exactly once cannot be had over SMTP: when the connection ends between our last byte and the server's answer, nobody
knows whether the mail was accepted. So an attempt is committed before it is made, what became of it is written down
afterwards, and `unknown` is a state that people see and decide about.
"""

import logging
import random
import threading
from collections.abc import Callable
from datetime import timedelta
from email.utils import parseaddr
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app

from crmlite import events
from crmlite.extensions import db, utcnow, writing
from crmlite.mail import hidden, smtp
from crmlite.mail.composing import FileMissing, clean_body, compose
from crmlite.mail.models import MailAccount, Message, MessageFile

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
"""Longer than a mail server takes to answer all commands of one mail; a mail whose worker was killed says so afterwards."""
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
"""Greylisting lets a mail pass after five minutes or more; the last step repeats."""
GIVE_UP_AFTER = timedelta(days=3)
SENT_AGAIN_BY_ITSELF = frozenset({"password_reset", "sign_in", "opt_in"})
"""Purposes where a second copy does less harm than none: the reader waits for it, and it has the same Message-ID."""


Check = Callable[[Message], bool]
_checks: dict[str, Check] = {}


def ask_before_sending(purpose: str) -> Callable[[Check], Check]:
    """Registers who says whether a mail of that purpose is still wanted when its turn comes: it may have waited for hours.

    Asked in the transaction in which the mail is claimed; touches only the database.
    """

    def register(check: Check) -> Check:
        _checks[purpose] = check
        return check

    return register


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
            claimed = claim()
            if claimed is None:
                return tried
            message, attempt = claimed
            outcome = _deliver(connection, message)
            settle(message.id, attempt, outcome)
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
    except FileMissing as error:
        return smtp.Outcome("failed", f"missing_file: {error}")
    except Exception:  # one bad row must not stop the queue
        log.exception("mail cannot be composed", extra={"mail_id": message.id})
        return smtp.Outcome("failed", "broken")
    return connection.deliver(parseaddr(message.sender)[1], message.to, mail)


def _is_due() -> sa.ColumnElement[bool]:
    return sa.and_(Message.state.in_(["queued", "deferred"]), Message.due_at <= utcnow())


def _has_due() -> bool:
    return db.session.scalar(sa.select(Message.id).where(_is_due()).limit(1)) is not None


def claim() -> tuple[Message, int] | None:
    """Takes the mail that is due longest, with the attempt's number: committed before the server hears of it.

    Those that nobody wants to be sent any more are cancelled on the way.
    """
    while (found := _next_due()) is not None:
        if not hidden.find(found):
            found.state, found.reply = "failed", "outdated"
            db.session.commit()
            continue
        check = _checks.get(found.purpose)
        if check is None or check(found):
            found.state, found.lease_until = "sending", utcnow() + LEASE
            found.attempts += 1
            db.session.commit()
            return found, found.attempts
        found.state, found.reply = "cancelled", "unwanted"
        db.session.commit()
    db.session.rollback()
    return None


def _next_due() -> Message | None:
    writing()
    return db.session.scalar(
        sa.select(Message)
        .where(_is_due())
        .options(sa.orm.selectinload(Message.files).joinedload(MessageFile.file))
        .order_by(Message.due_at, Message.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def settle(row_id: int, attempt: int, outcome: smtp.Outcome) -> None:
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
    _say(row)
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
        _say(row)
    db.session.commit()


def _say(row: Message) -> None:
    """Where it did not arrive, or nobody knows: on the timeline of what it was about, and to who listens."""
    kind = {"failed": events.MAIL_FAILED, "unknown": events.MAIL_UNKNOWN}.get(row.state)
    if kind is None:
        return
    about: Any = row
    if row.about_type and row.about_id and row.purpose != "notice":
        about = SimpleNamespace(__tablename__=row.about_type, id=row.about_id)
    events.emit(kind, about, to=row.to, title=row.subject, message_id=row.id)


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
