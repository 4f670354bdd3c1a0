"""The first filled sheet of an .xlsx file as rows of cells. Only the process that reads imports this. Pure."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import python_calamine

from crmlite.imports.reading.limits import COLUMNS, FIELD, XLSX_ROWS, BadRow, Unreadable


def rows(path: Path) -> Iterator[tuple[int, list[str] | BadRow]]:
    """(number in the sheet, cells); empty ones are left out. Raises Unreadable."""
    try:
        best = next((sheet for sheet in _sheets(path) if sheet), None)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Unreadable("broken_workbook") from error
    if best is None:
        raise Unreadable("empty")
    if len(best) > XLSX_ROWS + 1:
        raise Unreadable("too_many_rows")
    for number, values in best.items():
        cells = [_text(value) for value in values]
        if not any(cells):
            continue
        if any(cells[COLUMNS:]) and number == 1:
            raise Unreadable("too_many_columns")
        if any("\0" in cell for cell in cells):
            yield number, BadRow("nul")
        elif any(len(cell) > FIELD for cell in cells):
            yield number, BadRow("field_too_long")
        else:
            yield number, cells[:COLUMNS]


def _sheets(path: Path) -> Iterator[dict[int, list[Any]]]:
    workbook = python_calamine.load_workbook(str(path))
    for name in workbook.sheet_names:
        try:
            sheet = workbook.get_sheet_by_name(name)
        except python_calamine.CalamineError:
            continue
        start = sheet.start
        if sheet.total_height > XLSX_ROWS + 1:
            raise Unreadable("too_many_rows")
        if sheet.total_width > 20 * COLUMNS:
            raise Unreadable("too_many_columns")
        if start is None:
            continue
        found = sheet.to_python(skip_empty_area=True)
        yield dict(enumerate(found, (start[0] if start else 0) + 1))


def _text(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)
