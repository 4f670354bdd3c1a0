"""/auth/second-factor: one's own second step of signing in. What changes it asks for the password again."""

import sqlalchemy as sa
from flask import Blueprint, Response, g, request
from flask_babel import gettext as _
from werkzeug.exceptions import Conflict, NotFound

from crmlite.auth import second_factor, signin
from crmlite.auth.forms import CodeForm, OwnPasswordForm
from crmlite.auth.models import RecoveryCode, SecondFactor, User
from crmlite.auth.signin import without_second_factor
from crmlite.extensions import db, writing
from crmlite.web import go, render

bp = Blueprint("second_factor", __name__, url_prefix="/auth/second-factor")

PAGE = "/auth/second-factor"


@bp.get("")
@without_second_factor
def show() -> Response:
    return _page(OwnPasswordForm())


@bp.post("/begin")
@without_second_factor
def begin() -> Response:
    """A new secret, which the next page shows. Nobody is asked for a code before one was right."""
    form = OwnPasswordForm(request.form)
    if not _is_right(form):
        return _page(form, status=422)
    writing()
    second_factor.begin(_me())
    db.session.commit()
    return go(f"{PAGE}/confirm")


@bp.get("/confirm")
@without_second_factor
def confirming() -> Response:
    return _picture("")


@bp.post("/confirm")
@without_second_factor
def confirm() -> Response:
    """Shows the recovery codes, once."""
    form = CodeForm(request.form)
    codes = second_factor.confirm(_me(), form.code.data, g.user.session_id) if form.validate() else None
    if codes is None:
        return _picture(_("That is not the code that is shown now. Wait for the next one and type that."), 422)
    db.session.commit()
    return render("auth/second_factor/codes.html", codes=codes, is_new=True)


@bp.post("/codes")
def codes() -> Response:
    """New recovery codes, shown once."""
    form = OwnPasswordForm(request.form)
    if not _is_right(form):
        return _page(form, status=422)
    writing()
    if not _is_on():
        raise Conflict(_("You do not sign in with two steps."))
    found = second_factor.renew_codes(_me())
    db.session.commit()
    return render("auth/second_factor/codes.html", codes=found, is_new=False)


@bp.post("/remove")
def remove() -> Response:
    form = OwnPasswordForm(request.form)
    if not _is_right(form):
        return _page(form, status=422)
    writing()
    me = _me()
    if second_factor.is_required(me):
        raise Conflict(_("Your team asks for the second step, so it stays."))
    if not second_factor.end(me):
        raise Conflict(_("You do not sign in with two steps."))
    db.session.commit()
    return go(PAGE, _("Your password alone signs you in now; this is final. You can set the second step up anew."))


def _page(form: OwnPasswordForm, status: int = 200) -> Response:
    me = db.session.get_one(User, g.user.id)
    return render(
        "auth/second_factor/show.html",
        form=form,
        is_on=_is_on(),
        left=RecoveryCode.left(me.id),
        required=second_factor.is_required(me),
        status=status,
    )


def _picture(problem: str, status: int = 200) -> Response:
    """The code to photograph; 404 once a first code was right, as nobody is shown the secret again."""
    db.session.rollback()
    factor = SecondFactor.of(g.user.id)
    if factor is None or factor.confirmed_at is not None:
        raise NotFound
    me = db.session.get_one(User, g.user.id)
    return render(
        "auth/second_factor/confirm.html", picture=second_factor.picture(factor, me), problem=problem, status=status
    )


def _is_right(form: OwnPasswordForm) -> bool:
    """Whether they said their own password."""
    if not form.validate():
        return False
    problem = signin.password_problem(g.user.id, form.current.data)
    if problem:
        form.current.errors = [problem]
    return not problem


def _is_on() -> bool:
    factor = SecondFactor.of(g.user.id)
    return factor is not None and factor.confirmed_at is not None


def _me() -> User:
    return db.session.scalars(sa.select(User).where(User.id == g.user.id).with_for_update()).one()
