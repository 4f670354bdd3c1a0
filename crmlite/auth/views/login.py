"""Signing in and out, and where one is after that."""

from urllib.parse import urlencode

from flask import Blueprint, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crmlite.auth import codes, signin
from crmlite.auth.forms import CodeForm, LoginForm
from crmlite.auth.models import UserSession
from crmlite.extensions import db
from crmlite.safety import local_path
from crmlite.web import LANGUAGES, public, render

bp = Blueprint("auth", __name__)


@bp.get("/")
def home() -> ResponseReturnValue:
    """To the start page."""
    return redirect("/desk/")


@bp.get("/login")
@public
def login() -> ResponseReturnValue:
    if g.user:
        return redirect(local_path(request.args.get("next")) or "/")
    speak()
    return render("auth/login.html", form=LoginForm(), problem="", next=local_path(request.args.get("next")) or "")


@bp.post("/login")
@public
def enter() -> ResponseReturnValue:
    speak()
    form = LoginForm(request.form)
    target = local_path(request.form.get("next")) or "/"
    secret, problem = None, ""
    if form.validate():
        secret, problem = signin.sign_in(form.email.data.strip().casefold(), form.password.data)
        if secret is None and not problem:
            return redirect("/login/code?" + urlencode({"next": target, **spoken()}), 303)
    if secret is None:
        return render("auth/login.html", form=form, problem=problem, next=target, status=422)
    return signin.set_cookie(redirect(target, 303), secret)


@bp.get("/login/code")
@public
def code() -> ResponseReturnValue:
    speak()
    if codes.half_way() is None:
        return redirect("/login")
    return _ask_code("")


@bp.post("/login/code")
@public
def enter_code() -> ResponseReturnValue:
    speak()
    form = CodeForm(request.form)
    if not form.validate():
        return _ask_code(_("Please fill this in."), 422)
    secret, problem = codes.enter(form.code.data)
    if problem:
        return _ask_code(problem, 422)
    if secret is None:
        return redirect("/login?ended=1", 303)
    return signin.set_cookie(redirect(local_path(request.form.get("next")) or "/", 303), secret)


def _ask_code(problem: str, status: int = 200) -> ResponseReturnValue:
    target = local_path(request.values.get("next")) or ""
    return render("auth/code.html", problem=problem, next=target, status=status)


def spoken() -> dict[str, str]:
    """The language that was chosen, for the page after this one."""
    return {"language": g.locale} if "locale" in g else {}


def speak() -> None:
    """In the language chosen at the foot of the page; nobody is known yet who could have one."""
    if request.args.get("language") in LANGUAGES:
        g.locale = request.args["language"]


@bp.post("/logout")
@signin.without_second_factor
def logout() -> ResponseReturnValue:
    UserSession.end(g.user.id, g.user.session_id)
    db.session.commit()
    return signin.delete_cookie(redirect("/login", 303))
