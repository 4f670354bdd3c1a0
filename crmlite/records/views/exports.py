"""/records/contact/export: what a list shows, as a file."""

import logging
from datetime import date
from urllib.parse import parse_qsl

from flask import Response, g, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, Forbidden

from crmlite.auth.models import User
from crmlite.extensions import db, reading, writing
from crmlite.records import exporting, written
from crmlite.records.exporting import Selection
from crmlite.records.forms import row_id
from crmlite.records.listing import Listing
from crmlite.records.views import bp, kind_of
from crmlite.web import headers, local_today

log = logging.getLogger(__name__)
MOST_TICKED = 500


@bp.post("/<record_type>/export")
@headers("file")
def export(record_type: str) -> Response:
    """The list of `query`, or what is ticked of it, in `format`. It is written while nothing is locked, and noted when it is whole."""
    kind = kind_of(record_type)
    offered = exporting.formats(kind, g.user)
    if not offered:
        raise Forbidden
    form = next((one for one in offered if one.name == request.form.get("format", "excel")), None)
    if form is None:
        raise BadRequest(_("Choose what kind of file you want."))
    ticked = sorted({number for value in request.form.getlist("id") if (number := row_id(value))})
    if len(ticked) > MOST_TICKED:
        raise BadRequest(_("Choose at most %(count)d records.", count=MOST_TICKED))
    reading()
    asked = MultiDict(parse_qsl(request.form.get("query", "")))
    chosen = Selection.of(Listing(kind, g.user, asked), ticked or None)
    answer = written.answer(form.write(chosen), 200, form.content_type)
    writing()
    exporting.note(db.session.get_one(User, g.user.id), chosen, form)
    db.session.commit()
    log.info(
        "list exported", extra={"user_id": g.user.id, "kind": kind.name, "format": form.name, "count": len(chosen.ids)}
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="{_name(kind.plural, local_today(), form.ending)}"'
    return answer


def _name(plural: str, day: date, ending: str) -> str:
    return f"{plural}-{day.isoformat()}.{ending}"
