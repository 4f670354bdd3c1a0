"""What the pages of an import show."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from crmlite.extensions import db
from crmlite.imports import agreeing, cases, fields, sources, targets, wording
from crmlite.imports.models import OUTCOMES, TRIED, TRYING, UNDONE, Import, ImportRow
from crmlite.imports.reading import stream
from crmlite.records import types
from crmlite.records.colleagues import users

PAGE = 50
_CELLS = 4
"""Cells of a row that are shown, so that people know which one it is."""


@dataclass(frozen=True)
class Column:
    """One column of the file, as the page about columns shows it."""

    index: int
    header: str
    target: str
    look: dict[str, Any]
    order: str
    may_make: bool
    """Whether a new custom field may be made of it."""
    agreements: list[tuple[str, list[tuple[str, str]]]]

    @property
    def groups(self) -> list[tuple[str, list[tuple[str, str]]]]:
        return targets.offered(self.target) + fields.offered(self.look, self.may_make) + self.agreements

    @property
    def is_date(self) -> bool:
        return "orders" in self.look

    @property
    def is_uncertain(self) -> bool:
        """Whether its dates may be read in two ways."""
        return len(self.look.get("orders", ())) > 1


def columns(found: Import, may_make: bool) -> list[Column]:
    looks = found.found.get("columns") or [{} for _header in found.headers]
    orders, agreements = found.options.get("orders", {}), agreeing.offered()
    return [
        Column(index, header, found.mapping[index], looks[index], orders.get(str(index), "dmy"), may_make, agreements)
        for index, header in enumerate(found.headers)
    ]


@dataclass(frozen=True)
class ShownRow:
    number: int
    outcome: str
    text: str
    reasons: list[str]
    contact_id: int | None
    company_id: int | None
    undone: str


class ImportPage:
    """One import, in whatever state it is."""

    def __init__(self, found: Import, show: str = "", after: int = 0, rows: bool = True) -> None:
        self.found = found
        self.show = show if show in (*OUTCOMES, "kept") else ""
        self.state, self.hue = wording.STATES[found.state]
        self.is_trial = found.state in {TRYING, TRIED}
        self.counts: dict[str, Any] = found.trial_counts if self.is_trial else found.counts
        self.source = sources.LABELS.get(found.source, "")
        self.rows: list[ShownRow] = []
        self.next_after: int | None = None
        if rows and not found.is_busy and self.counts:
            self._load(after)

    @property
    def tiles(self) -> list[tuple[str, Any, str, int]]:
        """(outcome, label, hue, how many): together all rows of the file."""
        return [(name, *wording.OUTCOMES[name], self.counts.get(name, 0)) for name in OUTCOMES if self.counts.get(name)]

    @property
    def total(self) -> int:
        return sum(self.counts.get(name, 0) for name in OUTCOMES)

    @property
    def unmapped(self) -> int:
        return sum(target == "" for target in self.found.mapping)

    @property
    def new_fields(self) -> int:
        return fields.count_new(self.found)

    @property
    def problem(self) -> str:
        return str(wording.PROBLEMS.get(self.found.problem, "")) if self.found.problem else ""

    @property
    def has_file(self) -> bool:
        return self.found.stream_id is not None

    def _load(self, after: int) -> None:
        query = sa.select(ImportRow).where(
            ImportRow.import_id == self.found.id, ImportRow.trial.is_(self.is_trial), ImportRow.number > after
        )
        if self.show == "kept":
            query = query.where(ImportRow.undone.in_(list(wording.KEPT)))
        elif self.show:
            query = query.where(ImportRow.outcome == self.show)
        rows = db.session.scalars(query.order_by(ImportRow.number).limit(PAGE + 1)).all()
        self.next_after = rows[PAGE - 1].number if len(rows) > PAGE else None
        self.rows = self._shown(rows[:PAGE])

    def _shown(self, rows: Sequence[ImportRow]) -> list[ShownRow]:
        people = users() if any(row.reasons for row in rows) else {}
        texts = self._texts([row.place for row in rows])
        kept = wording.KEPT if self.found.state == UNDONE else {}
        return [
            ShownRow(
                row.number,
                row.outcome,
                text,
                wording.of_reasons(row.reasons, people) + ([str(kept[row.undone])] if row.undone in kept else []),
                row.contact_id,
                row.company_id,
                row.undone,
            )
            for row, text in zip(rows, texts, strict=True)
        ]

    def _texts(self, places: list[int]) -> list[str]:
        if self.found.stream is None:
            return [""] * len(places)
        try:
            rows = list(stream.read_at(self.found.stream.location, places))
        except OSError:
            return [""] * len(places)
        return [" · ".join([cell[:60] for cell in row.cells if cell][:_CELLS]) for row in rows]


class UndoPage:
    """What pressing Undo would do."""

    MOST = 200

    def __init__(self, found: Import) -> None:
        self.found = found
        self.brought = cases.brought(found)
        people, companies = cases.since(found, "contact"), cases.since(found, "company")
        companies |= cases.needed(found, people, companies)
        self.stays = [(case, "contact", number) for number, case in people.items()]
        self.stays += [(case, "company", number) for number, case in companies.items()]
        self.fields = len(fields.made(found))
        self.goes = {
            "people": max(0, self.brought["people"] - len(people)),
            "companies": max(0, self.brought["companies"] - len(companies)),
        }
        self.by_case = [
            (wording.KEPT[case], sum(of == case for of, _name, _number in self.stays))
            for case in wording.KEPT
            if any(of == case for of, _name, _number in self.stays)
        ]
        self.listed = self._listed()

    def _listed(self) -> list[tuple[str, str, str]]:
        """(name, address, why it stays) of the first ones."""
        found = []
        for name in ("contact", "company"):
            kind = types.get(name)
            ids = {number: case for case, of, number in self.stays if of == name}
            if kind is None or not ids:
                continue
            query = sa.select(kind.model.id, kind.model.name).where(kind.model.id.in_(list(ids)[: self.MOST]))
            for number, title in db.session.execute(query.order_by(kind.model.sort_name)):
                found.append((title, kind.url_of(number), str(wording.KEPT[ids[number]])))
        return found
