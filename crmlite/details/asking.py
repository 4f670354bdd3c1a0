"""Asking people to look at their details: the private link, and the mail that brings it.

The link stands in the mail itself and in no row (mail/hidden.py): who looks at the outbox cannot pass for the person.
"""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from crmlite import events, web
from crmlite.auth.models import Organisation
from crmlite.contacts.models import Contact
from crmlite.contacts.types import CONTACT
from crmlite.details.models import Correction
from crmlite.extensions import db, utcnow
from crmlite.mail import hidden, outbox
from crmlite.mail.models import Message
from crmlite.records import links
from crmlite.records.links import Link

LASTS, ON_PAPER = timedelta(days=30), timedelta(days=90)
"""How long a link works that is sent by mail, and one in a letter, which takes days and lies about."""


def last_day() -> date:
    """The last day on which a link works that is sent now."""
    return (utcnow() + LASTS).date()


def spoken(language: str | None) -> str:
    """That language, where crmlite speaks it; else the organisation's."""
    wanted = (language, Organisation.get().locale, "en")
    return next(language for language in wanted if language in web.LANGUAGES)


def language_of(contact: Contact) -> str:
    return spoken(contact.language)


def words(name: str, language: str, user: Any) -> dict[str, str]:
    """What the mail says unless somebody writes something else, in the person's language."""
    with web.speaking(language):
        firm = Organisation.get().name
        lines = (
            _("Dear %(name)s,", name=name) if name else _("Dear Sir or Madam,"),
            _("We want to hold the right details of you, and no others. Please look whether they are right."),
            _("If you have any questions, just answer this mail."),
            _("Kind regards,") + "\n" + user.name,
        )
        subject = (
            _("Are your details at %(firm)s still right?", firm=firm) if firm else _("Are your details still right?")
        )
    return {"subject": subject[:200], "message": "\n\n".join(str(line) for line in lines)}


def ask(contact: Contact, to: str, subject: str, message: str, by: Any) -> Message:
    """Makes the link, or lets the one there is work longer, and queues the mail. Raises BadAddress."""
    link = _link(contact, last_day())
    language = language_of(contact)
    with web.speaking(language):
        day = web.show_date(link.expires_on)
    mail = outbox.send(
        "details",
        to,
        language=language,
        purpose="details",
        about=contact,
        to_name=contact.name,
        by=by,
        details_subject=subject,
        message=message,
        url=web.absolute(f"/p/details/{hidden.HIDDEN}"),
        day=day,
    )
    events.emit(events.DETAILS_ASKED, contact, name=contact.name)
    return mail


def _link(contact: Contact, day: date) -> Link:
    """A link that works until then, or longer where a letter that was sent before says so."""
    known = link_of(contact)
    return links.make("details", contact, expires_on=max(day, known.expires_on or day) if known else day)


def enclosed(by: Any, ids: Collection[int]) -> dict[int, Link]:
    """The links of these contacts for a letter, as far as `by` may change them; the one there is works on."""
    query = CONTACT.policy.visible(by).where(Contact.id.in_(ids), CONTACT.policy.rows(by, "edit"))
    day = (utcnow() + ON_PAPER).date()
    return {contact.id: _link(contact, day) for contact in db.session.scalars(query.order_by(Contact.id)).all()}


def beside_code(day: str) -> str:
    return _(
        "Are your details still right? Scan the code or open the address: there you see what we hold of you, and correct it. "
        "It works until %(day)s.",
        day=day,
    )


@hidden.hides("details")
def _token(message: Message) -> str | None:
    """The link of whom it is about, or of somebody who was merged into them since it was written."""
    merged = sa.select(Contact.id).where(Contact.merged_into_id == message.about_id)
    query = (
        sa.select(Link)
        .where(
            Link.purpose == "details",
            Link.record_type == "contact",
            sa.or_(Link.record_id == message.about_id, Link.record_id.in_(merged)),
        )
        .order_by((Link.record_id == message.about_id).desc(), Link.id.desc())
    )
    return next((link.token for link in db.session.scalars(query) if link.works), None)


def link_of(contact: Contact) -> Link | None:
    """The one that works now."""
    found = [link for link in links.of(contact) if link.purpose == "details" and link.works]
    return found[0] if found else None


def at_a_glance(contact: Contact, most: int = 3) -> tuple[list[Correction], Link | None]:
    """The newest of what they sent, and link_of(), in one statement."""
    theirs = sa.and_(Link.record_type == "contact", Link.record_id == Contact.id, Link.purpose == "details")
    newest = (
        sa.select(Correction.id).where(Correction.contact_id == contact.id).order_by(Correction.id.desc()).limit(most)
    )
    query = (
        sa.select(Correction, Link)
        .select_from(Contact)
        .outerjoin(Correction, Correction.id.in_(newest))
        .outerjoin(Link, sa.and_(theirs, Link.revoked_at.is_(None)))
        .where(Contact.id == contact.id)
        .order_by(Correction.id.desc(), Link.id)
    )
    rows = db.session.execute(query).all()
    corrections = {correction.id: correction for correction, _link in rows if correction is not None}
    return list(corrections.values()), next(
        (link for _correction, link in rows if link is not None and link.works), None
    )


def end(contact: Contact) -> bool:
    """The link works no more; False where there was none. Undo lets it work again."""
    link = link_of(contact)
    if link is None:
        return False
    link.revoke()
    events.emit(events.DETAILS_LINK_ENDED, contact, name=contact.name)
    return True
