"""What is held about one person, store by store: who they are, and what was written about them."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from crmlite import web
from crmlite.contacts import consents
from crmlite.contacts.types import CONTACT
from crmlite.extensions import db
from crmlite.leads.models import STATE_LABELS as LEAD_STATES
from crmlite.mail.models import MessageFile
from crmlite.privacy import corrected, traces
from crmlite.privacy.people import Person
from crmlite.privacy.sections import MOST, Row, Section, Word, about, only, pick, user_name
from crmlite.records import custom_cells, custom_fields, lifecycle
from crmlite.records.colleagues import users
from crmlite.records.files import Attachment
from crmlite.records.notes import Note
from crmlite.records.tags import Tag, Tagging
from crmlite.sales.models import STATE_LABELS as QUOTE_STATES
from crmlite.sales.models import Decision, QuoteVersion


def sections(person: Person) -> Iterator[Section]:
    """Everything, in the reader's language where there are words of ours."""
    yield _contact(person)
    yield _reach(person)
    yield _addresses(person)
    yield _companies(person)
    yield _tags(person)
    yield _consents(person)
    yield _notes(person)
    yield from _records(person)
    yield _decisions(person)
    yield corrected.section(person)
    yield from traces.sections(person)


# --- who they are -----------------------------------------------------------------------------------------------------


def _contact(person: Person) -> Section:
    """Each field; of contacts that were merged into this one, too."""
    names = [column for column in CONTACT.columns if column.kind not in {"tags", "company", "consents"}]
    fields = [field for field in custom_fields.everything() if field.record_type == "contact" and not field.is_deleted]
    labels = {column.attribute: column.label for column in names} | {field.name: field.label for field in fields}
    rows = []
    for contact in person.contacts:
        row: Row = {column.attribute: getattr(contact, column.attribute) for column in names}
        row["owner_id"] = user_name(contact.owner_id)
        row["lifecycle"] = Word(contact.lifecycle, lifecycle.LABELS.get(contact.lifecycle or "", ""))
        row["country"] = Word(contact.country, web.country_name(contact.country or ""))
        row["language"] = Word(contact.language, web.language_name(contact.language))
        row |= {field.name: _custom(field, contact) for field in fields}
        rows.append({"id": contact.id, **row})
    return Section("contact", _("Person"), {"id": _("Number"), **labels}, rows)


def _custom(field: Any, record: Any) -> str:
    names = {number: user["name"] for number, user in users().items()}
    return custom_cells.said(field, (record.custom or {}).get(field.key), names)


def _reach(person: Person) -> Section:
    labels = {"kind": _("Kind"), "value": _("Value"), "label": _("Label"), "main": _("Main one")}
    kinds = {"email": _("E-mail"), "phone": _("Phone"), "url": _("Link")}
    rows: list[Row] = [
        {
            "kind": Word(one.kind, kinds[one.kind]),
            "value": one.value,
            "label": Word(one.label, one.label_text),
            "main": one.main,
        }
        for one in person.points
    ]
    return Section("points", _("E-mails, phones and links"), labels, rows)


def _addresses(person: Person) -> Section:
    labels = {
        "label": _("Label"), "lines": _("Address"), "postcode": _("Postcode"), "city": _("City"), "region": _("Region"),
        "country": _("Country"),
    }  # fmt: skip
    rows = [
        {
            **only(one, labels),
            "label": Word(one.label, one.label_text),
            "country": Word(one.country, web.country_name(one.country)),
        }
        for one in person.addresses
    ]
    return Section("addresses", _("Addresses"), labels, rows)


def _companies(person: Person) -> Section:
    labels = {
        "company": _("Company"), "title": _("Job title"), "buying_role": _("Role when they buy"), "since": _("Since"),
        "until": _("Until"),
    }  # fmt: skip
    rows = [
        {
            **only(link, labels),
            "company": link.company.name,
            "buying_role": Word(link.buying_role, ", ".join(map(str, link.role_labels))),
        }
        for link in person.affiliations
    ]
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
    rows = [
        {
            **only(row, labels),
            "purpose": row.purpose.name,
            "action": Word(row.action, row.action_label),
            "source": Word(row.source, row.source_label),
            "language": Word(row.language, web.language_name(row.language)),
        }
        for row in found
    ]
    return Section("consents", _("Consents"), labels, rows)


# --- what was written about them --------------------------------------------------------------------------------------


def _notes(person: Person) -> Section:
    labels = {"at": _("When"), "author": _("By"), "about": _("On"), "text": _("Text")}
    named = [Note.text.icontains(value, autoescape=True) for value in (*person.emails, *person.phones)]
    its = sa.or_(about(person, Note.record_type, Note.record_id), *named)
    query = sa.select(Note).where(its).order_by(Note.id).limit(MOST)
    rows = [
        {
            "at": note.created_at,
            "author": user_name(note.author_id),
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
        rows = [{**only(record, columns), **_money(record), **_state(record)} for record in person.theirs[name]]
        yield Section(f"{name}s", titles[name], {column: labels[column] for column in columns}, rows)


def _state(record: Any) -> Row:
    labels = {"lead": LEAD_STATES, "quote": QUOTE_STATES}.get(record.__tablename__, {})
    return {"state": Word(record.state, labels.get(record.state, record.state))} if labels else {}


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
    return Section("decisions", _("What they decided about quotes"), labels, pick(found, labels))


def file_ids(person: Person) -> set[int]:
    """Attachments, files of mails, and the papers that were sent."""
    attached = sa.select(Attachment.file_id).where(about(person, Attachment.record_type, Attachment.record_id))
    mailed = sa.select(MessageFile.file_id).where(
        MessageFile.message_id.in_([mail.id for mail in traces.messages(person)])
    )
    quotes = [quote.id for quote in person.theirs["quote"]]
    papers = sa.select(QuoteVersion.file_id).where(QuoteVersion.quote_id.in_(quotes), QuoteVersion.file_id.is_not(None))
    return {number for query in (attached, mailed, papers) for number in db.session.scalars(query) if number}
