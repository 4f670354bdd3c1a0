"""Signing in and out, and where one is after that."""

from flask import Blueprint, g, redirect, request
from flask.typing import ResponseReturnValue

from crmlite.auth import signin
from crmlite.auth.forms import LoginForm
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
    _speak()
    return render("auth/login.html", form=LoginForm(), problem="", next=local_path(request.args.get("next")) or "")


@bp.post("/login")
@public
def enter() -> ResponseReturnValue:
    _speak()
    form = LoginForm(request.form)
    target = local_path(request.form.get("next")) or "/"
    secret, problem = None, ""
    if form.validate():
        secret, problem = signin.sign_in(form.email.data.strip().casefold(), form.password.data)
    if secret is None:
        return render("auth/login.html", form=form, problem=problem, next=target, status=422)
    return signin.set_cookie(redirect(target, 303), secret)


def _speak() -> None:
    """In the language chosen at the foot of the page; nobody is known yet who could have one."""
    if request.args.get("language") in LANGUAGES:
        g.locale = request.args["language"]


@bp.post("/logout")
def logout() -> ResponseReturnValue:
    UserSession.end(g.user.id, g.user.session_id)
    db.session.commit()
    return signin.delete_cookie(redirect("/login", 303))
