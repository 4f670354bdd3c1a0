"""/records/contact/filter: a filter put together field by field, in the list's page or, without script, on a page of its own."""

from flask import g, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden

from crmlite.records.builder import GROUPS, Builder
from crmlite.records.views import bp, kind_of
from crmlite.web import render


@bp.get("/<record_type>/filter")
def build_filter(record_type: str) -> ResponseReturnValue:
    """The builder; with `add` the way to the list with that filter, or what is wrong with it."""
    kind = kind_of(record_type)
    if not kind.may(g.user, "view"):
        raise Forbidden
    builder = Builder(kind, g.user, request.args)
    if "add" in request.args and (url := builder.url()):
        return redirect(url)
    status = 422 if builder.problem else 200
    return render("records/filter.html", "builder", builder=builder, group_names=GROUPS, status=status)
