"""/records/contact/paste: a block of cells of a list, written as one operation."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

from flask import Response, g, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, Forbidden

from crmlite import journal
from crmlite.extensions import db
from crmlite.records import cells, pasting
from crmlite.records.forms import row_id
from crmlite.records.listing import Listing
from crmlite.records.pasting import MOST_CELLS, MOST_ROWS, Block, Outcome
from crmlite.records.rows import fill, names_of, rows_of
from crmlite.records.views import bp, changed, kind_of
from crmlite.web import outcome, render, show_number

ASKS_FROM = 50
"""Cells: as many as that are counted for the reader before they are saved."""


@bp.post("/<record_type>/paste")
def paste(record_type: str) -> Response:
    """Writes the block where all of it fits and it is a small one. Else 409, with what would be saved, and the cells that would not
    with their reasons: posted again with `but`, the keys of those cells, the others are saved.
    """
    kind = kind_of(record_type)
    block = _block()
    listing = Listing(kind, g.user, MultiDict(parse_qsl(request.form.get("list", ""))), kind.url)
    columns = listing.columns
    journal.label("paste")
    done = pasting.put(kind, g.user, block)
    if not done.allowed:
        raise Forbidden(_("You may not do that to any of these records."))
    if _asks(done):
        return render("records/_paste.html", status=409, kind=kind, done=done, block=block)
    db.session.commit()
    message, link = outcome(_said(done))
    return changed(_rows(kind, columns, done.records), message, link, event="record:changed")


def _asks(done: Outcome) -> bool:
    known = set(request.form.get("but", "").split())
    if {refused.key for refused in done.refused} - known:
        return True
    return done.changed >= ASKS_FROM and "but" not in request.form


def _said(done: Outcome) -> str:
    saved = ngettext("%(num)d cell saved.", "%(num)d cells saved.", done.changed)
    if not done.refused:
        return saved
    kept = ngettext("%(num)d cell stayed as it was.", "%(num)d cells stayed as they were.", len(done.refused))
    return f"{saved} {kept}"


def _block() -> Block:
    """What was sent. BadRequest for what no page of ours sends."""
    ids = [row_id(part) for part in _list("ids")]
    names = _list("names")
    seen = [row_id(part) for part in _list("seen")]
    texts = _texts()
    if not (0 < len(ids) <= MOST_ROWS and names and 0 < len(ids) * len(names) <= MOST_CELLS):
        raise BadRequest(too_many())
    twice = any(len(set(known)) < len(known) for known in ([one for one in ids if one], [one for one in names if one]))
    fits = len(texts) == len(ids) and all(len(row) == len(names) for row in texts)
    if twice or not fits or len(seen) != len(ids) * len(names):
        raise BadRequest(_("This block does not fit the list. Open the list anew and paste it again."))
    width = len(names)
    return Block(ids, names, [seen[at : at + width] for at in range(0, len(seen), width)], texts)


def too_many() -> str:
    """Why a block is refused as a whole."""
    return _(
        "At most %(rows)s rows and %(cells)s cells are pasted at once. Paste a smaller block.",
        rows=show_number(MOST_ROWS),
        cells=show_number(MOST_CELLS),
    )


def _list(name: str) -> list[str]:
    value = request.form.get(name, "")
    return value.split(",") if value else []


def _texts() -> list[list[str]]:
    try:
        texts = json.loads(request.form.get("block", ""))
    except (ValueError, RecursionError):
        return []
    is_block = isinstance(texts, list) and all(
        isinstance(row, list) and all(isinstance(text, str) for text in row) for row in texts
    )
    return texts if is_block else []


def _rows(kind: Any, columns: Sequence[Any], records: list[Any]) -> Response:
    """The rows as they are now, each in its place; one that its user does not see any more goes."""
    ids = [record.id for record in records]
    seen = names_of(kind, set(ids), g.user)
    rows = rows_of(kind, tuple(columns), list(seen), g.user)
    fill(kind, tuple(columns), rows, g.user)
    drawn = [(row.id, cells.render_rows(kind, tuple(columns), [row])) for row in rows]
    gone = [number for number in ids if number not in seen]
    return make_response(render_template("records/_pasted.html", drawn=drawn, gone=gone))
