"""Finding pairs: records that share a key are compared, and what looks like one is kept for people to look at."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from crmlite.duplicates import scoring
from crmlite.duplicates.cards import Card
from crmlite.duplicates.keeping import AT_ONCE, cards_of
from crmlite.duplicates.models import DuplicateCard, DuplicateKey, DuplicatePair
from crmlite.duplicates.scoring import Match
from crmlite.extensions import db, insert, utcnow

MOST_ALIKE = 20
"""Records that share one key and are compared by it. What more of them share, such as a name or a switchboard, says too little:
where company or mail domain speak for a pair, they are in another key together with the name."""


@dataclass(frozen=True)
class Comparison:
    """What came of comparing these records with all others: read at one time, to be kept at another."""

    name: str
    ids: list[int]
    cards: dict[int, str]
    """What was compared, of these records and of those that look like them, as it was written."""
    found: dict[tuple[int, int], Match]
    later: set[int]
    """What comes after them and waits itself: it is compared with these when it is its turn."""


def compare(name: str, ids: list[int]) -> Comparison:
    """Compares at most AT_ONCE records with all others. Only reads. What waits above all of them is left to a comparison that begins
    later."""
    own = written(name, ids)  # before their keys are read: whoever changes in between has another card than this
    pairs = _candidates(name, ids)
    later = _waiting(name, {b for _a, b in pairs if b > max(ids, default=0)})
    pairs = {(a, b) for a, b in pairs if b not in later}
    read = written(name, {number for pair in pairs for number in pair}.difference(ids)) | own
    cards = _parsed(name, read)
    found = dict[tuple[int, int], Match]()
    for a, b in pairs:
        if a in cards and b in cards and (match := scoring.compare(cards[a], cards[b])).score >= scoring.SURE:
            found[a, b] = match
    used = {*ids, *(number for pair in found for number in pair)}
    return Comparison(name, ids, {i: text for i, text in read.items() if i in used}, found, later)


def keep(comparison: Comparison) -> None:
    """Keeps the pairs that look like one instead of those that did before. What changed since it was compared waits to be compared anew."""
    name, read = comparison.name, comparison.cards
    same = {i for i, text in written(name, read, locked=True).items() if read[i] == text}
    ids = [i for i in comparison.ids if i in same]
    found = {pair: match for pair, match in comparison.found.items() if same.issuperset(pair)}
    _write(name, ids, found, comparison.later)


def alike(card: Card, limit: int = 20) -> list[tuple[int, Match]]:
    """Records that look like what somebody is just typing, the surest first. (id, why)."""
    keys = sorted(card.keys())
    key = DuplicateKey
    rows = db.session.execute(
        sa.select(key.key, key.record_id)
        .where(key.key.in_(_rare(card.kind, keys, 5 * MOST_ALIKE)), key.record_type == card.kind)
        .limit(40 * MOST_ALIKE)
    )
    by_key: dict[int, list[int]] = {}
    for number, record_id in rows:
        by_key.setdefault(number, []).append(record_id)
    ids = {i for block in by_key.values() for i in block}
    cards = cards_at(card.kind, ids)
    if stale := _those(card.kind, ids, DuplicateCard.stale):  # what they say now; what they are found by is of before
        cards |= cards_of(card.kind, sorted(stale))
    matches = ((i, scoring.compare(card, other)) for i, other in cards.items())
    found = [(i, match) for i, match in matches if match.score >= scoring.SURE]
    return sorted(found, key=lambda pair: (-pair[1].score, pair[0]))[:limit]


def cards_at(name: str, ids: Iterable[int]) -> dict[int, Card]:
    """The cards that are kept."""
    return _parsed(name, written(name, ids))


def _parsed(name: str, texts: dict[int, str]) -> dict[int, Card]:
    return {number: Card.of_json(name, json.loads(text)) for number, text in texts.items()}


def written(name: str, ids: Iterable[int], locked: bool = False) -> dict[int, str]:
    """The cards that are kept, as text: to be compared and sent on, which takes a fraction of reading them. `locked` until the
    transaction ends, so that nobody changes one meanwhile, and without those that are to be made anew."""
    wanted, found = sorted(ids), dict[int, str]()
    text = sa.cast(DuplicateCard.values, sa.Text)
    for start in range(0, len(wanted), AT_ONCE):
        query = sa.select(DuplicateCard.record_id, text).where(
            DuplicateCard.record_type == name, DuplicateCard.record_id.in_(wanted[start : start + AT_ONCE])
        )
        if locked:
            query = query.where(~DuplicateCard.stale).order_by(DuplicateCard.record_id).with_for_update()
        found.update(db.session.execute(query).all())
    return found


def _candidates(name: str, ids: list[int]) -> set[tuple[int, int]]:
    """Pairs of one of these with any other that shares a key which not too many have."""
    mine, theirs = aliased(DuplicateKey), aliased(DuplicateKey)
    keys = sorted(set(db.session.scalars(sa.select(mine.key).where(mine.record_type == name, mine.record_id.in_(ids)))))
    wanted, found = set(ids), set[tuple[int, int]]()
    for start in range(0, len(keys), AT_ONCE):
        part = keys[start : start + AT_ONCE]
        blocks: dict[int, list[int]] = {}
        rows = sa.select(theirs.key, theirs.record_id).where(
            theirs.record_type == name, theirs.key.in_(_rare(name, part, MOST_ALIKE))
        )
        for key, number in db.session.execute(rows):
            blocks.setdefault(key, []).append(number)
        for block in blocks.values():
            if len(block) > 1:
                found |= {(min(a, b), max(a, b)) for a in block if a in wanted for b in block if a != b}
    return found


def _waiting(name: str, ids: Iterable[int]) -> set[int]:
    """Those of them that are yet to be compared."""
    return _those(name, ids, DuplicateCard.waiting)


def _those(name: str, ids: Iterable[int], which: Any) -> set[int]:
    card, wanted, found = DuplicateCard, sorted(ids), set[int]()
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        query = sa.select(card.record_id).where(card.record_type == name, card.record_id.in_(some), which)
        found.update(db.session.scalars(query))
    return found


def _rare(name: str, keys: list[int], most: int) -> sa.Select[Any]:
    """Those of the keys that no more than `most` records share: counted along the index, so that thousands of one name are not read."""
    key = DuplicateKey.key
    of_these = sa.select(key).where(DuplicateKey.record_type == name, key.in_(keys))
    return of_these.group_by(key).having(sa.func.count() <= most)


def _write(name: str, ids: list[int], found: dict[tuple[int, int], Match], later: set[int]) -> None:
    """Pairs that are there already keep their id, and so their place; those with what is compared `later` stay as they are."""
    table, connection = DuplicatePair.__table__, db.session.connection()
    either = sa.or_(table.c.record_id.in_(ids), table.c.other_id.in_(ids))
    known = {
        (row.record_id, row.other_id): row
        for row in connection.execute(sa.select(table).where(table.c.record_type == name, either))
    }
    gone = [row.id for pair, row in known.items() if pair not in found and later.isdisjoint(pair)]
    if gone:
        connection.execute(sa.delete(table).where(table.c.id.in_(gone)))
    rows: list[dict[str, Any]] = [
        {
            "record_type": name,
            "record_id": a,
            "other_id": b,
            "score": match.score,
            "reasons": list(match.reasons),
            "found_at": utcnow(),
        }
        for (a, b), match in sorted(found.items())
    ]
    if rows:
        put = insert(table)
        put = put.on_conflict_do_update(
            index_elements=["record_type", "record_id", "other_id"],
            set_={"score": put.excluded.score, "reasons": put.excluded.reasons},
        )
        connection.execute(put, rows)
    seen = DuplicateCard.__table__
    connection.execute(
        sa.update(seen)
        .where(seen.c.record_type == name, seen.c.record_id.in_(ids), seen.c.waiting)
        .values(waiting=False)
    )
