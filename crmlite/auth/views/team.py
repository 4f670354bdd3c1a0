"""Users and teams: adding and moving. For administrators; who leaves is in leaving.py."""

import sqlalchemy as sa
from flask import Blueprint, Response, current_app, g, request
from flask_babel import gettext as _
from werkzeug.exceptions import Conflict, Forbidden, NotFound

from crmlite.auth import handover, reset, second_factor
from crmlite.auth.forms import AssignForm, TeamForm
from crmlite.auth.models import Invitation, Role, SecondFactor, Team, User
from crmlite.auth.models.users import ADMINISTRATOR
from crmlite.auth.roles import label_of
from crmlite.extensions import db
from crmlite.web import go, outcome, render, undo_url

bp = Blueprint("team", __name__, url_prefix="/auth/team")


@bp.before_request
def _require_administrator() -> None:
    if not g.user.is_administrator:
        raise Forbidden


@bp.get("")
def index() -> Response:
    return _list(TeamForm())


@bp.get("/<int:user_id>")
def show(user_id: int) -> Response:
    return _page(_find(user_id), None)


@bp.post("/<int:user_id>")
def assign(user_id: int) -> Response:
    user = _find(user_id, lock=True)
    form = AssignForm(request.form)
    if not form.validate():
        return _page(user, form, status=422)
    if _is_stale(form, _assigned(user)):
        return _page(user, form, status=409)
    role = db.session.get_one(Role, form.role_id.data)
    if role.name != ADMINISTRATOR and user.is_last_administrator():
        form.role_id.errors = [_("This is the last administrator. Make somebody else one first.")]
        return _page(user, form, status=422)
    user.assign(role, _team(form.team_id.data))
    db.session.commit()
    if user.id == g.user.id and role.name != ADMINISTRATOR:
        return go("/", _("You are no administrator any more. That is final: another one has to make you one again."))
    return go(f"/auth/team/{user_id}", *outcome(_("%(name)s was changed.", name=user.name)))


@bp.post("/<int:user_id>/send-password-link")
def send_password_link(user_id: int) -> Response:
    """As if they had asked for it themselves: nobody types a password for somebody else."""
    user = _find(user_id, lock=True)
    if not user.active:
        raise Conflict(_("This user is deactivated."))
    if not current_app.extensions["crmlite.settings"].smtp_url:
        raise Conflict(
            _("No mail server is set, so no link can be sent. On the server, `crmlite user password` sets one.")
        )
    reset.send_to(user)
    db.session.commit()
    return go(
        f"/auth/team/{user_id}", _("A link to a new password is on its way to %(name)s; this is final.", name=user.name)
    )


@bp.post("/<int:user_id>/second-factor/remove")
def remove_second_factor(user_id: int) -> Response:
    """For who has lost their phone: they sign in with the password alone, and set it up anew."""
    user = _find(user_id, lock=True)
    if not second_factor.end(user):
        raise Conflict(_("This user does not sign in with two steps."))
    user.sign_out()
    db.session.commit()
    return go(
        f"/auth/team/{user_id}", _("%(name)s signs in with the password alone now; this is final.", name=user.name)
    )


@bp.post("/teams")
def create_team() -> Response:
    form = TeamForm(request.form)
    if not form.validate():
        return _list(form, status=422)
    team = Team.create(form.name.data)
    db.session.commit()
    return go("/auth/team", _("The team %(name)s was made.", name=team.name), undo=undo_url())


@bp.get("/teams/<int:team_id>")
def show_team(team_id: int) -> Response:
    team = _find_team(team_id)
    return render("auth/team/team.html", team=team, form=TeamForm(obj=team))


@bp.post("/teams/<int:team_id>")
def rename_team(team_id: int) -> Response:
    team = _find_team(team_id, lock=True)
    form = TeamForm(request.form, but=team_id)
    if not form.validate():
        return render("auth/team/team.html", team=team, form=form, status=422)
    team.rename(form.name.data)
    db.session.commit()
    return go("/auth/team", *outcome(_("The team is called %(name)s now.", name=team.name)))


def _list(form: TeamForm, status: int = 200) -> Response:
    people = sa.select(User).options(sa.orm.joinedload(User.role), sa.orm.joinedload(User.team))
    users = db.session.scalars(people.order_by(User.active.desc(), User.name, User.id)).all()
    teams = db.session.scalars(sa.select(Team).order_by(Team.name)).all()
    sizes = {team.id: sum(user.active and user.team_id == team.id for user in users) for team in teams}
    return render(
        "auth/team/index.html",
        invitations=Invitation.open(),
        users=users,
        teams=teams,
        sizes=sizes,
        form=form,
        role_label=label_of,
        status=status,
    )


def _page(user: User, form: AssignForm | None, status: int = 200) -> Response:
    return render(
        "auth/team/show.html",
        user=user,
        form=form or _assigned(user),
        owned=handover.held(user.id),
        factor=SecondFactor.of(user.id),
        status=status,
    )


def _assigned(user: User) -> AssignForm:
    return AssignForm(data={"role_id": user.role_id, "team_id": user.team_id or 0})


def _is_stale(form: AssignForm, now: AssignForm) -> bool:
    """Whether both the user and somebody else changed something since the form was shown; it says what."""
    stale = form.settle(now) if form.was.data else []
    for name in stale:
        label = next(str(label) for value, label, *_rest in now[name].iter_choices() if value == now[name].data)
        form[name].errors = [_("Somebody changed this to “%(value)s” meanwhile.", value=label)]
    return bool(stale)


def _find(user_id: int, lock: bool = False) -> User:
    query = sa.select(User).where(User.id == user_id)
    user = db.session.scalar(query.with_for_update() if lock else query)
    if user is None:
        raise NotFound
    return user


def _find_team(team_id: int, lock: bool = False) -> Team:
    query = sa.select(Team).where(Team.id == team_id)
    team = db.session.scalar(query.with_for_update() if lock else query)
    if team is None:
        raise NotFound
    return team


def _team(team_id: int | None) -> Team | None:
    return db.session.get(Team, team_id) if team_id else None
