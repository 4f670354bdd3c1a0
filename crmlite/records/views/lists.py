"""/records/contact/columns and /count: what belongs to lists of every type."""

from flask import Response, g, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest

from crmlite.auth.models import Preference
from crmlite.extensions import db
from crmlite.records.listing import Listing
from crmlite.records.views import bp, kind_of
from crmlite.safety import local_path
from crmlite.web import go


@bp.post("/<record_type>/columns")
def columns(record_type: str) -> Response:
    """Remembers which columns the user wants to see, in the type's order; none: the usual ones."""
    kind = kind_of(record_type)
    wanted = set(request.form.getlist("name"))
    if unknown := wanted - {column.name for column in kind.columns}:
        raise BadRequest(_("There is no column “%(name)s”.", name=min(unknown)[:60]))
    names = [column.name for column in kind.columns if column.name in wanted]
    Preference.write(g.user.id, f"columns.{kind.name}", {"names": names})
    db.session.commit()
    return go(local_path(request.form.get("next")) or kind.url, _("Columns saved."))


@bp.get("/<record_type>/count")
def count(record_type: str) -> str:
    """The exact number of a list that is longer than what is counted by itself."""
    listing = Listing(kind_of(record_type), g.user, request.args)
    return render_template("records/_count.html", count=listing.count())
