"""What an undo would do to each record of an import, said before it is pressed.

| since the import                    | a record it brought      | a record it changed                       |
|-------------------------------------|--------------------------|-------------------------------------------|
| untouched                           | goes                     | gets back what it was                     |
| edited                              | stays                    | gets back what nobody changed since       |
| something added: a deal, a note ... | stays                    | gets back what nobody changed since       |
| mailed to                           | stays                    | gets back what nobody changed since       |
| merged                              | stays                    | gets back what nobody changed since       |
| moved to the trash                  | stays in the trash       | gets back what nobody changed since       |
| gone for good                       | is gone                  | is gone                                   |

A company it brought stays as well where somebody who stays works, and one above a company that stays.
"""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from crmlite import events
from crmlite.companies.models import Company
from crmlite.contacts.models import Affiliation
from crmlite.extensions import db
from crmlite.imports.models import Import, ImportRow
from crmlite.journal import Event, EventLink, Operation

EDITED, LINKED, MAILED, MERGED, TRASHED, USED = "edited", "linked", "mailed", "merged", "trashed", "used"
_EDITS = frozenset(
    kind.name
    for kind in (
        events.CONTACT_UPDATED, events.COMPANY_UPDATED, events.RECORD_ASSIGNED, events.LIFECYCLE_CHANGED,
        events.RECORD_RESTORED, events.RECORD_SET_BACK,
    )
)  # fmt: skip
_ORDER = (EDITED, LINKED, TRASHED, MAILED, MERGED)
Key = tuple[str, int]
_AT_ONCE = 5000


def since(found: Import, record_type: str, ids: Collection[int] | None = None, most: int = 100_000) -> dict[int, str]:
    """Which of the records it brought were worked on since, and how; at most so many."""
    column, letter = {"contact": (ImportRow.contact_id, "p"), "company": (ImportRow.company_id, "c")}[record_type]
    query = (
        sa.select(EventLink.record_id, Event.name)
        .join(Event, Event.id == EventLink.event_id)
        .join(Operation, Operation.id == Event.operation_id)
        .where(EventLink.record_type == record_type, Operation.id > (found.operation_id or 0))
        .where(Operation.undone_by_id.is_(None), Operation.kind != "undo")
        .distinct()
        .order_by(EventLink.record_id)
    )
    if ids is not None:
        query = query.where(EventLink.record_id.in_(ids))
    else:
        mine = (ImportRow.import_id == found.id, ImportRow.trial.is_(False))
        ours: Any = sa.select(column).where(*mine, ImportRow.brought.contains(letter))
        if record_type == "company":
            ours = ours.union(sa.select(ImportRow.parent_id).where(*mine, ImportRow.parent_id.is_not(None)))
        query = query.where(EventLink.record_id.in_(ours))
    cases: dict[int, str] = {}
    for number, name in db.session.execute(query.limit(20 * most)):
        case = _case(name)
        if number not in cases or _ORDER.index(case) > _ORDER.index(cases[number]):
            cases[number] = case
    return dict(list(cases.items())[:most])


def needed(found: Import, people: Collection[int], companies: Collection[int]) -> dict[int, str]:
    """Of the companies it brought those that stay because these people, who stay, work there, or these companies are theirs."""
    at_work = sa.select(Affiliation.company_id).where(Affiliation.contact_id.in_(sa.bindparam("ids", expanding=True)))
    above = sa.select(Company.parent_id).where(Company.id.in_(sa.bindparam("ids", expanding=True)))
    stay = set(companies)
    new = stay | _ours(found, at_work, people)
    while new:
        stay |= new
        new = _ours(found, above, new) - stay
    return dict.fromkeys(sorted(stay - set(companies)), USED)


def _ours(found: Import, named: Any, ids: Collection[int]) -> set[int]:
    """What `named` finds of `ids`, as far as the import brought it."""
    asked = named.selected_columns[0]
    ours = _names(found, ImportRow.company_id, asked, ImportRow.brought.contains("c")) | _names(
        found, ImportRow.parent_id, asked
    )
    numbers, found_ids = sorted(ids), set()
    for begin in range(0, len(numbers), _AT_ONCE):
        found_ids |= set(db.session.scalars(named.where(ours), {"ids": numbers[begin : begin + _AT_ONCE]}))
    return found_ids


def _names(found: Import, column: Any, asked: Any, *more: Any) -> Any:
    """Whether a row of the import's run names `asked` in that column; looked for by record, not among all rows of the import."""
    query = sa.select(ImportRow.number).where(
        ImportRow.import_id == found.id, ImportRow.trial.is_(False), column == asked, *more
    )
    return query.with_hint(ImportRow, f"INDEXED BY ix_import_row_{column.key}", "sqlite").exists()


def _case(name: str) -> str:
    if "merge" in name:
        return MERGED
    if name.startswith("mail.") or name.endswith(".sent"):
        return MAILED
    if name == events.RECORD_DELETED.name:
        return TRASHED
    return EDITED if name in _EDITS else LINKED


def brought(found: Import) -> dict[str, int]:
    """How many people and companies it brought, and how many records it changed."""
    counts: dict[str, Any] = found.counts
    return {
        "people": counts.get("people", 0),
        "companies": counts.get("companies", 0),
        "changed": counts.get("changed", 0),
    }
