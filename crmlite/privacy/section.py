"""One part of a dossier: rows that people and programs can read."""

from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
MOST = 20_000
"""Rows of one section: a person with more mails or events than that is none."""


@dataclass(frozen=True)
class Section:
    name: str
    title: str
    labels: dict[str, Any]
    """What each column is called, in their order."""
    rows: list[Row]
