"""Labels and letters as PDF files: what stands where, and the renderer's part of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import segno
from flask_babel import gettext as _

from crmlite import pdf
from crmlite.auth import papers
from crmlite.auth.models import Organisation, Viewer
from crmlite.extensions import db, reading, writing
from crmlite.letters.filling import fill
from crmlite.letters.fitting import SIZES, size_for
from crmlite.letters.recipients import Recipient, home
from crmlite.letters.sheets import Sheet, Window
from crmlite.records.offers import Enclosure
from crmlite.records.types import RecordType
from crmlite.web import show_date, speaking

LABELS_IN_FILE, LETTERS_IN_FILE = 500, 100
"""As many as the renderer makes in a quarter of its time, so that a busy server makes them too (tests/letters)."""
PADDING = 2.5
"""Millimetres inside a label that stay free: printers and sheets are not that exact."""


@dataclass(frozen=True)
class Set:
    """An address as it is set: its lines, and the class of their size."""

    lines: list[str]
    size: str
    recipient: Recipient


@dataclass(frozen=True)
class Made:
    content: bytes
    written: list[Recipient]
    too_long: list[Recipient]
    """Those whose address does not fit, however small it is set. They are not in the file."""


def make_labels(found: Sequence[Recipient], sheet: Sheet, start: int) -> Made:
    """Raises pdf.Failed. Never in a transaction that writes."""
    placed, too_long = _set_all(found, sheet.width - 2 * PADDING, sheet.height - 2 * PADDING)
    cells = [(start - 1 + n, one) for n, one in enumerate(placed)]
    pages: list[list[tuple[int, Set]]] = []
    for place, one in cells:
        if not pages or place % sheet.count == 0:
            pages.append([])
        pages[-1].append((place % sheet.count, one))
    html, files = papers.compose(
        "pdf/labels.html", home()[1], sheet=sheet, pages=pages, padding=PADDING, sizes=SIZE_CLASSES
    )
    return Made(pdf.render(html, files) if placed else b"", [one.recipient for one in placed], too_long)


class MayNotAsk(Exception):
    """Somebody among them is not to be asked by this user. `str()` is a sentence for them."""


@dataclass(frozen=True)
class Code:
    """A private link on a letter."""

    url: str
    words: str

    @property
    def svg(self) -> str:
        return segno.make(self.url, error="m", micro=False).svg_inline(border=0, omitsize=True)


def make_codes(enclosed: Enclosure, found: Sequence[Recipient], user: Viewer) -> dict[int, Code]:
    """By the id of whom the letter is to. In a transaction of its own: what a code opens has to be there before it is on paper.
    Raises MayNotAsk."""
    writing()
    links = enclosed.make(user, [one.id for one in found])
    if others := [one.title for one in found if one.id not in links]:
        db.session.rollback()
        raise MayNotAsk(
            _(
                "You may not change these contacts, so that their letters cannot carry a code: %(names)s",
                names=", ".join(others[:5]),
            )
        )
    with speaking(home()[1]):
        codes = {
            number: Code(link.url, enclosed.words(show_date(link.expires_on) if link.expires_on else ""))
            for number, link in links.items()
        }
    db.session.commit()
    reading()
    return codes


def make_letters(
    found: Sequence[Recipient],
    window: Window,
    day: date,
    subject: str,
    text: str,
    user: Viewer,
    codes: Mapping[int, Code] | None = None,
) -> Made:
    """`codes`: by the id of whom the letter is to. Raises pdf.Failed. Never in a transaction that writes."""
    language = home()[1]
    placed, too_long = _set_all(found, window.address[2], window.address[3], window.largest)
    with speaking(language):
        common = {"date": show_date(day), "sender": user.name}
    letters = [
        (one, fill(subject, one.recipient.fields | common), fill(text, one.recipient.fields | common)) for one in placed
    ]
    html, files = papers.compose(
        "pdf/letters.html", language, window=window, letters=letters, day=day, sizes=SIZE_CLASSES,
        sender=sender_line(Organisation.get()), subject=subject, codes=codes or {},
    )  # fmt: skip
    return Made(pdf.render(html, files) if placed else b"", [one.recipient for one in placed], too_long)


def too_long(found: Sequence[Recipient], window: Window) -> list[Recipient]:
    """Those whose address does not fit there."""
    return _set_all(found, window.address[2], window.address[3], window.largest)[1]


def sender_line(ours: Organisation) -> str:
    """The sender in one line, above the address in the window."""
    return " · ".join(part.strip() for part in (ours.name, *(ours.address or "").splitlines()) if part and part.strip())


SIZE_CLASSES: dict[float, str] = {
    11.0: "s110", 10.5: "s105", 10.0: "s100", 9.5: "s95", 9.0: "s90", 8.5: "s85", 8.0: "s80", 7.5: "s75", 7.0: "s70",
    6.5: "s65", 6.0: "s60",
}  # fmt: skip


def _set_all(
    found: Sequence[Recipient], width: float, height: float, largest: float = SIZES[0]
) -> tuple[list[Set], list[Recipient]]:
    country, language = home()
    placed, too_long = [], []
    for one in found:
        lines = one.block(country, language)
        size = size_for(lines, width, height, largest)
        if size is None:
            too_long.append(one)
        else:
            placed.append(Set(lines, SIZE_CLASSES[size], one))
    return placed, too_long


def name_of(day: date, kind: RecordType) -> str:
    """Of the file, in letters that every system takes."""
    return f"{kind.plural}-{day.isoformat()}.pdf"
