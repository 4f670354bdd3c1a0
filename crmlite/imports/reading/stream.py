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


def read_all(path: Path) -> Iterator[Row]:
    with open(path, "rb") as file:
        yield from map(_row, file)


def read_numbers(path: Path, numbers: Iterable[int]) -> Iterator[Row]:
    """Only the rows of these numbers, which come in the file's order."""
    wanted = iter(numbers)
    number = next(wanted, None)
    for row in read_all(path) if number is not None else ():
        while number is not None and number < row.number:
            number = next(wanted, None)
        if number is None:
            return
        if number == row.number:
            yield row


def _row(line: bytes) -> Row:
    number, what = json.loads(line)
    return Row(number, [], what) if isinstance(what, str) else Row(number, what, "")
