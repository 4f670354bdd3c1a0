"""/auth/team/7/deactivate and /hand-over: who leaves, and who gets what they had. For administrators."""

import sqlalchemy as sa
from flask import Blueprint, Response, g, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import Conflict, Forbidden, NotFound

from crmlite.auth import handover
from crmlite.auth.handover import Held, Receivers
from crmlite.auth.models import Absence, User
from crmlite.extensions import db
from crmlite.web import go, render, undo_url

bp = Blueprint("leaving", __name__, url_prefix="/auth/team")

KEEP = "keep"


@bp.before_request
def _require_administrator() -> None:
    if not g.user.is_administrator:
        raise Forbidden


@bp.get("/<int:user_id>/hand-over")
def choose(user_id: int) -> Response:
    return _page(_find(user_id))


@bp.post("/<int:user_id>/hand-over")
def hand_over(user_id: int) -> Response:
    """Somebody's records get other owners; they themselves may still sign in, or not, as before."""
    user = _find(user_id, lock=True)
    to, problem = _receivers(user)
    if problem or not to:
        return _page(user, problem or _("Choose somebody who gets them."), 422)
    number = handover.hand_over(user, to)
    db.session.commit()
    return go(f"/auth/team/{user_id}", _said(number) if number else _("Nothing was changed."), undo_url())


@bp.post("/<int:user_id>/deactivate")
def deactivate(user_id: int) -> Response:
    """They sign in no more; what they had goes to whom the form names, and stays theirs where it names nobody."""
    user = _find(user_id, lock=True)
    if user.is_last_administrator():
        raise Conflict(_("This is the last administrator. Make somebody else one first."))
    if not user.active:
        raise Conflict(_("This user is deactivated already."))
    to, problem = _receivers(user)
    if problem:
        return _page(user, problem, 422)
    user.deactivate()
    number = handover.hand_over(user, to)
    db.session.commit()
    if user.id == g.user.id:
        return go("/", _("You are deactivated. That is final: another administrator has to reactivate you."))
    message = _("%(name)s cannot sign in any more.", name=user.name)
    return go(f"/auth/team/{user_id}", f"{message} {_said(number)}" if number else message, undo=undo_url())


@bp.post("/<int:user_id>/reactivate")
def reactivate(user_id: int) -> Response:
    user = _find(user_id, lock=True)
    if user.active:
        raise Conflict(_("This user is active already."))
    user.reactivate()
    db.session.commit()
    return go(f"/auth/team/{user_id}", _("%(name)s may sign in again.", name=user.name), undo=undo_url())


def _said(number: int) -> str:
    if number > handover.BATCH:
        return ngettext(
            "%(num)d record is being handed over; it goes on by itself.",
            "%(num)d records are being handed over; it goes on by itself.",
            number,
        )
    return ngettext("%(num)d record was handed over.", "%(num)d records were handed over.", number)


def _receivers(user: User) -> tuple[Receivers, str]:
    """Who gets what, as the form says it; or what is wrong with it. `to` holds where a type has no choice of its own."""
    known = {str(other.id): other.id for other in _others(user)}
    to: dict[str, int] = {}
    for name in [one.name for one in handover.held(user.id)]:
        asked = request.form.get(f"to-{name}") or request.form.get("to") or KEEP
        if asked == KEEP:
            continue
        if asked not in known:
            return {}, _("Choose somebody who works here.")
        to[name] = known[asked]
    return to, ""


def _page(user: User, problem: str = "", status: int = 200) -> Response:
    held: list[Held] = handover.held(user.id)
    return render(
        "auth/team/leaving.html",
        user=user,
        held=held,
        others=_others(user),
        covers=Absence.covered(user.id),
        chosen=request.form,
        problem=problem,
        status=status,
    )


def _others(user: User) -> list[User]:
    """Who can get them: whoever works here."""
    query = sa.select(User).where(User.active, User.id != user.id).order_by(User.name, User.id)
    return list(db.session.scalars(query))


def _find(user_id: int, lock: bool = False) -> User:
    query = sa.select(User).where(User.id == user_id)
    user = db.session.scalar(query.with_for_update() if lock else query)
    if user is None:
        raise NotFound
    return user
