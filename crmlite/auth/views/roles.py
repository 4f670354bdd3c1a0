"""What each role may do, as a table, and changing it. For administrators."""

import json
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, g, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import Conflict, Forbidden, NotFound

from crmlite.auth import roles, second_factor, sight
from crmlite.auth.forms import RoleForm, RoleNameForm
from crmlite.auth.models import ACTIONS, SCOPES, Invitation, Organisation, Role, User
from crmlite.extensions import db
from crmlite.web import go, outcome, render, undo_url

bp = Blueprint("roles", __name__, url_prefix="/auth/roles")

Scopes = dict[tuple[str, str], str]


@bp.before_request
def _require_administrator() -> None:
    if not g.user.is_administrator:
        raise Forbidden


@bp.get("")
def index() -> Response:
    return _index(RoleForm())


@bp.post("")
def create() -> Response:
    """A new role, which may do what the one it is made after may."""
    form = RoleForm(request.form)
    if not form.validate():
        return _index(form, status=422)
    role = Role.create(form.name.data, _find(form.like.data))
    db.session.commit()
    return go(f"/auth/roles/{role.id}", _("The role %(name)s was made.", name=role.name), undo=undo_url())


@bp.post("/second-factor")
def require_second_factor() -> Response:
    """Who has to sign in with two steps: `everybody`, and any number of `role`."""
    chosen = request.form.getlist("role", type=int)
    second_factor.require("everybody" in request.form, chosen)
    db.session.commit()
    return go("/auth/roles", *outcome(_("Saved. Who has no second step yet sets it up before anything else.")))


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
    sent, wrong = _read(request.form)
    if wrong:
        return _page(role, {**_given(role), **sent}, wrong, status=422)
    if stale := _settle(sent, _cells(_given(role))):
        return _page(role, {**_given(role), **sent}, stale, status=409)
    role.give(sent)
    db.session.commit()
    return go("/auth/roles", *outcome(_("The role was saved. It holds from the next click on.")))


@bp.get("/<int:role_id>/seen")
def seen(role_id: int) -> Response:
    """What somebody with this role sees, or would see with what stands in the form: `as` says who."""
    role = _find(role_id)
    sent, _wrong = _read(request.args)
    holders = sight.holders(role)
    chosen = request.args.get("as", type=int)
    user = next((user for user in holders if user.id == chosen), holders[0] if holders else None)
    return render(
        "auth/roles/seen.html",
        "seen",
        role=role,
        holders=holders,
        user=user,
        rows=sight.of(role, {**_given(role), **sent}, user),
        most=sight.MOST,
        role_label=roles.label_of,
    )


@bp.post("/<int:role_id>/rename")
def rename(role_id: int) -> Response:
    role = _find_own(role_id)
    form = RoleNameForm(request.form, but=role_id)
    if not form.validate():
        return _page(role, _given(role), name_form=form, status=422)
    role.rename(form.name.data)
    db.session.commit()
    return go(f"/auth/roles/{role_id}", *outcome(_("The role is called %(name)s now.", name=role.name)))


@bp.post("/<int:role_id>/remove")
def remove(role_id: int) -> Response:
    role = _find_own(role_id)
    if _number_of(role):
        raise Conflict(_("Somebody has this role, or is invited to it. Give them another one first."))
    name = role.name
    role.remove()
    db.session.commit()
    return go("/auth/roles", _("The role %(name)s was removed.", name=name), undo=undo_url())


def _find_own(role_id: int) -> Role:
    """To rename or remove it: a role that was added here."""
    role = _find(role_id, lock=True)
    if roles.is_standard(role.name):
        raise Forbidden(_("The roles that crmlite comes with keep their names and stay."))
    return role


def _number_of(role: Role) -> int:
    """Users with that role, deactivated ones too, and open invitations to it."""
    users = db.session.scalar(sa.select(sa.func.count()).where(User.role_id == role.id)) or 0
    return users + sum(invitation.role_id == role.id for invitation in Invitation.open())


def _index(form: RoleForm, status: int = 200) -> Response:
    found = db.session.scalars(sa.select(Role).options(sa.orm.selectinload(Role.grants)).order_by(Role.id)).all()
    tables = [(role, roles.table(_given(role))) for role in found]
    return render(
        "auth/roles/index.html",
        tables=tables,
        form=form,
        everybody=Organisation.get().second_factor,
        status=status,
        **_words(),
    )


def _read(form: MultiDict[str, str]) -> tuple[Scopes, dict[str, str]]:
    """What was sent, and what is wrong with it by the field's name."""
    sent: Scopes = {}
    wrong = {}
    for name in form:
        kind, _dot, action = name.rpartition(".")
        if action not in ACTIONS or (kind != "*" and kind not in roles.kinds()):
            continue
        scope = form[name]
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


def _page(
    role: Role,
    given: Scopes,
    wrong: dict[str, str] | None = None,
    name_form: RoleNameForm | None = None,
    status: int = 200,
) -> Response:
    is_ours = not roles.is_standard(role.name)
    return render(
        "auth/roles/show.html",
        role=role,
        name_form=(name_form or RoleNameForm(data={"name": role.name})) if is_ours else None,
        taken=_number_of(role) if is_ours else 0,
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
