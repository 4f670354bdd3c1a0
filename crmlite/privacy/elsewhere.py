"""What is held of somebody outside of their own records: mails, forms, imports, what others wrote, the journal.

Each function is a step of erasing.py: it does a part, and says whether there is more.
"""

import mmap
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from crmlite.companies.models import Company
from crmlite.desk.models import Notice
from crmlite.extensions import db
from crmlite.files import File
from crmlite.imports import kept
from crmlite.imports.models import BUSY, Import, ImportRow, OutsideId
from crmlite.journal import Change, Event, EventLink
from crmlite.leads.models import Submission
from crmlite.mail.models import Message, MessageFile
from crmlite.pipeline.models import Deal
from crmlite.privacy import owned
from crmlite.privacy.models import Erasure
from crmlite.privacy.people import SHORTEST, Person, fate, without
from crmlite.records.favourites import Favourite
from crmlite.records.notes import Note
from crmlite.records.seen import Seen
from crmlite.sales.models import Line, OrderLine, QuoteVersion

BATCH = 200
WINDOW = 5000
"""Notes that are looked through in one transaction."""


class Busy(Exception):
    """An import is at work with a file that they stand in: later."""


# --- what was sent and came in ----------------------------------------------------------------------------------------


def mails(person: Person, erasure: Erasure) -> bool:
    """To them, from them or about what is theirs: that there was a mail stays, and when."""
    about = [("contact", person.ids)] + [(name, [r.id for r in found]) for name, found in person.theirs.items()]
    query = sa.select(Message).where(
        sa.or_(Message.subject != "", Message.text != "", Message.to_name != ""),
        sa.or_(
            *(sa.and_(Message.about_type == name, Message.about_id.in_(ids)) for name, ids in about),
            _tells_of(person),
            *(
                sa.func.lower(column).in_(person.emails)
                for column in (Message.to, Message.reply_to, Message.from_address)
            ),
        ),
    )
    found = list(db.session.scalars(query.order_by(Message.id).limit(BATCH)))
    for message in found:
        _empty_mail(message, erasure)
    erasure.count("message", len(found))
    return len(found) == BATCH


def _tells_of(person: Person) -> sa.ColumnElement[bool]:
    """Notices to colleagues that name them: those of earlier versions do not say what they are about."""
    names = [contact.name for contact in person.contacts if len(contact.name) >= SHORTEST]
    named = sa.or_(sa.false(), *(Message.text.icontains(name, autoescape=True) for name in names))
    return sa.and_(Message.purpose == "notice", Message.about_id.is_(None), named)


def _empty_mail(message: Message, erasure: Erasure) -> None:
    message.subject = message.text = message.to = message.to_name = message.reply = ""
    message.html = message.reply_to = message.from_address = None
    if message.state in {"queued", "deferred"}:
        message.state = "cancelled"
    own = sa.select(EventLink.event_id).where(EventLink.record_type == "message", EventLink.record_id == message.id)
    for event in db.session.scalars(sa.select(Event).where(Event.id.in_(own))):
        event.data = {**event.data, "to": "", "title": ""}
    ids = {attached.file_id for attached in message.files}
    db.session.execute(sa.delete(MessageFile).where(MessageFile.message_id == message.id))
    db.session.expire(message, ["files"])
    db.session.flush()
    owned.forget_files(ids, erasure)


def submissions(person: Person, erasure: Erasure) -> bool:
    """Forms that they filled in, or that somebody filled in with their address."""
    answers = sa.cast(Submission.answers, sa.Text)
    named = [answers.ilike(f"%{_escaped(value)}%", escape="\\") for value in _values(person)]
    leads = [lead.id for lead in person.theirs["lead"]]
    query = sa.select(Submission).where(
        answers != "[]",
        sa.or_(Submission.contact_id.in_(person.ids), Submission.lead_id.in_(leads), *named),
    )
    found = list(db.session.scalars(query.order_by(Submission.id).limit(BATCH)))
    for one in found:
        one.answers, one.address, one.user_agent, one.page = [], "", "", ""
        if one.state in {"received", "held"}:
            one.state = "discarded"
    erasure.count("submission", len(found))
    return len(found) == BATCH


def imports(person: Person, erasure: Erasure) -> bool:
    """The files they came with, one import in each transaction: what was imported of others stays."""
    db.session.execute(sa.delete(OutsideId).where(OutsideId.contact_id.in_(person.ids)))
    query = sa.select(Import).where(Import.id > erasure.place, sa.or_(Import.file_id.is_not(None), Import.name != ""))
    found = db.session.scalars(query.order_by(Import.id).limit(1)).first()
    if found is None:
        return False
    if _holds(found, person):
        if found.state in BUSY:
            raise Busy
        ids = {number for number in (found.file_id, found.stream_id) if number}
        paths = _paths(ids)
        kept.forget([found.id])
        told = sa.select(Message).where(Message.about_type == Import.__tablename__, Message.about_id == found.id)
        for message in db.session.scalars(told):  # mailed notices say what the file was called
            _empty_mail(message, erasure)
        db.session.flush()
        erasure.files = [*erasure.files, *paths]
        erasure.count("import")
    erasure.place = found.id
    return True


def _holds(found: Import, person: Person) -> bool:
    row = sa.select(ImportRow.number).where(ImportRow.import_id == found.id, ImportRow.contact_id.in_(person.ids))
    if db.session.scalar(row.limit(1)) is not None:
        return True
    stored = found.stream or found.file
    return stored is not None and _stands_in(stored, [value.encode() for value in _values(person)])


def _stands_in(file: File, values: list[bytes]) -> bool:
    try:
        with open(file.location, "rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return any(content.find(value) >= 0 for value in values)
    except (OSError, ValueError):  # it is gone already
        return False


def _paths(ids: Iterable[int]) -> list[str]:
    return list(db.session.scalars(sa.select(File.path).where(File.id.in_(list(ids)))))


def _values(person: Person) -> list[str]:
    """E-mails and phones that are theirs alone, as they were written and as they are compared."""
    own = {*person.emails, *person.phones}
    return sorted({value for one in person.reached if one.normal in own for value in (one.value, one.normal)})


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


# --- what stays, without them -----------------------------------------------------------------------------------------


def kept_records(person: Person, erasure: Erasure) -> bool:
    """Deals that go on: what stands in them of the person goes."""
    left = [deal for deal in fate(person).emptied if deal.id > erasure.place]
    if not left:
        return False
    deal = min(left, key=lambda one: int(one.id))
    owned.scrub(deal, person.words)
    erasure.count("emptied")
    for note in _notes("deal", [deal.id]):
        owned.scrub(note, person.words)
    erasure.place = deal.id
    return True


def companies(person: Person, erasure: Erasure) -> bool:
    """What colleagues noted about a company they work or worked at, where it names them."""
    for note in _notes("company", _company_ids(person)):
        erasure.count("named", int(owned.scrub(note, person.sure_words)))
    return False


def notes_of_others(person: Person, erasure: Erasure) -> bool:
    """Notes on anything else that have an address or number of theirs; of all notes some at a time."""
    last = db.session.scalar(
        sa.select(sa.func.max(sa.text("id"))).select_from(
            sa.select(Note.id).where(Note.id > erasure.place).order_by(Note.id).limit(WINDOW).subquery("window")
        )
    )
    if last is None:
        return False
    values = _values(person)
    named = sa.or_(sa.false(), *(Note.text.icontains(value, autoescape=True) for value in values))
    for note in db.session.scalars(sa.select(Note).where(Note.id > erasure.place, Note.id <= last, named)).all():
        if (note.record_type, note.record_id) not in {("contact", number) for number in person.ids}:
            erasure.count("named", int(owned.scrub(note, person.sure_words)))
            _scrub_changes(person, {"note": [note.id]})
    erasure.place = last
    return True


def _scrub_changes(person: Person, keys: dict[str, list[int]]) -> None:
    for change in db.session.scalars(sa.select(Change).where(_of(keys, Change.record_type, Change.record_id))):
        change.old, change.new = without(change.old, person.words), without(change.new, person.words)


def _company_ids(person: Person) -> list[int]:
    return sorted({link.company_id for link in person.affiliations})


def _notes(record_type: str, ids: list[int]) -> list[Note]:
    return list(db.session.scalars(sa.select(Note).where(Note.record_type == record_type, Note.record_id.in_(ids))))


def journal_of_others(person: Person, erasure: Erasure) -> bool:
    """Events of other records that they had to do with, and what the journal says of what stays: the fact stays."""
    stays = _staying(person)
    if erasure.place == 0:
        _scrub_changes(person, stays)
    linked = {"contact": person.ids, "company": _company_ids(person), **stays}
    about = sa.select(EventLink.event_id).where(_of(linked, EventLink.record_type, EventLink.record_id))
    query = sa.select(Event).where(Event.id.in_(about), Event.id > erasure.place)
    found = list(db.session.scalars(query.order_by(Event.id).limit(BATCH)))
    for event in found:
        event.data = without(event.data, person.sure_words if event.subject_type == "company" else person.words)
    erasure.place = found[-1].id if found else erasure.place
    return len(found) == BATCH


def _staying(person: Person) -> dict[str, list[int]]:
    """What stays, with its parts, by table."""
    known = fate(person)
    found: dict[str, list[int]] = {}
    for record in [*known.stays, *known.emptied]:
        found.setdefault(record.__tablename__, []).append(record.id)
    versions = sa.select(QuoteVersion.id).where(QuoteVersion.quote_id.in_(found.get("quote", [])))
    found["quote_version"] = list(db.session.scalars(versions))
    lines = sa.select(Line.id).where(Line.version_id.in_(found["quote_version"]))
    found["quote_line"] = list(db.session.scalars(lines))
    order_lines = sa.select(OrderLine.id).where(OrderLine.order_id.in_(found.get("order", [])))
    found["order_line"] = list(db.session.scalars(order_lines))
    for name in (Deal.__tablename__, Company.__tablename__):
        ids = found.get(name, []) if name == "deal" else _company_ids(person)
        found["note"] = [*found.get("note", []), *[note.id for note in _notes(name, ids)]]
    return found


def _of(keys: dict[str, list[int]], kind: Any, number: Any) -> sa.ColumnElement[bool]:
    return sa.or_(sa.false(), *(sa.and_(kind == name, number.in_(ids)) for name, ids in keys.items() if ids))


def pointers(person: Person, _erasure: Erasure) -> bool:
    """Stars, notices, who looked at them last."""
    for model in (Notice, Seen, Favourite):
        here = sa.and_(model.record_type == "contact", model.record_id.in_(person.ids))
        db.session.execute(sa.delete(model).where(here))
    return False
