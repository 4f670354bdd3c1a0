"""/deals: the list, the board, one deal with what can be done to it, and the pipelines."""

from flask import Blueprint

bp = Blueprint("deals", __name__, url_prefix="/deals")

from crmlite.pipeline.views import board, deals, pipelines  # noqa: E402

__all__ = ["board", "bp", "deals", "pipelines"]
