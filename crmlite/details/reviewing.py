"""What the pages of the review show: what waits, for those who may change the contact, and each difference."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from crmlite.auth.models import Viewer
from crmlite.companies.models import Company
from crmlite.companies.types import COMPANY
from crmlite.contacts.models import Affiliation, Contact
from crmlite.contacts.types import CONTACT
from crmlite.details import fields
from crmlite.details.models import WAITING, Correction, CorrectionPart
from crmlite.extensions import db
from crmlite.records.colleagues import users

PAGE = 50
UNSEEN = "…"


@dataclass(frozen=True)
class Line:
    """One part of a correction, as its reader may see it."""

    part: CorrectionPart
    label: Any
    held: str
    """What crmlite holds now."""
    was: str
    """What it held when the person sent it."""
    wanted: str
    stamp: str
    """Of what the reader sees: another one means that it changed since."""

    @property
    def is_open(self) -> bool:
        return self.part.state == WAITING

    @property
    def is_changed(self) -> bool:
        """Whether a colleague changed the field since the person saw it."""
        return self.is_open and (self.part.late or self.held != self.was)

    @property
    def decided_by(self) -> str:
        return str(users().get(self.part.decided_by_id or 0, {}).get("name", ""))


class Review:
    """One correction, of a contact that `user` may change."""

    def __init__(self, user: Viewer, correction: Correction) -> None:
        self.user, self.correction, self.contact = user, correction, correction.contact

    @cached_property
    def lines(self) -> list[Line]:
        held = fields.held(self.contact)
        return [self._line(part, held.get((part.field, part.row_id))) for part in self.correction.parts]

    @property
    def is_open(self) -> bool:
        return any(line.is_open for line in self.lines)

    @property
    def may_take_back(self) -> bool:
        return self.correction.operation_id is not None and any(
            part.state != "refused" for part in self.correction.parts
        )

    def _line(self, part: CorrectionPart, held: Any) -> Line:
        shown = json.dumps([held, part.now, part.was], sort_keys=True)
        values = [held, part.was, part.now]
        if part.field == "work" and part.row_id in self._unseen:
            values = [self._veiled(value, held, part.was) for value in values]
        now, was, wanted = (fields.said(part.field, value) for value in values)
        stamp = hashlib.sha256(shown.encode()).hexdigest()[:16]
        return Line(part, fields.label(part.field), now, was, wanted, stamp)

    def _veiled(self, value: Any, *known: Any) -> Any:
        """Without the company's name as it is now or was then; what the person calls another one is theirs to say."""
        names = {one["company"] for one in known if one is not None}
        return {**value, "company": UNSEEN} if value is not None and value["company"] in names else value

    @cached_property
    def _unseen(self) -> set[int]:
        """Links to companies that the user may not see."""
        ids = {part.row_id for part in self.correction.parts if part.field == "work" and part.row_id is not None}
        if not ids:
            return set()
        seen = sa.select(Affiliation.id).join(Company, Company.id == Affiliation.company_id)
        rows = db.session.scalars(seen.where(Affiliation.id.in_(ids), COMPANY.policy.rows(self.user)))
        return ids - set(rows)


@dataclass(frozen=True)
class Waiting:
    """A row of the queue."""

    id: int
    contact_id: int
    name: str
    owner: dict[str, Any] | None
    received_at: Any
    count: int


class Queue:
    """A page of what waits, the oldest first; `after` is the id that the page before ended with."""

    def __init__(self, user: Viewer, after: int) -> None:
        self.user, self.after = user, after

    @cached_property
    def _found(self) -> list[Waiting]:
        open_parts = (
            sa.select(sa.func.count())
            .where(CorrectionPart.correction_id == Correction.id, CorrectionPart.state == WAITING)
            .scalar_subquery()
        )
        query = (
            sa.select(Correction.id, Contact.id, Contact.name, Contact.owner_id, Correction.received_at, open_parts)
            .join(Contact, Contact.id == Correction.contact_id)
            .where(
                Correction.state == WAITING,
                Correction.id > self.after,
                Contact.deleted_at.is_(None),
                CONTACT.policy.rows(self.user),
                CONTACT.policy.rows(self.user, "edit"),
            )
            .order_by(Correction.id)
            .limit(PAGE + 1)
        )
        rows = db.session.execute(query)
        return [Waiting(i, c, name, users().get(owner), at, count) for i, c, name, owner, at, count in rows]

    @property
    def rows(self) -> list[Waiting]:
        return self._found[:PAGE]

    @property
    def next_after(self) -> int | None:
        return self._found[PAGE - 1].id if len(self._found) > PAGE else None
