"""What each role may do, as a table, and changing it. For administrators."""

import json
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, g, request
from flask_babel import gettext as _
from werkzeug.exceptions import Forbidden, NotFound

from crmlite.auth import roles
from crmlite.auth.models import ACTIONS, SCOPES, Role
from crmlite.extensions import db
from crmlite.web import go, outcome, render

bp = Blueprint("roles", __name__, url_prefix="/auth/roles")

Scopes = dict[tuple[str, str], str]


@bp.before_request
def _require_administrator() -> None:
    if not g.user.is_administrator:
        raise Forbidden


@bp.get("")
def index() -> Response:
    found = db.session.scalars(sa.select(Role).options(sa.orm.selectinload(Role.grants)).order_by(Role.id))
    tables = [(role, roles.table(_given(role))) for role in found]
    return render("auth/roles/index.html", tables=tables, **_words())


@bp.get("/<int:role_id>")
def show(role_id: int) -> Response:
    role = _find(role_id)
    return _page(role, _given(role))


@bp.post("/<int:role_id>")
def save(role_id: int) -> Response:
    """Fields are called `contact.view`; each holds a scope."""
    role = _find(role_id, lock=True)
    if roles.is_fixed(role):
        raise Forbidden(_("Administrators may do everything; that cannot be changed."))
    sent, wrong = _read()
    if wrong:
        return _page(role, {**_given(role), **sent}, wrong, status=422)
    if stale := _settle(sent, _cells(_given(role))):
        return _page(role, {**_given(role), **sent}, stale, status=409)
    role.give(sent)
    db.session.commit()
    return go("/auth/roles", *outcome(_("The role was saved. It holds from the next click on.")))


def _read() -> tuple[Scopes, dict[str, str]]:
    """What was sent, and what is wrong with it by the field's name."""
    sent: Scopes = {}
    wrong = {}
    for name in request.form:
        kind, _dot, action = name.rpartition(".")
        if action not in ACTIONS or (kind != "*" and kind not in roles.kinds()):
            continue
        scope = request.form[name]
        if scope in choices(action):
            sent[kind, action] = scope
        else:
            wrong[name] = _("Choose one of the answers that are offered.")
    for kind in {kind for kind, _action in sent}:
        if sent.get((kind, "view"), "none") == "none" and any(
            sent.get((kind, action), "none") != "none" for action in ("edit", "delete")
        ):
            wrong[f"{kind}.view"] = _("Who may change or delete has to see.")
    return sent, wrong


def _settle(sent: Scopes, now: dict[str, str]) -> dict[str, str]:
    """Takes out of `sent` what the form showed so already: others may have changed it. Returns, by the field's name, what both
    changed."""
    try:
        seen = json.loads(request.form.get("was") or "{}")
    except ValueError:
        seen = {}
    stale = {}
    for (kind, action), scope in list(sent.items()):
        name = f"{kind}.{action}"
        shown = seen.get(name) if isinstance(seen, dict) else None
        if shown == scope:
            del sent[kind, action]
        elif shown is not None and now[name] not in (shown, scope):
            value = roles.cell(action, now[name])
            stale[name] = _("Somebody changed this to “%(value)s” meanwhile.", value=value)
    return stale


def _cells(given: Scopes) -> dict[str, str]:
    """What the form shows, by the fields' names."""
    return {
        f"{kind}.{action}": "own" if action == "create" and scope != "none" else scope
        for kind, _label, scopes in roles.table(given)
        for action, scope in scopes.items()
    }


def choices(action: str) -> tuple[str, ...]:
    """Adding is allowed or not; the rest is a question of whose records."""
    return ("none", "own") if action == "create" else SCOPES


def _given(role: Role) -> Scopes:
    given = {(grant.record_type, grant.action): grant.scope for grant in role.grants}
    for (kind, action), scope in given.items():
        if action == "create" and scope != "none":
            given[kind, action] = "own"
    return given


def _page(role: Role, given: Scopes, wrong: dict[str, str] | None = None, status: int = 200) -> Response:
    return render(
        "auth/roles/show.html",
        role=role,
        rows=roles.table(given),
        was=request.form["was"] if status == 422 and "was" in request.form else json.dumps(_cells(_given(role))),
        wrong=wrong or {},
        choices=choices,
        status=status,
        **_words(),
    )


def _words() -> dict[str, Any]:
    return {
        "actions": roles.ACTION_LABELS,
        "cell": roles.cell,
        "role_label": roles.label_of,
        "is_fixed": roles.is_fixed,
    }


def _find(role_id: int, lock: bool = False) -> Role:
    query = sa.select(Role).where(Role.id == role_id)
    role = db.session.scalar(query.with_for_update() if lock else query)
    if role is None:
        raise NotFound
    return role
