"""The firm's own particulars."""

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
    return _page(OrganisationForm(obj=Organisation.get()))


@bp.post("")
def save() -> Response:
    form = OrganisationForm(request.form)
    if not form.validate():
        return _page(form, status=422)
    Organisation.get().change(**form.data)
    db.session.commit()
    return go("/auth/organisation", *outcome(_("The organisation was saved.")))


def _page(form: OrganisationForm, status: int = 200) -> Response:
    return render("auth/organisation.html", form=form, status=status)
