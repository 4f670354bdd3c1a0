"""Cells: one file per kind in templates/records/cells/, laid side by side into one compiled row per set of columns.

An include per cell makes a page four times as dear; a row compiled once costs what hand-written markup costs.
"""

from collections.abc import Callable, Sequence
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from jinja2 import Template
from markupsafe import Markup

from crmlite.records.types import Column, RecordType

FOLDER = "records/cells"


def render_rows(kind: RecordType, columns: tuple[Column, ...], rows: Sequence[Any]) -> Markup:
    """All rows of a page. What is the same in each row is made once: a page of 50 has 150 cells that can be edited."""
    template = _compiled(
        (kind.name, *(column.name + column.width for column in columns)), lambda: _rows_source(columns)
    )
    labels = [_edit_label(column) for column in columns]
    return Markup(template.render(rows=rows, columns=columns, type=kind, edit_labels=labels))  # noqa: S704


def _edit_label(column: Column) -> str:
    return _("Edit %(field)s", field=column.label) if column.edit else ""


def cell_template(column: Column) -> Template:
    """What stands inside one cell; it gets `row`, `value`, `column`, `type` and `focus` (back on its edit button)."""
    return _compiled((column.kind, column.edit, column.is_owner), lambda: _IMPORTS + _inside(column))


def cell(kind: RecordType, column: Column, row: Any, focus: bool = False) -> Markup:
    """The inside of one cell, for pages of one record."""
    template = cell_template(column)
    values = {"row": row, "value": row[column.name], "type": kind, "column": column, "focus": focus}
    return Markup(template.render(values, edit_label=_edit_label(column), row_url=kind.shared_url_of(row.id)))  # noqa: S704


def _compiled(key: tuple[Any, ...], source: Callable[[], str]) -> Template:
    cache = current_app.extensions.setdefault("crmlite.row_templates", {})
    if key not in cache:
        cache[key] = current_app.jinja_env.from_string(source())
    template: Template = cache[key]
    return template


_IMPORTS = "{% import 'ui/macros.html' as ui with context %}"


def _rows_source(columns: tuple[Column, ...]) -> str:
    cells = "".join(
        f"{{% set column = columns[{at}] %}}{{% set value = row[{column.name!r}] %}}{{% set edit_label = edit_labels[{at}] %}}"
        f"{_tag(column, _inside(column))}"
        for at, column in enumerate(columns)
    )
    return (
        _IMPORTS
        + "{% for row in rows %}{% set row_url = type.shared_url_of(row.id) %}"
        + _file("_row_start")
        + cells
        + _file("_row_end")
        + "{% endfor %}"
    )


def _inside(column: Column) -> str:
    """The file of the column's kind; where it is edited in place, inside the button that does it."""
    name = column.kind if f"{FOLDER}/{column.kind}.html" in _known_files() else "text"
    shown = _file(name).rstrip("\n")
    if not column.edit:
        return shown
    before, after = _file("_edit").rstrip("\n").split("<!-- value -->")
    allowed = "may_hand_over" if column.is_owner else "editable"
    return f"{{% if row.{allowed} %}}{before}{shown}{after}{{% else %}}{shown}{{% endif %}}"


def _known_files() -> frozenset[str]:
    found = current_app.extensions.get("crmlite.cell_files")
    if found is None:
        loader = current_app.jinja_env.loader
        found = frozenset(name for name in (loader.list_templates() if loader else []) if name.startswith(FOLDER))
        current_app.extensions["crmlite.cell_files"] = found
    files: frozenset[str] = found
    return files


def _file(name: str) -> str:
    environment = current_app.jinja_env
    assert environment.loader is not None  # noqa: S101 - Flask always sets one
    return environment.loader.get_source(environment, f"{FOLDER}/{name}.html")[0]


WIDTHS = {"s": "cx-w-s", "m": "cx-w-m", "l": "cx-w-l", "xl": "cx-w-xl"}
_CLASSES = {"name": "cx-c-name", "user": "cx-c-own"}


def _tag(column: Column, inside: str) -> str:
    element = 'th scope="row"' if column.kind == "name" else "td"
    classes = [_CLASSES.get(column.kind, "cx-c")]
    classes += ["cx-cell"] if column.edit else []
    classes += ["cx-phone"] if column.phone else []
    classes += ["cx-num-col"] if column.numeric else []
    classes += [WIDTHS[column.width]] if column.width else []
    return f'<{element} class="{" ".join(classes)}">{inside}</{element.split()[0]}>'
