"""Cells: one file per kind in templates/records/cells/, laid side by side into one compiled row per set of columns.

An include per cell makes a page four times as dear; a row compiled once costs what hand-written markup costs.
"""

from flask import current_app
from jinja2 import Template

from crmlite.records.types import Column, RecordType

FOLDER = "records/cells"


def row_template(kind: RecordType, columns: tuple[Column, ...]) -> Template:
    """The compiled template of all rows of a page; it gets `rows` and `listing`."""
    cache = current_app.extensions.setdefault("crmlite.row_templates", {})
    key = (kind.name, tuple(column.name for column in columns))
    if key not in cache:
        cache[key] = current_app.jinja_env.from_string(_source(columns))
    template: Template = cache[key]
    return template


def cell_source(column: Column) -> str:
    """What stands inside one <td>: the file of the column's kind, for the variables `row`, `column` and `value`."""
    environment = current_app.jinja_env
    names = [f"{FOLDER}/{column.kind}.html", f"{FOLDER}/text.html"]
    loader = environment.loader
    assert loader is not None  # noqa: S101 - Flask always sets one
    name = next(name for name in names if name in _known_templates())
    return loader.get_source(environment, name)[0]


def _known_templates() -> set[str]:
    found = current_app.extensions.get("crmlite.cell_files")
    if found is None:
        loader = current_app.jinja_env.loader
        found = {name for name in (loader.list_templates() if loader else []) if name.startswith(FOLDER)}
        current_app.extensions["crmlite.cell_files"] = found
    return set(found)


def _source(columns: tuple[Column, ...]) -> str:
    cells = "".join(
        f"{{% set column = listing.columns[{at}] %}}{{% set value = row[{column.name!r}] %}}{_tag(column, cell_source(column))}"
        for at, column in enumerate(columns)
    )
    before = _part("_row_start")
    after = _part("_row_end")
    return (
        "{% from 'ui/macros.html' import icon, avatar with context %}{% for row in rows %}"
        + before
        + cells
        + after
        + "{% endfor %}"
    )


def _part(name: str) -> str:
    environment = current_app.jinja_env
    assert environment.loader is not None  # noqa: S101
    return environment.loader.get_source(environment, f"{FOLDER}/{name}.html")[0]


def _tag(column: Column, inside: str) -> str:
    element = 'th scope="row"' if column.kind == "name" else "td"
    closing = "th" if column.kind == "name" else "td"
    classes = (
        f"cx-cell cx-cell-{column.kind}{' cx-phone' if column.phone else ''}{' cx-number' if column.numeric else ''}"
    )
    return f'<{element} class="{classes}" id="c{{{{ row.id }}}}-{column.name}">{inside}</{closing}>'
