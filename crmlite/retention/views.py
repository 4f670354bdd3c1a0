"""/retention: what is kept how long. For administrators."""

import json
from typing import Any

from flask import Blueprint, Response, g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import Forbidden

from crmlite.extensions import db, utcnow
from crmlite.retention.forms import LimitForm
from crmlite.retention.kinds import Kind, kinds
from crmlite.retention.models import Limit, limits
from crmlite.retention.preview import MOST, going
from crmlite.web import go, outcome, render

bp = Blueprint("retention", __name__, url_prefix="/retention")

GROUPS = {
    "trash": _l("What was deleted"),
    "books": _l("What the law asks to keep"),
    "outside": _l("What comes from outside"),
    "inside": _l("What crmlite writes by itself"),
}


@bp.before_request
def _require_administrator() -> None:
    if not may_edit(g.user):
        raise Forbidden


def may_edit(user: Any) -> bool:
    is_administrator: bool = user.is_administrator
    return is_administrator


@bp.get("")
def show() -> Response:
    told = limits()
    return _page({name: LimitForm(None, kind, data={"number": told[name]}) for name, kind in kinds().items()})


@bp.post("")
def save() -> Response:
    """Sets the limits. Where rows would go by the new ones, it first says how many, and saves when that was seen."""
    known, told = kinds(), limits()
    forms = {name: LimitForm(request.form, kind) for name, kind in known.items()}
    valid = [form.validate() for form in forms.values()]  # all of them, so that every mistake is said at once
    if not all(valid):
        return _page(forms, status=422)
    stale = [_settle(form, told[name]) for name, form in forms.items()]
    if any(stale):
        return _page(forms, status=409)
    wanted: dict[str, int | None] = {name: form.number.data for name, form in forms.items()}
    changed = {name: kind for name, kind in known.items() if wanted[name] != told[name]}
    goes = going(changed, wanted, utcnow())
    if goes and request.form.get("seen") != _seen(wanted):
        return _page(forms, goes=goes, seen=_seen(wanted))
    for name, kind in changed.items():
        Limit.set(kind, wanted[name])
    db.session.commit()
    return go("/retention", *outcome(_("What is kept how long was changed.")))


def _settle(form: LimitForm, now: int | None) -> bool:
    """Whether both the user and somebody else changed it since the page was shown; it says what."""
    stale = form.settle(LimitForm(None, form.kind, data={"number": now})) if form.was.data else []
    if stale:
        value = _("for ever") if now is None else now
        form.number.errors = [_("Somebody changed this to “%(value)s” meanwhile.", value=value)]
    return bool(stale)


def _seen(wanted: dict[str, int | None]) -> str:
    return json.dumps(wanted, sort_keys=True)


def _page(
    forms: dict[str, LimitForm], goes: dict[str, int] | None = None, seen: str = "", status: int = 200
) -> Response:
    """`goes`: how many rows of each kind would go, where that has to be seen before it is saved."""
    known = kinds()
    tonight = going(known, limits(), utcnow()) if goes is None else {}
    groups: list[tuple[Any, list[tuple[Kind, LimitForm]]]] = [
        (title, [(kind, forms[kind.name]) for kind in known.values() if kind.group == group])
        for group, title in GROUPS.items()
    ]
    return render(
        "retention/index.html",
        groups=[group for group in groups if group[1]],
        goes=[(known[name].label, count) for name, count in (goes or {}).items()],
        tonight=tonight,
        most=MOST,
        seen=seen,
        problems=[
            (form.number.id, known[name].label, form.number.errors[0])
            for name, form in forms.items()
            if form.number.errors
        ],
        status=status,
    )
