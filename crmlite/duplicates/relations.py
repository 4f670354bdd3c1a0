"""Everything that points at a contact or company, found in the tables themselves, so that a new one cannot be forgotten.

A foreign key, or a pair like (record_type, record_id), is a relation. KNOWN says what a merge does with each; a test fails for
one that is not in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from crmlite.extensions import Base

MERGEABLE = ("contact", "company")


@dataclass(frozen=True)
class Handling:
    """What a merge does with the rows of one relation."""

    how: str
    """move: they point at the winner. unite: the same, and what both had stays once (uniting.py). spread: as move, where the
    winner has none of the same kind. link: the winner is linked as well. stay: they keep pointing at the loser."""
    label: Any = None
    """What the preview calls them; None where people need not know."""
    same: tuple[str, ...] = ()
    """Columns of which, with the record, there may be one row only: what the winner has too is not moved."""


MOVE, UNITE, SPREAD, LINK, STAY = "move", "unite", "spread", "link", "stay"

KNOWN: dict[str, Handling] = {
    "point.contact_id": Handling(UNITE, _l("E-mails, phones and links")),
    "point.company_id": Handling(UNITE, _l("E-mails, phones and links")),
    "address.contact_id": Handling(UNITE, _l("Addresses")),
    "address.company_id": Handling(UNITE, _l("Addresses")),
    "affiliation.contact_id": Handling(UNITE, _l("Companies they work at")),
    "affiliation.company_id": Handling(UNITE, _l("People")),
    "tagging.record_id": Handling(UNITE, _l("Tags"), ("tag_id",)),
    "member.record_id": Handling(UNITE, _l("Colleagues who work on it"), ("user_id",)),
    "note.record_id": Handling(MOVE, _l("Notes")),
    "attachment.record_id": Handling(MOVE, _l("Files")),
    "consent.contact_id": Handling(MOVE, _l("Consents")),
    "link.record_id": Handling(STAY),  # its token is made of what it is of; what it opens follows the merge
    "deal.contact_id": Handling(MOVE, _l("Deals")),
    "deal.company_id": Handling(MOVE, _l("Deals")),
    "lead.contact_id": Handling(MOVE, _l("Leads")),
    "lead.company_id": Handling(MOVE, _l("Leads")),
    "quote.contact_id": Handling(MOVE, _l("Quotes")),
    "quote.company_id": Handling(MOVE, _l("Quotes")),
    "order.contact_id": Handling(MOVE, _l("Orders")),
    "order.company_id": Handling(MOVE, _l("Orders")),
    "submission.contact_id": Handling(MOVE, _l("Forms they filled in")),
    "contact.main_company_id": Handling(MOVE),  # follows from where they work
    "company.parent_id": Handling(MOVE, _l("Companies that are part of it")),
    "correction.contact_id": Handling(MOVE, _l("What they corrected themselves")),
    "details_request.contact_id": Handling(MOVE),
    "message.about_id": Handling(MOVE, _l("Mails")),
    "notice.record_id": Handling(MOVE, _l("Notices")),
    "favourite.record_id": Handling(SPREAD, _l("Stars"), ("user_id", "query")),
    "seen.record_id": Handling(SPREAD, None, ("user_id",)),
    "event_link.record_id": Handling(LINK, _l("Events on the timeline")),
    "event.subject_id": Handling(STAY),  # what it happened to; the winner's timeline shows it by its link
    "change.record_id": Handling(STAY),  # the journal says what was
    "search.record_id": Handling(STAY),  # kept by search itself
    "contact.merged_into_id": Handling(STAY),  # one merge after the other: each can be taken back by itself
    "company.merged_into_id": Handling(STAY),
    "outside_id.company_id": Handling(STAY),  # who looks there follows the merge
    "outside_id.contact_id": Handling(STAY),
    "duplicate_card.record_id": Handling(STAY),  # kept by keeping.py
    "duplicate_key.record_id": Handling(STAY),
    "duplicate_pair.record_id": Handling(STAY),
    "distinct_pair.record_id": Handling(STAY),  # said anew of the winner: merging.py
}


@dataclass(frozen=True)
class Relation:
    """One column that points at a contact or company."""

    table: sa.Table
    column: str
    kind: str | None
    """The column that says of what type the record is, where there is one."""
    to: str
    """contact or company."""

    @property
    def name(self) -> str:
        return f"{self.table.name}.{self.column}"

    @property
    def handling(self) -> Handling:
        """A relation that nobody thought of is carried over, so that nothing is lost."""
        return KNOWN.get(self.name, Handling(MOVE, self.table.name))

    def of(self, ids: list[int]) -> sa.ColumnElement[bool]:
        """The condition for rows that point at these records."""
        here = self.table.c[self.column].in_(ids)
        return sa.and_(self.table.c[self.kind] == self.to, here) if self.kind else here


def to(kind: str) -> list[Relation]:
    """Every relation to records of that type, in the order of the tables' names."""
    return sorted(_found(kind), key=lambda relation: relation.name)


def _found(kind: str) -> Iterator[Relation]:
    for table in Base.metadata.tables.values():
        for column in table.c:
            if any(key.column.table.name == kind for key in column.foreign_keys):
                yield Relation(table, column.name, None, kind)
            elif column.name.endswith("_type") and f"{column.name.removesuffix('_type')}_id" in table.c:
                yield Relation(table, f"{column.name.removesuffix('_type')}_id", column.name, kind)
