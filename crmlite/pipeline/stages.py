"""All pipelines and stages as pages, filters and cells look them up: read once in a request; a firm has a few dozen."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from crmlite.extensions import db
from crmlite.pipeline.models import LOST, OPEN, WON, Pipeline, Stage
from crmlite.web import cached_per_request

HUES = ("gray", "blue", "purple", "orange", "teal", "pink", "indigo")
"""Of open stages, in their order; what is won is green, what is lost red."""
ENDS = {WON: "green", LOST: "red"}


def hue_of(kind: str, position: int) -> str:
    return ENDS.get(kind) or HUES[position % len(HUES)]


@dataclass(frozen=True)
class KnownStage:
    id: int
    name: str
    kind: str
    probability_bp: int
    stale_days: int | None
    hue: str
    pipeline_id: int

    @property
    def is_open(self) -> bool:
        return self.kind == OPEN


@dataclass(frozen=True)
class KnownPipeline:
    id: int
    name: str
    stages: tuple[KnownStage, ...]

    @property
    def open_stages(self) -> tuple[KnownStage, ...]:
        return tuple(stage for stage in self.stages if stage.is_open)


_PIPELINES = (
    sa.select(Pipeline.id, Pipeline.name, Stage.id, Stage.name, Stage.kind, Stage.probability_bp, Stage.stale_days)
    .join(Stage, Stage.pipeline_id == Pipeline.id)
    .order_by(Pipeline.position, Pipeline.id, Stage.position)
)


@cached_per_request
def pipelines() -> dict[int, KnownPipeline]:
    """All of them by id, in their order."""
    rows = db.session.execute(_PIPELINES)
    found: dict[int, tuple[str, list[KnownStage]]] = {}
    for pipeline_id, pipeline, stage_id, name, kind, probability_bp, stale_days in rows:
        stages = found.setdefault(pipeline_id, (pipeline, []))[1]
        hue = hue_of(kind, len(stages))
        stages.append(KnownStage(stage_id, name, kind, probability_bp, stale_days, hue, pipeline_id))
    return {number: KnownPipeline(number, name, tuple(stages)) for number, (name, stages) in found.items()}


def get(stage_id: int) -> KnownStage:
    """The stage of a deal. Raises KeyError."""
    found: KnownStage = by_id()[stage_id]
    return found


def by_id_or_none(stage_id: int) -> KnownStage | None:
    return by_id().get(stage_id)


def pipeline_name(pipeline_id: int) -> str:
    return pipelines()[pipeline_id].name if pipeline_id in pipelines() else ""


@cached_per_request
def by_id() -> dict[int, KnownStage]:
    return {stage.id: stage for pipeline in pipelines().values() for stage in pipeline.stages}


def choices(only_open: bool = False) -> list[tuple[str, Any]]:
    """Stages for filters and forms; with the pipeline's name where there are several."""
    several = len(pipelines()) > 1
    return [
        (
            str(stage.id),
            _("%(pipeline)s: %(stage)s", pipeline=pipeline.name, stage=stage.name) if several else stage.name,
        )
        for pipeline in pipelines().values()
        for stage in (pipeline.open_stages if only_open else pipeline.stages)
    ]


def pipeline_choices() -> list[tuple[str, Any]]:
    return [(str(pipeline.id), pipeline.name) for pipeline in pipelines().values()]
