"""/records/contact/groups: a list counted by one of its columns."""

from flask import Response, g, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import Forbidden

from crmlite.records.groups import Groups
from crmlite.records.listing import Listing
from crmlite.records.views import bp, kind_of
from crmlite.web import render


@bp.get("/<record_type>/groups")
def groups(record_type: str) -> Response:
    """How many of the list's records there are per value of the column `_by`; all else in the address are the list's filters."""
    kind = kind_of(record_type)
    if not kind.may(g.user, "view"):
        raise Forbidden
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in {"_by", "_after"}]
    listing = Listing(kind, g.user, MultiDict(kept))
    return render("records/groups.html", "groups", groups=Groups(listing, request.args.get("_by", "")), listing=listing)
