"""One's own name, language, time zone, colours, shortcuts and password."""

from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Blueprint, Response, g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import BadRequest

from crmlite.auth import notices, passwords, signin
from crmlite.auth.forms import THEMES, PasswordForm, ProfileForm
from crmlite.auth.models import User
from crmlite.auth.signin import without_second_factor
from crmlite.extensions import db, writing
from crmlite.safety import local_path
from crmlite.web import LANGUAGES, go, outcome, render, speaking

bp = Blueprint("profile", __name__, url_prefix="/auth")


@bp.get("/profile")
def show() -> Response:
    return _page(ProfileForm(obj=g.user))


@bp.post("/profile")
def save() -> Response:
    form = ProfileForm(request.form)
    if not form.validate():
        return _page(form, status=422)
    _me().change(**form.data)
    db.session.commit()
    with speaking(form.locale.data):  # the language of the next page, which shows this
        return go("/auth/profile", *outcome(_("Your profile was saved.")))


@bp.post("/profile/password")
def change_password() -> Response:
    """Other devices have to sign in again. Nothing is hashed while the database is locked."""
    form = PasswordForm(request.form, user=g.user)
    if form.validate() and _is_current(form):
        hashed = passwords.hash_password(form.password.data)
        writing()
        me = _me().set_password(hashed, but=g.user.session_id)
        notices.send(me, "password_changed")
        db.session.commit()
        return go(
            "/auth/profile", _("Your password was changed. Your other devices have to sign in again; this is final.")
        )
    return _page(ProfileForm(obj=g.user), form, status=422)


@bp.post("/theme")
@without_second_factor
def theme() -> Response:
    return _choose("theme", dict(THEMES), _l("The colours were changed."))


@bp.post("/language")
@without_second_factor
def language() -> Response:
    return _choose("language", LANGUAGES, _l("The language was changed."), column="locale")


def _choose(field: str, allowed: dict[str, Any], message: Any, column: str = "") -> Response:
    value = request.form.get(field, "")
    if value not in allowed:
        raise BadRequest
    _me().change(**{column or field: value})
    db.session.commit()
    with speaking(value if column == "locale" else g.user.locale):
        return go(_back(), *outcome(str(message)))


def _back() -> str:
    """The page with the menu that sent this."""
    came_from = urlsplit(request.referrer or "")
    here = came_from.path + (f"?{came_from.query}" if came_from.query else "")
    return local_path(request.form.get("next")) or local_path(here) or "/auth/profile"


def _page(form: ProfileForm, password: PasswordForm | None = None, status: int = 200) -> Response:
    return render(
        "auth/profile.html",
        form=form,
        password=password or PasswordForm(user=g.user),
        shortest=passwords.SHORTEST,
        status=status,
    )


def _me() -> User:
    return db.session.scalars(sa.select(User).where(User.id == g.user.id).with_for_update()).one()


def _is_current(form: PasswordForm) -> bool:
    problem = signin.password_problem(g.user.id, form.current.data)
    if problem:
        form.current.errors = [problem]
    return not problem
