"""What somebody left behind: mails, forms, rows of imports, visits to their private links, the journal, and what new modules hold."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from crmlite import events
from crmlite.extensions import Base, db
from crmlite.imports.models import Import, ImportRow
from crmlite.imports.reading import stream
from crmlite.journal import Change, Event, EventLink, Operation
from crmlite.leads.models import Submission
from crmlite.mail.models import Message
from crmlite.privacy.people import Person
from crmlite.privacy.sections import MOST, Row, Section, about, keys, only, pick, user_name
from crmlite.privacy.stores import STORES
from crmlite.records.links import Hit, Link


def sections(person: Person) -> Iterator[Section]:
    yield _mails(person)
    yield _forms(person)
    yield _imports(person)
    yield _looked(person)
    yield from _others(person)
    yield _events(person)
    yield _changes(person)


# --- what was sent and came in ----------------------------------------------------------------------------------------


def messages(person: Person) -> Sequence[Message]:
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
    return Section("mails", _("Mails"), labels, pick(messages(person), labels))


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
        rows.append({**only(one, labels), "answers": answers})
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
    return Section("visits", _("When their private links were opened"), labels, pick(found, labels))


# --- the journal ------------------------------------------------------------------------------------------------------


def _events(person: Person) -> Section:
    labels = {"at": _("When"), "actor": _("By"), "event": _("What happened"), "data": _("Details")}
    linked = sa.select(EventLink.event_id).where(about(person, EventLink.record_type, EventLink.record_id))
    query = sa.select(Event, Operation).join(Operation, Operation.id == Event.operation_id).where(Event.id.in_(linked))
    rows: list[Row] = []
    for event, operation in db.session.execute(query.order_by(Event.id).limit(MOST)):
        kind = events.get(event.name)
        actor = user_name(operation.actor_id) or operation.actor_kind
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
            "actor": user_name(operation.actor_id) or operation.actor_kind,
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


# --- what nobody made a section for -----------------------------------------------------------------------------------

_SHOWN = frozenset(
    {
        "address", "affiliation", "attachment", "consent", "deal", "lead", "link", "member", "note", "order", "point", "quote",
        "submission", "tagging",
    }
)  # fmt: skip
"""Tables that point at a contact, and of which other sections show what there is; or which hold nothing of a person."""


def _others(person: Person) -> Iterator[Section]:
    """Rows of any other table that point at the contact, with the rows that point at those: what a new module holds is never
    left out."""
    for table in Base.metadata.sorted_tables:
        column = _points_at(table, "contact")
        if column is not None and table.name not in {*_SHOWN, "contact", *_BY_NUMBER}:
            found = db.session.execute(sa.select(table).where(column.in_(person.ids)).limit(MOST)).mappings().all()
            yield _raw(table, found)
            for part in Base.metadata.sorted_tables:
                to = _points_at(part, table.name)
                if to is not None and "id" in table.c:
                    ids = [row["id"] for row in found]
                    yield _raw(part, db.session.execute(sa.select(part).where(to.in_(ids))).mappings().all())


_BY_NUMBER = frozenset(name for name, what in STORES.items() if what == "holds numbers of rows only")


def _points_at(table: sa.Table, name: str) -> sa.Column[Any] | None:
    return next((c for c in table.c if any(key.column.table.name == name for key in c.foreign_keys)), None)


def _raw(table: sa.Table, rows: Sequence[Any]) -> Section:
    labels = {column.name: column.name for column in table.c}
    return Section(table.name, table.name, labels, [dict(row) for row in rows])
