"""/auth/absences: when one is away, and who stands in. Administrators say it for others too."""

import sqlalchemy as sa
from flask import Blueprint, Response, g, request
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from crmlite.auth.forms import AbsenceForm
from crmlite.auth.models import Absence, User
from crmlite.extensions import db
from crmlite.web import go, render, show_date, undo_url

bp = Blueprint("absences", __name__, url_prefix="/auth/absences")


@bp.get("")
def index() -> Response:
    return _page(AbsenceForm(user=g.user, data={"user_id": g.user.id}))


@bp.post("")
def create() -> Response:
    form = AbsenceForm(request.form, user=g.user)
    if not form.validate():
        return _page(form, 422)
    user = db.session.get_one(User, form.user_id.data, with_for_update=True)
    deputy = db.session.get_one(User, form.deputy_id.data)
    Absence.create(user, deputy, form.first_day.data, form.last_day.data)
    db.session.commit()
    days = {"first": show_date(form.first_day.data), "last": show_date(form.last_day.data)}
    message = _("%(name)s stands in from %(first)s to %(last)s.", name=deputy.name, **days)
    return go("/auth/absences", message, undo_url())


@bp.post("/<int:absence_id>/end")
def end(absence_id: int) -> Response:
    """They are back earlier, or do not go away at all."""
    absence = db.session.scalar(
        sa.select(Absence).where(Absence.id == absence_id, *_mine()).with_for_update(of=Absence)
    )
    if absence is None or not absence.is_coming:
        raise NotFound
    absence.end()
    db.session.commit()
    return go("/auth/absences", _("The absence has ended."), undo_url())


def _mine() -> tuple[sa.ColumnElement[bool], ...]:
    return () if g.user.is_administrator else (Absence.user_id == g.user.id,)


def _page(form: AbsenceForm, status: int = 200) -> Response:
    return render(
        "auth/absences.html",
        form=form,
        own=Absence.coming() if g.user.is_administrator else Absence.of(g.user.id),
        covered=Absence.covered(g.user.id),
        status=status,
    )
