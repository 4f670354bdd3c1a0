"""Which records are meant: those that were ticked, or all of the list that the reader sees."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import sqlalchemy as sa
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from crmlite.auth.models import Viewer
from crmlite.extensions import db
from crmlite.records.bulk.models import BulkRun
from crmlite.records.forms import row_id
from crmlite.records.listing import SEARCHED, Listing
from crmlite.records.types import RecordType

MOST_TICKED = 20_000


@dataclass(frozen=True)
class Selection:
    """`ids` in their order, or None: all that `query` fits, up to the record `last_id`."""

    query: str
    ids: list[int] | None
    total: int
    last_id: int = 0


def chosen(kind: RecordType, user: Viewer, sent: "MultiDict[str, str]") -> Selection:
    """Reads only. Raises BadRequest for none, and for too many."""
    if sent.get("all"):
        return _all(kind, user, sent.get("list", ""))
    ids = sorted({number for value in sent.getlist("id") if (number := row_id(value))})
    if not ids:
        raise BadRequest(_("Tick some records first."))
    if len(ids) > MOST_TICKED:
        raise BadRequest(_("Tick at most %(count)d records, or choose all of a list.", count=MOST_TICKED))
    return Selection("", ids, len(ids))


def _all(kind: RecordType, user: Viewer, query: str) -> Selection:
    """What words find is written down: the search knows the last touched ones, and they are being touched."""
    listing = listing_of(kind, user, query)
    model = kind.model
    if listing.q:
        listing.searched = SEARCHED  # not only those that a page counts
        ids = sorted(db.session.scalars(sa.select(model.id).where(listing.query).limit(SEARCHED)))
        return Selection(query, ids, len(ids))
    last_id = db.session.scalar(sa.select(sa.func.max(model.id))) or 0
    return Selection(query, None, listing.count(), last_id)


def listing_of(kind: RecordType, user: Viewer, query: str) -> Listing:
    """The list behind an address, from its beginning."""
    pairs = [(key, value) for key, value in parse_qsl(query) if key != "_after"]
    return Listing(kind, user, MultiDict(pairs))


def first(kind: RecordType, user: Viewer, selection: Selection, most: int) -> list[int]:
    """Up to `most` of them."""
    if selection.ids is not None:
        return selection.ids[:most]
    return _fitting(kind, user, selection.query, 0, selection.last_id, most)


def parts(kind: RecordType, user: Viewer, selection: Selection, most: int) -> Iterator[list[int]]:
    """All that the user may see of them, part by part."""
    place = 0
    while True:
        if selection.ids is not None:
            ids = [number for number in selection.ids if number > place][:most]
        else:
            ids = _fitting(kind, user, selection.query, place, selection.last_id, most)
        if not ids:
            return
        place = ids[-1]
        seen = kind.policy.visible(user).with_only_columns(kind.model.id).where(kind.model.id.in_(ids))
        yield list(db.session.scalars(seen.order_by(kind.model.id)))


def after(kind: RecordType, user: Viewer, run: BulkRun, most: int) -> list[int]:
    """The next ones of a run. Each is asked once, by its id: what the change itself moves out of the list leaves no gap."""
    if run.ids is not None:
        return [number for number in run.ids if number > run.place][:most]
    return _fitting(kind, user, run.query, run.place, run.last_id, most)


def _fitting(kind: RecordType, user: Viewer, query: str, place: int, last_id: int, most: int) -> list[int]:
    model: Any = kind.model
    fits = sa.select(model.id).where(listing_of(kind, user, query).query, model.id > place, model.id <= last_id)
    return list(db.session.scalars(fits.order_by(model.id).limit(most)))
