"""The one page of an instance that nobody has an account of yet. Afterwards it does not exist."""

from datetime import timedelta

from flask import Blueprint, Response, g, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from crmlite.auth import guess, passwords, sessions, setup
from crmlite.auth.forms import SetupForm
from crmlite.auth.models import Throttle
from crmlite.extensions import db, reading, writing
from crmlite.safety import network
from crmlite.web import LANGUAGES, go, locale, public, render, speaking

bp = Blueprint("setup", __name__, url_prefix="/setup")

TRIES, PERIOD = 10, timedelta(minutes=3)
"""From one address. There is no limit for all addresses together: a stranger could use it up, and 80 bits need none."""


@bp.get("")
@public
def show() -> Response:
    _require_nobody()
    place = guess.country(list(request.accept_languages.values()))
    known = {"country": place, "currency": guess.currency(place), "time_zone": guess.time_zone(place)}
    return _page(SetupForm(data={"locale": str(locale()), **known}))


@bp.post("")
@public
def create() -> ResponseReturnValue:
    """Makes the first administrator and signs them in. Nothing is hashed while the database is locked."""
    reading()
    _require_nobody()
    form = SetupForm(request.form)
    if not form.validate() or not _is_let_in(form):
        return _page(form, status=422)
    values = {name: value for name, value in form.data.items() if name != "code"}
    hashed = passwords.hash_password(values.pop("password"))
    writing()
    with speaking(values["locale"]):
        user = setup.begin(password=hashed, **values)
        if user is None:
            raise NotFound
        secret = sessions.start(user, tell=False)
        db.session.commit()
        setup.forget_code()
        said = _("crmlite is set up. That is final; what you chose can be changed under Profile and Organisation.")
        return sessions.set_cookie(go("/", said), secret)


def _require_nobody() -> None:
    if setup.is_done():
        raise NotFound
    if request.args.get("language") in LANGUAGES:  # chosen at the foot of the page
        g.locale = request.args["language"]


def _is_let_in(form: SetupForm) -> bool:
    """Whether they know the code; tries are counted before it is looked at."""
    writing()
    within = Throttle.hit(f"setup:{network(request.remote_addr)}"[:300], TRIES, PERIOD)
    db.session.commit()
    if not within:
        form.code.errors = [_("That was tried too often. Wait three minutes and try again.")]
        return False
    if not setup.is_code(form.code.data):
        form.code.errors = [
            _("That is not the code. A new one is printed where crmlite runs, by the command: crmlite setup-code")
        ]
        return False
    return True


def _page(form: SetupForm, status: int = 200) -> Response:
    return render("auth/setup.html", form=form, shortest=passwords.SHORTEST, status=status)
