"""Web forms: their list, and the editor with preview and the lines of HTML that embed one."""

import sqlalchemy as sa
from flask import Blueprint, Response, abort, g, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from crmlite import web
from crmlite.extensions import db
from crmlite.leads import fields, spam
from crmlite.leads.forms import FieldRows, WebFormForm, starters
from crmlite.leads.models import Submission, WebForm
from crmlite.leads.public import countries
from crmlite.leads.types import may_edit_forms
from crmlite.records.edit import NO_VERSION, knows_version
from crmlite.records.forms import row_id
from crmlite.web import go, outcome, render, undo_url

bp = Blueprint("web_forms", __name__, url_prefix="/forms")


@bp.before_request
def _require_grant() -> None:
    if not may_edit_forms(g.user):
        abort(403)


@bp.get("/")
def index() -> Response:
    counted = (
        sa.select(Submission.web_form_id, sa.func.count().label("n"), sa.func.max(Submission.received_at).label("last"))
        .where(Submission.state != "discarded")
        .group_by(Submission.web_form_id)
        .subquery()
    )
    query = sa.select(WebForm, counted.c.n, counted.c.last).outerjoin(counted, counted.c.web_form_id == WebForm.id)
    return render("leads/forms/index.html", forms=db.session.execute(query.order_by(WebForm.name, WebForm.id)).all())


@bp.get("/new")
def new() -> Response:
    head = WebFormForm(
        data={
            "language": g.user.locale,
            "theme": "light",
            "active": True,
            "owner_id": g.user.id,
            "notify": [],
            "limit_per_hour": spam.USUAL_LIMIT,
            "limit_per_visitor": spam.USUAL_LIMIT_OF_VISITOR,
        }
    )
    return _editor(None, head, FieldRows(starters()))


@bp.post("/new")
def create() -> Response:
    head, rows, wrong = _read()
    if "do" in request.form:
        return _editor(None, head, rows)
    if wrong or head.errors:
        return _editor(None, head, rows, wrong, status=422)
    form = WebForm.create(g.user, fields=rows.stored(), **head.values())
    db.session.commit()
    return go(f"/forms/{form.id}", _("The form is ready. Copy the line below into your website."), undo=undo_url())


@bp.get("/<int:form_id>")
def show(form_id: int) -> Response:
    form = _find(form_id)
    return _editor(form, WebFormForm.of(form), FieldRows(fields.read_all(form.fields)))


@bp.post("/<int:form_id>")
def save(form_id: int) -> Response:
    """Saves; or, with one of the buttons beside the fields, shows the editor with that done and nothing saved."""
    form = _find(form_id, lock=True)
    head, rows, wrong = _read()
    if "do" in request.form:
        return _editor(form, head, rows)
    version = request.form.get("row_version")
    if wrong or head.errors or not knows_version(form, head, version):
        return _editor(form, head, rows, {"": str(NO_VERSION)} if head.form_errors else wrong, status=422)
    if row_id(version) != form.row_version:
        said = _(
            "Somebody changed this form while you were writing. Nothing was saved yet. Save again to keep what you wrote, "
            "or open the form anew to see what they did."
        )
        return _editor(form, head, rows, {"": said}, status=409)
    form.change(fields=rows.stored(), **head.values())
    db.session.commit()
    return go(f"/forms/{form_id}", *outcome(_("The form was saved.")))


@bp.get("/<int:form_id>/preview")
@web.headers("embed")
def preview(form_id: int) -> Response:
    form = _find(form_id)
    return _preview(form, fields.read_all(form.fields))


@bp.post("/preview")
@web.headers("embed")
def preview_unsaved() -> Response:
    """The form as the editor has it, into the frame beside it."""
    head, rows, _wrong = _read()
    values = {name: value for name, value in head.data.items() if name in _LOOKS}
    if values["language"] not in web.LANGUAGES:
        values["language"] = g.user.locale
    return _preview(WebForm(public_id="preview", **values), rows.rows)


_LOOKS = frozenset({"name", "heading", "intro", "button", "language", "theme"})


def _preview(form: WebForm, rows: list[fields.Field]) -> Response:
    g.frame_ancestors = "'self'"
    with web.speaking(form.language):
        return render(
            "forms/show.html",
            form=form,
            fields=rows,
            typed=MultiDict(),
            wrong={},
            hidden={},
            countries=countries(form.language),
            is_preview=True,
        )


def _read() -> tuple[WebFormForm, FieldRows, dict[str, str]]:
    """What the editor sent: the head, the rows with a button's work done, and what is wrong with the fields."""
    head, rows = WebFormForm(request.form), FieldRows.read(request.form)
    if "do" in request.form:
        rows.do(request.form["do"])
        return head, rows, {}
    head.validate()
    return head, rows, fields.check(rows.rows)


def _editor(
    form: WebForm | None, head: WebFormForm, rows: FieldRows, wrong: dict[str, str] | None = None, status: int = 200
) -> Response:
    return render(
        "leads/forms/edit.html",
        "editor",
        form=form,
        version=form
        and (
            form.row_version
            if status in {200, 409} and "do" not in request.form
            else request.form.get("row_version", "")
        ),
        url=f"/forms/{form.id}" if form else "/forms/new",
        head=head,
        rows=rows.rows,
        wrong=wrong or {},
        kinds=fields.KINDS,
        fills=fields.targets(),
        submissions=form.count_submissions() if form else 0,
        origin=web.absolute(""),
        status=status,
    )


def _find(form_id: int, lock: bool = False) -> WebForm:
    query = sa.select(WebForm).where(WebForm.id == form_id)
    form = db.session.scalar(query.with_for_update() if lock else query)
    if form is None:
        abort(404)
    return form
