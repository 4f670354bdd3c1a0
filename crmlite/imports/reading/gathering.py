"""A file of any kind, brought into the form of stream.py, and what was found out on the way. Runs in a process of its own."""

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any

from crmlite.imports.reading import delimited, encodings, kinds, looks, stream, vcards
from crmlite.imports.reading.limits import COLUMNS, BadRow, Unreadable

Found = dict[str, Any]
Pictures = Sequence[bytes | str]
_TITLE = 5
"""Rows that may stand above the headings."""
_BELOW = 10
"""Rows that are looked at to tell."""
_HEADING = 200
"""Characters of a heading."""


def gather(source: Path, target: Path, options: dict[str, str]) -> Found:
    """Writes the rows; returns kind, encoding, delimiter, headers, counts and the look of each column. Raises Unreadable.

    `options` may say `encoding` and `delimiter`, where somebody knows better.
    """
    kind = kinds.kind_of(source)
    found: Found = {"kind": kind}
    with open(target, "wb") as file:
        if kind == "xlsx":
            from crmlite.imports.reading import workbooks

            _table(workbooks.rows(source), file, found)
        else:
            found["encoding"] = options.get("encoding") or encodings.encoding_of(source)
            if kind == "vcard":
                _cards(vcards.cards(source, found["encoding"]), file, found)
            else:
                delimiter = options.get("delimiter") or delimited.delimiter_of(source, found["encoding"])
                found["delimiter"] = delimiter
                _table(delimited.rows(source, found["encoding"], delimiter), file, found)
        file.flush()
        os.fsync(file.fileno())
    if not found["rows"]:
        raise Unreadable("no_rows")
    return found


# --- tables -----------------------------------------------------------------------------------------------------------


def _table(rows: Iterable[tuple[int, list[str] | BadRow]], file: IO[bytes], found: Found) -> None:
    rows = _below_title(iter(rows))
    number, first = next(rows, (0, None))
    if first is None:
        raise Unreadable("empty")
    if isinstance(first, BadRow):
        raise Unreadable("too_many_columns" if str(first) == "too_many_cells" else f"heading_{first}")
    headers, is_heading = headers_of(first)
    if len(headers) > COLUMNS:
        raise Unreadable("too_many_columns")
    found["has_heading"] = is_heading
    body = rows if is_heading else _with(number, first, rows)
    _write(((number, cells, ()) for number, cells in body), file, found, headers)


def _below_title(rows: Iterator[tuple[int, list[str] | BadRow]]) -> Iterator[tuple[int, list[str] | BadRow]]:
    """Without what stands above a sheet: its name and its day, in rows of one cell or two above headings of four or more, with rows
    like them below."""
    begin = list(islice(rows, _TITLE + 1 + _BELOW))
    widths = [0 if isinstance(cells, BadRow) else sum(map(bool, map(str.strip, cells))) for _number, cells in begin]
    above = next((place for place, width in enumerate(widths[: _TITLE + 1]) if width >= 4), 0)
    heading = begin[above][1] if begin else None
    below = widths[above + 1 :]
    is_title = all(0 < width <= 2 for width in widths[:above]) and sum(width >= 3 for width in below) * 2 > len(below)
    if not (is_title and isinstance(heading, list) and headers_of(heading)[1]):
        above = 0
    yield from begin[above:]
    yield from rows


def _with(number: int, first: list[str] | BadRow, rows: Iterator[Any]) -> Iterator[Any]:
    yield number, first
    yield from rows


def headers_of(first: list[str]) -> tuple[list[str], bool]:
    """The headings, each of its own name, and whether the first row has them: one with an e-mail address in it is data."""
    cells = [" ".join(cell.replace("\ufeff", "").split())[:_HEADING] for cell in first]
    while cells and not cells[-1]:
        cells.pop()
    look = [looks.Look() for _cell in cells]
    for column, cell in zip(look, cells, strict=True):
        if cell:
            column.add(cell)
    if any(column.kinds for column in look):
        return [f"Column {number}" for number, _cell in enumerate(cells, 1)], False
    taken: dict[str, int] = {}
    headers = []
    for number, cell in enumerate(cells, 1):
        name = cell or f"Column {number}"
        taken[name] = taken.get(name, 0) + 1
        headers.append(name if taken[name] == 1 else f"{name} ({taken[name]})")
    return headers, True


def _write(
    rows: Iterable[tuple[int, list[str] | BadRow, Pictures]], file: IO[bytes], found: Found, headers: list[str]
) -> None:
    """Every row at least as wide as the heading: a shorter one is filled up, one with more keeps it."""
    below = _Below(headers)
    columns = [looks.Look() for _header in headers]
    width, count, bad = len(headers), 0, 0
    for number, cells, pictures in rows:
        count += 1
        if not isinstance(cells, BadRow):
            cells = [cell.strip() for cell in cells]
            while len(cells) > width and not cells[-1]:
                cells.pop()
            cells = below.filled(cells + [""] * (width - len(cells)))
        stream.write(file, number, cells, pictures)
        if isinstance(cells, BadRow):
            bad += 1
        elif count <= looks.LOOKED_AT or count % 50 == 0:
            for column, cell in zip(columns, cells, strict=False):
                if cell:
                    column.add(cell)
    found.update(rows=count, bad=bad, headers=headers, columns=[column.told() for column in columns])


class _Below:
    """Rows of Odoo that only go on with the contacts of the company above: they are given its name."""

    def __init__(self, headers: list[str]) -> None:
        parts = [header.startswith(("Related Contacts/", "child_ids/")) for header in headers]
        self._own = [place for place, is_part in enumerate(parts) if not is_part] if any(parts) else []
        self._said = [place for place in self._own if headers[place] in {"Name", "name", "Is a Company", "is_company"}]
        self._last: dict[int, str] = {}

    def filled(self, cells: list[str]) -> list[str]:
        if self._own and not any(cells[place] for place in self._own):
            for place, value in self._last.items():
                cells[place] = value
        self._last = {place: cells[place] for place in self._said}
        return cells


# --- cards ------------------------------------------------------------------------------------------------------------


def _cards(cards: Iterable[tuple[int, vcards.Card | BadRow]], file: IO[bytes], found: Found) -> None:
    """Twice: which headings there are is known when all cards were read."""
    headers: dict[str, None] = {}
    with_photo = 0
    with tempfile.TemporaryFile() as between:
        for number, card in cards:
            if isinstance(card, BadRow):
                between.write(json.dumps([number, str(card), card.cells]).encode() + b"\n")
                continue
            with_photo += any(isinstance(picture, bytes) for picture in card.pictures)
            headers |= dict.fromkeys(name for name, value in card.items() if value)
            if len(headers) > COLUMNS:
                headers = dict(list(headers.items())[:COLUMNS])
            told = [picture if isinstance(picture, str) else len(picture) for picture in card.pictures]
            between.write(json.dumps([number, card, told]).encode() + b"\n")
            between.writelines(picture for picture in card.pictures if isinstance(picture, bytes))
        between.seek(0)
        names = sorted(headers, key=lambda name: (_rank(name), name))
        _write(_rows_of(between, names), file, found, names)
    found["has_heading"], found["photos"] = True, with_photo


def _rows_of(between: IO[bytes], names: list[str]) -> Iterator[tuple[int, list[str] | BadRow, Pictures]]:
    known = set(names)
    while line := between.readline():
        number, card, told = json.loads(line)
        if isinstance(card, str):
            yield number, BadRow(card, told), ()
            continue
        pictures = [what if isinstance(what, str) else between.read(what) for what in told]
        if any(value and name not in known for name, value in card.items()):
            yield number, BadRow("too_many_cells", ["\n".join(f"{name}: {value}" for name, value in card.items())]), ()
        else:
            yield number, [card.get(name, "") for name in names], pictures


_FIRST = ("Name", "Prefix", "First name", "Middle name", "Last name", "Suffix", "Nickname", "Company", "Department",
          "Job title", "E-mail", "Phone", "Address", "Link", "Birthday")  # fmt: skip


def _rank(name: str) -> int:
    return next((place for place, first in enumerate(_FIRST) if name == first or name.startswith(f"{first} ")), 99)
