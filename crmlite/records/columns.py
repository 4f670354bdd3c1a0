"""Which columns of a list its reader wants, in which order and how wide: remembered for each view, or for the type."""

from dataclasses import replace
from typing import Any

from crmlite.auth.models import Preference, Viewer
from crmlite.records.saved_views import SavedView, name_of
from crmlite.records.types import WIDTHS, Column, RecordType


def chosen(kind: RecordType, user: Viewer, view: SavedView | None = None) -> tuple[Column, ...]:
    """of(), asked of the database."""
    names = {name_of(kind.name, one) for one in (view, None)}
    return of(kind, {name: Preference.read(user.id, name) for name in names}, view)


def of(kind: RecordType, preferences: dict[str, Any], view: SavedView | None) -> tuple[Column, ...]:
    """Those chosen for the view, else for the type, else the usual ones; `preferences` by their names."""
    asked = [preferences.get(name_of(kind.name, one)) or {} for one in (view, None)]
    found = next((one for one in asked if one.get("names")), {})
    widths = found.get("widths", {})
    known = {column.name: column for column in kind.all_columns}
    columns = [known[name] for name in found.get("names", []) if name in known]
    return tuple(
        replace(column, width=widths.get(column.name, ""))
        for column in columns or [column for column in kind.columns if not column.hidden]
    )


def remember(
    kind: RecordType, user: Viewer, view: SavedView | None, names: list[str], widths: dict[str, str]
) -> dict[str, Any]:
    """Returns what was remembered before. No names: the usual ones."""
    before = Preference.read(user.id, name_of(kind.name, view))
    kept = {name: width for name, width in widths.items() if width in WIDTHS and name in names}
    Preference.write(user.id, name_of(kind.name, view), {"names": names, "widths": kept})
    return before
