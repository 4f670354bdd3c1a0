"""How a visitor's post comes in: stored with its job in one transaction, and turned by the job into contact, lead and mail."""

import hashlib
import json

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from crmlite import events, jobs, journal, web
from crmlite.auth.models import User
from crmlite.companies.models import Company
from crmlite.contacts.models import Contact
from crmlite.extensions import db, utcnow
from crmlite.fold import sort_key
from crmlite.leads.models import Lead, Submission, Visitor, WebForm
from crmlite.mail import outbox
from crmlite.records import points
from crmlite.records.points import Point

# --- at the post ------------------------------------------------------------------------------------------------------


def receive(form_id: int, key: str, answers: list[dict[str, str]], reason: str | None, visitor: Visitor) -> bool:
    """Stores a post and, unless it is held for a `reason`, its job; False where it was stored before. Does not commit.

    A key comes again with other answers when somebody goes back, changes them and sends once more: that is another post.
    """
    for client_key in (key, f"{key}.{_digest(answers)}"):
        submission_id = _insert(form_id, client_key, answers, reason, visitor)
        if submission_id is not None:
            if reason is None:
                jobs.enqueue(process_submission, submission_id=submission_id)
            return True
        if db.session.scalar(sa.select(Submission.answers).where(Submission.client_key == client_key)) == answers:
            return False
    return False


def _insert(form_id: int, key: str, answers: list[dict[str, str]], reason: str | None, visitor: Visitor) -> int | None:
    """The submission's id; None where the key is taken. One statement, for an error would end PostgreSQL's transaction."""
    insert = postgresql.insert if db.session.connection().dialect.name == "postgresql" else sqlite.insert
    statement = insert(Submission).values(
        web_form_id=form_id,
        client_key=key,
        answers=answers,
        state="held" if reason else "received",
        reason=reason,
        address=visitor.address,
        user_agent=visitor.user_agent[:300],
        page=visitor.page[:500],
        received_at=utcnow(),
    )
    statement = statement.on_conflict_do_nothing(index_elements=["client_key"])
    return db.session.execute(statement.returning(Submission.id)).scalar()


def _digest(answers: list[dict[str, str]]) -> str:
    return hashlib.sha256(json.dumps(answers, sort_keys=True).encode()).hexdigest()[:16]


def release(submission: Submission) -> None:
    """Lets what was held, or discarded, become a lead after all."""
    submission.release()
    jobs.enqueue(process_submission, submission_id=submission.id)
    events.emit(events.SUBMISSION_RELEASED, submission, about=[submission.web_form], submission_id=submission.id)


# --- in the worker ----------------------------------------------------------------------------------------------------


@jobs.job
def process_submission(submission_id: int) -> None:
    """Makes contact, lead, events and mails of a post: all in the job's transaction, and once."""
    submission = db.session.get(Submission, submission_id, with_for_update=True, populate_existing=True)
    if submission is None or submission.state != "received":
        return
    journal.act_as("customer")
    form = submission.web_form
    contact = _known_contact(submission) or _new_contact(submission, form)
    _add_points(contact, submission)
    lead = Lead.create(
        None,
        contact=contact,
        need=submission.filled("lead.need") or form.name,
        source=form.source or form.name,
        company_id=_company_id(submission, contact),
        submission_id=submission.id,
        owner_id=form.owner_id or contact.owner_id,
        team_id=form.team_id or contact.team_id,
    )
    events.emit(events.FORM_SUBMITTED, contact, about=[lead], form=form.name, submission_id=submission.id)
    submission.state, submission.processed_at = "done", utcnow()
    submission.contact_id, submission.lead_id = contact.id, lead.id
    _notify(form, lead, submission)


def _known_contact(submission: Submission) -> Contact | None:
    """Whoever has this e-mail address, else whoever has this phone number; of several the one we know longest."""
    for kind in ("email", "phone"):
        value = submission.filled(f"contact.{kind}")
        if not value:
            continue
        query = (
            sa.select(Contact)
            .join(Point, Point.contact_id == Contact.id)
            .where(Point.kind == kind, Point.normal == _normal(kind, value, submission), Contact.deleted_at.is_(None))
            .order_by(Contact.id)
            .limit(1)
        )
        if found := db.session.scalar(query):
            return found
    return None


def _normal(kind: str, value: str, submission: Submission) -> str:
    try:
        return points.normal(kind, value, submission.filled("contact.country"))
    except ValueError:
        return value.casefold()


def _new_contact(submission: Submission, form: WebForm) -> Contact:
    given, family = submission.filled("contact.given"), submission.filled("contact.family")
    if not (given or family):
        given, family = split_name(submission.filled("contact.name"))
    return Contact.create(
        None,
        given=given,
        family=family,
        language=form.language,
        owner_id=form.owner_id,
        team_id=form.team_id,
    )


def split_name(name: str) -> tuple[str, str]:
    """First and last name of a whole one: the last word is the last name. A name of one word is a first name."""
    given, _, family = " ".join(name.split()).rpartition(" ")
    return (given, family) if given else (family, "")


def _add_points(contact: Contact, submission: Submission) -> None:
    """Adds what is new; what is known about somebody is never overwritten by a post."""
    for kind in ("email", "phone"):
        value = submission.filled(f"contact.{kind}")
        known = {point.normal for point in points.of(contact, Point) if point.kind == kind}
        if value and _normal(kind, value, submission) not in known:
            points.add(contact, kind, value)


def _company_id(submission: Submission, contact: Contact) -> int | None:
    """The company of that name; else the one we know the contact by."""
    name = submission.filled("company.name")
    if not name:
        return contact.main_company_id
    query = sa.select(Company.id).where(Company.sort_name == sort_key(name), Company.deleted_at.is_(None))
    return db.session.scalar(query.order_by(Company.id).limit(1)) or contact.main_company_id


def _notify(form: WebForm, lead: Lead, submission: Submission) -> None:
    ids = {lead.owner_id, *form.notify} - {None}
    for user in db.session.scalars(sa.select(User).where(User.id.in_(ids), User.active).order_by(User.id)):
        outbox.send(
            "new_lead",
            user.email,
            language=user.locale,
            purpose="new_lead",
            about=lead,
            to_name=user.name,
            reply_to=submission.filled("contact.email"),
            name=lead.contact.name,
            form=form.name,
            answers=submission.answers,
            can_reply=bool(submission.filled("contact.email")),
            url=web.absolute(f"/leads/{lead.id}"),
        )
