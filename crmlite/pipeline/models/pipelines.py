"""Pipelines and their stages: data, made and changed by those who manage."""

from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crmlite import events
from crmlite.extensions import Base, db
from crmlite.journal import Journaled

OPEN, WON, LOST = "open", "won", "lost"
CERTAIN = 10_000
"""Basis points of what is won already."""
FIXED = {WON: CERTAIN, LOST: 0}
"""How probable the two ends of every pipeline are."""


class Pipeline(Journaled, Base):
    """A way in which deals come about: open stages in an order, then one for what was won and one for what was lost."""

    __tablename__ = "pipeline"
    name: Mapped[str]
    position: Mapped[int]
    stages: Mapped[list["Stage"]] = relationship(back_populates="pipeline", order_by="Stage.position")

    @classmethod
    def create(cls, name: str, stages: list[dict[str, Any]]) -> Self:
        """A new one, behind the others; `stages` as in change()."""
        last = db.session.scalar(sa.select(sa.func.max(cls.position)))
        pipeline = cls(name=name, position=0 if last is None else last + 1)
        db.session.add(pipeline)
        pipeline._put_stages(stages)
        events.emit(events.PIPELINE_CREATED, pipeline, pipeline=name)
        return pipeline

    def change(self, name: str, stages: list[dict[str, Any]]) -> Self:
        """Name and stages: rows with name, probability_bp, stale_days, kind and, where there is one already, id.

        They stand in the order of `stages`, what is won and lost last. An open stage that is not among them goes. Raises
        StageInUse.
        """

        def put() -> None:
            self.name = name
            self._put_stages(stages)

        if events.changed(put):
            events.emit(events.PIPELINE_UPDATED, self, pipeline=name)
        return self

    def remove(self) -> None:
        """Takes it away with its stages. Raises StageInUse where it has, or had, a deal."""
        for stage in self.stages:
            stage.require_unused()
            db.session.delete(stage)
        db.session.flush()
        db.session.delete(self)
        events.emit(events.PIPELINE_REMOVED, self, pipeline=self.name)

    @property
    def open_stages(self) -> list["Stage"]:
        return [stage for stage in self.stages if stage.is_open]

    @property
    def won(self) -> "Stage":
        return next(stage for stage in self.stages if stage.kind == WON)

    @property
    def lost(self) -> "Stage":
        return next(stage for stage in self.stages if stage.kind == LOST)

    def _put_stages(self, rows: list[dict[str, Any]]) -> None:
        known: dict[Any, Stage] = {stage.id if stage.is_open else stage.kind: stage for stage in self.stages}
        rows = sorted(rows, key=lambda row: row["kind"] != OPEN)  # keeps the order of the open ones
        if [row["kind"] for row in rows if row["kind"] != OPEN] != [WON, LOST] or rows[0]["kind"] != OPEN:
            raise ValueError("a pipeline has open stages, then one that is won and one that is lost")
        for position, row in enumerate(rows):
            key = row.get("id") if row["kind"] == OPEN else row["kind"]
            stage = known.pop(key, None) or Stage(kind=row["kind"])
            stage.name, stage.position, stage.stale_days = row["name"], position, row.get("stale_days")
            stage.probability_bp = FIXED.get(stage.kind, row["probability_bp"])
            if stage.id is None:
                self.stages.append(stage)
        for stage in known.values():
            stage.require_unused()
            db.session.delete(stage)
        db.session.flush()
        db.session.expire(self, ["stages"])  # they are in another order now


class Stage(Journaled, Base):
    """Where a deal stands. What kind it is never changes: open ones make deals that are open."""

    __tablename__ = "stage"
    pipeline_id: Mapped[int] = mapped_column(sa.ForeignKey("pipeline.id"), index=True)
    name: Mapped[str]
    position: Mapped[int]
    probability_bp: Mapped[int]
    kind: Mapped[str] = mapped_column(default=OPEN)
    stale_days: Mapped[int | None]
    """After how many days without anything happening a deal is marked; None: never."""
    pipeline: Mapped[Pipeline] = relationship(back_populates="stages")

    @property
    def is_open(self) -> bool:
        return self.kind == OPEN

    def require_unused(self) -> None:
        """Raises StageInUse where a deal is in it, be it in the trash."""
        from crmlite.pipeline.models.deals import Deal

        if db.session.scalar(sa.select(Deal.id).where(Deal.stage_id == self.id).limit(1)) is not None:
            raise StageInUse(self)


class StageInUse(Exception):
    """Deals are in this stage, so it cannot go."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage.name)
        self.stage = stage
