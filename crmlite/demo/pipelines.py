"""The demo's two pipelines, as its manager sets them up."""

import sqlalchemy as sa

from crmlite.extensions import db
from crmlite.pipeline.models import LOST, OPEN, WON, Pipeline, Stage

SALES, CARE = "New projects", "Existing customers"
PIPELINES = {
    SALES: (("New", 1000, 7), ("Measured", 2500, 14), ("Samples seen", 4000, 21), ("Quote sent", 6000, 14), ("Agreed", 9000, 10)),
    CARE: (("Asked", 3000, 10), ("Quote sent", 6000, 14), ("Waiting for the order", 8500, 21)),
}  # fmt: skip
"""Open stages with their probability in basis points, and the days after which a deal in them is idle."""
OPEN_STAGES = sum(map(len, PIPELINES.values()))


def make_pipelines() -> None:
    """Both. Does not commit."""
    for name, stages in PIPELINES.items():
        rows = [
            {"name": stage, "probability_bp": chance, "stale_days": days, "kind": OPEN}
            for stage, chance, days in stages
        ]
        ends = [{"name": label, "kind": kind, "probability_bp": 0} for label, kind in (("Won", WON), ("Lost", LOST))]
        Pipeline.create(name, [*rows, *ends])


def open_stages() -> list[Stage]:
    """The open stages of all pipelines, in their order."""
    query = sa.select(Stage).join(Stage.pipeline).where(Stage.kind == OPEN)
    return list(db.session.scalars(query.order_by(Pipeline.position, Stage.position)))
