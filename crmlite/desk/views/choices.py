"""/desk/choices: of what one gets notices, and how."""

from typing import Any

from flask import Blueprint, Response, g, request
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest

from crmlite.auth.models import Preference
from crmlite.desk.kinds import KINDS, WAYS
from crmlite.desk.telling import CHOICES, way_of
from crmlite.extensions import db
from crmlite.web import go, render

bp = Blueprint("choices", __name__, url_prefix="/desk/choices")


@bp.get("")
def index() -> Response:
    chosen = Preference.read(g.user.id, CHOICES)
    rows = [(kind, way_of(kind, chosen)) for kind in KINDS.values()]
    return render("desk/choices.html", rows=rows, ways=WAYS)


@bp.post("")
def save() -> Response:
    ways = {name for name, _label in WAYS}
    sent = {name: request.form[name] for name in KINDS if name in request.form}
    if not set(sent.values()) <= ways:
        raise BadRequest(_("Choose among the answers that are offered."))
    value: dict[str, Any] = {**Preference.read(g.user.id, CHOICES), **sent}
    Preference.write(g.user.id, CHOICES, value)
    db.session.commit()
    return go("/desk/choices", _("Your choice holds from now on. What you got before stays; that is final."))
