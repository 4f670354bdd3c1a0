"""/auth/invitations: asking people to become users, for administrators; /login/join: becoming one."""

import sqlalchemy as sa
from flask import Blueprint, Response, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import Conflict, Forbidden, NotFound

from crmlite.auth import inviting, passwords, signin, tokens
from crmlite.auth.forms import InviteForm, JoinForm
from crmlite.auth.models import Invitation, Organisation, Role, Team, User
from crmlite.auth.roles import label_of
from crmlite.extensions import db, writing
from crmlite.web import go, headers, public, render, undo_url

bp = Blueprint("invitations", __name__, url_prefix="/auth/invitations")
joining = Blueprint("joining", __name__, url_prefix="/login/join")


@bp.before_request
def _require_administrator() -> None:
    if not g.user.is_administrator:
        raise Forbidden


@bp.get("/new")
def new() -> Response:
    seller = db.session.scalar(sa.select(Role.id).where(Role.name == "seller"))
    ours = Organisation.get()
    return _form(InviteForm(data={"role_id": seller, "team_id": 0, "locale": ours.locale}))


@bp.post("/new")
def create() -> Response:
    form = InviteForm(request.form)
    if not form.validate():
        return _form(form, status=422)
    invitation = Invitation.create(
        g.user,
        tokens.new_nonce(),
        email=form.email.data,
        role=db.session.get_one(Role, form.role_id.data),
        team=db.session.get(Team, form.team_id.data) if form.team_id.data else None,
        locale=form.locale.data,
    )
    return _send(invitation)


@bp.get("/<int:invitation_id>")
def show(invitation_id: int) -> Response:
    invitation = _find(invitation_id)
    return render(
        "auth/invitations/show.html",
        invitation=invitation,
        link=inviting.link(invitation) if invitation.works else "",
        role_label=label_of,
        has_mail=_has_mail(),
    )


@bp.post("/<int:invitation_id>/send-again")
def send_again(invitation_id: int) -> Response:
    """The same link, for another week."""
    invitation = _find(invitation_id, lock=True)
    _require_open(invitation)
    if inviting.is_user(invitation.email):
        raise Conflict(_("Somebody has this address already."))
    return _send(invitation.renew())


@bp.post("/<int:invitation_id>/revoke")
def revoke(invitation_id: int) -> Response:
    invitation = _find(invitation_id, lock=True)
    _require_open(invitation)
    invitation.revoke()
    db.session.commit()
    message = _("The invitation of %(email)s was taken back: its link works no more.", email=invitation.email)
    return go("/auth/team", message, undo=undo_url())


@joining.get("/<token>")
@public
@headers("public")
def join(token: str) -> ResponseReturnValue:
    """Changes nothing: mail scanners follow links too."""
    invitation = _require(token)
    return _join(token, invitation, JoinForm(email=invitation.email))


@joining.post("/<token>")
@public
@headers("public")
def accept(token: str) -> ResponseReturnValue:
    """Nothing is hashed while the database is locked, so the token is looked at again under the lock."""
    invitation = _require(token)
    form = JoinForm(request.form, email=invitation.email)
    if not form.validate():
        return _join(token, invitation, form, status=422)
    hashed = passwords.hash_password(form.password.data)
    writing()
    found = inviting.find(token, lock=True)
    if found is None:
        raise NotFound(_("This link was used already, or has ended. Sign in, or ask for a new one."))
    user = found.accept(form.name.data, hashed, Organisation.get().time_zone)
    secret = signin.start(user, tell=False)
    db.session.commit()
    welcome = _("Welcome, %(name)s. You are a user now; this is final.", name=user.name)
    return signin.set_cookie(go("/", welcome), secret)


def _send(invitation: Invitation) -> Response:
    """The mail, and the page that says what comes next."""
    by = db.session.get_one(User, g.user.id)
    inviting.send(invitation, by)
    db.session.commit()
    said = _("A mail to %(email)s is on its way; this is final.", email=invitation.email)
    if not _has_mail():
        said = _(
            "%(email)s is invited; this is final. No mail server is set, so send the link yourself.",
            email=invitation.email,
        )
    return go(f"/auth/invitations/{invitation.id}", said)


def _has_mail() -> bool:
    return bool(current_app.extensions["crmlite.settings"].smtp_url)


def _require_open(invitation: Invitation) -> None:
    if not invitation.is_open:
        raise Conflict(_("This invitation was taken up or taken back already."))


def _form(form: InviteForm, status: int = 200) -> Response:
    return render("auth/invitations/new.html", form=form, has_mail=_has_mail(), status=status)


def _require(token: str) -> Invitation:
    """What is said from here on is in the language of who was invited, whoever is signed in in this browser."""
    invitation = tokens.require(token, inviting.find)
    g.user, g.locale = None, invitation.locale
    return invitation


def _join(token: str, invitation: Invitation, form: JoinForm, status: int = 200) -> Response:
    return render(
        "auth/invitations/join.html",
        token=token,
        invitation=invitation,
        form=form,
        firm=Organisation.get().name,
        shortest=passwords.SHORTEST,
        status=status,
    )


def _find(invitation_id: int, lock: bool = False) -> Invitation:
    query = sa.select(Invitation).where(Invitation.id == invitation_id)
    found = db.session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound
    return found
