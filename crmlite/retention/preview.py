"""How many rows would go: asked for all kinds in one statement, before anything is saved."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from crmlite.extensions import db
from crmlite.retention.kinds import Kind

MOST = 10_000
"""Further than this nobody counts: the page says "more than"."""


def going(kinds: Mapping[str, Kind], numbers: Mapping[str, int | None], now: datetime) -> dict[str, int]:
    """By kind, how many of its rows are older than that; those of which none are left out."""
    asked: dict[str, sa.Label[int]] = {}
    for name, kind in kinds.items():
        older = kind.older(numbers[name], now)
        if older is not None:
            few = older.limit(MOST + 1).subquery()
            asked[name] = sa.select(sa.func.count()).select_from(few).scalar_subquery().label(f"n{len(asked)}")
    if not asked:
        return {}
    counts = db.session.execute(sa.select(*asked.values())).one()
    return {name: count for name, count in zip(asked, counts, strict=True) if count}
