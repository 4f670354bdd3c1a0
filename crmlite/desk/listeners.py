"""What people get notices of, from the events that mean it."""

from typing import Any

from crmlite import events
from crmlite.desk import forgetting
from crmlite.desk.telling import tell
from crmlite.extensions import db
from crmlite.mail.outbox import Message
from crmlite.records.bulk.models import BulkRun


@events.on(events.RECORD_ASSIGNED)
def _assigned(subject: Any, owner_id: int | None = None, **_data: Any) -> None:
    tell("assigned", owner_id, subject)


@events.on(events.MEMBER_JOINED)
def _joined(subject: Any, member_id: int | None = None, **_data: Any) -> None:
    tell("joined", member_id, subject)


@events.on(events.LEAD_CREATED)
def _new_lead(subject: Any, **_data: Any) -> None:
    tell("new_lead", subject.owner_id, subject)


@events.on(events.DETAILS_RECEIVED)
def _corrected(subject: Any, **_data: Any) -> None:
    tell("details", subject.owner_id, subject)


@events.on(events.QUOTE_OPENED)
def _opened(subject: Any, **_data: Any) -> None:
    tell("quote_opened", subject.owner_id, subject)


@events.on(events.QUOTE_ACCEPTED)
def _accepted(subject: Any, **_data: Any) -> None:
    tell("quote_accepted", subject.owner_id, subject)


@events.on(events.QUOTE_DECLINED)
def _declined(subject: Any, **_data: Any) -> None:
    tell("quote_declined", subject.owner_id, subject)


@events.on(events.MAIL_FAILED)
def _failed(subject: Any, message_id: int, **_data: Any) -> None:
    tell("mail_failed", _sender_of(message_id), subject)


@events.on(events.MAIL_UNKNOWN)
def _unknown(subject: Any, message_id: int, **_data: Any) -> None:
    tell("mail_unknown", _sender_of(message_id), subject)


@events.on(events.RECORD_PURGED)
def _purged(subject: Any, **_data: Any) -> None:
    forgetting.forget_record(subject)


def bulk_ended(run: BulkRun) -> None:
    tell("bulk_done", run.user_id, run, own=True)


def _sender_of(message_id: int) -> int | None:
    message = db.session.get(Message, message_id)
    return message.from_user_id if message is not None else None
