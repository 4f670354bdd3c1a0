"""Which columns of a list its reader wants, in which order and how wide: remembered for each view, or for the type."""

from dataclasses import replace
from typing import Any

from crmlite.auth.models import Preference, Viewer
from crmlite.records.saved_views import SavedView
from crmlite.records.types import WIDTHS, Column, RecordType


def chosen(kind: RecordType, user: Viewer, view: SavedView | None = None) -> tuple[Column, ...]:
    """Those chosen for the view, else for the type, else the usual ones."""
    found = _read(kind, user, view)
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
    before = Preference.read(user.id, _name(kind, view))
    kept = {name: width for name, width in widths.items() if width in WIDTHS and name in names}
    Preference.write(user.id, _name(kind, view), {"names": names, "widths": kept})
    return before


def _read(kind: RecordType, user: Viewer, view: SavedView | None) -> dict[str, Any]:
    own = Preference.read(user.id, _name(kind, view)) if view is not None else {}
    return own if own.get("names") else Preference.read(user.id, _name(kind, None))


def _name(kind: RecordType, view: SavedView | None) -> str:
    return f"columns.{kind.name}" + (f".{view.id}" if view is not None else "")
