"""/addressbook/devices: the passwords of one's phones and programs. A new one is asked for with one's own password."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, g, request
from flask_babel import gettext as _
from werkzeug.exceptions import Conflict, Forbidden, NotFound

from crmlite.addressbook import devices
from crmlite.addressbook.forms import DeviceForm
from crmlite.addressbook.places import ROOT
from crmlite.auth import signin
from crmlite.auth.models import DevicePassword, User
from crmlite.extensions import db, writing
from crmlite.web import absolute, go, render

bp = Blueprint("addressbook", __name__, url_prefix="/addressbook")


@bp.before_request
def _require_book() -> None:
    if not devices.may_have(g.user):
        raise Forbidden


@bp.get("/devices")
def index() -> Response:
    return _page(DeviceForm())


@bp.post("/devices")
def make() -> Response:
    """Answers with the password itself: it is shown once, and nowhere else."""
    form = DeviceForm(request.form)
    if not _is_right(form):
        return _page(form, status=422)
    writing()
    try:
        _made, secret = devices.make(_me(), form.name.data)
    except devices.TooMany:
        raise Conflict(
            _("You have passwords for %(count)d devices. Take one away first.", count=devices.MOST)
        ) from None
    db.session.commit()
    return _page(DeviceForm(), made=form.name.data, secret=secret)


@bp.post("/devices/<int:password_id>/revoke")
def revoke(password_id: int) -> Response:
    if not devices.revoke(_me(), password_id):
        raise NotFound
    db.session.commit()
    return go("/addressbook/devices", _("That device gets nothing any more; this is final."))


def _is_right(form: DeviceForm) -> bool:
    if not form.validate():
        return False
    if problem := signin.password_problem(g.user.id, form.current.data):
        form.current.errors = [problem]
        return False
    return True


def _me() -> User:
    return db.session.get_one(User, g.user.id)


def _page(form: DeviceForm, made: str = "", secret: str = "", status: int = 200) -> Response:
    url = absolute(ROOT)
    return render(
        "addressbook/devices.html",
        form=form,
        passwords=DevicePassword.of(g.user.id),
        made=made,
        secret=secret,
        server=urlsplit(url).netloc,
        url=url,
        is_open=urlsplit(url).scheme == "http",
        status=status,
    )
