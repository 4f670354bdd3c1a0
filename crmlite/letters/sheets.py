"""Sheets of labels and windows of envelopes: where things lie on paper, in millimetres from its top left corner."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

INCH = 25.4
A4, LETTER = (210.0, 297.0), (8.5 * INCH, 11 * INCH)


@dataclass(frozen=True)
class Sheet:
    """A sheet of labels, as its maker measures it."""

    name: str
    label: Any
    paper: tuple[float, float]
    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    across: float
    """From the left edge of one label to that of the next."""
    down: float

    @property
    def count(self) -> int:
        return self.columns * self.rows

    def corner(self, place: int) -> tuple[float, float]:
        """Left and top of a label, counted from 0, row by row."""
        row, column = divmod(place, self.columns)
        return self.left + column * self.across, self.top + row * self.down


SHEETS = {
    sheet.name: sheet
    for sheet in (
        Sheet("a4-3x7", _l("A4, 3 × 7, 63.5 × 38.1 mm (Avery L7160)"), A4, 3, 7, 63.5, 38.1, 7.25, 15.15, 66.0, 38.1),
        Sheet("a4-3x8", _l("A4, 3 × 8, 63.5 × 33.9 mm (Avery L7159)"), A4, 3, 8, 63.5, 33.9, 7.25, 12.9, 66.0, 33.9),
        Sheet("a4-3x8-full", _l("A4, 3 × 8, 70 × 36 mm (Avery 3490)"), A4, 3, 8, 70.0, 36.0, 0.0, 4.5, 70.0, 36.0),
        Sheet("a4-2x7", _l("A4, 2 × 7, 99.1 × 38.1 mm (Avery L7163)"), A4, 2, 7, 99.1, 38.1, 4.65, 15.15, 101.6, 38.1),
        Sheet(
            "letter-3x10", _l("US Letter, 3 × 10, 2 5/8 × 1 inch (Avery 5160)"), LETTER,
            3, 10, 2.625 * INCH, INCH, 0.1875 * INCH, 0.5 * INCH, 2.75 * INCH, INCH,
        ),
        Sheet(
            "letter-2x10", _l("US Letter, 2 × 10, 4 × 1 inch (Avery 5161)"), LETTER,
            2, 10, 4 * INCH, INCH, 0.15625 * INCH, 0.5 * INCH, 4.1875 * INCH, INCH,
        ),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Window:
    """How a letter is laid out so that its address shows through the window of an envelope.

    `address` and `sender` are boxes: left, top, width, height.
    """

    name: str
    label: Any
    paper: tuple[float, float]
    seen: tuple[float, float, float, float]
    """What of the paper the window shows wherever the letter slides to in its envelope."""
    address: tuple[float, float, float, float]
    sender: tuple[float, float, float, float] | None
    """The line above the address; None where the envelope has it printed, or the letterhead says it."""
    text: float
    """Where the text begins on the first page."""
    margins: tuple[float, float, float, float]
    """Top, right, bottom, left."""
    folds: tuple[float, ...] = ()
    largest: float = 11.0
    """The size of the letters of an address, in points, unless it has to be smaller."""


def _din(name: str, label: Any, field: float, text: float, folds: tuple[float, ...]) -> Window:
    """DIN 5008: a field of 85 × 45 mm, 20 mm from the left; the upper 17.7 mm for what the sender says, the rest for the address."""
    return Window(
        name, label, A4, seen=(20.0, field, 85.0, 45.0), address=(25.0, field + 17.7, 78.0, 27.3),
        sender=(25.0, field + 12.7, 78.0, 5.0), text=text, margins=(20.0, 20.0, 25.0, 25.0), folds=folds,
    )  # fmt: skip


WINDOWS = {
    window.name: window
    for window in (
        _din("din-b", _l("A4, DIN 5008 form B (window at 45 mm)"), 45.0, 103.5, (105.0, 148.5, 210.0)),
        _din("din-a", _l("A4, DIN 5008 form A (window at 27 mm)"), 27.0, 85.5, (87.0, 148.5, 192.0)),
        # The window is 4 1/2 by 1 1/8 inches, 7/8 from the left and 1/2 from the bottom of an envelope of 9 1/2 by 4 1/8. A sheet
        # that is folded at the marks is 8 1/2 by 3.9, so it slides by an inch across and by 0.225 up. Folded into equal parts it
        # slides by 0.458: four lines of the largest letters show through even then.
        Window(
            "us-10", _l("US Letter, #10 envelope"), LETTER,
            seen=(0.875 * INCH, 2.5 * INCH, 3.5 * INCH, 0.9 * INCH),
            address=(1.0 * INCH, 2.52 * INCH, 3.3 * INCH, 0.86 * INCH),
            sender=None, text=4.1 * INCH, margins=(0.75 * INCH, 1.0 * INCH, 0.9 * INCH, 1.0 * INCH),
            folds=(3.9 * INCH, 7.8 * INCH), largest=9.5,
        ),
    )
}  # fmt: skip
