"""The one form that all files are brought into: a line of JSON for each row, `[number, [cells]]` or `[number, "why not"]`.

A place in it is a number of bytes: whoever works through it in batches goes on from there, however large it is.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

from crmlite.imports.reading.limits import BadRow


class Row(NamedTuple):
    number: int
    cells: list[str]
    bad: str
    """Why it cannot be read, in a word; empty where it can."""
    size: int
    """Bytes that it takes here."""


def write(file: IO[bytes], number: int, found: list[str] | BadRow) -> None:
    what = str(found) if isinstance(found, BadRow) else found
    file.write(json.dumps([number, what], ensure_ascii=False, separators=(",", ":")).encode() + b"\n")


def read(path: Path, begin: int, at_most: int) -> tuple[list[Row], int]:
    """The rows from `begin` on, and where the next ones begin."""
    rows: list[Row] = []
    with open(path, "rb") as file:
        file.seek(begin)
        while len(rows) < at_most and (line := file.readline()):
            rows.append(_row(line))
        return rows, file.tell()


def read_at(path: Path, places: Iterable[int]) -> Iterator[Row]:
    """The rows that begin there."""
    with open(path, "rb") as file:
        for place in places:
            file.seek(place)
            yield _row(file.readline())


def _row(line: bytes) -> Row:
    try:
        number, what = json.loads(line)
    except (ValueError, TypeError):  # the file was damaged since
        return Row(0, [], "unreadable_row", len(line))
    return Row(number, [], what, len(line)) if isinstance(what, str) else Row(number, what, "", len(line))
