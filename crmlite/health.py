"""GET /health: whether this instance works, for load balancers, monitors and `bin/run`. Says nothing that is secret."""

import logging
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, Response, current_app, jsonify

from crmlite import jobs, pdf, schema, upgrading
from crmlite.config import VERSION
from crmlite.extensions import db, utcnow
from crmlite.web import headers, public

log = logging.getLogger(__name__)
bp = Blueprint("health", __name__)

WORKER_SILENT = timedelta(seconds=60)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/health")
@public
@headers("public")
def health() -> Response:
    """200 and `"status": "ok"`, or 503 with the reason. Monitors may ask every second: three statements and a knock at a socket."""
    found: dict[str, Any] = {"version": VERSION, "schema": None, "oldest_due_job_age": None, "renderer": False}
    try:
        closed = upgrading.reason()
        found["schema"] = schema.version() if upgrading.is_reachable() else None
        reasons = [closed] if closed else _reasons(found)
    except (sa.exc.SQLAlchemyError, OSError):
        log.exception("health")
        db.session.rollback()
        reasons = ["The database or its disk does not answer; the log says more."]
    if not reasons:
        return jsonify(status="ok", **found)
    answer = jsonify(status="failing", reason=" ".join(reasons), **found)
    answer.status_code = 503
    return answer


def _reasons(found: dict[str, Any]) -> list[str]:
    return [reason for reason in (_schema(found) or _worker(found), _renderer(found), _disk()) if reason]


def _schema(found: dict[str, Any]) -> str | None:
    if found["schema"] != schema.newest():
        return (
            f"The database has schema {found['schema']}, this version needs {schema.newest()}: run `crmlite upgrade`."
        )
    return None


def _worker(found: dict[str, Any]) -> str | None:
    found["oldest_due_job_age"] = round(jobs.oldest_due_age(), 1)
    seen_at = jobs.last_seen("worker")
    if seen_at is None:
        return "The worker was never seen: run `crmlite worker`, or `crmlite serve`, which starts one."
    silent = utcnow() - seen_at
    if silent > WORKER_SILENT:
        return f"The worker was not seen for {round(silent.total_seconds())} seconds: mail and forms wait."
    return None


def _renderer(found: dict[str, Any]) -> str | None:
    found["renderer"] = pdf.is_running()
    if not found["renderer"]:
        return "The PDF renderer does not answer: run `crmlite renderer`, or `crmlite serve`, which starts one."
    return None


def _disk() -> str | None:
    settings = current_app.extensions["crmlite.settings"]
    free = settings.free // 1024**2
    if free < settings.disk_floor_mb:
        return f"The disk has {free} MB left, less than disk_floor_mb = {settings.disk_floor_mb}: make room."
    return None
