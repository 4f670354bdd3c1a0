"""Rows of a list as CSV, for the reader's own Excel or for other programs. Every cell is quoted, none is a formula."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from babel import Locale
from flask_babel import gettext as _

from crmlite.money import Money
from crmlite.numbers import MICRO
from crmlite.records.cells import cell_template
from crmlite.records.rows import Row
from crmlite.records.types import Column
from crmlite.safety import csv_cell
from crmlite.web import local_time, locale

if TYPE_CHECKING:
    from crmlite.records.exporting import Selection

BOM = "\ufeff"
"""Without it Excel takes UTF-8 for something else."""
AMOUNTS = frozenset({"money", "amount", "price"})
_SEMICOLONS = frozenset({"ar"})
"""Languages whose Windows parts lists by semicolons although it writes decimals with a point."""


def for_excel(chosen: "Selection") -> Iterator[str]:
    """As Excel in the reader's language opens it with a double click."""
    decimal = _decimal_sign()
    yield BOM
    yield from _lines(chosen, ";" if decimal == "," or locale().language in _SEMICOLONS else ",", decimal)


def plain(chosen: "Selection") -> Iterator[str]:
    """UTF-8, commas, a decimal point."""
    return _lines(chosen, ",", ".")


def _decimal_sign() -> str:
    return "," if Locale(locale().language).number_symbols.get("latn", {}).get("decimal") == "," else "."


def _lines(chosen: "Selection", delimiter: str, decimal: str) -> Iterator[str]:
    texts = _Texts(decimal)
    yield _line(texts.headings(chosen.columns), delimiter)
    for row in chosen.rows():
        yield _line(texts.of(chosen.columns, row), delimiter)


def _line(cells: Iterable[str], delimiter: str) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerow(cells)
    return line.getvalue()


class _Texts:
    """What stands in the cells of one export."""

    def __init__(self, decimal: str) -> None:
        self._decimal = decimal
        self._drawn: dict[tuple[str, Any], str] = {}

    def headings(self, columns: tuple[Column, ...]) -> Iterator[str]:
        for column in columns:
            yield csv_cell(str(column.label))
            if column.kind in AMOUNTS:
                yield csv_cell(_("%(column)s: currency", column=str(column.label)))

    def of(self, columns: tuple[Column, ...], row: Row) -> Iterator[str]:
        for column in columns:
            value = row[column.name]
            if column.kind in AMOUNTS:
                yield self._number(_amount(value))
                yield csv_cell(value.currency) if value else ""
            elif column.kind == "micro":
                yield self._number(None if value is None else _micro(value))
            else:
                yield csv_cell(self._text(column, value, row))

    def _text(self, column: Column, value: Any, row: Row) -> str:
        if value is None or value == [] or value == "":
            return ""
        if isinstance(value, datetime):
            return f"{local_time(value):%Y-%m-%d %H:%M}"
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, dict):
            return str(value.get("name", ""))
        if isinstance(value, list | tuple):
            return ", ".join(map(str, value))
        if column.kind in _AS_THEY_ARE:
            return str(value)
        return self._shown(column, value, row)

    def _shown(self, column: Column, value: Any, row: Row) -> str:
        """In the words of the list's own cell: a stage's name instead of its number."""
        key = (column.name, value)
        if key not in self._drawn:
            self._drawn[key] = _words(column, value, row)
        return self._drawn[key]

    def _number(self, value: Decimal | None) -> str:
        """A number of ours is no formula, even below zero."""
        return "" if value is None else f"{value:f}".replace(".", self._decimal)


_AS_THEY_ARE = frozenset({"text", "name", "email", "phone", "url", "longtext", "code", "options", "option", "currency"})


def _words(column: Column, value: Any, row: Row) -> str:
    shown = replace(column, edit=False)
    return (
        cell_template(shown)
        .make_module({"row": row, "value": value, "column": shown, "type": None})
        .__html__()
        .striptags()
    )


def _amount(value: Any) -> Decimal | None:
    if value is None:
        return None
    return value.amount if isinstance(value, Money) else _micro(value.unit_micro)


def _micro(value: int) -> Decimal:
    return Decimal(value).scaleb(-MICRO).normalize()
