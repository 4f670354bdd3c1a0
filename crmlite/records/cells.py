"""Cells: one file per kind in templates/records/cells/, laid side by side into one compiled row per set of columns.

An include per cell makes a page four times as dear; a row compiled once costs what hand-written markup costs. What stands in many
rows of a page is drawn once: fifty rows have five owners.
"""

from collections.abc import Callable, Sequence
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from jinja2 import Template
from markupsafe import Markup

from crmlite.records.types import Column, RecordType

FOLDER = "records/cells"
REPEATED = frozenset(
    {"choice", "country", "language", "lead_state", "lifecycle", "offered", "pipeline", "quote_state", "stage", "user"}
)
"""Kinds whose file looks at `value` only, of which a page has few."""


def render_rows(kind: RecordType, columns: tuple[Column, ...], rows: Sequence[Any]) -> Markup:
    """All rows of a page. What is the same in each row is made once: a page of 50 has 150 cells that can be edited."""
    template = _compiled(
        (kind.name, *(column.name + column.width for column in columns)), lambda: _rows_source(columns)
    )
    labels = [_edit_label(column) for column in columns]
    before, _name, after = _("Select %(name)s", name="\0").partition("\0")
    return Markup(  # noqa: S704
        template.render(
            rows=rows,
            columns=columns,
            type=kind,
            edit_labels=labels,
            drawn=Drawn,
            before_name=before,
            after_name=after,
            nameless=_("record without a name"),
        )
    )


class Drawn(dict[Any, Any]):
    """What a macro made of a value, for the next row of this page with the same: `once(macro)[value]` in templates."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        super().__init__()
        self._draw = draw

    def __missing__(self, value: Any) -> Any:
        self[value] = found = self._draw(value)
        return found


def _edit_label(column: Column) -> str:
    return _("Edit %(field)s", field=column.label) if column.edit else ""


def cell_template(column: Column) -> Template:
    """What stands inside one cell; it gets `row`, `value`, `column`, `type`, `edit_label` and `focus` (back on its edit button)."""
    key = (column.kind, column.edit, column.is_owner)
    return _compiled(key, lambda: _IMPORTS + _inside(column, _shown(column)))


def cell(kind: RecordType, column: Column, row: Any, focus: bool = False) -> Markup:
    """The inside of one cell, for pages of one record."""
    template = cell_template(column)
    values = {"row": row, "value": row[column.name], "type": kind, "column": column, "focus": focus}
    return Markup(template.render(values, edit_label=_edit_label(column)))  # noqa: S704


def _compiled(key: tuple[Any, ...], source: Callable[[], str]) -> Template:
    cache = current_app.extensions.setdefault("crmlite.row_templates", {})
    if key not in cache:
        cache[key] = current_app.jinja_env.from_string(source())
    template: Template = cache[key]
    return template


_IMPORTS = "{% import 'ui/macros.html' as ui %}"


def _rows_source(columns: tuple[Column, ...]) -> str:
    """Macros of what repeats, then the loop over the rows: in it each lookup and each call counts fifty times.

    What is set before the loop is looked up once and not in each row.
    """
    once = "".join(f"{{% set {name} = {name} %}}" for name in ("type", "before_name", "after_name", "nameless"))
    before, cells = [_IMPORTS, once, "{% set focus = false %}"], []
    for at, column in enumerate(columns):
        before.append(f"{{% set column_{at} = columns[{at}] %}}{{% set edit_label_{at} = edit_labels[{at}] %}}")
        shown = _shown(column)
        if column.kind in REPEATED:
            before.append(f"{{% macro draw_{at}(value) %}}{{% set column = column_{at} %}}{shown}{{% endmacro %}}")
            before.append(f"{{% set drawn_{at} = drawn(draw_{at}) %}}")
            shown = f"{{{{ drawn_{at}[value] }}}}"
        names = f"{{% set column = column_{at} %}}{{% set value = row[{column.name!r}] %}}{{% set edit_label = edit_label_{at} %}}"
        cells.append(names + _tag(column, _inside(column, shown)))
    return "".join([*before, "{% for row in rows %}", _file("_row_start"), *cells, _file("_row_end"), "{% endfor %}"])


def _inside(column: Column, shown: str) -> str:
    """What is shown; where it is edited in place, inside the button that does it."""
    if not column.edit:
        return shown
    before, after = _file("_edit").rstrip("\n").split("<!-- value -->")
    allowed = "may_hand_over" if column.is_owner else "editable"
    return f"{{% if row.{allowed} %}}{before}{shown}{after}{{% else %}}{shown}{{% endif %}}"


def _shown(column: Column) -> str:
    """The file of the column's kind."""
    return _file(column.kind if f"{FOLDER}/{column.kind}.html" in _known_files() else "text").rstrip("\n")


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
