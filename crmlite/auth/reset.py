"""A new password by mail. Whoever asks is told the same, in the same time, whether that user exists or not."""

from datetime import timedelta

import sqlalchemy as sa
from flask import request

from crmlite import events, jobs
from crmlite.auth import notices, tokens
from crmlite.auth.models import PasswordReset, Throttle, User
from crmlite.extensions import db, writing
from crmlite.jobs import job
from crmlite.mail import Message, hidden, outbox
from crmlite.safety import network
from crmlite.web import absolute

PURPOSE = "password_reset"
PERIOD = timedelta(hours=1)
MAILS = 3
"""To one address within PERIOD, whoever asks for them: nobody's mailbox is filled."""
TRIES = 20
"""From one address within PERIOD, for whatever accounts."""


def ask(email: str) -> bool:
    """Has a mail sent if a user has that address; False where somebody asks too often. Commits.

    Nothing is looked up here: the job's row is the same for everybody, and the worker finds out what comes of it.
    """
    writing()
    within = Throttle.hit(f"reset-from:{network(request.remote_addr)}"[:300], TRIES, PERIOD)
    wanted = Throttle.hit(f"reset:{email}"[:300], MAILS, PERIOD)
    if within and wanted:
        jobs.enqueue(send, email=email)
    db.session.commit()
    return within


@job
def send(email: str) -> None:
    """The mail with the link, to an active user who has a password; nothing to anybody else."""
    user = db.session.scalar(sa.select(User).where(User.email == email, User.active).with_for_update())
    if user is not None and user.password:
        send_to(user)


def send_to(user: User) -> None:
    reset = PasswordReset.begin(user.id, tokens.new_nonce())
    message = outbox.send(
        "password_reset",
        user.email,
        language=user.locale,
        purpose=PURPOSE,
        about=user,
        to_name=user.name,
        name=user.name,
        url=absolute(f"/login/reset/{hidden.HIDDEN}"),
    )
    reset.message_id = message.id
    events.emit(events.USER_RESET_ASKED, user, user=user.name)


def find(token: str, lock: bool = False) -> User | None:
    """Whose password the token may change now. Unknown, old and wrong ones take the same way."""
    query = sa.select(User, PasswordReset).join(PasswordReset, PasswordReset.user_id == User.id)
    query = query.where(PasswordReset.nonce == tokens.nonce_of(token)).execution_options(populate_existing=True)
    found = db.session.execute(query.with_for_update(of=User) if lock else query).first()
    if found is None:
        tokens.is_right(token, PURPOSE, tokens.nonce_of(token), 0, "", "")
        return None
    user, reset = found
    is_right = tokens.is_right(token, PURPOSE, *about(user, reset))
    return user if is_right and reset.works and user.active else None


def use(token: str, hashed: str) -> User | None:
    """Sets the password; None where the token was used, or the user changed, a moment before."""
    user = find(token, lock=True)
    if user is None:
        return None
    user.set_password(hashed)  # ends every link, this one too
    notices.send(user, "password_changed")
    return user


@hidden.hides(PURPOSE)
def _token(message: Message) -> str | None:
    """The end of the link in that mail."""
    query = sa.select(User, PasswordReset).join(PasswordReset, PasswordReset.user_id == User.id)
    found = db.session.execute(query.where(PasswordReset.message_id == message.id)).first()
    if found is None or not found[1].works or not found[0].active:
        return None
    return tokens.make(PURPOSE, *about(*found))


def about(user: User, reset: PasswordReset) -> tuple[str, int, str, str]:
    """What the token is bound to: with another password or address it is another one."""
    return reset.nonce, user.id, user.email, user.password
