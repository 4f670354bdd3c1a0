"""Pipelines with their stages, and the deals that go through them."""

from crmlite.pipeline.models.deals import KIND_LABELS, KINDS, Deal, WrongState, count_deals
from crmlite.pipeline.models.pipelines import LOST, OPEN, WON, Pipeline, Stage, StageInUse

__all__ = [
    "KINDS",
    "KIND_LABELS",
    "LOST",
    "OPEN",
    "WON",
    "Deal",
    "Pipeline",
    "Stage",
    "StageInUse",
    "WrongState",
    "count_deals",
]
