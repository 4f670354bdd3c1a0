"""Every event with its payload, its sentence and its inverse or FINAL; emit() and on().

An event is what an operation meant. Its row is the timeline, the audit and the trigger of everything that reacts; a listener
runs in the emitter's transaction and touches only the database.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import aliased

from crmlite import journal
from crmlite.extensions import db, utcnow
from crmlite.journal import bulk

UNDO = "undo"
"""The inverse of most verbs: undo the operation they ran in."""
FINAL = "final"


@dataclass(frozen=True)
class EventType:
    name: str
    sentence: Any
    """What the timeline says; %(names)s come from `payload` and from who and what the event is about."""
    icon: str
    payload: tuple[str, ...] = ()
    inverse: str = UNDO
    hidden: bool = False
    """Not shown on timelines: it only sets something off."""
    by_customer: Any = None
    """What the timeline says instead where a customer set it off."""


class Subject(Protocol):
    __tablename__: str
    id: int


Listener = Callable[..., None]
Keyed = tuple[str, int]
"""A record by its type and id."""
_types: dict[str, EventType] = {}
_listeners: dict[str, list[Listener]] = {}


def _event(
    name: str,
    sentence: Any,
    icon: str,
    *payload: str,
    inverse: str = UNDO,
    hidden: bool = False,
    by_customer: Any = None,
) -> EventType:
    _types[name] = kind = EventType(name, sentence, icon, payload, inverse, hidden, by_customer)
    return kind


COMPANY_CREATED = _event("company.created", _l("%(actor)s added this company"), "building")
COMPANY_UPDATED = _event("company.updated", _l("%(actor)s changed the company"), "pencil")
CONTACT_CREATED = _event("contact.created", _l("%(actor)s added this contact"), "user-plus")
CONTACT_UPDATED = _event(
    "contact.updated",
    _l("%(actor)s changed the contact"),
    "pencil",
    by_customer=_l("The person changed this themself, through their private link"),
)
LIFECYCLE_CHANGED = _event("lifecycle.changed", _l("Lifecycle is now: %(now)s"), "progress", "was", "now")
AFFILIATION_ADDED = _event(
    "affiliation.added", _l("%(contact)s works at %(company)s"), "building", "contact", "company"
)
AFFILIATION_UPDATED = _event(
    "affiliation.updated",
    _l("%(actor)s changed what %(contact)s does at %(company)s"),
    "building",
    "contact",
    "company",
    by_customer=_l("%(contact)s changed what they do at %(company)s, through their private link"),
)
AFFILIATION_ENDED = _event("affiliation.ended", _l("%(contact)s left %(company)s"), "building", "contact", "company")
AFFILIATION_REMOVED = _event(
    "affiliation.removed",
    _l("%(actor)s took %(contact)s off the people of %(company)s"),
    "building",
    "contact",
    "company",
)

PURPOSE_CREATED = _event("purpose.created", _l("%(actor)s made the purpose %(purpose)s"), "shield-check", "purpose")
PURPOSE_UPDATED = _event("purpose.updated", _l("%(actor)s changed the purpose %(purpose)s"), "pencil", "purpose")
PURPOSE_RETIRED = _event("purpose.retired", _l("%(actor)s retired the purpose %(purpose)s"), "archive", "purpose")
PURPOSE_RESTORED = _event(
    "purpose.restored", _l("%(actor)s brought back the purpose %(purpose)s"), "shield-check", "purpose"
)
CONSENT_GIVEN = _event(
    "consent.given",
    _l("%(actor)s recorded that consent was given: %(purpose)s"),
    "shield-check",
    "purpose",
    "purpose_id",
    "source",
    "consent_id",
    inverse=FINAL,
    by_customer=_l("The customer agreed: %(purpose)s"),
)
CONSENT_RENEWED = _event(
    "consent.renewed",
    _l("%(actor)s recorded that consent was renewed: %(purpose)s"),
    "shield-check",
    "purpose",
    "purpose_id",
    "source",
    "consent_id",
    inverse=FINAL,
    by_customer=_l("The customer agreed again: %(purpose)s"),
)
CONSENT_WITHDRAWN = _event(
    "consent.withdrawn",
    _l("%(actor)s recorded that consent was withdrawn: %(purpose)s"),
    "shield-off",
    "purpose",
    "purpose_id",
    "source",
    "consent_id",
    inverse=FINAL,
    by_customer=_l("The customer withdrew consent: %(purpose)s"),
)

CONTACT_ERASED = _event(
    "contact.erased", _l("%(actor)s had everything about this person erased"), "trash", "erasure_id", inverse=FINAL
)
CONTACT_CAME_BACK = _event(
    "contact.came_back",
    _l("Somebody with this address or number asked to be erased on %(day)s"),
    "alert-triangle",
    "day",
)
DOSSIER_MADE = _event(
    "dossier.made", _l("%(actor)s downloaded all that is held about this person"), "download", inverse=FINAL
)

PRODUCT_CREATED = _event("product.created", _l("%(actor)s added this product"), "package")
PRODUCT_UPDATED = _event("product.updated", _l("%(actor)s changed the product"), "pencil")
PRODUCT_PRICED = _event("product.priced", _l("%(actor)s set the price to %(price)s"), "cash", "price")
PRODUCT_UNPRICED = _event("product.unpriced", _l("%(actor)s took away the price of %(price)s"), "cash", "price")
PRODUCT_WITHDRAWN = _event("product.withdrawn", _l("%(actor)s stopped offering this product"), "archive")
PRODUCT_OFFERED = _event("product.offered", _l("%(actor)s offers this product again"), "package")
TAX_CLASS_CREATED = _event("tax_class.created", _l("%(actor)s added the tax %(tax)s"), "receipt-tax", "tax")
TAX_CLASS_UPDATED = _event("tax_class.updated", _l("%(actor)s changed the tax %(tax)s"), "receipt-tax", "tax")
EXCHANGE_RATE_SET = _event(
    "exchange_rate.set", _l("%(actor)s set the exchange rate of %(currency)s"), "coins", "currency"
)
EXCHANGE_RATE_REMOVED = _event(
    "exchange_rate.removed", _l("%(actor)s removed an exchange rate of %(currency)s"), "coins", "currency"
)

CUSTOM_FIELD_CREATED = _event("custom_field.created", _l("%(actor)s made the field %(field)s"), "forms", "field")
CUSTOM_FIELD_UPDATED = _event("custom_field.updated", _l("%(actor)s changed the field %(field)s"), "forms", "field")
CUSTOM_FIELD_MOVED = _event("custom_field.moved", _l("%(actor)s put the field %(field)s elsewhere"), "forms", "field")
CUSTOM_FIELD_RETIRED = _event("custom_field.retired", _l("%(actor)s retired the field %(field)s"), "forms", "field")
CUSTOM_FIELD_RESTORED = _event(
    "custom_field.restored", _l("%(actor)s brought back the field %(field)s"), "forms", "field"
)
CUSTOM_FIELD_DELETED = _event("custom_field.deleted", _l("%(actor)s deleted the field %(field)s"), "forms", "field")
SAVED_VIEW_CREATED = _event("saved_view.created", _l("%(actor)s saved the view %(view)s"), "filter", "view")
SAVED_VIEW_UPDATED = _event("saved_view.updated", _l("%(actor)s changed the view %(view)s"), "filter", "view")
SAVED_VIEW_MOVED = _event("saved_view.moved", _l("%(actor)s put the view %(view)s elsewhere"), "filter", "view")
SAVED_VIEW_REMOVED = _event("saved_view.removed", _l("%(actor)s removed the view %(view)s"), "filter", "view")

RECORD_DELETED = _event("record.deleted", _l("%(actor)s moved this to the trash"), "trash")
RECORD_RESTORED = _event("record.restored", _l("%(actor)s took this out of the trash"), "restore")
RECORD_PURGED = _event("record.purged", _l("Removed for good after its time in the trash"), "trash", inverse=FINAL)
RECORD_SET_BACK = _event("record.set_back", _l("%(actor)s set this back to how it was on %(then)s"), "history", "then")
RECORD_ASSIGNED = _event("record.assigned", _l("%(actor)s made %(owner)s the owner"), "user-check", "owner", "owner_id")
MEMBER_JOINED = _event("member.joined", _l("%(member)s works on this too"), "users", "member", "role", "member_id")
MEMBER_LEFT = _event("member.left", _l("%(member)s no longer works on this"), "users", "member")
NOTE_ADDED = _event("note.added", _l("%(actor)s wrote a note"), "note", "note_id")
NOTE_EDITED = _event("note.edited", _l("%(actor)s changed a note"), "note", "note_id", hidden=True)
NOTE_DELETED = _event("note.deleted", _l("%(actor)s deleted a note"), "note", "note_id")
TAG_ADDED = _event("tag.added", _l("%(actor)s added the tag %(tag)s"), "tag", "tag")
TAG_REMOVED = _event("tag.removed", _l("%(actor)s removed the tag %(tag)s"), "tag", "tag")
FILE_ATTACHED = _event("file.attached", _l("%(actor)s attached %(file)s"), "paperclip", "file", "file_id")
FILE_REMOVED = _event("file.removed", _l("%(actor)s removed %(file)s"), "paperclip", "file", "file_id")
OPERATION_UNDONE = _event("operation.undone", _l("%(actor)s undid a change"), "arrow-back-up", "operation_id")

RECORDS_MERGED = _event(
    "records.merged", _l("%(actor)s merged %(names)s into this"), "git-merge", "names", "winner", "merge_id"
)
RECORDS_SEPARATED = _event(
    "records.separated", _l("%(actor)s took %(names)s apart from this again"), "arrow-back-up", "names", inverse=FINAL
)
RECORDS_DISTINCT = _event(
    "records.distinct", _l("%(actor)s said that %(one)s and %(other)s are not the same"), "users", "one", "other"
)

DETAILS_ASKED = _event(
    "details.asked", _l("%(actor)s asked %(name)s to look at their details"), "mail", "name", inverse=FINAL
)
DETAILS_LINK_ENDED = _event("details.link_ended", _l("%(actor)s ended the private link of %(name)s"), "lock", "name")
DETAILS_RECEIVED = _event(
    "details.received",
    _l("%(name)s corrected their details through their private link"),
    "pencil",
    "name",
    inverse=FINAL,  # what of it was applied at once is taken back by Correction.take_back()
)
DETAILS_REVIEWED = _event(
    "details.reviewed",
    _l("%(actor)s looked at what %(name)s corrected. Accepted: %(accepted)s, refused: %(refused)s"),
    "user-check",
    "name",
    "accepted",
    "refused",
)

FORM_SUBMITTED = _event(
    "form.submitted",
    _l("%(name)s filled in the form %(form)s"),
    "forms",
    "name",
    "form",
    "submission_id",
    inverse=FINAL,
)
SUBMISSION_RELEASED = _event(
    "submission.released", _l("%(actor)s released a form from quarantine"), "forms", "submission_id", inverse=FINAL
)
LEAD_CREATED = _event("lead.created", _l("New lead: %(need)s"), "target", "need", "contact_id", "company_id", "source")
LEAD_QUALIFIED = _event("lead.qualified", _l("%(actor)s qualified the lead"), "target", "contact_id")
LEAD_DISQUALIFIED = _event(
    "lead.disqualified", _l("%(actor)s closed the lead: %(reason)s"), "target", "reason", "contact_id"
)
LEAD_REOPENED = _event("lead.reopened", _l("%(actor)s opened the lead again"), "target", "contact_id")
LEAD_UPDATED = _event("lead.updated", _l("%(actor)s changed the lead"), "pencil")
DEAL_CREATED = _event("deal.created", _l("%(actor)s added the deal %(name)s in %(stage)s"), "cash", "name", "stage")
DEAL_UPDATED = _event("deal.updated", _l("%(actor)s changed the deal"), "pencil")
DEAL_MOVED = _event(
    "deal.moved", _l("%(actor)s moved the deal from %(was)s to %(now)s"), "arrows-right-left", "was", "now"
)
DEAL_RANKED = _event("deal.ranked", _l("%(actor)s put the deal elsewhere in its column"), "arrows-sort", hidden=True)
DEAL_WON = _event(
    "deal.won",
    _l("%(actor)s won the deal"),
    "trophy",
    "amount_minor",
    "currency",
    by_customer=_l("The deal is won"),
)
DEAL_LOST = _event("deal.lost", _l("%(actor)s lost the deal: %(reason)s"), "mood-sad", "reason")
DEAL_REOPENED = _event("deal.reopened", _l("%(actor)s opened the deal again in %(stage)s"), "restore", "stage")
PIPELINE_CREATED = _event(
    "pipeline.created", _l("%(actor)s made the pipeline %(pipeline)s"), "layout-kanban", "pipeline"
)
PIPELINE_UPDATED = _event(
    "pipeline.updated", _l("%(actor)s changed the pipeline %(pipeline)s"), "layout-kanban", "pipeline"
)
PIPELINE_REMOVED = _event(
    "pipeline.removed", _l("%(actor)s removed the pipeline %(pipeline)s"), "layout-kanban", "pipeline"
)
QUOTE_CREATED = _event("quote.created", _l("%(actor)s began the quote %(number)s"), "file-text", "number")
QUOTE_UPDATED = _event("quote.updated", _l("%(actor)s changed the quote"), "pencil")
QUOTE_REWRITTEN = _event("quote.rewritten", _l("%(actor)s began version %(n)s"), "versions", "n")
QUOTE_SENT = _event(
    "quote.sent", _l("%(actor)s sent %(number)s to %(to)s: %(total)s"), "send", "number", "to", "total", inverse=FINAL
)
QUOTE_WITHDRAWN = _event("quote.withdrawn", _l("%(actor)s withdrew %(number)s"), "file-off", "number")
QUOTE_ACCEPTED = _event(
    "quote.accepted",
    _l("%(name)s accepted %(number)s: %(total)s"),
    "file-check",
    "name",
    "number",
    "total",
    inverse=FINAL,
)
QUOTE_DECLINED = _event(
    "quote.declined", _l("The customer declined %(number)s: %(reason)s"), "file-x", "number", "reason", inverse=FINAL
)
QUOTE_OPENED = _event(
    "quote.opened", _l("The customer opened %(number)s for the first time"), "eye", "number", inverse=FINAL
)
ORDER_UPDATED = _event("order.updated", _l("%(actor)s changed the order"), "pencil")
ORDER_CREATED = _event(
    "order.created", _l("Order %(number)s was made: %(total)s"), "shopping-cart", "number", "total", inverse=FINAL
)
NUMBERS_CHANGED = _event(
    "numbers.changed", _l("%(actor)s changed how papers are numbered: %(pattern)s"), "number", "papers", "pattern"
)
LABELS_MADE = _event(
    "labels.made",
    _l("%(actor)s had %(count)s address labels made: %(what)s"),
    "printer",
    "count",
    "what",
    inverse=FINAL,
)
LETTERS_MADE = _event(
    "letters.made", _l("%(actor)s had %(count)s letters made: %(title)s"), "printer", "count", "title", inverse=FINAL
)
LETTER_WRITTEN = _event("letter.written", _l("%(actor)s wrote a letter: %(title)s"), "mail", "title", inverse=FINAL)
WEB_FORM_CREATED = _event("web_form.created", _l("%(actor)s made this form"), "forms")
WEB_FORM_UPDATED = _event("web_form.updated", _l("%(actor)s changed this form"), "forms")
MAIL_QUEUED = _event("mail.queued", _l("Mail to %(to)s: %(title)s"), "mail", "to", "title", "message_id", inverse=FINAL)
MAIL_FAILED = _event(
    "mail.failed",
    _l("The mail to %(to)s was not delivered: %(title)s"),
    "mail-off",
    "to",
    "title",
    "message_id",
    inverse=FINAL,
)
MAIL_UNKNOWN = _event(
    "mail.unknown",
    _l("Nobody knows whether the mail to %(to)s arrived: %(title)s"),
    "mail-off",
    "to",
    "title",
    "message_id",
    inverse=FINAL,
)
USER_CREATED = _event("user.created", _l("%(actor)s added the user %(user)s"), "user-plus", "user")
USER_UPDATED = _event("user.updated", _l("%(user)s changed their profile"), "pencil", "user")
USER_ASSIGNED = _event(
    "user.assigned", _l("%(actor)s gave %(user)s another role or team"), "users", "user", "role", "team"
)
USER_PASSWORD_CHANGED = _event("user.password_changed", _l("%(user)s has a new password"), "key", "user", inverse=FINAL)
USER_RESET_ASKED = _event(
    "user.reset_asked", _l("A link to a new password was sent to %(user)s"), "key", "user", inverse=FINAL
)
USER_SECOND_FACTOR_ON = _event(
    "user.second_factor_on", _l("%(user)s signs in with two steps now"), "shield-check", "user", inverse=FINAL
)
USER_SECOND_FACTOR_OFF = _event(
    "user.second_factor_off", _l("%(actor)s took away the second step of %(user)s"), "shield-off", "user", inverse=FINAL
)
USER_RECOVERY_CODES = _event(
    "user.recovery_codes", _l("%(user)s has new recovery codes"), "shield-check", "user", inverse=FINAL
)
DEVICE_PASSWORD_MADE = _event(
    "device_password.made",
    _l("%(user)s gave the device %(device)s a password"),
    "device-mobile",
    "user",
    "device",
    inverse=FINAL,
)
DEVICE_PASSWORD_REVOKED = _event(
    "device_password.revoked", _l("%(user)s took away the password of the device %(device)s"), "ban", "user", "device",
    inverse=FINAL,
)  # fmt: skip
RECORDS_EXPORTED = _event(
    "records.exported",
    _l("%(actor)s exported a list: %(what)s"),
    "download",
    "what",
    "of",
    "format",
    "count",
    inverse=FINAL,
)
USER_EXPORTED = _event("user.exported", _l("%(actor)s had everything exported"), "archive", inverse=FINAL)
INVITATION_SENT = _event("invitation.sent", _l("%(actor)s invited %(email)s"), "mail", "email", inverse=FINAL)
INVITATION_REVOKED = _event(
    "invitation.revoked", _l("%(actor)s took back the invitation of %(email)s"), "mail-off", "email"
)
INVITATION_ACCEPTED = _event(
    "invitation.accepted", _l("%(user)s took up the invitation"), "user-check", "user", inverse=FINAL
)
USER_DEACTIVATED = _event("user.deactivated", _l("%(actor)s deactivated %(user)s"), "user-off", "user")
USER_REACTIVATED = _event("user.reactivated", _l("%(actor)s reactivated %(user)s"), "user-check", "user")
USER_HANDED_OVER = _event(
    "user.handed_over", _l("%(actor)s handed over what was %(user)s's"), "arrows-exchange", "user"
)
ABSENCE_SET = _event(
    "absence.set",
    _l("%(deputy)s stands in for %(user)s from %(first_day)s to %(last_day)s"),
    "calendar-event",
    "user",
    "deputy",
    "first_day",
    "last_day",
)
ABSENCE_ENDED = _event("absence.ended", _l("%(actor)s ended the absence of %(user)s"), "calendar-event", "user")
TEAM_CREATED = _event("team.created", _l("%(actor)s made the team %(team)s"), "users", "team")
TEAM_RENAMED = _event("team.renamed", _l("%(actor)s renamed the team %(was)s to %(now)s"), "users", "was", "now")
ROLE_CHANGED = _event("role.changed", _l("%(actor)s changed what the role %(role)s may do"), "shield", "role")
ORGANISATION_SET_UP = _event(
    "organisation.set_up", _l("%(actor)s was set up for the organisation"), "building", inverse=FINAL
)
ROLE_CREATED = _event("role.created", _l("%(actor)s made the role %(role)s"), "shield", "role")
ROLE_RENAMED = _event("role.renamed", _l("%(actor)s renamed the role %(was)s to %(now)s"), "shield", "was", "now")
ROLE_REMOVED = _event("role.removed", _l("%(actor)s removed the role %(role)s"), "shield", "role")
SECOND_FACTOR_REQUIRED = _event(
    "second_factor.required", _l("%(actor)s changed who has to sign in with two steps"), "shield-check"
)
ORGANISATION_UPDATED = _event("organisation.updated", _l("%(actor)s changed the organisation"), "pencil")
RETENTION_CHANGED = _event(
    "retention.changed", _l("%(actor)s changed how long something is kept: %(what)s"), "hourglass", "what", "was", "now"
)
JOB_RUN_AGAIN = _event("job.run_again", _l("%(actor)s let the job %(job)s run again"), "refresh", "job", inverse=FINAL)
JOB_GIVEN_UP = _event("job.given_up", _l("%(actor)s gave up the job %(job)s"), "ban", "job", inverse=FINAL)


def all_types() -> list[EventType]:
    return list(_types.values())


def get(name: str) -> EventType | None:
    """The event of that name; None for one that a later version or a removed module wrote."""
    return _types.get(name)


def is_final(operation_id: int) -> bool:
    """Whether that operation can never be taken back."""
    return bool(db.session.scalar(sa.select(has_final(sa.literal(operation_id)))))


def has_final(operation_id: Any) -> sa.ColumnElement[bool]:
    """Whether something happened in the operation that cannot be taken back, such as a form that somebody sent."""
    other = aliased(journal.Event)
    names = [kind.name for kind in _types.values() if kind.inverse == FINAL]
    return sa.exists().where(other.operation_id == operation_id, other.name.in_(names))


def on(kind: EventType) -> Callable[[Listener], Listener]:
    """Registers a listener: called as `listener(subject, **payload)` inside the emitter's transaction."""

    def register(listener: Listener) -> Listener:
        if listener not in _listeners.setdefault(kind.name, []):
            _listeners[kind.name].append(listener)
        return listener

    return register


def listeners() -> dict[str, list[Listener]]:
    return _listeners


def emit(kind: EventType, subject: Any, about: Iterable[Any] = (), **data: Any) -> int:
    """Writes the event, linked to `subject` and to every record in `about`, and calls who listens. Returns the event's id."""
    if set(data) - set(kind.payload):
        raise ValueError(f"{kind.name} has no {', '.join(sorted(set(data) - set(kind.payload)))}")
    session = db.session()
    session.flush()
    connection = session.connection()
    operation_id = journal.operation()
    event_id: int = connection.execute(
        sa.insert(journal.Event.__table__).returning(journal.Event.__table__.c.id),
        {
            "operation_id": operation_id,
            "name": kind.name,
            "subject_type": subject.__tablename__,
            "subject_id": subject.id,
            "at": utcnow(),
            "data": {name: journal.to_json(value) for name, value in data.items()},
            "for_user_id": journal.acted_for(subject),
        },
    ).scalar_one()
    links = {(record.__tablename__, record.id) for record in (subject, *about) if record is not None}
    connection.execute(
        sa.insert(journal.EventLink.__table__),
        [{"record_type": t, "record_id": i, "event_id": event_id} for t, i in sorted(links)],
    )
    for listener in _listeners.get(kind.name, ()):
        listener(subject, **data)
    return event_id


def emit_many(kind: EventType, happened: Sequence[tuple[Keyed, Sequence[Keyed], dict[str, Any]]]) -> None:
    """emit() for many new rows that the session does not hold: (subject, further records, payload) each, records by type and id."""
    if not happened:
        return
    now, operation_id = utcnow(), journal.operation()
    ids = bulk.new_ids("event", len(happened))
    bulk.fill(
        sa.insert(journal.Event.__table__),
        [
            {
                "id": event_id,
                "operation_id": operation_id,
                "name": kind.name,
                "subject_type": subject[0],
                "subject_id": subject[1],
                "at": now,
                "data": {name: journal.to_json(value) for name, value in data.items()},
                "for_user_id": None,
            }
            for event_id, (subject, _about, data) in zip(ids, happened, strict=True)
        ],
    )
    links = [
        {"record_type": record_type, "record_id": record_id, "event_id": event_id}
        for event_id, (subject, about, _data) in zip(ids, happened, strict=True)
        for record_type, record_id in sorted({subject, *about})
    ]
    bulk.fill(sa.insert(journal.EventLink.__table__), links)
    for listener in _listeners.get(kind.name, ()):
        for (record_type, record_id), _about, data in happened:
            listener(db.session.get_one(journal.models()[record_type], record_id), **data)


def changed(step: Callable[[], object]) -> bool:
    """Does `step`, and says whether the journal has anything of it: a verb that changed nothing emits nothing."""
    session = db.session()
    session.flush()
    before = session.info.pop("touched", set())
    try:
        step()
        session.flush()
        return bool(session.info.get("touched"))
    finally:
        session.info["touched"] = before | session.info.get("touched", set())
