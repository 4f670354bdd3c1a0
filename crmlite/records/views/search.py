"""/records/search: the palette over all records, and pickers of one type."""

from flask import Response, g, render_template, request
from flask_babel import gettext as _

from crmlite.records import actions, search, seen, types
from crmlite.records.views import bp, kind_of
from crmlite.web import render

SHOWN = 8


@bp.get("/search")
def palette() -> Response:
    """Records called like `q`, then what can be done and where one can go: for the palette, or as a page of its own."""
    q = request.args.get("q", "").strip()[:200]
    found = search.find(g.user, q, types.registered().values(), SHOWN) if q else []
    groups = [(kind.label_plural, [hit for hit in found if hit.kind is kind]) for kind in types.registered().values()]
    return render(
        "records/search.html",
        "options",
        q=q,
        groups=[(label, hits) for label, hits in groups if hits],
        latest=[] if q else seen.latest(g.user, SHOWN),
        actions=actions.matching(g.user, q),
    )


@bp.get("/<record_type>/pick")
def pick(record_type: str) -> str:
    """Options of a picker: records of one type called like `q`."""
    kind = kind_of(record_type)
    q = next((value for key, value in request.args.items() if key == "q" or key.endswith("-text")), "").strip()[:200]
    found = search.find(g.user, q, [kind], SHOWN) if q else []
    return render_template("records/_pick.html", hits=found, q=q, empty=_("Nobody and nothing of that name"))
