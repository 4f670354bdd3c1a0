"""/records/contact/7/members and /owner: who works on a record."""

from flask import Response, g, request
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest, NotFound

from crmlite.auth.models import User
from crmlite.extensions import db
from crmlite.forms import one_line, tidy
from crmlite.records import members, types
from crmlite.records.notes import MAX_LENGTH, Note
from crmlite.records.views import bp, done, find, kind_of
from crmlite.web import outcome

MAX_ROLE = 60


@bp.post("/<record_type>/<int:record_id>/members")
def join(record_type: str, record_id: int) -> Response:
    record = find(record_type, record_id, "edit")
    kind_of(record_type).policy.require_share(g.user, record)
    members.join(record, _colleague(), _short(one_line(request.form.get("role")), MAX_ROLE))
    db.session.commit()
    message, link = outcome(_("They work on this too now."))
    return done(record, message, undo=link is not None)


@bp.post("/<record_type>/<int:record_id>/members/<int:user_id>/remove")
def leave(record_type: str, record_id: int, user_id: int) -> Response:
    record = find(record_type, record_id, "edit")
    kind_of(record_type).policy.require_share(g.user, record)
    if not members.leave(record, user_id):
        raise NotFound
    db.session.commit()
    if user_id == g.user.id and not types.of(record).policy.may(g.user, "edit", record):
        message = _("You no longer work on this. That is final: somebody who does has to add you again.")
        return done(record, message, undo=False)
    return done(record, _("They no longer work on this."))


@bp.post("/<record_type>/<int:record_id>/owner")
def hand_over(record_type: str, record_id: int) -> Response:
    """Gives the record to somebody else, with a note for whoever takes over."""
    record = find(record_type, record_id, "edit")
    kind_of(record_type).policy.require_hand_over(g.user, record)
    owner = _colleague()
    text = _short(tidy(request.form.get("note")), MAX_LENGTH)
    if text:
        Note.write(record, g.user.id, text)
    message = _("Note added.")
    if record.owner_id != owner.id:
        record.hand_over(owner.id)
        message = _("Handed over to %(name)s.", name=owner.name)
    db.session.commit()
    message, link = outcome(message)
    return done(record, message, undo=link is not None)


def _short(text: str, most: int) -> str:
    """The text; refused, and never cut, where it is longer."""
    if len(text) > most:
        raise BadRequest(_("That is too long: at most %(max)d characters fit.", max=most))
    return text


def _colleague() -> User:
    user_id = request.form.get("user_id", type=int)
    user = db.session.get(User, user_id) if user_id and user_id < 2**31 else None
    if user is None or not user.active:
        raise BadRequest(_("Choose somebody who works here."))
    return user
