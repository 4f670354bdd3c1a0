"""What the pages about duplicates show, as far as the user may see and change it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from crmlite.auth.models import Viewer
from crmlite.companies.models import Company
from crmlite.companies.types import COMPANY
from crmlite.duplicates import fields, finding, keeping, merging, reasons, relations
from crmlite.duplicates.cards import Card
from crmlite.duplicates.models import Distinct, DuplicatePair, Merge
from crmlite.extensions import db
from crmlite.journal import Operation
from crmlite.records import types
from crmlite.records.alike import LookAlike
from crmlite.records.colleagues import users
from crmlite.records.edit import fields_then
from crmlite.records.types import RecordType

PAGE = 25
SHOWN = 5
"""Look-alikes that are named while somebody types."""


def kinds(user: Viewer) -> list[RecordType]:
    """Types of which this user may change records."""
    return [kind for name in ("contact", "company") if (kind := types.get(name)) is not None and kind.may(user, "edit")]


@dataclass(frozen=True)
class Group:
    """Records that look like one, and why."""

    records: list[Any]
    why: list[tuple[Any, Any, list[Any]]]
    """Of each pair: both, and the reasons."""
    may_merge: bool


class Pairs:
    """A page of groups; `order` is surest or newest. `before` is where the page before ended. Raises ValueError for one that it
    did not say."""

    def __init__(self, user: Viewer, kind: RecordType, order: str, before: str | None) -> None:
        self.user, self.kind, self.order = user, kind, order if order == "newest" else "surest"
        self.before = tuple(int(part) for part in before.split(".")) if before else None
        if self.before is not None and (len(self.before) != 2 or max(self.before) >= 2**62):
            raise ValueError(before)

    @cached_property
    def _found(self) -> list[DuplicatePair]:
        pair = DuplicatePair
        query = sa.select(pair).where(
            pair.record_type == self.kind.name,
            _seen(self.kind, self.user, pair.record_id),
            _seen(self.kind, self.user, pair.other_id),
            _open(),
        )
        if self.before is not None:
            score, number = self.before
            earlier = pair.id < number
            if self.order == "surest":
                earlier = sa.or_(pair.score < score, sa.and_(pair.score == score, earlier))
            query = query.where(earlier)
        order = (pair.score.desc(), pair.id.desc()) if self.order == "surest" else (pair.id.desc(),)
        return list(db.session.scalars(query.order_by(*order).limit(PAGE + 1)))

    @property
    def next_before(self) -> str | None:
        if len(self._found) <= PAGE:
            return None
        last = self._found[PAGE - 1]
        return f"{last.score}.{last.id}"

    @cached_property
    def groups(self) -> list[Group]:
        pairs = self._found[:PAGE]
        model = self.kind.model
        ids = {number for pair in pairs for number in (pair.record_id, pair.other_id)}
        records = {r.id: r for r in db.session.scalars(sa.select(model).where(model.id.in_(ids)))}
        return [self._group(part, records) for part in _together(pairs)]

    def _group(self, pairs: list[DuplicatePair], records: dict[int, Any]) -> Group:
        ids = sorted({number for pair in pairs for number in (pair.record_id, pair.other_id)})
        why = [(records[pair.record_id], records[pair.other_id], reasons.said(pair.reasons)) for pair in pairs]
        inside = [records[number] for number in ids]
        may = len(inside) <= merging.MOST and all(self.kind.policy.covers(self.user, "delete", r) for r in inside)
        return Group(inside, why, may)


def _seen(kind: RecordType, user: Viewer, column: Any) -> sa.ColumnElement[bool]:
    """Whether the user may see and change that record; asked for each row that is shown, not of all records there are."""
    model, policy = kind.model, kind.policy
    return sa.exists().where(
        model.id == column, model.deleted_at.is_(None), policy.rows(user), policy.rows(user, "edit")
    )


def numbers(user: Viewer, record: Any) -> tuple[int, int]:
    """How many pairs with this record are known that the user may see and change, and what was merged into it: one statement."""
    kind, pair = types.of(record), DuplicatePair
    alike = sa.select(sa.func.count(pair.id)).where(
        pair.record_type == kind.name,
        sa.or_(pair.record_id == record.id, pair.other_id == record.id),
        _seen(kind, user, pair.record_id),
        _seen(kind, user, pair.other_id),
        _open(),
    )
    merged = sa.select(sa.func.count(Merge.id)).where(
        Merge.record_type == kind.name, Merge.winner_id == record.id, Merge.separated_by_id.is_(None)
    )
    row = db.session.execute(sa.select(alike.scalar_subquery(), merged.scalar_subquery())).one()
    return row[0], row[1]


def _open() -> sa.ColumnElement[bool]:
    """Nobody said that they are two."""
    pair = DuplicatePair
    return ~sa.exists().where(
        Distinct.record_type == pair.record_type,
        Distinct.record_id == pair.record_id,
        Distinct.other_id == pair.other_id,
    )


def _together(pairs: list[DuplicatePair]) -> list[list[DuplicatePair]]:
    """Pairs that share a record stand together, where the first of them stands."""
    groups: list[tuple[set[int], list[DuplicatePair]]] = []
    for pair in pairs:
        ends = {pair.record_id, pair.other_id}
        touching = [group for group in groups if group[0] & ends]
        if not touching:
            groups.append((ends, [pair]))
            continue
        first, *others = touching
        first[0].update(ends)
        first[1].append(pair)
        for other in others:
            first[0].update(other[0])
            first[1].extend(other[1])
            groups.remove(other)
    return [group for _ends, group in groups]


# --- one record -------------------------------------------------------------------------------------------------------


class Doubles:
    """What a record's page says: what looks like it, and what was merged into it."""

    def __init__(self, user: Viewer, record: Any) -> None:
        self.user, self.record, self.kind = user, record, types.of(record)

    @cached_property
    def others(self) -> list[tuple[Any, list[Any]]]:
        """Records that the user may see and change, with why."""
        card = keeping.cards_of(self.kind.name, [self.record.id]).get(self.record.id)
        if card is None or not self.kind.policy.may(self.user, "edit", self.record):
            return []
        found = {number: match for number, match in finding.alike(card) if number != self.record.id}
        apart = _distinct_from(self.kind.name, self.record.id) if found else set()
        model, policy = self.kind.model, self.kind.policy
        wanted = [number for number in found if number not in apart]
        query = policy.visible(self.user).where(model.id.in_(wanted), policy.rows(self.user, "edit"))
        records = {record.id: record for record in db.session.scalars(query)} if wanted else {}
        return [(records[n], reasons.said(found[n].reasons)) for n in wanted if n in records][:SHOWN]

    @cached_property
    def may_merge(self) -> bool:
        return self.kind.policy.may(self.user, "delete", self.record)

    @cached_property
    def merges(self) -> list[tuple[Merge, str, Any]]:
        """What was merged into it and stands: (merge, names, by whom)."""
        rows = db.session.execute(
            sa.select(Merge, Operation.actor_id)
            .join(Operation, Operation.id == Merge.operation_id)
            .where(Merge.record_type == self.kind.name, Merge.winner_id == self.record.id)
            .where(Merge.separated_by_id.is_(None), Operation.undone_by_id.is_(None))
            .order_by(Merge.id.desc())
        ).all()
        ids = [number for merge, _actor in rows for number in merge.losers]
        model = self.kind.model
        query = sa.select(model.id, model.name).where(model.id.in_(ids), self.kind.policy.rows(self.user))
        names = {number: name or _("Without a name") for number, name in db.session.execute(query)} if ids else {}
        return [
            (merge, ", ".join(names.get(n, "…") for n in merge.losers), users().get(actor or 0))
            for merge, actor in rows
        ]


def _distinct_from(name: str, record_id: int) -> set[int]:
    rows = db.session.execute(
        sa.select(Distinct.record_id, Distinct.other_id).where(
            Distinct.record_type == name, sa.or_(Distinct.record_id == record_id, Distinct.other_id == record_id)
        )
    )
    return {number for pair in rows for number in pair} - {record_id}


def look_alikes(kind: RecordType, user: Viewer, card: Card) -> list[LookAlike]:
    """What looks like what is being typed: of what the user may not see, only whom to ask."""
    found = finding.alike(card)
    model, ids = kind.model, [number for number, _match in found]
    if not ids:
        return []
    rows = db.session.execute(
        sa.select(model.id, model.name, model.owner_id, kind.policy.rows(user).label("seen")).where(
            model.id.in_(ids), model.deleted_at.is_(None)
        )
    )
    known = {row.id: row for row in rows}
    shown = [_look_alike(kind, known[n], match.reasons) for n, match in found if n in known]
    return list(dict.fromkeys(shown))[:SHOWN]


def _look_alike(kind: RecordType, row: Any, why: Iterable[str]) -> LookAlike:
    if not row.seen:
        return LookAlike(owner=users().get(row.owner_id or 0, {}).get("name", ""))
    return LookAlike(row.name or "", kind.url_of(row.id), tuple(reasons.said(why)))


# --- merging ----------------------------------------------------------------------------------------------------------


class MergePage:
    """The preview: field by field, relation by relation. `records` were found through the policy."""

    def __init__(self, user: Viewer, kind: RecordType, records: list[Any], winner: Any, asked: dict[str, int]) -> None:
        self.user, self.kind, self.records, self.winner, self.asked = user, kind, records, winner, asked
        self.stale: list[tuple[Any, list[tuple[Any, str, str]]]] = []

    @property
    def losers(self) -> list[Any]:
        return [record for record in self.records if record is not self.winner]

    @cached_property
    def choices(self) -> list[fields.Choice]:
        return fields.choices(self.kind, self.winner, self.records, self.asked)

    @cached_property
    def counts(self) -> list[tuple[Any, int]]:
        return merging.counts(self.kind, [record.id for record in self.losers], self.user)

    def shown(self, choice: fields.Choice, value: Any) -> str:
        if choice.name in {"main_company_id", "parent_id"}:
            return self._companies.get(value, _("A company that you may not see"))
        return fields.shown(choice.name, value)

    @cached_property
    def _companies(self) -> dict[int, str]:
        wanted = {
            value
            for choice in self.choices
            if choice.name in {"main_company_id", "parent_id"}
            for value in choice.values.values()
            if value
        }
        query = COMPANY.policy.visible(self.user).with_only_columns(Company.id, Company.name)
        rows = db.session.execute(query.where(Company.id.in_(wanted))) if wanted else ()
        return {number: name for number, name in rows}  # noqa: C416 - rows are no pairs to the type checker

    def note_stale(self, versions: dict[int, str | None]) -> bool:
        """Whether somebody changed one of them since the preview was shown: then it says what it was and what it is."""
        for record in self.records:
            version = versions.get(record.id) or ""
            if version == str(record.row_version):
                continue
            then = fields_then(record, version) if version.isdecimal() else {}
            lines = [
                (fields.LABELS[name], self._told(name, was), self._told(name, getattr(record, name, None)))
                for name, was in then.items()
                if name in fields.LABELS and name not in {"main_company_id", "parent_id"}
            ]
            self.stale.append((record, lines))
        return bool(self.stale)

    @staticmethod
    def _told(name: str, value: Any) -> str:
        return fields.shown(name, value)


def left(done: Merge) -> list[tuple[Any, Any]]:
    """What taking apart had to leave alone, in words: (what kind of thing, which field)."""
    known = {relation.table.name: relation.handling.label for relation in relations.to(done.record_type)}
    labels = types.registered()
    return [
        (labels[table].label if table in labels else known.get(table) or table, fields.LABELS.get(name, ""))
        for table, _number, name in done.left
    ]
