"""Tags of imported rows: parted, given to new records in a few statements, and taken away again with what made them."""

import re
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from crmlite import events, journal
from crmlite.extensions import db
from crmlite.imports.models import Import
from crmlite.journal import Change, bulk
from crmlite.records import tags
from crmlite.records.tags import MAX_LENGTH, Tag, Tagging
from crmlite.web import hue

MOST = 20
"""Of one row."""
_APART = re.compile(r"[;,\n|]")


def apart(value: str) -> list[str]:
    pieces = value.split(":::") if ":::" in value else _APART.split(value)
    return [word for piece in pieces if (word := " ".join(piece.split()))]


def fits(word: str, known: Sequence[str]) -> bool:
    return len(word) <= MAX_LENGTH and len(known) < MOST


def lacking(wanted: Iterable[str], known: Iterable[str]) -> list[str]:
    """Those of `wanted` that are not there yet, however their letters are cased."""
    there = {name.casefold() for name in known}
    return [name for name in wanted if name.casefold() not in there]


def put(tagged: Sequence[tuple[str, int, list[str]]]) -> None:
    """(record type, id, tags) of records that are new."""
    ids = {word.casefold(): _tag(word) for _type, _number, words in tagged for word in words}
    rows = [
        {"tag_id": ids[word.casefold()][0], "record_type": of, "record_id": number}
        for of, number, words in tagged
        for word in words
    ]
    bulk.create(Tagging, rows)
    happened = [((of, number), (), {"tag": ids[word.casefold()][1]}) for of, number, words in tagged for word in words]
    events.emit_many(events.TAG_ADDED, happened)


def _tag(word: str) -> tuple[int, str]:
    tag = tags.find(word)
    if tag is None:
        tag = Tag(name=word, hue=hue(word))
        db.session.add(tag)
        db.session.flush()
    return tag.id, tag.name


def take_back(found: Import) -> None:
    """The undo of the tags that it made and nobody uses; after its records, which have lost them by then."""
    made = sa.select(Change.record_id).where(
        Change.operation_id == found.operation_id, Change.record_type == "tag", Change.action == "created"
    )
    used = sa.select(Tagging.tag_id).distinct()
    unused = sa.select(Tag.id).where(Tag.id.in_(made), Tag.id.not_in(used))
    if keys := {("tag", number) for number in db.session.scalars(unused)}:
        found.undo_id = journal.undo_of(found.operation_id or 0, keys).operation_id
