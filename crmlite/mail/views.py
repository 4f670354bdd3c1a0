"""The outbox as a page: what was sent, what waits, what went wrong, and the buttons that try again."""

import sqlalchemy as sa
from flask import Blueprint, Response, current_app, g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm.interfaces import ORMOption
from werkzeug.exceptions import BadRequest, Conflict, Forbidden, NotFound

from crmlite.extensions import db, utcnow
from crmlite.mail import outbox, smtp
from crmlite.mail.models import MailAccount, Message, MessageFile
from crmlite.safety import local_path
from crmlite.web import go, headers, render

bp = Blueprint("mail", __name__, url_prefix="/mail")

PAGE = 50
STATES = {
    "queued": _l("Waiting"),
    "sending": _l("Being sent"),
    "deferred": _l("Tried, will be tried again"),
    "sent": _l("Sent"),
    "failed": _l("Failed"),
    "unknown": _l("Fate unknown"),
    "cancelled": _l("Not sent any more"),
}


@bp.app_template_filter("mail_state")
def mail_state(state: str) -> str:
    return str(STATES[state])


@bp.app_template_filter("mail_reply")
def mail_reply(reply: str) -> str:
    return smtp.explain(reply)


@bp.get("/")
def index() -> Response:
    state, before = request.args.get("state", ""), request.args.get("before", type=int)
    if state and state not in STATES or "before" in request.args and before is None:
        raise BadRequest
    query = outbox.visible(g.user).order_by(Message.id.desc()).limit(PAGE + 1)
    if state:
        query = query.where(Message.state == state)
    if before is not None:
        query = query.where(Message.id < before)
    messages = list(db.session.scalars(query))
    return render(
        "mail/index.html",
        "rows",
        messages=messages[:PAGE],
        next_before=messages[PAGE - 1].id if len(messages) > PAGE else None,
        state=state,
        states=STATES,
        counts=_counts(),
        account=_account(),
        may_resume=_may_resume(),
    )


@bp.get("/<int:message_id>")
def show(message_id: int) -> Response:
    message = _find(message_id, sa.orm.selectinload(Message.files).joinedload(MessageFile.file))
    return render("mail/show.html", message=message, account=_account(), may_resume=_may_resume())


@bp.get("/<int:message_id>/files/<int:file_id>")
@headers("file")
def download(message_id: int, file_id: int) -> Response:
    attached = next((attached for attached in _find(message_id).files if attached.file_id == file_id), None)
    if attached is None:
        raise NotFound
    return attached.file.as_download(attached.name)


@bp.post("/<int:message_id>/send-again")
def send_again(message_id: int) -> Response:
    message = _find(message_id, lock=True)
    if not message.may_be_sent_again:
        raise Conflict(_("This mail is not waiting for you: look at its state again."))
    message.send_again()
    db.session.commit()
    return go(local_path(request.form.get("next")) or "/mail/", _("The mail is in the queue again; this is final."))


@bp.post("/resume")
def resume() -> Response:
    if not _may_resume():
        raise Forbidden
    outbox.resume()
    db.session.commit()
    return go("/mail/", _("The mail server is tried again now; this is final."))


def _find(message_id: int, *options: ORMOption, lock: bool = False) -> Message:
    query = outbox.visible(g.user).where(Message.id == message_id).options(*options)
    message = db.session.scalar(query.with_for_update() if lock else query)
    if message is None:
        raise NotFound
    return message


def _counts() -> dict[str, int]:
    """How many of the messages that this user may see are in each state that asks for attention."""
    mine = outbox.visible(g.user).where(Message.state != "sent").subquery()
    rows = db.session.execute(sa.select(mine.c.state, sa.func.count().label("number")).group_by(mine.c.state))
    return {row.state: row.number for row in rows}


def _account() -> dict[str, object]:
    """What the banner says: no server set, or paused and why."""
    account = MailAccount.get()
    paused = account is not None and account.paused_until is not None and account.paused_until > utcnow()
    return {
        "is_set": bool(current_app.extensions["crmlite.settings"].smtp_url),
        "paused_until": account.paused_until if account and paused else None,
        "reason": account.reason if account and paused else "",
    }


def _may_resume() -> bool:
    return g.user.role in {"administrator", "manager"}
