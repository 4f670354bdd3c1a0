"""CSV of any delimiter as rows of cells, streamed. What is broken is said of its row; the next one is read. Pure."""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO

from crmlite.imports.reading.limits import COLUMNS, FIELD, LINE, BadRow

Cells = list[str]
DELIMITERS = ",;\t|"
RARE = "^~\x1f\x1e\x01¦§:"
"""Looked for where none of the usual ones cuts a line; they have to cut all lines alike."""
_PROBE = 60
csv.field_size_limit(FIELD)


def delimiter_of(path: Path, encoding: str) -> str:
    """The one that cuts the first lines into the same number of pieces most often, and into more than one."""
    with _opened(path, encoding) as file:
        lines = [line for line in islice(_Lines(file), _PROBE) if isinstance(line, str)]
    if lines and lines[0].lower().startswith("sep=") and len(lines[0].strip("\r\n")) == 5:
        return lines[0][4]
    found = {delimiter: _fits(lines, delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda delimiter: found[delimiter])
    if found[best] > 0:
        return best
    return next((rare for rare in RARE if len(lines) > 1 and _fits(lines, rare) > 1), ",")


def rows(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, Cells | BadRow]]:
    """(number, cells) of every row that is not empty; the first is the heading. Numbers are those a spreadsheet shows."""
    with _opened(path, encoding) as file:
        number = 0
        for found in _parsed(_Lines(file), delimiter):
            number += 1
            if number == 1 and isinstance(found, list) and _is_hint(found, delimiter):
                number = 0
                continue
            if isinstance(found, BadRow) or any(cell.strip() for cell in found):
                yield number, found


def _is_hint(cells: Cells, delimiter: str) -> bool:
    """`sep=;`, a line by which Excel is told the delimiter."""
    return delimiter.join(cells).lower() == f"sep={delimiter}"


def _opened(path: Path, encoding: str) -> IO[str]:
    wide = encoding.startswith("utf-16") or encoding.startswith("utf-32")
    return open(path, encoding=encoding, errors="replace" if wide else "surrogateescape", newline="")


class _Lines:
    """The file's lines, none longer than LINE, and with a memory: a row that turns out broken gives its lines back."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._again: list[str | BadRow] = []
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str | BadRow]:
        return self

    def __next__(self) -> str | BadRow:
        line = self._again.pop() if self._again else self._read()
        if isinstance(line, str):
            self.taken.append(line)
        return line

    def give_back(self, lines: list[str], then: BadRow | None = None) -> None:
        if then is not None:
            self._again.append(then)
        self._again += reversed(lines)

    def _read(self) -> str | BadRow:
        line = self._file.readline(LINE)
        if not line:
            raise StopIteration
        if len(line) < LINE or line[-1] in "\r\n":
            return line
        while line and line[-1] not in "\r\n":
            line = self._file.readline(LINE)
        return BadRow("line_too_long")


class _Cut(Exception):
    """A line in the middle of a row that cannot be read."""


def _parsed(lines: _Lines, delimiter: str) -> Iterator[Cells | BadRow]:
    pending: list[BadRow] = []

    def feed() -> Iterator[str]:
        for line in lines:
            if isinstance(line, BadRow):
                pending.append(line)
                return
            yield line

    while True:
        lines.taken = []
        try:
            cells = next(csv.reader(feed(), delimiter=delimiter), None)
        except csv.Error as error:
            cells = None
            if lines.taken:
                yield _broken(
                    lines, pending, "field_too_long" if "limit" in str(error) else "unreadable_row", delimiter
                )
                continue
        if cells is None:
            if not pending:
                return
            yield pending.pop()
        elif _is_unclosed(lines.taken, cells) or _is_closed_by_another(lines.taken, delimiter):
            yield _broken(lines, pending, "unclosed", delimiter)
        else:
            yield _checked(cells)


def _broken(lines: _Lines, pending: list[BadRow], reason: str, delimiter: str) -> BadRow:
    """Refuses the row's first line, and reads on with the next: a quotation mark too many shall not take others along."""
    lines.give_back(lines.taken[1:], pending.pop() if pending else None)
    cells = lines.taken[0][:FIELD].rstrip("\r\n").split(delimiter)
    return BadRow("unclosed" if len(lines.taken) > 1 else reason, cells)


def _is_unclosed(taken: list[str], cells: Cells) -> bool:
    """Whether the row only ended because the file did: its last field began with a quotation mark that nothing closes."""
    return len(taken) > 1 and sum(line.count('"') for line in taken) % 2 == 1 and cells[-1].count("\n") > 0


def _is_closed_by_another(taken: list[str], delimiter: str) -> bool:
    """Whether a field goes over several lines and its closing quotation mark has text behind it: that one opens another row's."""
    if len(taken) < 2:
        return False
    try:
        next(csv.reader(taken, delimiter=delimiter, strict=True), None)
    except csv.Error:
        return True
    return False


def _checked(cells: Cells) -> Cells | BadRow:
    if len(cells) > COLUMNS and any(cell.strip() for cell in cells[COLUMNS:]):
        return BadRow("too_many_cells", cells)
    for cell in cells:
        if "\0" in cell:
            return BadRow("nul", cells)
        if not cell.isascii() and any("\udc80" <= char <= "\udcff" or char == "\ufffd" for char in cell):
            return BadRow("bad_letters", cells)
    return cells


def _fits(lines: list[str], delimiter: str) -> float:
    counts = []
    try:
        for cells in islice(csv.reader(iter(lines), delimiter=delimiter), _PROBE):
            if any(cells):
                counts.append(len(cells))
    except csv.Error:
        pass
    if not counts or counts[0] < 2:
        return 0.0
    same = sum(count == counts[0] for count in counts) / len(counts)
    return same + min(counts[0], 50) / 1000
