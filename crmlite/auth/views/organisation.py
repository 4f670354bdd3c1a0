"""The firm's own particulars."""

import json
from typing import Any

from flask import Blueprint, Response, g, request
from flask_babel import gettext as _
from werkzeug.exceptions import Forbidden

from crmlite.auth.forms import OrganisationForm
from crmlite.auth.models import Organisation
from crmlite.extensions import db
from crmlite.web import go, outcome, render

bp = Blueprint("organisation", __name__, url_prefix="/auth/organisation")


@bp.before_request
def _require_role() -> None:
    if g.user.role not in {"administrator", "manager"}:
        raise Forbidden


@bp.get("")
def show() -> Response:
    organisation = Organisation.get()
    return _page(OrganisationForm(obj=organisation), was=json.dumps(_shown(organisation)))


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


def _page(form: OrganisationForm, was: str, theirs: dict[str, Any] | None = None, status: int = 200) -> Response:
    return render("auth/organisation.html", form=form, was=was, theirs=theirs, status=status)
