"""The firm's own particulars."""

import json
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, g, request, send_file
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import Forbidden, NotFound

from crmlite import pdf
from crmlite.auth.forms import OrganisationForm
from crmlite.auth.models import Organisation
from crmlite.extensions import db, reading, writing
from crmlite.files import File, FileRefused
from crmlite.web import go, headers, outcome, render

bp = Blueprint("organisation", __name__, url_prefix="/auth/organisation")


@bp.before_request
def _require_role() -> None:
    if g.user.role not in {"administrator", "manager"}:
        raise Forbidden


@bp.get("")
def show() -> Response:
    return _page(OrganisationForm(obj=Organisation.get()))


@bp.post("")
def save() -> Response:
    """Changes it. 409 with both values where somebody else changed it since the form was shown."""
    organisation, form = Organisation.get(lock=True), OrganisationForm(request.form)
    was = _seen()
    if was is None:
        form.form_errors.append(
            _("It is not known what you saw before you wrote this. Open the page anew and write it there.")
        )
    if not form.validate() or was is None:
        return _page(form, was=request.form.get("was", ""), status=422)
    now = _shown(organisation)
    if theirs := {
        name: now[name] for name in now if now[name] != was.get(name, now[name]) and now[name] != form[name].data
    }:
        return _page(form, was=json.dumps(now), theirs=theirs, status=409)
    organisation.change(**form.data)
    db.session.commit()
    return go("/auth/organisation", *outcome(_("The organisation was saved.")))


@bp.get("/logo")
@headers("file")
def logo() -> Response:
    """For this page only: papers carry the logo within themselves."""
    logo = Organisation.get().logo
    if logo is None or not logo.location.is_file():
        raise NotFound
    return send_file(logo.location, "image/png", max_age=0)


@bp.post("/logo")
def show_logo() -> Response:
    sent = request.files.get("logo")
    reading()  # the renderer takes its time, and nobody shall wait for it
    try:
        data = pdf.picture(sent.read() if sent and sent.filename else b"")
        writing()
        logo = File.store(BytesIO(data), _("logo") + ".png", "image/png")
    except (pdf.Failed, FileRefused) as refusal:
        reading()
        return _page(OrganisationForm(obj=Organisation.get()), problem=_why(sent, refusal), status=422)
    Organisation.get(lock=True).show_logo(logo)
    db.session.commit()
    return go("/auth/organisation", *outcome(_("The logo was saved. Papers carry it from now on.")))


def _why(sent: FileStorage | None, refusal: Exception) -> str:
    return str(refusal) if sent and sent.filename else _("Choose a picture first.")


@bp.post("/logo/remove")
def remove_logo() -> Response:
    Organisation.get(lock=True).show_logo(None)
    db.session.commit()
    return go("/auth/organisation", *outcome(_("The logo was removed.")))


def _shown(organisation: Organisation) -> dict[str, Any]:
    """What the form says of it: along it goes, for there is no row, and no version of one, at first."""
    data: dict[str, Any] = OrganisationForm(obj=organisation).data
    return {name: value or "" for name, value in data.items()}


def _seen() -> dict[str, Any] | None:
    """What it was when the form was shown; None where the form does not say it."""
    try:
        was = json.loads(request.form.get("was", ""))
    except ValueError:
        return None
    return was if isinstance(was, dict) else None


def _page(
    form: OrganisationForm,
    was: str = "",
    theirs: dict[str, Any] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    """`problem` is the logo's, which has a form of its own."""
    organisation = Organisation.get()
    was = was or json.dumps(_shown(organisation))
    return render(
        "auth/organisation.html",
        form=form,
        was=was,
        theirs=theirs,
        problem=problem,
        logo=organisation.logo,
        status=status,
    )
