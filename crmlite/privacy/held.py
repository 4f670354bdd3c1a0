"""What is held about one person, store by store, as rows that people and programs can read."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from crmlite import events, web
from crmlite.contacts import consents
from crmlite.contacts.types import CONTACT
from crmlite.extensions import db
from crmlite.imports.models import Import, ImportRow
from crmlite.imports.reading import stream
from crmlite.journal import Change, Event, EventLink, Operation, to_json
from crmlite.leads.models import Submission
from crmlite.mail.models import Message, MessageFile
from crmlite.privacy import corrected
from crmlite.privacy.people import Person
from crmlite.privacy.section import MOST, Row, Section
from crmlite.records import custom_cells, custom_fields
from crmlite.records.colleagues import users
from crmlite.records.files import Attachment
from crmlite.records.links import Hit, Link
from crmlite.records.notes import Note
from crmlite.records.tags import Tag, Tagging
from crmlite.sales.models import Decision, QuoteVersion


def sections(person: Person) -> Iterator[Section]:
    """Everything, in the reader's language where there are words of ours."""
    yield _contact(person)
    yield _reach(person)
    yield _addresses(person)
    yield _companies(person)
    yield _tags(person)
    yield _consents(person)
    yield corrected.section(person)
    yield _notes(person)
    yield from _records(person)
    yield _decisions(person)
    yield _mails(person)
    yield _forms(person)
    yield _imports(person)
    yield _looked(person)
    yield _events(person)
    yield _changes(person)


def keys(person: Person) -> dict[str, list[int]]:
    """Their contacts and what is theirs, by table."""
    theirs = {name: [record.id for record in found] for name, found in person.theirs.items()}
    return {"contact": person.ids, **theirs}


def about(person: Person, kind: Any, number: Any) -> sa.ColumnElement[bool]:
    """The condition for rows that are about one of these."""
    return sa.or_(*(sa.and_(kind == name, number.in_(ids)) for name, ids in keys(person).items()))


def file_ids(person: Person) -> set[int]:
    """Attachments, files of mails, and the papers that were sent."""
    attached = sa.select(Attachment.file_id).where(about(person, Attachment.record_type, Attachment.record_id))
    mailed = sa.select(MessageFile.file_id).where(MessageFile.message_id.in_([mail.id for mail in _messages(person)]))
    quotes = [quote.id for quote in person.theirs["quote"]]
    papers = sa.select(QuoteVersion.file_id).where(QuoteVersion.quote_id.in_(quotes), QuoteVersion.file_id.is_not(None))
    return {number for query in (attached, mailed, papers) for number in db.session.scalars(query) if number}


# --- who they are -----------------------------------------------------------------------------------------------------


def _contact(person: Person) -> Section:
    """Each field; of contacts that were merged into this one, too."""
    names = [column for column in CONTACT.columns if column.kind not in {"tags", "company"}]
    fields = [field for field in custom_fields.everything() if field.record_type == "contact" and not field.is_deleted]
    labels = {column.attribute: column.label for column in names} | {field.name: field.label for field in fields}
    rows = []
    for contact in person.contacts:
        row: Row = {column.attribute: getattr(contact, column.attribute) for column in names}
        row["owner_id"] = _user(contact.owner_id)
        row |= {field.name: _custom(field, contact) for field in fields}
        rows.append({"id": contact.id, **row})
    return Section("contact", _("Person"), {"id": _("Number"), **labels}, rows)


def _custom(field: Any, record: Any) -> str:
    names = {number: user["name"] for number, user in users().items()}
    return custom_cells.said(field, (record.custom or {}).get(field.key), names)


def _reach(person: Person) -> Section:
    labels = {"kind": _("Kind"), "value": _("Value"), "label": _("Label"), "main": _("Main one")}
    rows = [{"kind": one.kind, "value": one.value, "label": one.label, "main": one.main} for one in person.points]
    return Section("points", _("E-mails, phones and links"), labels, rows)


def _addresses(person: Person) -> Section:
    labels = {
        "label": _("Label"), "lines": _("Address"), "postcode": _("Postcode"), "city": _("City"), "region": _("Region"),
        "country": _("Country"),
    }  # fmt: skip
    return Section("addresses", _("Addresses"), labels, _pick(person.addresses, labels))


def _companies(person: Person) -> Section:
    labels = {
        "company": _("Company"), "title": _("Job title"), "buying_role": _("Role when they buy"), "since": _("Since"),
        "until": _("Until"),
    }  # fmt: skip
    rows = [{**_only(link, labels), "company": link.company.name} for link in person.affiliations]
    return Section("companies", _("Companies they work at"), labels, rows)


def _tags(person: Person) -> Section:
    query = sa.select(Tag.name).join(Tagging, Tagging.tag_id == Tag.id)
    query = query.where(about(person, Tagging.record_type, Tagging.record_id)).distinct()
    return Section(
        "tags", _("Tags"), {"tag": _("Tag")}, [{"tag": name} for name in db.session.scalars(query.order_by(Tag.name))]
    )


def _consents(person: Person) -> Section:
    labels = {
        "at": _("When"), "purpose": _("What it is about"), "action": _("What they said"), "source": _("Where it comes from"),
        "how": _("How they said so"), "point": _("For which address or number"), "text": _("Text"), "language": _("Language"),
        "version": _("Version"), "text_hash": _("Fingerprint of the text"),
    }  # fmt: skip
    found = [row for contact in person.contacts for row in consents.history(contact)]
    rows = [{**_only(row, labels), "purpose": row.purpose.name} for row in found]
    return Section("consents", _("Consents"), labels, rows)


# --- what was written about them --------------------------------------------------------------------------------------


def _notes(person: Person) -> Section:
    labels = {"at": _("When"), "author": _("By"), "about": _("On"), "text": _("Text")}
    query = sa.select(Note).where(about(person, Note.record_type, Note.record_id)).order_by(Note.id).limit(MOST)
    rows = [
        {
            "at": note.created_at,
            "author": _user(note.author_id),
            "about": f"{note.record_type} {note.record_id}",
            "text": note.text,
        }
        for note in db.session.scalars(query)
    ]
    return Section("notes", _("Notes"), labels, rows)


_RECORDS = {
    "lead": ("id", "created_at", "name", "need", "source", "state", "reason", "custom"),
    "deal": ("id", "created_at", "name", "amount_minor", "currency", "closed_at", "reason", "custom"),
    "quote": ("id", "created_at", "number", "name", "state", "gross_minor", "currency", "valid_until", "custom"),
    "order": ("id", "ordered_on", "number", "name", "gross_minor", "currency", "custom"),
}


def _records(person: Person) -> Iterator[Section]:
    labels = {
        "id": _("Number"), "created_at": _("Added"), "ordered_on": _("Ordered on"), "number": _("Number of the paper"),
        "name": _("Name"), "need": _("What it is about"), "source": _("Source"), "state": _("State"), "reason": _("Reason"),
        "amount_minor": _("Amount"), "gross_minor": _("Total"), "currency": _("Currency"), "closed_at": _("Closed"),
        "valid_until": _("Valid until"), "custom": _("Custom fields"),
    }  # fmt: skip
    titles = {"lead": _("Leads"), "deal": _("Deals"), "quote": _("Quotes"), "order": _("Orders")}
    for name, columns in _RECORDS.items():
        rows = [{**_only(record, columns), **_money(record)} for record in person.theirs[name]]
        yield Section(f"{name}s", titles[name], {column: labels[column] for column in columns}, rows)


def _money(record: Any) -> Row:
    names = [name for name in ("amount_minor", "gross_minor") if hasattr(record, name)]
    return {name: web.show_money(getattr(record, name), record.currency) for name in names}


def _decisions(person: Person) -> Section:
    labels = {
        "at": _("When"), "verdict": _("What they said"), "name": _("Name"), "reason": _("Reason"), "address": _("Address"),
        "user_agent": _("Program"),
    }  # fmt: skip
    quotes = [quote.id for quote in person.theirs["quote"]]
    query = sa.select(Decision).join(QuoteVersion, QuoteVersion.id == Decision.version_id)
    found = db.session.scalars(query.where(QuoteVersion.quote_id.in_(quotes)).order_by(Decision.id)).all()
    return Section("decisions", _("What they decided about quotes"), labels, _pick(found, labels))


# --- what was sent and came in ----------------------------------------------------------------------------------------


def _messages(person: Person) -> Sequence[Message]:
    addresses = (Message.to, Message.reply_to, Message.from_address)
    query = sa.select(Message).where(
        sa.or_(
            about(person, Message.about_type, Message.about_id),
            *(sa.func.lower(column).in_(person.emails) for column in addresses),
        )
    )
    return db.session.scalars(query.order_by(Message.id).limit(MOST)).all()


def _mails(person: Person) -> Section:
    labels = {
        "created_at": _("When"), "sender": _("From"), "to": _("To"), "to_name": _("Name"), "reply_to": _("Answers go to"),
        "subject": _("Subject"), "text": _("Text"), "state": _("State"),
    }  # fmt: skip
    return Section("mails", _("Mails"), labels, _pick(_messages(person), labels))


def _forms(person: Person) -> Section:
    labels = {
        "received_at": _("When"), "answers": _("Answers"), "page": _("Page"), "address": _("Address"),
        "user_agent": _("Program"),
    }  # fmt: skip
    leads = [lead.id for lead in person.theirs["lead"]]
    query = sa.select(Submission).where(
        sa.or_(Submission.contact_id.in_(person.ids), Submission.lead_id.in_(leads), _names_them(person))
    )
    rows = []
    for one in db.session.scalars(query.order_by(Submission.id).limit(MOST)):
        answers = {answer["label"]: answer["value"] for answer in one.answers}
        rows.append({**_only(one, labels), "answers": answers})
    return Section("forms", _("Forms they filled in"), labels, rows)


def _names_them(person: Person) -> sa.ColumnElement[bool]:
    answers = sa.cast(Submission.answers, sa.Text)
    return sa.or_(sa.false(), *(answers.icontains(value, autoescape=True) for value in person.emails))


def _imports(person: Person) -> Section:
    """The rows of files that brought them, while the files are kept."""
    query = (
        sa.select(ImportRow, Import)
        .join(Import, Import.id == ImportRow.import_id)
        .where(ImportRow.contact_id.in_(person.ids), ImportRow.trial.is_(False))
        .order_by(Import.id, ImportRow.number)
    )
    rows: list[Row] = []
    for row, found in db.session.execute(query.limit(MOST)):
        cells: list[str] = []
        if found.stream is not None and found.stream.location.is_file():
            cells = next(iter(stream.read_at(found.stream.location, [row.place]))).cells
        rows.append(
            {
                "at": found.created_at,
                "file": found.name,
                "row": row.number,
                "cells": dict(zip(found.headers, cells, strict=False)),
            }
        )
    labels = {"at": _("When"), "file": _("File"), "row": _("Row"), "cells": _("What it says")}
    return Section("imports", _("Imports that brought them"), labels, rows)


def _looked(person: Person) -> Section:
    labels = {"at": _("When"), "kind": _("What"), "agent": _("Device"), "user_agent": _("Program")}
    query = sa.select(Hit).join(Link, Link.id == Hit.link_id).where(about(person, Link.record_type, Link.record_id))
    found = db.session.scalars(query.order_by(Hit.id).limit(MOST)).all()
    return Section("visits", _("When their private links were opened"), labels, _pick(found, labels))


# --- the journal ------------------------------------------------------------------------------------------------------


def _events(person: Person) -> Section:
    labels = {"at": _("When"), "actor": _("By"), "event": _("What happened"), "data": _("Details")}
    linked = sa.select(EventLink.event_id).where(about(person, EventLink.record_type, EventLink.record_id))
    query = sa.select(Event, Operation).join(Operation, Operation.id == Event.operation_id).where(Event.id.in_(linked))
    rows: list[Row] = []
    for event, operation in db.session.execute(query.order_by(Event.id).limit(MOST)):
        kind = events.get(event.name)
        actor = _user(operation.actor_id) or operation.actor_kind
        words = {**dict.fromkeys(kind.payload if kind else (), ""), **event.data, "actor": actor}
        sentence = str(kind.sentence) % words if kind else event.name
        rows.append({"at": event.at, "actor": actor, "event": sentence, "data": event.data})
    return Section("journal", _("What happened"), labels, rows)


def _changes(person: Person) -> Section:
    """Each field that was changed, of them and of what is theirs, with what it was."""
    labels = {
        "at": _("When"),
        "actor": _("By"),
        "of": _("Of"),
        "action": _("What"),
        "old": _("Before"),
        "new": _("After"),
    }
    linked = sa.select(EventLink.event_id).where(about(person, EventLink.record_type, EventLink.record_id))
    operations = sa.select(Event.operation_id).where(Event.id.in_(linked))
    parts = {
        "point": [one.id for one in person.points],
        "address": [one.id for one in person.addresses],
        "affiliation": [one.id for one in person.affiliations],
    }
    its = sa.or_(
        about(person, Change.record_type, Change.record_id),
        *(sa.and_(Change.record_type == name, Change.record_id.in_(ids)) for name, ids in parts.items()),
        sa.and_(Change.operation_id.in_(operations), _was_part(person)),
    )
    query = sa.select(Change, Operation).join(Operation, Operation.id == Change.operation_id).where(its)
    rows: list[Row] = [
        {
            "at": operation.at,
            "actor": _user(operation.actor_id) or operation.actor_kind,
            "of": f"{change.record_type} {change.record_id}",
            "action": change.action,
            "old": change.old,
            "new": change.new,
        }
        for change, operation in db.session.execute(query.order_by(Change.id).limit(MOST))
    ]
    return Section("changes", _("What was changed"), labels, rows)


def _was_part(person: Person) -> sa.ColumnElement[bool]:
    """Points, addresses and notes that were theirs once."""
    sides = (Change.old, Change.new)
    held = [side["contact_id"].as_integer().in_(person.ids) for side in sides]
    noted = [
        sa.and_(side["record_type"].as_string() == name, side["record_id"].as_integer().in_(ids))
        for side in sides
        for name, ids in keys(person).items()
    ]
    return sa.or_(*held, *noted)


# --- values -----------------------------------------------------------------------------------------------------------


def _pick(rows: Sequence[Any], names: Any) -> list[Row]:
    return [_only(row, names) for row in rows]


def _only(row: Any, names: Any) -> Row:
    return {name: getattr(row, name, None) for name in names}


def _user(user_id: int | None) -> str:
    return str(users().get(user_id or 0, {}).get("name", ""))


def plain(value: Any) -> Any:
    """For JSON."""
    return to_json(value) if not isinstance(value, dict | list) else value


def said(value: Any) -> str:
    """For people."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return web.show_datetime(value)
    if isinstance(value, date):
        return web.show_date(value)
    if isinstance(value, dict):
        return "\n".join(f"{name}: {said(one)}" for name, one in value.items() if one not in (None, ""))
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)
