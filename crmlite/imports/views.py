"""/imports: the list, a new file, its columns, the trial, the run, the report, and the way back."""

import sqlalchemy as sa
from flask import Blueprint, Response, g, request, send_file
from flask_babel import gettext as _
from werkzeug.exceptions import Conflict, NotFound

from crmlite import jobs
from crmlite.desk import forgetting, inbox
from crmlite.extensions import db, reading, utcnow, writing
from crmlite.files import File, FileRefused
from crmlite.imports import access, fields, giving_back, running, taking, targets, undoing, wording
from crmlite.imports.forms import ORDERS, OptionsForm
from crmlite.imports.models import (
    DONE,
    MAPPING,
    RUNNING,
    STOPPED,
    TRIED,
    TRYING,
    UNDOING,
    UNREADABLE,
    Import,
    ImportRow,
)
from crmlite.imports.page import ImportPage, UndoPage, columns
from crmlite.imports.reading.limits import FILE, Unreadable
from crmlite.records.colleagues import users
from crmlite.web import go, headers, render

bp = Blueprint("imports", __name__, url_prefix="/imports")


@bp.get("/")
def index() -> Response:
    access.require_import(g.user)
    found = db.session.scalars(access.visible(g.user).order_by(Import.id.desc()).limit(200)).all()
    return render("imports/index.html", pages=[ImportPage(one, rows=False) for one in found], people=users())


@bp.get("/new")
def new() -> Response:
    access.require_import(g.user)
    return render("imports/new.html", "form", problem="")


@bp.post("/new")
def create() -> Response:
    """Stores the file, and reads it at once where it is small. What cannot be read leaves nothing behind."""
    reading()  # a large file comes slowly, and reading it takes its time: nobody shall wait for that
    access.require_import(g.user)
    request.max_content_length = FILE
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return render("imports/new.html", "form", problem=_("Choose a file first."), status=422)
    try:
        file = File.write(sent.stream, sent.filename, "application/octet-stream")
    except FileRefused as refused:
        return render("imports/new.html", "form", problem=str(refused), status=422)
    try:
        read = taking.read_now(file) if file.size <= taking.AT_ONCE else None
    except Unreadable as refused:
        file.location.unlink(missing_ok=True)
        return render("imports/new.html", "form", problem=wording.of_file(refused.reason), status=422)
    writing()
    made = taking.begin(g.user, file, read)
    db.session.commit()
    return go(f"/imports/{made.id}")


@bp.get("/<int:import_id>")
def show(import_id: int) -> Response:
    found = access.find(g.user, import_id)
    if found.state == MAPPING:
        return _mapping(found, _options_of(found))
    page = ImportPage(found, request.args.get("show", ""), request.args.get("after", 0, type=int))
    return render(
        "imports/show.html",
        "state",
        page=page,
        outcomes=wording.OUTCOMES,
        file_problem=wording.of_file(found.problem),
    )


@bp.get("/<int:import_id>/columns")
def edit(import_id: int) -> Response:
    """The columns again, after a trial."""
    found = access.find(g.user, import_id)
    if found.state not in {MAPPING, TRIED}:
        raise NotFound
    return _mapping(found, _options_of(found))


@bp.post("/<int:import_id>/columns")
def save(import_id: int) -> Response:
    """Keeps what the columns are, for the next such file too, and begins the trial."""
    found = access.find(g.user, import_id)
    if found.state not in {MAPPING, TRIED}:
        raise Conflict(_("This import has begun already."))
    form = OptionsForm(request.form)
    chosen = [request.form.get(f"to-{index}", found.mapping[index]) for index in range(len(found.headers))]
    orders = {
        str(index): order
        for index in range(len(found.headers))
        if (order := request.form.get(f"order-{index}")) in dict(ORDERS)
    }
    looks = found.found.get("columns") or [{} for _header in found.headers]
    may_make = fields.may_make(g.user)
    known = all(fields.is_possible(target, look, may_make) for target, look in zip(chosen, looks, strict=True))
    if not form.validate() or not known:
        return _mapping(found, form, status=422)
    if not any(targets.parse(target) for target in chosen):
        problem = _("Say of at least one column what it is: a name, an e-mail address, a company.")
        return _mapping(found, form, problem, status=422)
    found.mapping = [fields.settled(*column) for column in zip(chosen, found.headers, strict=True)]
    found.options = {
        **found.options,
        "match": form.match.data,
        "owner_id": form.owner_id.data,
        "country": form.country.data or "",
        "orders": {**found.options.get("orders", {}), **orders},
    }
    taking.remember(found)
    found.state, found.trial_counts = TRYING, {}
    jobs.enqueue(running.try_out, import_id=found.id)
    db.session.commit()
    return go(f"/imports/{import_id}")


@bp.post("/<int:import_id>/run")
def run(import_id: int) -> Response:
    found = access.find(g.user, import_id)
    if found.state not in {TRIED, STOPPED}:
        raise Conflict(_("This import cannot be started now."))
    found.problem, found.begun_at = "", found.begun_at or utcnow()
    found.state = RUNNING
    inbox.mark_about(found.made_by_id, found)  # it waits no more
    jobs.enqueue(running.run, import_id=found.id)
    db.session.commit()
    return go(f"/imports/{import_id}")


@bp.post("/<int:import_id>/stop")
def stop(import_id: int) -> Response:
    """After the batch it is at. What was taken in stays, until it is resumed or undone."""
    found = access.find(g.user, import_id)
    if found.state == RUNNING:
        found.state = STOPPED
    elif found.state == TRYING:
        running.rewind(found)
    else:
        raise Conflict(_("This import does not run."))
    db.session.commit()
    return go(f"/imports/{import_id}")


@bp.get("/<int:import_id>/refused")
@headers("file")
def refused(import_id: int) -> Response:
    """The refused rows as a file, to be mended and imported again."""
    found = access.find(g.user, import_id)
    if found.stream is None or not found.stream.location.is_file():
        raise NotFound
    name = f"import-{import_id}-refused.csv"
    file = giving_back.refused(found, found.stream.location)
    return send_file(file, "text/csv", as_attachment=True, download_name=name, max_age=0)


@bp.get("/<int:import_id>/undo")
def ask_undo(import_id: int) -> Response:
    """What would go, what would be put back, and what stays because people worked on it."""
    found = access.find(g.user, import_id)
    if found.state not in {DONE, STOPPED}:
        raise NotFound
    return render("imports/undo.html", page=UndoPage(found))


@bp.post("/<int:import_id>/undo")
def undo(import_id: int) -> Response:
    found = access.find(g.user, import_id)
    if found.state not in {DONE, STOPPED}:
        raise Conflict(_("There is nothing to undo."))
    return _undo(found)


def take_back(operation_id: int) -> Response:
    """The journal's undo of a whole import is its own: in parts, and the import says so."""
    number = db.session.scalar(sa.select(Import.id).where(Import.operation_id == operation_id))
    if number is None:
        raise NotFound
    found = access.find(g.user, number)
    if found.state not in {DONE, STOPPED, RUNNING}:
        raise Conflict(_("This was undone already, or cannot be undone."))
    return _undo(found)


def _undo(found: Import) -> Response:
    found.state, found.options = UNDOING, {**found.options, "undone_by": g.user.id}
    inbox.mark_about(found.made_by_id, found)
    jobs.enqueue(undoing.undo, import_id=found.id)
    db.session.commit()
    return go(f"/imports/{found.id}")


@bp.post("/<int:import_id>/remove")
def remove(import_id: int) -> Response:
    """Takes an import off the list that brought nothing, with its file. Final."""
    found = access.find(g.user, import_id)
    if found.state not in {MAPPING, TRIED, UNREADABLE}:
        raise Conflict(_("This import has begun. Undo it, if it was a mistake."))
    taking.forget_files(found)
    forgetting.forget_record(found)
    db.session.execute(sa.delete(ImportRow).where(ImportRow.import_id == found.id))
    db.session.delete(found)
    db.session.commit()
    return go("/imports/", _("The file was removed. That is final."))


def _options_of(found: Import) -> OptionsForm:
    return OptionsForm(data={name: found.options.get(name) for name in ("match", "owner_id", "country")})


def _mapping(found: Import, form: OptionsForm, problem: str = "", status: int = 200) -> Response:
    return render(
        "imports/columns.html",
        page=ImportPage(found, rows=False),
        columns=columns(found, fields.may_make(g.user)),
        may_make=fields.may_make(g.user),
        form=form,
        orders=ORDERS,
        problem=problem,
        encoding=wording.encoding_name(found.found.get("encoding", "")),
        delimiter=wording.delimiter_name(found.found.get("delimiter", "")),
        status=status,
    )
