"""Reading and tidying rows: a batch here and now, and of a long file the next one by a second process meanwhile.

To tidy is a sixth of an import, and needs nothing but the file. The other process is asked for what comes next while a batch is
written; where the question is another one when its answer is needed, or the process has ended, the batch is tidied here.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from crmlite.imports.draft import Draft
from crmlite.imports.drafts import Drafter
from crmlite.imports.reading import stream
from crmlite.second import Second

BATCH = 500
PICTURES = 40
"""Of a batch: to make them anew takes some seconds."""
LONG = 500_000
"""Bytes that are left of a file, for which a second process, which has to start, is worth it."""


class Batch(NamedTuple):
    rows: Sequence[stream.Row]
    drafts: Sequence[Draft]
    place: int
    """Where the next one begins."""


def tidied(drafter: Drafter, path: Path, begin: int) -> Batch:
    rows, place = stream.read(path, begin, BATCH, PICTURES)
    return Batch(rows, drafter.drafts(rows, begin), place)


def tidied_for_search(drafter: Drafter, path: Path, begin: int) -> Batch:
    """The same with what people are found by, which a trial does not need."""
    batch = tidied(drafter, path, begin)
    for draft in batch.drafts:
        _ = draft.search_text  # made here once: drafts keep it on their way to the other process
    return batch


class Ahead(Second):
    """The second process that tidies."""

    tidy = staticmethod(tidied)

    def __init__(self) -> None:
        super().__init__(f"{__name__}:{self.tidy.__name__}")

    def batch(self, drafter: Drafter, path: Path, begin: int) -> Batch:
        """What was asked for, or else made now; and asks for the next one. Raises OSError where the file is gone."""
        found: Batch = self.answer(drafter, path, begin) or self.tidy(drafter, path, begin)
        if found.rows and path.stat().st_size - found.place > LONG:
            self.ask(drafter, path, found.place)
        return found


class AheadOfRun(Ahead):
    tidy = staticmethod(tidied_for_search)
