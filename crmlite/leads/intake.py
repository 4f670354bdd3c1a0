"""How a post comes in: stored with its job in one transaction, and turned by the job into contact, lead and mail."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects import postgresql, sqlite
from werkzeug.exceptions import TooManyRequests

from crmlite import events, jobs, journal, web
from crmlite.auth.models import User
from crmlite.companies.models import Company
from crmlite.contacts import suppression
from crmlite.contacts.consents import Consent, purposes
from crmlite.contacts.models import Contact, split_name
from crmlite.desk import telling
from crmlite.extensions import db, utcnow
from crmlite.fold import sort_key, words
from crmlite.leads import fields, spam
from crmlite.leads.models import Lead, Submission, Visitor, WebForm
from crmlite.mail import outbox
from crmlite.records import points, types
from crmlite.records.points import Point
from crmlite.records.policy import Policy

MOST_SHARING = 50
"""Of so many who share a phone number one is looked for by name."""

# --- at the post ------------------------------------------------------------------------------------------------------


def receive(form_id: int, key: str, answers: list[dict[str, str]], reason: str | None, visitor: Visitor) -> bool:
    """Stores a post and, unless it is held for a `reason`, its job. False where it was stored before. No commit.

    Raises TooManyRequests where so many are held that one more is not: nobody is thanked for what is not kept.
    A key comes again with other answers when somebody goes back, changes them and sends again: that is another post.
    """
    if reason:
        _require_room(form_id, visitor)
    for client_key in (key, f"{key}.{_digest(answers)}"):
        submission_id = _insert(form_id, client_key, answers, reason, visitor)
        if submission_id is not None:
            if reason is None:
                jobs.enqueue(process_submission, submission_id=submission_id)
            return True
        if db.session.scalar(sa.select(Submission.answers).where(Submission.client_key == client_key)) == answers:
            return False
    return False


def _require_room(form_id: int, visitor: Visitor) -> None:
    held = sa.select(Submission.id).where(
        Submission.web_form_id == form_id,
        Submission.received_at > utcnow() - spam.PERIOD,
        Submission.reason.is_not(None),
    )
    for query, most in (
        (held.where(Submission.address == visitor.address), spam.MAX_HELD_OF_VISITOR),
        (held, spam.MAX_HELD),
    ):
        count = sa.select(sa.func.count()).select_from(query.limit(most).subquery())
        if (db.session.scalar(count) or 0) >= most:
            raise TooManyRequests(_("This form gets too many posts just now. Please send it again in an hour."))


_DIALECTS: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
_INSERT = {
    name: insert(Submission.__table__)
    .on_conflict_do_nothing(index_elements=["client_key"])
    .returning(Submission.__table__.c.id)
    for name, insert in _DIALECTS.items()
}
"""Without an id where the key is taken: an error instead would end PostgreSQL's transaction."""


def _insert(form_id: int, key: str, answers: list[dict[str, str]], reason: str | None, visitor: Visitor) -> int | None:
    connection = db.session.connection()
    values = {
        "web_form_id": form_id,
        "client_key": key,
        "answers": answers,
        "state": "held" if reason else "received",
        "reason": reason,
        "address": visitor.address,
        "user_agent": visitor.user_agent[:300],
        "page": visitor.page[:500],
    }
    return connection.execute(_INSERT[connection.dialect.name], values).scalar()


def _digest(answers: list[dict[str, str]]) -> str:
    return hashlib.sha256(json.dumps(answers, sort_keys=True).encode()).hexdigest()[:16]


def release(submission: Submission) -> None:
    """Lets what was held, or discarded, become a lead after all."""
    submission.release()
    jobs.enqueue(process_submission, submission_id=submission.id)
    events.emit(events.SUBMISSION_RELEASED, submission, about=[submission.web_form], submission_id=submission.id)


# --- by hand ----------------------------------------------------------------------------------------------------------


class SomebodyElses(Exception):
    """The address belongs to a contact that the user may not see."""

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self.owner = owner

    def sentence(self) -> str:
        if self.owner:
            return _("Somebody with this address or number is known already. Ask %(owner)s.", owner=self.owner)
        return _("Somebody with this address or number is known already. Ask your manager.")


def by_hand(user: Any, company: Company | None, *, name: str, email: str, phone: str, need: str, source: str) -> Lead:
    """A lead that a colleague types in, of somebody known by e-mail or phone, or new. Raises SomebodyElses.

    What is known about somebody is added to only by those who may change it. Forbidden for who may not add contacts.
    """
    typed = {"contact.name": name, "contact.email": email, "contact.phone": phone}
    contact = _found_by("email", typed) or _found_by("phone", typed)
    if contact is None:
        _contacts().require_create(user)
        contact = _new_contact(user, typed)
        _add_points(contact, typed)
        suppression.say_if_erased(contact)
    elif not _is_visible(user, contact):
        owner = db.session.get(User, contact.owner_id) if contact.owner_id else None
        raise SomebodyElses(owner.name if owner else "")
    elif _contacts().may(user, "edit", contact):
        _add_points(contact, typed)
    if company and contact.main_company_id is None and _contacts().may(user, "edit", contact):
        contact.join(company)
    company_id = company.id if company else contact.main_company_id
    return Lead.create(user, contact=contact, need=need, source=source, company_id=company_id)


def _contacts() -> Policy:
    kind = types.known("contact")
    assert kind is not None  # noqa: S101 - leads need contacts (crmlite.NEEDS)
    return kind.policy


def _is_visible(user: Any, contact: Contact) -> bool:
    return db.session.scalar(_contacts().visible(user).where(Contact.id == contact.id)) is not None


# --- in the worker ----------------------------------------------------------------------------------------------------


@jobs.job
def process_submission(submission_id: int) -> None:
    """Makes contact, lead, events and mails of a post: all in the job's transaction, and once."""
    submission = db.session.get(Submission, submission_id, with_for_update=True, populate_existing=True)
    if submission is None or submission.state != "received":
        return
    journal.act_as("customer")
    form = submission.web_form
    filled = {answer["fills"]: answer["value"] for answer in submission.answers}
    contact, is_new = _known_contact(filled), False
    if contact is None:
        contact = _new_contact(None, filled, language=form.language, **_holders(form))
        is_new = True
    _add_points(contact, filled if _is_their_address(contact, filled) else {**filled, "contact.email": ""})
    if is_new:
        suppression.say_if_erased(contact)
    _keep_consents(contact, submission, filled)
    lead = Lead.create(
        None,
        contact=contact,
        need=filled.get("lead.need") or form.name,
        source=form.source or form.name,
        company_id=_company_id(filled, contact),
        submission_id=submission.id,
        **(
            _holders(form)
            if form.owner_id
            else {"owner_id": contact.owner_id, "team_id": form.team_id or contact.team_id}
        ),
    )
    events.emit(
        events.FORM_SUBMITTED,
        contact,
        about=[lead],
        name=typed_name(filled),
        form=form.name,
        submission_id=submission.id,
    )
    submission.state, submission.processed_at = "done", utcnow()
    submission.contact_id, submission.lead_id = contact.id, lead.id
    _notify(form, lead, submission)


def _keep_consents(contact: Contact, submission: Submission, filled: "Filled") -> None:
    """Boxes that were ticked and stand for a purpose: the words beside the box are what they agreed to."""
    form = submission.web_form
    asked = {f"{fields.CONSENT}{purpose.id}": purpose for purpose in purposes(retired=True)}
    for answer in submission.answers:
        if answer["fills"] in asked and answer["value"] == fields.TICKED:
            Consent.give(
                contact,
                asked[answer["fills"]],
                source="form",
                point=filled.get("contact.email", ""),
                how=form.name,
                at=submission.received_at,
                text=answer["label"],
                language=form.language,
            )


Filled = Mapping[str, str]
"""What was typed, by what it fills: {"contact.email": "anna@example.com"}."""


def _known_contact(filled: Filled) -> Contact | None:
    """Whoever has this e-mail address, else whoever has this phone number and this name.

    Anybody can type anybody's number into a form: by that alone nobody is taken for somebody we know.
    """
    return _found_by("email", filled) or _found_by("phone", filled, named=typed_name(filled))


def _found_by(kind: str, filled: Filled, named: str | None = None) -> Contact | None:
    """Whoever has the address or number, and the name where one is asked for; of several the one we know longest."""
    value = filled.get(f"contact.{kind}")
    if not value:
        return None
    query = (
        sa.select(Contact)
        .join(Point, Point.contact_id == Contact.id)
        .where(Point.kind == kind, Point.normal == _normal(kind, value, filled), Contact.deleted_at.is_(None))
        .order_by(Contact.id)
        .limit(1 if named is None else MOST_SHARING)
    )
    return next((c for c in db.session.scalars(query) if named is None or _same_name(c.name, named)), None)


def _same_name(one: str, other: str) -> bool:
    """Whether two names are one, whichever of their words stands first."""
    return sorted(words(one)) == sorted(words(other))


def typed_name(filled: Filled) -> str:
    """Who the visitor said to be."""
    parts = f"{filled.get('contact.given', '')} {filled.get('contact.family', '')}"
    return " ".join((parts if parts.strip() else filled.get("contact.name", "")).split())


def _is_their_address(contact: Contact, filled: Filled) -> bool:
    """Whether the typed e-mail may become the contact's: not where they have others already and were found by phone."""
    value = filled.get("contact.email")
    known = {point.normal for point in points.of(contact, Point) if point.kind == "email"}
    return not value or not known or _normal("email", value, filled) in known


def _normal(kind: str, value: str, filled: Filled) -> str:
    try:
        return points.normal(kind, value, filled.get("contact.country", ""))
    except ValueError:
        return value.casefold()


def _holders(form: WebForm) -> dict[str, int | None]:
    """Whose the form's contacts and leads are; its team where it names one, else its owner's."""
    return {"owner_id": form.owner_id, **({"team_id": form.team_id} if form.team_id else {})}


def _new_contact(actor: Any, filled: Filled, **values: Any) -> Contact:
    city, country = filled.get("contact.city", ""), filled.get("contact.country", "")
    if city or country:
        values |= {"country": country or None, "addresses": [{"city": city, "country": country}]}
    given, family = filled.get("contact.given", ""), filled.get("contact.family", "")
    if not (given or family):
        given, family = split_name(filled.get("contact.name", ""))
    return Contact.create(actor, given=given, family=family, **values)


def _add_points(contact: Contact, filled: Filled) -> None:
    """Adds what is new; what is known about somebody is never overwritten by a post."""
    for kind in ("email", "phone"):
        value = filled.get(f"contact.{kind}")
        known = {point.normal for point in points.of(contact, Point) if point.kind == kind}
        if value and _normal(kind, value, filled) not in known:
            points.add(contact, kind, value)


def _company_id(filled: Filled, contact: Contact) -> int | None:
    """The company of that name; else the one we know the contact by."""
    name = filled.get("company.name")
    if not name:
        return contact.main_company_id
    query = sa.select(Company.id).where(Company.sort_name == sort_key(name), Company.deleted_at.is_(None))
    return db.session.scalar(query.order_by(Company.id).limit(1)) or contact.main_company_id


def _notify(form: WebForm, lead: Lead, submission: Submission) -> None:
    """Tells only what was typed: who reads it may not see the contact that the lead was joined to."""
    filled = {answer["fills"]: answer["value"] for answer in submission.answers}
    name = typed_name(filled) or filled.get("contact.email") or filled.get("contact.phone") or form.name
    for user_id in form.notify:
        telling.tell("new_lead", user_id, lead)
    for user in telling.wants_mail("new_lead", [lead.owner_id, *form.notify]):
        outbox.send(
            "new_lead",
            user.email,
            language=user.locale,
            purpose="new_lead",
            about=lead,
            to_name=user.name,
            reply_to=submission.filled("contact.email"),
            name=name,
            form=form.name,
            answers=submission.answers,
            can_reply=bool(submission.filled("contact.email")),
            url=web.absolute(f"/leads/{lead.id}"),
        )
