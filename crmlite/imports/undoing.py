"""Taking an import back: a job that goes through its rows from the last to the first, in parts of one undo.

Records that nobody touched since go in a few statements. The others are set back by the journal, which leaves alone what somebody
did since (cases.py says what to whom); what stays is written beside its row.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import sqlalchemy as sa

from crmlite import events, jobs, journal
from crmlite.companies.models import Company
from crmlite.contacts.consents import Consent
from crmlite.contacts.models import Affiliation, Contact
from crmlite.extensions import db, utcnow, writing
from crmlite.files import File
from crmlite.imports import cases, fields, outside, tagging
from crmlite.imports.cases import Key
from crmlite.imports.models import REFUSED, UNDOING, UNDONE, Import, ImportRow
from crmlite.journal import CannotUndo, Change, EventLink, bulk
from crmlite.journal.models import Event
from crmlite.records import search, types
from crmlite.records.files import Attachment
from crmlite.records.notes import Note
from crmlite.records.points import Address, Point
from crmlite.records.tags import Tagging

PART = 200
"""Rows."""
REMOVED, RESTORED = "removed", "restored"


@jobs.apart
def undo(import_id: int) -> None:
    while _part(import_id):
        pass


def _part(import_id: int) -> bool:
    writing()
    found = Import.locked(import_id)
    if found is None or found.state != UNDOING:
        db.session.rollback()
        return False
    if found.undo_id is not None:
        journal.go_on(found.undo_id)
    else:
        journal.act_as("user", found.options.get("undone_by", found.made_by_id))
    rows = _rows(found)
    if rows and found.operation_id is not None:
        try:
            found.undo_id = journal.begin_undo(found.operation_id)
        except CannotUndo:  # somebody else took it back meanwhile
            rows = []
        else:
            _undo(found, rows)
    if not rows:
        _take_fields_back(found)
        outside.forget(found)
        found.state, found.ended_at = UNDONE, utcnow()
    db.session.commit()
    db.session.expunge_all()
    return bool(rows)


def _take_fields_back(found: Import) -> None:
    with suppress(CannotUndo):
        fields.take_back(found)
        tagging.take_back(found)


def _rows(found: Import) -> Sequence[ImportRow]:
    """The next ones, the last of the file first; also those that said nothing new: a record is the first row's that named it."""
    query = sa.select(ImportRow).where(
        ImportRow.import_id == found.id, ImportRow.trial.is_(False), ImportRow.outcome != REFUSED
    )
    if found.undo_place is not None:
        query = query.where(ImportRow.number < found.undo_place)
    return db.session.scalars(query.order_by(ImportRow.number.desc()).limit(PART)).all()


def _undo(found: Import, rows: Sequence[ImportRow]) -> None:
    turn = _whose_turn(found, rows)
    keys = {key for some in turn.values() for key in some}
    parts = _parts(keys)
    late = _linked_late(found, parts)
    quick = _untouched(found, keys, parts) - late.keys()
    for some in late.values():
        keys |= some
        parts |= _parts(some - parts.keys())
    gone = _remove(quick, parts)
    slow = _concerned(found, keys - gone, parts)
    left = _set_back(found, slow, parts) if slow else {}
    counts: Counter[str] = Counter()
    for row in rows:
        words = [_word(found, row, key, gone, left) for key in turn[row.number] if key in gone | slow]
        if words:
            row.undone = next((word for word in words if word not in {REMOVED, RESTORED}), words[0])
            counts.update(REMOVED if word == REMOVED else RESTORED if word == RESTORED else "kept" for word in words)
    found.undo_counts = {name: found.undo_counts.get(name, 0) + counts[name] for name in (REMOVED, RESTORED, "kept")}
    found.undo_place = rows[-1].number


def _whose_turn(found: Import, rows: Sequence[ImportRow]) -> dict[int, list[Key]]:
    """The records of each row that no earlier row names: a record is set back once, with the row that named it first."""
    first: dict[Key, int] = {}
    for name, column in (
        ("contact", ImportRow.contact_id),
        ("company", ImportRow.company_id),
        ("company", ImportRow.parent_id),
    ):
        ids = {getattr(row, column.key) for row in rows} - {None}
        for number, row in ImportRow.first_of(found.id, column, ids).items():
            first[name, number] = min(row, first.get((name, number), row))
    companies = {number for name, number in first if name == "company"}
    for column in (ImportRow.company_id, ImportRow.parent_id):  # the same company may stand in either
        for number, row in ImportRow.first_of(found.id, column, companies).items():
            first["company", number] = min(row, first["company", number])
    turn: dict[int, list[Key]] = {row.number: [] for row in rows}
    for key, number in sorted(first.items(), key=lambda one: (one[0][0] != "contact", one)):
        if number in turn:
            turn[number].append(key)
    return turn


def _parts(keys: set[Key]) -> dict[Key, set[Key]]:
    """What belongs to each record and may be of the import: points, addresses, links, consents, notes, files; tags, if somebody gave
    them."""
    found: dict[Key, set[Key]] = {key: set() for key in keys}
    for name in ("contact", "company"):
        ids = [number for of, number in keys if of == name]
        if not ids:
            continue
        for model in (Point, Address, Affiliation):
            column = getattr(model, f"{name}_id")
            for number, part in db.session.execute(sa.select(column, model.id).where(column.in_(ids))):
                found[name, number].add((model.__tablename__, part))
        if name == "contact":
            said = sa.select(Consent.contact_id, Consent.id).where(Consent.contact_id.in_(ids))
            for number, part in db.session.execute(said):
                found[name, number].add(("consent", part))
        for noted in (Note, Tagging):
            query = sa.select(noted.record_id, noted.id).where(noted.record_type == name, noted.record_id.in_(ids))
            for number, part in db.session.execute(query):
                found[name, number].add((noted.__tablename__, part))
        files = sa.select(Attachment.record_id, Attachment.id, Attachment.file_id)
        files = files.where(Attachment.record_type == name, Attachment.record_id.in_(ids))
        for number, part, file_id in db.session.execute(files):
            found[name, number] |= {("attachment", part), ("file", file_id)}
    return found


def _linked_late(found: Import, parts: dict[Key, set[Key]]) -> dict[Key, set[Key]]:
    """People who were here before and only waited for these companies: they are set back along with them."""
    links = {key for key, some in parts.items() if key[0] == "company" for key in some if key[0] == "affiliation"}
    ours = {number for _name, number in _changed(found, links, made=True)}
    return {
        ("company", company_id): {("contact", number) for number in people}
        for company_id, people in outside.linked_late(found, ours).items()
    }


def _untouched(found: Import, keys: set[Key], parts: dict[Key, set[Key]]) -> set[Key]:
    """Those the import made, that nothing else was done to or about since, with no part that is not the import's."""
    ours = _changed(found, keys, made=True)
    every = {part for key in keys for part in parts[key]}
    part_is_ours = _changed(found, every, made=True)
    touched = _changed_by_others(found, keys | every) | _told_of(found, keys)
    return _without_needed({key for key in ours - touched if parts[key] <= part_is_ours and not parts[key] & touched})


def _without_needed(quick: set[Key]) -> set[Key]:
    """Without companies where somebody works who does not go with them, and those above: what points at them would keep all."""
    people = [number for name, number in quick if name == "contact"]
    firms = {number for name, number in quick if name == "company"}
    at_work = Affiliation.company_id.in_(firms) & Affiliation.contact_id.not_in(people)
    needed = set(db.session.scalars(sa.select(Affiliation.company_id).where(at_work)))
    while needed:
        firms -= needed
        below = Company.parent_id.in_(firms) & Company.id.not_in(firms)
        needed = set(db.session.scalars(sa.select(Company.parent_id).where(below)))
    return {key for key in quick if key[0] != "company" or key[1] in firms}


def _concerned(found: Import, keys: set[Key], parts: dict[Key, set[Key]]) -> set[Key]:
    """Those that it changed itself or in a part; the rest it only met."""
    changed = _changed(found, keys | {part for key in keys for part in parts[key]}, made=False)
    return {key for key in keys if key in changed or parts[key] & changed}


def _changed(found: Import, keys: set[Key], made: bool) -> set[Key]:
    query = sa.select(Change.record_type, Change.record_id).where(Change.operation_id == found.operation_id)
    return _asked(query.where(Change.action == "created") if made else query, Change, keys)


def _changed_by_others(found: Import, keys: set[Key]) -> set[Key]:
    return _asked(
        sa.select(Change.record_type, Change.record_id).where(Change.operation_id != found.operation_id), Change, keys
    )


def _told_of(found: Import, keys: set[Key]) -> set[Key]:
    query = sa.select(EventLink.record_type, EventLink.record_id).join(Event, Event.id == EventLink.event_id)
    return _asked(query.where(Event.operation_id != found.operation_id), EventLink, keys)


def _asked(query: Any, table: Any, keys: set[Key]) -> set[Key]:
    found: set[Key] = set()
    for name in {of for of, _number in keys}:
        ids = [number for of, number in keys if of == name]
        rows = db.session.execute(query.where(table.record_type == name, table.record_id.in_(ids)))
        found |= {(record_type, number) for record_type, number in rows}
    return found


def _remove(quick: set[Key], parts: dict[Key, set[Key]]) -> set[Key]:
    """Deletes them in a few statements; none where something that the journal does not know points at one."""
    gone = quick | {part for key in quick for part in parts[key]}
    try:
        with db.session.begin_nested():
            for model in (Attachment, File, Tagging, Note, Consent, Affiliation, Address, Point, Contact, Company):
                ids = [number for name, number in gone if name == model.__tablename__]
                if ids:
                    bulk.remove(model, model.__table__.c.id.in_(ids))
            for name in ("contact", "company"):
                search.remove_many(db.session(), name, [number for of, number in quick if of == name])
    except sa.exc.IntegrityError:
        return set()
    return quick


def _set_back(found: Import, slow: set[Key], parts: dict[Key, set[Key]]) -> dict[Key, str]:
    """The journal's undo of those. Returns why, of what had to stay or was changed since."""
    undone = journal.undo_of(found.operation_id or 0, slow | {part for key in slow for part in parts[key]})
    conflicts = {(conflict.record_type, conflict.record_id) for conflict in undone.conflicts}
    for name, number in sorted(slow):
        if (record := types.load(name, number)) is not None and (name, number) not in conflicts:
            events.emit(events.OPERATION_UNDONE, record, operation_id=found.operation_id)
    why: dict[Key, str] = {}
    for name in ("contact", "company"):
        ids = {number for of, number in conflicts & slow if of == name}
        told = cases.since(found, name, ids) if ids else {}
        why |= {(name, number): told.get(number, cases.USED) for number in ids}
    return why


def _word(found: Import, row: ImportRow, key: Key, gone: set[Key], left: dict[Key, str]) -> str:
    if key in left:
        return left[key]
    if key in gone or types.load(*key) is None:
        return REMOVED
    return RESTORED
