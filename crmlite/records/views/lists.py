"""/records/contact/columns and /count: what belongs to lists of every type."""

from flask import Response, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest

from crmlite.extensions import db
from crmlite.records import columns as chosen_columns
from crmlite.records import saved_views
from crmlite.records.forms import row_id
from crmlite.records.listing import Listing
from crmlite.records.saved_views import SavedView
from crmlite.records.types import RecordType
from crmlite.records.views import bp, kind_of
from crmlite.safety import local_path
from crmlite.web import go


@bp.post("/<record_type>/columns")
def columns(record_type: str) -> Response:
    """Remembers which columns the user wants to see, in which order and how wide, for the view that is open or for the type;
    none: the usual ones.

    Choosing the ones from before undoes it: all of it may stand in the address too, as in the link of the toast.
    """
    kind = kind_of(record_type)
    view = saved_views.find(g.user, record_type, row_id(request.values.get("view")))
    names = _in_order(kind, view)
    widths = {name: request.values.get(f"width.{name}", "") for name in names}
    before = chosen_columns.remember(kind, g.user, view, names, widths)
    db.session.commit()
    was = {f"width.{name}": width for name, width in before.get("widths", {}).items()}
    undo = url_for(".columns", record_type=record_type, name=before.get("names", []), view=view and view.id, **was)
    return go(local_path(request.form.get("next")) or kind.url, _("Columns saved."), undo)


def _in_order(kind: RecordType, view: SavedView | None) -> list[str]:
    """The columns that were ticked, by the numbers beside them where there are some: one that was given the place of another
    goes before it if it comes from below, and behind it if it comes from above."""
    wanted = list(dict.fromkeys(request.values.getlist("name")))
    known = [column.name for column in kind.all_columns]
    if unknown := set(wanted) - set(known):
        raise BadRequest(_("There is no column “%(name)s”.", name=min(unknown)[:60]))
    if not any(f"at.{name}" in request.values for name in wanted):
        return wanted
    shown = [column.name for column in chosen_columns.chosen(kind, g.user, view)]
    was = {name: place for place, name in enumerate([*shown, *(name for name in known if name not in shown)], 1)}

    def place(name: str) -> tuple[int, int, int]:
        now = row_id(request.values.get(f"at.{name}")) or was[name]
        return now, (now > was[name]) - (now < was[name]), was[name]

    return sorted(wanted, key=place)


@bp.get("/<record_type>/count")
def count(record_type: str) -> str:
    """The exact number of a list that is longer than what is counted by itself."""
    listing = Listing(kind_of(record_type), g.user, request.args)
    return render_template("records/_count.html", count=listing.count())
