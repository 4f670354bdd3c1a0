"""Inviting people by mail: the mail, its link, and what the link finds."""

import sqlalchemy as sa

from crmlite.auth import tokens
from crmlite.auth.models import Invitation, Organisation, User
from crmlite.extensions import db
from crmlite.mail import Message, hidden, outbox
from crmlite.web import absolute

PURPOSE = "invitation"


def send(invitation: Invitation, by: User) -> None:
    """Writes the mail into this transaction."""
    outbox.send(
        "invitation",
        invitation.email,
        language=invitation.locale,
        purpose=PURPOSE,
        about=invitation,
        by=by,
        inviter=by.name,
        firm=Organisation.get().name,
        url=absolute(f"/login/join/{hidden.HIDDEN}"),
    )


def link(invitation: Invitation) -> str:
    """For administrators who want to send it by other ways."""
    return absolute(f"/login/join/{token_of(invitation)}")


def find(token: str, lock: bool = False) -> Invitation | None:
    """The invitation that the token takes up, where that is still possible. Unknown, old and wrong ones take the same way."""
    query = sa.select(Invitation).where(Invitation.nonce == tokens.nonce_of(token))
    query = query.execution_options(populate_existing=True)
    found = db.session.scalar(query.with_for_update() if lock else query)
    if found is None:
        tokens.is_right(token, PURPOSE, tokens.nonce_of(token), 0, "")
        return None
    is_right = tokens.is_right(token, PURPOSE, found.nonce, found.id, found.email)
    return found if is_right and found.works and not is_user(found.email) else None


def is_user(email: str) -> bool:
    return db.session.scalar(sa.select(User.id).where(User.email == email)) is not None


@hidden.hides(PURPOSE)
def _end_of_link(message: Message) -> str | None:
    invitation = db.session.get(Invitation, message.about_id) if message.about_type == "invitation" else None
    return token_of(invitation) if invitation is not None and invitation.works else None


def token_of(invitation: Invitation) -> str:
    return tokens.make(PURPOSE, invitation.nonce, invitation.id, invitation.email)
