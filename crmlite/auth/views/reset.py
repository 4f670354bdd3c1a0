"""/login/forgot and /login/reset: a new password for who does not know theirs any more."""

from urllib.parse import urlencode

from flask import Blueprint, current_app, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from crmlite import journal
from crmlite.auth import passwords, reset, tokens
from crmlite.auth.forms import ForgotForm, NewPasswordForm
from crmlite.auth.models import User
from crmlite.auth.views.login import speak, spoken
from crmlite.extensions import db, writing
from crmlite.web import go, headers, public, render

bp = Blueprint("reset", __name__, url_prefix="/login")


@bp.get("/forgot")
@public
def forgot() -> ResponseReturnValue:
    speak()
    form = ForgotForm(data={"email": request.args.get("email", "")[:254]})
    return _forgot(form, sent="sent" in request.args)


@bp.post("/forgot")
@public
def ask() -> ResponseReturnValue:
    speak()
    form = ForgotForm(request.form)
    if not form.validate() or not _has_mail():
        return _forgot(form, status=422)
    if not reset.ask(form.email.data.strip().casefold()):
        return _forgot(form, _("That was tried too often. Wait an hour and try again."), status=422)
    return redirect("/login/forgot?" + urlencode({"sent": 1, **spoken()}), 303)


@bp.get("/reset/<token>")
@public
@headers("public")
def show(token: str) -> ResponseReturnValue:
    """Changes nothing: mail scanners follow links too."""
    user = _require(token)
    return _page(token, user, NewPasswordForm(user=user))


@bp.post("/reset/<token>")
@public
@headers("public")
def change(token: str) -> ResponseReturnValue:
    """Nothing is hashed while the database is locked, so the token is looked at again under the lock."""
    user = _require(token)
    form = NewPasswordForm(request.form, user=user)
    if not form.validate():
        return _page(token, user, form, status=422)
    hashed = passwords.hash_password(form.password.data)
    writing()
    journal.act_as("user", user.id)
    changed = reset.use(token, hashed)
    if changed is None:
        raise NotFound(_("This link was used already, or has ended. Sign in, or ask for a new one."))
    db.session.commit()
    return go("/login", _("Your password was changed; this is final. Sign in with the new one."))


def _has_mail() -> bool:
    return bool(current_app.extensions["crmlite.settings"].smtp_url)


def _forgot(form: ForgotForm, problem: str = "", sent: bool = False, status: int = 200) -> ResponseReturnValue:
    return render("auth/forgot.html", form=form, problem=problem, sent=sent, has_mail=_has_mail(), status=status)


def _require(token: str) -> User:
    """What is said from here on is in that user's language, whoever is signed in in this browser."""
    user = tokens.require(token, reset.find)
    g.user, g.locale = None, user.locale
    return user


def _page(token: str, user: User, form: NewPasswordForm, status: int = 200) -> ResponseReturnValue:
    return render("auth/reset.html", form=form, token=token, user=user, shortest=passwords.SHORTEST, status=status)
