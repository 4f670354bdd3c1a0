"""The one form that all files are brought into: a line of JSON for each row, `[number, [cells]]` or `[number, "why not", [cells]]`.

A card with pictures has a third part, `[bytes or "why it is left out", ...]`, and the pictures themselves follow its line.
A place in it is a number of bytes: whoever works through it in batches goes on from there, however large it is.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

from crmlite.imports.reading.limits import BadRow


class Spot(NamedTuple):
    """Where a picture stands."""

    place: int
    size: int


class Row(NamedTuple):
    number: int
    cells: list[str]
    """Of one that cannot be read what can be told of it, to be shown only."""
    bad: str
    """Why it cannot be read, in a word; empty where it can."""
    size: int
    """Bytes that it takes here, with its pictures."""
    pictures: tuple[Spot | str, ...] = ()
    """Where they stand, or a word for why one is left out."""


def write(file: IO[bytes], number: int, found: list[str] | BadRow, pictures: Sequence[bytes | str] = ()) -> None:
    parts: list[Any] = [number, str(found), found.cells] if isinstance(found, BadRow) else [number, found]
    if pictures:
        parts.append([picture if isinstance(picture, str) else len(picture) for picture in pictures])
    file.write(json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    file.writelines(picture for picture in pictures if isinstance(picture, bytes))


def read(path: Path, begin: int, at_most: int, pictures: int = 1_000_000) -> tuple[list[Row], int]:
    """The rows from `begin` on, and where the next ones begin. At most so many rows, fewer where they have so many pictures."""
    rows: list[Row] = []
    with open(path, "rb") as file:
        file.seek(begin)
        while len(rows) < at_most and pictures > 0 and (line := file.readline()):
            row = _row(line, file.tell())
            if row.pictures:
                file.seek(file.tell() + row.size - len(line))
                pictures -= len(row.pictures)
            rows.append(row)
        return rows, file.tell()


def read_at(path: Path, places: Iterable[int]) -> Iterator[Row]:
    """The rows that begin there."""
    with open(path, "rb") as file:
        for place in places:
            file.seek(place)
            yield _row(file.readline(), file.tell())


def picture(path: Path, spot: Spot) -> bytes:
    with open(path, "rb") as file:
        file.seek(spot.place)
        return file.read(spot.size)


def _row(line: bytes, end: int) -> Row:
    try:
        number, what, *rest = json.loads(line)
        if isinstance(what, str):
            return Row(number, [str(cell) for cell in rest[0]] if rest else [], what, len(line))
        pictures = _spots(rest[0], end) if rest else ()
    except (ValueError, TypeError):  # the file was damaged since
        return Row(0, [], "unreadable_row", len(line))
    size = len(line) + sum(spot.size for spot in pictures if isinstance(spot, Spot))
    return Row(number, what, "", size, pictures)


def _spots(told: list[int | str], place: int) -> tuple[Spot | str, ...]:
    spots: list[Spot | str] = []
    for one in told:
        spots.append(one if isinstance(one, str) else Spot(place, max(0, one)))
        place += 0 if isinstance(one, str) else max(0, one)
    return tuple(spots)
