"""How large an address may be set so that all of it fits: widths of letters, estimated rather too large than too small. Pure.

The process that answers requests loads no fonts. What is printed is measured by a test (tests/letters).
"""

import unicodedata
from collections.abc import Sequence

POINT = 25.4 / 72
LINE = 1.2
"""The height of a line in sizes of the letters."""
_REACH = 0.25
"""How far letters reach out of the first line and the last."""
SIZES = (11.0, 10.5, 10.0, 9.5, 9.0, 8.5, 8.0, 7.5, 7.0, 6.5, 6.0)
"""In points. Smaller, nobody's machine reads it."""

_NARROW, _SLIM, _BROAD = set(" iljI|.,:;'!()[]’"), set('tfr-/"Jsцк'), set("mwMWQOGDNHU@%&шщжфюмыШЩЖФЮМЫДЦ—…")


def size_for(lines: Sequence[str], width: float, height: float, largest: float = SIZES[0]) -> float | None:
    """The largest of SIZES, up to `largest`, at which these lines, wrapped where they are too long, fit into a box of millimetres."""
    sizes = (size for size in SIZES if size <= largest)
    return next((size for size in sizes if _height(lines, width, size) <= height), None)


def _height(lines: Sequence[str], width: float, size: float) -> float:
    rows = sum(_rows(line, width / (size * POINT)) * _line(line) for line in lines)
    return (rows + _REACH) * size * POINT


def _line(line: str) -> float:
    """The height of its rows: another font than the first comes with a taller line."""
    if any("\u0590" <= letter <= "\u08ff" for letter in line):
        return 1.42
    return LINE if all(letter < "\u0530" for letter in line) else 1.3


def _rows(line: str, width: float) -> int:
    """How many rows a line takes at a width in sizes: broken between words, and inside of a word that is too long."""
    rows, used = 1, 0.0
    for word in line.split():
        needed = sum(map(_width, word))
        if used and used + 0.3 + needed > width:
            rows, used = rows + 1, 0.0
        if needed > width:
            for letter in word:
                if used + _width(letter) > width:
                    rows, used = rows + 1, 0.0
                used += _width(letter)
        else:
            used += needed + (0.3 if used else 0.0)
    return rows


def _width(letter: str) -> float:
    """In sizes."""
    if unicodedata.east_asian_width(letter) in {"W", "F"}:
        return 1.05
    if unicodedata.combining(letter):
        return 0.0
    plain = unicodedata.normalize("NFD", letter)[0]
    if plain in _NARROW:
        return 0.33
    if plain in _SLIM:
        return 0.5
    if plain in _BROAD:
        return 0.98
    if "\u0600" <= plain <= "\u06ff":
        return 0.68
    if plain.isupper():
        return 0.74
    return 0.64 if plain < "\u0530" else 0.95
