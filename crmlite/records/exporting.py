"""Export of any list: whatever it is filtered, searched, sorted and ticked to, in the columns that are shown.

Who may is a grant of its own, as what leaves the house is not called back. Modules add formats: add().
"""

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app
from flask_babel import lazy_gettext as _l

from crmlite import events
from crmlite.auth.models import User, Viewer
from crmlite.records import spreadsheet
from crmlite.records.listing import Listing
from crmlite.records.rows import Row, fill, rows_of
from crmlite.records.types import Column, RecordType
from crmlite.web import modules

KIND = "export"
"""What roles can be given a grant for."""
BATCH = 500
"""Rows that are in memory at once; of all others only their ids are, eight bytes each."""
SEARCHED = 1_000_000


@dataclass(frozen=True)
class Selection:
    """What is exported: of that type, these records, as that user sees them."""

    kind: RecordType
    columns: tuple[Column, ...]
    ids: "array[int]"
    user: Viewer

    @classmethod
    def of(cls, listing: Listing, ticked: list[int] | None = None) -> "Selection":
        """All of a list, or what is ticked in it."""
        listing.searched = SEARCHED
        return cls(listing.type, listing.columns, array("q", listing.every_id(ticked)), listing.user)

    def rows(self) -> Iterator[Row]:
        """In the order of the list; those that are gone meanwhile are left out."""
        for start in range(0, len(self.ids), BATCH):
            ids = self.ids[start : start + BATCH].tolist()
            found = rows_of(self.kind, self.columns, ids, self.user)
            fill(self.kind, self.columns, found, self.user)
            known = {row.id: row for row in found}
            yield from (known[number] for number in ids if number in known)


@dataclass(frozen=True)
class Format:
    name: str
    label: Any
    ending: str
    content_type: str
    write: Callable[[Selection], Iterator[str]]
    kinds: frozenset[str] = frozenset()
    """Which types of records it is for; none: all."""


_CSV = "text/csv; charset=utf-8"
EXCEL = Format("excel", _l("For Excel (CSV)"), "csv", _CSV, spreadsheet.for_excel)
PLAIN = Format("csv", _l("For other programs (CSV with commas)"), "csv", _CSV, spreadsheet.plain)


def init_app(app: Flask) -> None:
    app.extensions["crmlite.export_formats"] = [("", EXCEL), ("", PLAIN)]


def add(app: Flask, *formats: Format) -> None:
    app.extensions["crmlite.export_formats"] += [(modules.current(app), one) for one in formats]


def may_export(user: Viewer) -> bool:
    """By one's own rights: who stands in for somebody carries nothing away for them."""
    return user.scope(KIND, "create") != "none"


def formats(kind: RecordType, user: Viewer) -> list[Format]:
    """Those that `user` may export records of that type in."""
    if not may_export(user) or not kind.may(user, "view"):
        return []
    every = current_app.extensions["crmlite.export_formats"]
    return [one for module, one in every if modules.is_on(module) and (not one.kinds or kind.name in one.kinds)]


def note(user: User, chosen: Selection, form: Format) -> None:
    """That it was done, by whom, and how many records went along. Final: nothing calls them back."""
    events.emit(
        events.RECORDS_EXPORTED,
        user,
        what=str(chosen.kind.label_plural),
        of=chosen.kind.name,
        format=form.name,
        count=len(chosen.ids),
    )
