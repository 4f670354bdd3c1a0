"""How much of a file from outside is read, and in what words what is more is refused. Pure."""

from collections.abc import Sequence

FILE = 1_000_000_000
COLUMNS = 200
FIELD = 128 * 1024
LINE = 2_000_000
"""Characters of one line of text: a row of long fields is below it, a file without line ends is not."""
XLSX_ROWS = 100_000
XLSX_UNPACKED = 400_000_000
XLSX_PARTS = 5_000
CARD = 30_000_000
"""Characters of one vCard: a photo in it may be large."""
PICTURE = 16_000_000
"""Bytes of a picture on a card: as many as are taken of one that is uploaded (pdf.PICTURE_AT_MOST)."""
PICTURES = 5
"""Pictures of one card."""
MEMORY = 700_000_000
"""Of the process that reads, address space with all its libraries."""


class Unreadable(Exception):
    """The file is none that can be taken in: `reason` is one of the words that wording.py has a sentence for."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BadRow(Exception):
    """One row cannot be read; the others can. The message is a word that wording.py has a sentence for."""

    def __init__(self, reason: str, cells: Sequence[str] = ()) -> None:
        """`cells`: what can be told of it, for whoever mends it by hand."""
        super().__init__(reason)
        self.cells = [_legible(cell) for cell in cells[:COLUMNS]]


def _legible(text: str) -> str:
    text = text[:FIELD].replace("\0", "")
    return text if text.isascii() else "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
