"""/records/contact/columns and /count: what belongs to lists of every type."""

from flask import Response, g, render_template, request, url_for
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
    """Remembers which columns the user wants to see, in the type's order; none: the usual ones.

    Choosing the ones from before undoes it: names may stand in the address too, as in the link of the toast.
    """
    kind, choice = kind_of(record_type), f"columns.{record_type}"
    wanted = set(request.values.getlist("name"))
    if unknown := wanted - {column.name for column in kind.all_columns}:
        raise BadRequest(_("There is no column “%(name)s”.", name=min(unknown)[:60]))
    names = [column.name for column in kind.all_columns if column.name in wanted]
    before = Preference.read(g.user.id, choice).get("names", [])
    Preference.write(g.user.id, choice, {"names": names})
    db.session.commit()
    undo = url_for(".columns", record_type=record_type, name=before)
    return go(local_path(request.form.get("next")) or kind.url, _("Columns saved."), undo)


@bp.get("/<record_type>/count")
def count(record_type: str) -> str:
    """The exact number of a list that is longer than what is counted by itself."""
    listing = Listing(kind_of(record_type), g.user, request.args)
    return render_template("records/_count.html", count=listing.count())
