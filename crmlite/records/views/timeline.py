"""/records/contact/7/timeline: more of what happened."""

from flask import g, render_template, request
from werkzeug.exceptions import BadRequest

from crmlite.records.timeline import Timeline
from crmlite.records.views import bp, kind_of


@bp.get("/<record_type>/<int:record_id>/timeline")
def more(record_type: str, record_id: int) -> str:
    kind = kind_of(record_type)
    record = kind.policy.find(g.user, record_id)
    before = request.args.get("before", type=int)
    if "before" in request.args and (before is None or before >= 2**63):
        raise BadRequest
    return render_template("records/_timeline.html", timeline=Timeline(kind, record, g.user, before))
