"""What all record types share, under /records: a file for each kind of thing that can be done to a record."""

from typing import Any

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import NotFound

from crmlite.extensions import db
from crmlite.records import types
from crmlite.records.types import RecordType
from crmlite.web import go, hx, toast, undo_url

bp = Blueprint("records", __name__, url_prefix="/records")
public_files = Blueprint("files", __name__, url_prefix="/files")


def kind_of(record_type: str) -> RecordType:
    """The record type of a URL; 404 for one that does not exist or is switched off."""
    kind = types.get(record_type)
    if kind is None:
        raise NotFound
    return kind


def find(record_type: str, record_id: int, action: str = "view") -> Any:
    """The record of a URL, found through its policy."""
    return kind_of(record_type).policy.find(g.user, record_id, action)


def done(record: Any, message: str, undo: bool = True) -> Response:
    """After a verb and its commit: htmx renews what is on the page, a plain form goes back to the record."""
    link = undo_url() if undo else None
    page = page_of(record)
    if request.headers.get("HX-Request") and page != types.of(record).url:
        return changed(hx("", 204), message, link)
    return go(page, message, link)


def page_of(record: Any) -> str:
    """Where to go after a verb: the record's page, or the list where the user does not see the record any more."""
    kind = types.of(record)
    return kind.url_of(record.id) if is_seen(kind, record.id) else kind.url


def is_seen(kind: RecordType, record_id: int) -> bool:
    found = kind.policy.visible(g.user).with_only_columns(kind.model.id).where(kind.model.id == record_id)
    return db.session.scalar(found) is not None


def changed(
    response: Response,
    message: str,
    undo: str | None = None,
    event: str = "records:changed",
    link: dict[str, str] | None = None,
) -> Response:
    """Tells the page's parts that records changed, and the reader what was done."""
    return toast(response, message, undo, event=event, link=link)


from crmlite.records.views import (  # noqa: E402
    bulk,
    custom_fields,
    exports,
    favourites,
    fields,
    files,
    filters,
    groups,
    lists,
    members,
    notes,
    paste,
    saved_views,
    search,
    seen,
    tags,
    timeline,
    trash,
    undo,
)

__all__ = [
    "bp", "bulk", "changed", "custom_fields", "done", "exports", "favourites", "fields", "files", "filters", "find", "groups",
    "is_seen", "kind_of", "lists", "members", "notes", "page_of", "paste", "public_files", "saved_views", "search", "seen",
    "tags", "timeline", "trash", "undo",
]  # fmt: skip
