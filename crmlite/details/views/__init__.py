"""/details: what people corrected of themselves, and asking them to."""

from flask import Blueprint

bp = Blueprint("details", __name__, url_prefix="/details")

from crmlite.details.views import asking, review  # noqa: E402

__all__ = ["asking", "bp", "review"]
