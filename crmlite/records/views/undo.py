"""/records/undo/7: takes back an operation."""

from typing import Any
from urllib.parse import urlsplit

from flask import Response, current_app, g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import Conflict, Forbidden, HTTPException, NotFound
from werkzeug.routing import MapAdapter

from crmlite import events, journal
from crmlite.auth import roles
from crmlite.extensions import db
from crmlite.journal import Operation, Undone
from crmlite.records import trash, types, undoing
from crmlite.records.bulk import running
from crmlite.records.bulk.models import BulkRun
from crmlite.records.views import bp, changed, is_seen
from crmlite.safety import local_path
from crmlite.web import go, hx, undo_url

Keys = set[tuple[str, int]]


@bp.post("/undo/<int:operation_id>")
def undo(operation_id: int) -> Response:
    """Takes back what the user did in that operation; what was changed since is left alone. An undo can be undone."""
    done = db.session.get(Operation, operation_id)
    if done is None or (done.actor_id != g.user.id and not g.user.is_administrator):
        raise NotFound
    if (take_back := current_app.extensions["crmlite.undoers"].get(done.kind)) is not None:
        answer: Response = take_back(operation_id)
        return answer
    run = running.stop(operation_id) if done.kind == "bulk" else None
    if run is not None and not run.changed:  # it is stopped, and that is all there is to it
        db.session.commit()
        return go(f"/records/bulk/{run.id}")
    if undoing.is_large(operation_id):
        return _undo_in_parts(operation_id, run)
    about = journal.touched_by(operation_id, undoing.FOLLOWS) | journal.subjects_of(operation_id, undoing.FOLLOWING)
    records = [record for name, number in about if (record := types.load(name, number)) is not None]
    _require(operation_id, about, records)
    undone = _undone(operation_id, about, records)
    roles.require_administrator_left()
    left = {(conflict.record_type, conflict.record_id) for conflict in undone.conflicts}
    left -= journal.touched_by(undone.operation_id)
    for record in records:
        key = (record.__tablename__, record.id)
        if key not in left and types.load(*key) is not None:
            events.emit(events.OPERATION_UNDONE, record, operation_id=operation_id)
    db.session.commit()
    message = _("Undone.")
    if undone.conflicts:
        message = _("Undone, except for what was changed since.")
    if undone.left_most:
        message = _(
            "Only what nobody changed since was undone. Undo the later changes first, then this can be undone again."
        )
    return _answer(about, message)


def _undo_in_parts(operation_id: int, run: BulkRun | None) -> Response:
    """A part at once, and the others by the worker: others want to save in between."""
    _require_guards(operation_id, undoing.tables_of(operation_id))
    try:
        if events.is_final(operation_id):
            raise journal.CannotUndo
        undoing.begin(operation_id, g.user)
    except journal.CannotUndo:
        raise Conflict(_("This was undone already, or cannot be undone.")) from None
    db.session.commit()
    message = _("It is being undone, part by part; what was changed since is left alone.")
    return go(f"/records/bulk/{run.id}", message, undo_url()) if run is not None else _answer(set(), message)


def _require(operation_id: int, about: Keys, records: list[Any]) -> None:
    if not all(undoing.may_take_back(g.user, record, operation_id) for record in records):
        raise Forbidden(str(_NOT_ANY_MORE))
    _require_guards(operation_id, {name for name, _number in about})


def _require_guards(operation_id: int, tables: set[str]) -> None:
    guards = current_app.extensions["crmlite.undo_guards"]
    if not all(guards[name](g.user) for name in tables if name in guards):
        raise Forbidden(str(_NOT_ANY_MORE))
    roles.require_undo(g.user, operation_id)


_NOT_ANY_MORE = _l("You may not change this any more, so you cannot undo it either.")


def _undone(operation_id: int, about: Keys, records: list[Any]) -> Undone:
    """Undoes it. Raises Conflict, with the reason, where that changes nothing."""
    is_gone = not records and trash.was_purged(about)
    try:
        if is_gone or events.is_final(operation_id):
            raise journal.CannotUndo
        undone = journal.undo(operation_id)
    except journal.CannotUndo:
        text = _("This was undone already, or cannot be undone.")
        raise Conflict(_("Nothing was undone: the record was removed for good.") if is_gone else text) from None
    if undone.changed:
        return undone
    db.session.rollback()
    if undone.conflicts:
        raise Conflict(_("Nothing was undone: all of it was changed or used since, or is gone for good."))
    raise Conflict(_("Nothing was undone: all is as it was before already."))


# --- where to go ------------------------------------------------------------------------------------------------------


def _answer(about: Keys, message: str) -> Response:
    """Back to the page that it was asked on, unless that is gone with what was undone."""
    if not request.headers.get("HX-Request"):
        page = local_path(request.form.get("next")) or "/"
        return go(_page_above(page, about) or page, message, undo_url())
    page = urlsplit(request.headers.get("HX-Current-URL", "")).path
    above = _page_above(page, about) if page else None
    return go(above, message, undo_url()) if above else changed(hx("", 204), message, undo_url())


def _page_above(page: str, about: Keys) -> str | None:
    """The list, or the page that leads to `page`, where that one shows something that is not there any more."""
    urls = current_app.create_url_adapter(request)
    args = _arguments(urls, urlsplit(page).path) if urls is not None else None
    if urls is None or not args:
        return None
    for name, number in sorted(about):
        kind = types.known(name)
        if kind is not None and _shows(args, name, number) and not is_seen(kind, number):
            return kind.url
        model: Any = journal.models().get(name)
        if kind is None and model and _shows(args, name, number) and db.session.get(model, number) is None:
            return _nearest(urls, page, number)
    return None


def _shows(args: dict[str, Any], name: str, number: int) -> bool:
    """Whether an address with these arguments is of that row: `contact_id` of a contact, `form_id` of a web form."""
    if args.get("record_type") == name and args.get("record_id") == number:
        return True
    return any(args.get(f"{word}_id") == number for word in (name, *name.split("_")))


def _nearest(urls: MapAdapter, page: str, number: int) -> str:
    """The page above the part of the address that names `number`."""
    steps = page.split("/")
    for end in range(steps.index(str(number)) if str(number) in steps else 0, 1, -1):
        for above in ("/".join(steps[:end]), "/".join(steps[:end]) + "/"):
            if _arguments(urls, above) is not None:
                return above
    return "/"


def _arguments(urls: MapAdapter, path: str) -> dict[str, Any] | None:
    """What stands in the address of a page; None where there is no such page."""
    try:
        _endpoint, args = urls.match(path, method="GET")
    except HTTPException:
        return None
    return dict(args)
