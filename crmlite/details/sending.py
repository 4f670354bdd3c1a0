"""Links for many people: who gets one and who does not, looked at before anything is sent, then sent in batches.

The people are fixed when the page is opened: what somebody changes of the list meanwhile sends nothing to others.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from crmlite import jobs, journal
from crmlite.auth.models import User, Viewer
from crmlite.auth.signin import viewers
from crmlite.contacts.models import Contact
from crmlite.contacts.types import CONTACT
from crmlite.details import asking
from crmlite.details.models import WAITING, DetailsRequest, DetailsSending
from crmlite.extensions import db, utcnow
from crmlite.mail.composing import BadAddress, address_of
from crmlite.mail.models import Message
from crmlite.records import saved_views
from crmlite.records.forms import row_id
from crmlite.records.listing import Listing
from crmlite.web import modules

MOST = 5_000
BATCH = 25
"""People of one transaction: others want to save in between."""
AGAIN = timedelta(minutes=10)
SENT = "sent"
NO_ADDRESS, BOUNCED, NOT_YOURS, GONE = "no_address", "bounced", "not_yours", "gone"
REASONS = {
    NO_ADDRESS: _l("No e-mail address"),
    BOUNCED: _l("The last mail to them did not arrive"),
    NOT_YOURS: _l("You may not change this contact"),
    GONE: _l("Not there any more"),
}


def lists(user: Viewer) -> list[tuple[str, str]]:
    """Views of contacts as segments: their query and name, the ready-made ones first."""
    ready = [(query, str(label)) for label, query in CONTACT.views]
    saved = db.session.scalars(saved_views.visible(user, CONTACT.name))
    return ready + [(view.query, view.name) for view in saved]


def choose(user: Any, sent: "MultiDict[str, str]") -> DetailsSending:
    """A draft for the contacts that were ticked, or with `all` for those of the list that `list` is the query of."""
    query = sa.select(Contact.id).where(Contact.deleted_at.is_(None), CONTACT.policy.rows(user))
    if sent.get("all"):
        pairs = [(key, value) for key, value in parse_qsl(sent.get("list", "")) if key != "_after"]
        listing = Listing(CONTACT, user, MultiDict(pairs))
        listing.searched = MOST + 1
        query = query.where(listing.query)
    else:
        ticked = sorted({number for value in sent.getlist("id") if (number := row_id(value))})[: MOST + 1]
        query = query.where(Contact.id.in_(ticked))
    ids = list(db.session.scalars(query.order_by(Contact.id).limit(MOST + 1)))
    if not ids:
        raise BadRequest(_("Choose at least one contact first."))
    if len(ids) > MOST:
        raise BadRequest(_("Choose at most %(count)d contacts at once.", count=MOST))
    sending = DetailsSending(made_by_id=user.id)
    db.session.add(sending)
    db.session.flush()
    for at in range(0, len(ids), 500):
        states = _states(user, ids[at : at + 500])
        rows = [{"sending_id": sending.id, "contact_id": number, "state": state} for number, state in states.items()]
        db.session.execute(sa.insert(DetailsRequest), rows)
    return sending


def _states(user: Viewer, ids: list[int]) -> dict[int, str]:
    """By contact, whether they can be asked: `waiting`, or why not."""
    may_edit = sa.case((CONTACT.policy.rows(user, "edit"), 1), else_=0)
    query = sa.select(Contact.id, Contact.main_email, may_edit).where(
        Contact.id.in_(ids), Contact.deleted_at.is_(None), CONTACT.policy.rows(user)
    )
    rows = {number: (_address(email), may) for number, email, may in db.session.execute(query)}
    bounced = _bounced([address for address, _may in rows.values() if address])
    found = dict.fromkeys(ids, GONE)
    for number, (address, may) in rows.items():
        state = BOUNCED if address in bounced else WAITING if address else NO_ADDRESS
        found[number] = state if may else NOT_YOURS
    return found


def _address(email: str | None) -> str:
    """As mails carry it; "" for none."""
    try:
        return address_of(email or "")
    except BadAddress:
        return ""


def _bounced(addresses: list[str]) -> set[str]:
    """Those at which the last mail whose end is known did not arrive."""
    if not addresses:
        return set()
    last = (
        sa.select(sa.func.max(Message.id))
        .where(Message.to.in_(addresses), Message.state.in_(["sent", "failed"]))
        .group_by(Message.to)
    )
    return set(db.session.scalars(sa.select(Message.to).where(Message.id.in_(last), Message.state == "failed")))


def begin(sending: DetailsSending, user: Viewer) -> None:
    """Sends the first batch and plans the others. Does not commit."""
    sending.state, sending.operation_id = "sending", journal.operation()
    _go_on(sending, user)


@jobs.job
def send_details(sending_id: int) -> None:
    """The next batch, by whoever began it."""
    sending = DetailsSending.locked(sending_id)
    if sending is None or sending.state != "sending" or sending.operation_id is None:
        return
    if not modules.is_on("details"):  # nobody could answer: it goes on when the firm has corrections again
        jobs.enqueue(send_details, due_at=utcnow() + AGAIN, sending_id=sending.id)
        return
    journal.go_on(sending.operation_id)
    _go_on(sending, next(iter(viewers(User.id == sending.made_by_id)), None))


def _go_on(sending: DetailsSending, user: Viewer | None) -> None:
    """`user` is who made it; None who left since, in whose name nothing more is sent."""
    waits = sa.select(DetailsRequest).where(DetailsRequest.sending_id == sending.id, DetailsRequest.state == WAITING)
    batch = list(db.session.scalars(waits.order_by(DetailsRequest.id).limit(BATCH)))
    ids = [request.contact_id for request in batch if request.contact_id is not None]
    states = _states(user, ids) if user is not None else dict.fromkeys(ids, NOT_YOURS)
    for request in batch:
        request.state = states.get(request.contact_id or 0, GONE)
        if user is not None and request.state == WAITING:
            contact = db.session.get_one(Contact, request.contact_id)
            words = asking.words(contact.name, asking.language_of(contact), user)
            asking.ask(contact, contact.main_email or "", words["subject"], words["message"], user)
            request.state = SENT
    db.session.flush()
    if len(batch) < BATCH:
        sending.state = "done"
    else:
        jobs.enqueue(send_details, key=f"details:{sending.id}:{batch[-1].id}", sending_id=sending.id)


# --- its page ---------------------------------------------------------------------------------------------------------

LISTED = 200


@dataclass(frozen=True)
class Sample:
    """The mail as one of them gets it."""

    language: str
    count: int
    to: str
    subject: str
    message: str


class SendingPage:
    """A sending for who made it."""

    def __init__(self, sending: DetailsSending, user: Any) -> None:
        self.sending, self.user = sending, user

    @cached_property
    def counts(self) -> dict[str, int]:
        query = sa.select(DetailsRequest.state, sa.func.count()).where(DetailsRequest.sending_id == self.sending.id)
        return {state: count for state, count in db.session.execute(query.group_by(DetailsRequest.state))}  # noqa: C416

    @property
    def waiting(self) -> int:
        return self.counts.get(WAITING, 0)

    @property
    def sent(self) -> int:
        return self.counts.get(SENT, 0)

    @cached_property
    def refused(self) -> list[tuple[Any, list[tuple[int, str]], int]]:
        """Why somebody gets none: the reason, (id, name) of at most LISTED of them, how many."""
        query = (
            sa.select(DetailsRequest.state, Contact.id, Contact.name)
            .join(Contact, Contact.id == DetailsRequest.contact_id)
            .where(
                DetailsRequest.sending_id == self.sending.id,
                DetailsRequest.state.in_(list(REASONS)),
                Contact.deleted_at.is_(None),
                CONTACT.policy.rows(self.user),
            )
            .order_by(DetailsRequest.state, Contact.sort_name, Contact.id)
            .limit(LISTED)
        )
        names: dict[str, list[tuple[int, str]]] = {}
        for state, number, name in db.session.execute(query):
            names.setdefault(state, []).append((number, name))
        return [
            (text, names.get(state, []), self.counts[state]) for state, text in REASONS.items() if state in self.counts
        ]

    @cached_property
    def samples(self) -> list[Sample]:
        """One mail in each language that is needed."""
        query = (
            sa.select(Contact.language, sa.func.count(), sa.func.min(Contact.id))
            .join(DetailsRequest, DetailsRequest.contact_id == Contact.id)
            .where(DetailsRequest.sending_id == self.sending.id, DetailsRequest.state == WAITING)
            .group_by(Contact.language)
        )
        found: dict[str, tuple[int, int]] = {}
        for language, count, first in db.session.execute(query):
            spoken = asking.spoken(language)
            before, number = found.get(spoken, (0, first))
            found[spoken] = (before + count, number)
        return [self._sample(language, *found[language]) for language in sorted(found)]

    def _sample(self, language: str, count: int, contact_id: int) -> Sample:
        seen = CONTACT.policy.visible(self.user).where(Contact.id == contact_id)
        contact = db.session.scalar(seen)
        name = contact.name if contact else ""
        return Sample(language, count, name, **asking.words(name, language, self.user))
