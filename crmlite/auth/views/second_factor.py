"""/auth/second-factor: one's own second step of signing in. What changes it asks for the password again."""

import sqlalchemy as sa
from flask import Blueprint, Response, g, make_response, request
from flask_babel import gettext as _
from werkzeug.exceptions import Conflict, NotFound

from crmlite.auth import second_factor, signin
from crmlite.auth.forms import CodeForm, OwnPasswordForm
from crmlite.auth.models import RecoveryCode, SecondFactor, User
from crmlite.auth.signin import without_second_factor
from crmlite.extensions import db, writing
from crmlite.web import go, local_today, render, show_date

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
    """To the recovery codes."""
    form = CodeForm(request.form)
    word = second_factor.confirm(_me(), form.code.data, g.user.session_id) if form.validate() else None
    if word is None:
        return _picture(_("That is not the code that is shown now. Wait for the next one and type that."), 422)
    db.session.commit()
    return _to_codes(
        word, _("From now on signing in takes a code from your phone; this is final until you take it away.")
    )


@bp.get("/codes")
def codes() -> Response:
    """The recovery codes, until whoever they are of says that they kept them, or for a day."""
    found = _waiting()
    return render("auth/second_factor/codes.html", codes=found) if found else go(PAGE)


@bp.get("/codes.txt")
def as_text() -> Response:
    found = _waiting()
    if not found:
        raise NotFound
    head = _(
        "Recovery codes of %(email)s for crmlite, made on %(date)s", email=g.user.email, date=show_date(local_today())
    )
    answer = make_response("\r\n".join([head, "", *found, ""]))
    answer.headers["Content-Type"] = "text/plain; charset=utf-8"
    answer.headers["Content-Disposition"] = 'attachment; filename="crmlite-recovery-codes.txt"'
    return answer


@bp.post("/codes/kept")
def kept() -> Response:
    """They are shown no more."""
    answer = go(
        PAGE, _("Your recovery codes are not shown any more; this is final. You can make new ones at any time.")
    )
    answer.delete_cookie(_COOKIE, path=PAGE)
    return answer


@bp.post("/codes")
def renew() -> Response:
    """New recovery codes."""
    form = OwnPasswordForm(request.form)
    if not _is_right(form):
        return _page(form, status=422)
    writing()
    if not _is_on():
        raise Conflict(_("You do not sign in with two steps."))
    word = second_factor.renew_codes(_me())
    db.session.commit()
    return _to_codes(word, _("You have new recovery codes; those before are worth nothing. This is final."))


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


_COOKIE = "crmlite_codes"
_SHOWN_FOR = 24 * 60 * 60


def _to_codes(word: str, message: str) -> Response:
    """The browser keeps the word of which the codes can be made again: a reload, or a printer without paper, loses nothing."""
    answer = go(f"{PAGE}/codes", message)
    answer.set_cookie(
        _COOKIE, word, max_age=_SHOWN_FOR, path=PAGE, secure=request.is_secure, httponly=True, samesite="Strict"
    )
    return answer


def _waiting() -> list[str] | None:
    """The codes that were not said to be kept."""
    word = request.cookies.get(_COOKIE, "")[:100]
    return second_factor.codes_of(g.user.id, word) if word else None


def _page(form: OwnPasswordForm, status: int = 200) -> Response:
    me = db.session.get_one(User, g.user.id)
    return render(
        "auth/second_factor/show.html",
        form=form,
        is_on=_is_on(),
        left=RecoveryCode.left(me.id),
        are_waiting=_waiting() is not None,
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
