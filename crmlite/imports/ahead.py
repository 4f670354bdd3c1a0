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


def tidied(drafter: Drafter, path: Path, begin: int, with_words: bool) -> Batch:
    rows, place = stream.read(path, begin, BATCH, PICTURES)
    drafts = drafter.drafts(rows, begin)
    if with_words:
        for draft in drafts:
            _ = draft.search_text  # made here once, and kept
    return Batch(rows, drafts, place)


class Ahead(Second):
    """The second process that tidies; `with_words` also makes what people are found by, which a trial does not need."""

    def __init__(self, with_words: bool = False) -> None:
        super().__init__(f"{__name__}:{tidied.__name__}")
        self._with_words = with_words

    def batch(self, drafter: Drafter, path: Path, begin: int) -> Batch:
        """What was asked for, or else made now; and asks for the next one. Raises OSError where the file is gone."""
        words = self._with_words
        found: Batch = self.answer(drafter, path, begin, words) or tidied(drafter, path, begin, words)
        if found.rows and path.stat().st_size - found.place > LONG:
            self.ask(drafter, path, found.place, words)
        return found
