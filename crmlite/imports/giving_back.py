"""The refused rows of an import as CSV, with the reason beside each."""

import csv
import io
import tempfile
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from flask_babel import gettext as _

from crmlite.extensions import db
from crmlite.imports import wording
from crmlite.imports.models import REFUSED, TRIED, Import, ImportRow
from crmlite.imports.reading import stream
from crmlite.records.colleagues import users
from crmlite.safety import csv_cell


def refused(found: Import, path: Path) -> IO[bytes]:
    """As they were, from the file of the import's rows; the caller closes what comes out.

    Cards that cannot be read stand whole in a column behind the others, as there is no heading for what is in them.
    """
    of_cards = ("vCard",) if found.found.get("kind") == "vcard" else ()
    target: Any = tempfile.SpooledTemporaryFile(max_size=2_000_000)  # noqa: SIM115 - the caller closes it
    text = io.TextIOWrapper(target, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(csv_cell(cell) for cell in (_("Why"), _("Row"), *found.headers, *of_cards))
    people = users()
    for row in db.session.scalars(_rows(found)):
        why = " ".join(wording.of_reasons(row.reasons, people))
        there = next(stream.read_at(path, [row.place]))
        cells = [*[""] * len(found.headers), *there.cells] if of_cards and there.bad else there.cells
        writer.writerow([csv_cell(why), str(row.number), *(csv_cell(cell) for cell in cells)])
    text.flush()
    text.detach()
    target.seek(0)
    return target


def _rows(found: Import) -> sa.Select[ImportRow]:
    """Of the trial, where there was no run yet."""
    which = ImportRow.import_id == found.id, ImportRow.trial.is_(found.state == TRIED), ImportRow.outcome == REFUSED
    return sa.select(ImportRow).where(*which).order_by(ImportRow.number).execution_options(yield_per=1000)
