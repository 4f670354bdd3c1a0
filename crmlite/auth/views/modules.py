"""Which parts of crmlite the firm works with. For administrators."""

from flask import Blueprint, Response, g
from flask_babel import gettext as _
from werkzeug.exceptions import Conflict, Forbidden, NotFound

from crmlite.auth.models import Organisation
from crmlite.extensions import db
from crmlite.web import go, modules, outcome, render

bp = Blueprint("modules", __name__, url_prefix="/auth/modules")


@bp.before_request
def _require_administrator() -> None:
    if not g.user.is_administrator:
        raise Forbidden


@bp.get("")
def index() -> Response:
    return render("auth/modules.html", known=list(modules.known().values()), off=modules.off(), needed_by=_needed_by)


@bp.post("/<name>/off")
def switch_off(name: str) -> Response:
    """409 where another module that is on needs it."""
    organisation, module = Organisation.get(lock=True), _find(name)
    if others := [other for other in _needed_by(module) if other.name not in organisation.modules_off]:
        raise Conflict(_("Switch off what needs it first: %(modules)s.", modules=_names(others)))
    organisation.switch(name, on=False)
    db.session.commit()
    return go("/auth/modules", *outcome(_("%(module)s is switched off. Its data stay.", module=module.label)))


@bp.post("/<name>/on")
def switch_on(name: str) -> Response:
    """409 where it needs a module that is off."""
    organisation, module = Organisation.get(lock=True), _find(name)
    if others := [modules.known()[other] for other in module.needs if other in organisation.modules_off]:
        raise Conflict(_("Switch on what it needs first: %(modules)s.", modules=_names(others)))
    organisation.switch(name, on=True)
    db.session.commit()
    return go("/auth/modules", *outcome(_("%(module)s is switched on.", module=module.label)))


def _find(name: str) -> modules.Module:
    if name not in modules.known():
        raise NotFound
    return modules.known()[name]


def _needed_by(module: modules.Module) -> list[modules.Module]:
    return [other for other in modules.known().values() if module.name in other.needs]


def _names(found: list[modules.Module]) -> str:
    return ", ".join(sorted(str(module.label) for module in found))
