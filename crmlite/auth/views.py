"""Signing in and out."""

import sqlalchemy as sa
from flask import Blueprint, g, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response
from wtforms import EmailField, Form, PasswordField, validators

from crmlite.auth import signin
from crmlite.auth.models import UserSession
from crmlite.extensions import db
from crmlite.safety import local_path
from crmlite.web import public, render

bp = Blueprint("auth", __name__)


class LoginForm(Form):
    email = EmailField(validators=[validators.DataRequired(), validators.Length(max=254)])
    password = PasswordField(validators=[validators.DataRequired(), validators.Length(max=1000)])


@bp.get("/")
def home() -> ResponseReturnValue:
    return redirect("/leads/" if g.user.scope("lead", "view") != "none" else "/contacts/")


@bp.get("/login")
@public
def login() -> ResponseReturnValue:
    return render("auth/login.html", form=LoginForm(), problem="", next=local_path(request.args.get("next")) or "")


@bp.post("/login")
@public
def enter() -> ResponseReturnValue:
    form = LoginForm(request.form)
    target = local_path(request.form.get("next")) or "/"
    secret, problem = None, ""
    if form.validate():
        secret, problem = signin.sign_in(form.email.data.strip().casefold(), form.password.data)
    if secret is None:
        return render("auth/login.html", form=form, problem=problem, next=target, status=422)
    return signin.set_cookie(redirect(target, 303), secret)


@bp.post("/logout")
def logout() -> Response:
    db.session.execute(sa.delete(UserSession).where(UserSession.id == g.user.session_id))
    db.session.commit()
    response = redirect("/login", 303)
    response.delete_cookie(signin.cookie_name(), path="/")
    return response
