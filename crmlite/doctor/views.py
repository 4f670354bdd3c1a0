"""/doctor: how this instance is, and the jobs that failed. For administrators."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import Conflict, Forbidden, NotFound

from crmlite.doctor import examination
from crmlite.doctor.findings import STATES
from crmlite.extensions import db, reading
from crmlite.jobs import Job
from crmlite.web import go, render

bp = Blueprint("doctor", __name__, url_prefix="/doctor")

PAGE = 100
STATE_LABELS = {"ok": _l("Fine"), "warning": _l("Look at this"), "broken": _l("Broken")}


@bp.before_request
def _require_administrator() -> None:
    if not g.user.is_administrator:
        raise Forbidden


@bp.app_template_filter("doctor_state")
def doctor_state(state: str) -> str:
    return str(STATE_LABELS[state])


@bp.get("")
def index() -> Response:
    return _page(outside=None)


@bp.post("/outside")
def look_outside() -> Response:
    """Asks the public address, the mail server and the name server; writes nothing."""
    reading()
    return _page(outside=examination.look_outside())


def _page(outside: list[examination.Result] | None) -> Response:
    here = examination.look_here()
    return render(
        "doctor/index.html",
        here=here,
        outside=outside,
        waiting=examination.OUTSIDE,
        worst=STATES[examination.worst([*here, *(outside or [])])],
    )


@bp.get("/jobs")
def jobs() -> Response:
    """What failed: parked for good, or to be tried again."""
    troubled = sa.or_(Job.state == "parked", sa.and_(Job.state == "queued", Job.attempts > 0))
    rows = db.session.scalars(sa.select(Job).where(troubled).order_by(Job.state, Job.id.desc()).limit(PAGE + 1)).all()
    return render("doctor/jobs.html", jobs=rows[:PAGE], more=len(rows) > PAGE)


@bp.post("/jobs/<int:job_id>/run-again")
def run_again(job_id: int) -> Response:
    job = _find(job_id)
    job.run_again()
    db.session.commit()
    return go("/doctor/jobs", _("The job is run again now; this is final."))


@bp.post("/jobs/<int:job_id>/give-up")
def give_up(job_id: int) -> Response:
    job = _find(job_id)
    job.give_up()
    db.session.commit()
    return go("/doctor/jobs", _("The job was given up; this is final."))


def _find(job_id: int) -> Job:
    """The job, locked; only one that failed is for people to decide about."""
    job: Any = db.session.scalar(sa.select(Job).where(Job.id == job_id).with_for_update())
    if job is None:
        raise NotFound
    if not job.has_failed:
        raise Conflict(_("This job is not waiting for you: look at the list again."))
    return job
