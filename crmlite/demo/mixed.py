"""`crmlite demo remove` where people have begun to work beside the demo: its records go, theirs and what they worked on stay.

What the demo made is told by the journal: it was made before the mark that the demo left. What somebody touched since, or what
theirs cannot do without, stays. Settings, pipelines, taxes, roles, teams and web forms are nobody's alone, so they stay too.
"""

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from crmlite import journal
from crmlite.auth.models import Preference, Role, User
from crmlite.auth.models.users import ADMINISTRATOR
from crmlite.demo.removal import BY_PEOPLE, IS_DEMOS, MARK
from crmlite.extensions import db, utcnow, writing
from crmlite.journal import Change, Event, EventLink, Operation
from crmlite.leads.models import Lead, Submission, WebForm
from crmlite.mail.models import Message, MessageFile
from crmlite.records import trash, types

AT_ONCE = 200
"""Records a transaction."""


@dataclass
class Plan:
    heir: User
    """The real administrator who gets what stays of the demo's people."""
    mark: int
    """The demo's last operation."""
    goes: dict[str, list[int]] = field(default_factory=dict)
    touched: dict[str, list[int]] = field(default_factory=dict)
    theirs: dict[str, int] = field(default_factory=dict)

    def names(self, most: int = 20) -> list[str]:
        """Of demo records that stay, because somebody worked on them."""
        found = []
        for name, ids in self.touched.items():
            model = types.registered()[name].model
            found += [f"{name} {title}" for title in db.session.scalars(sa.select(model.name).where(model.id.in_(ids)))]
        return [*found[:most], *([f"and {len(found) - most} more"] if len(found) > most else [])]


def plan() -> Plan | None:
    """None where there is no administrator but the demo's, or where the demo left no mark: then they cannot be told apart."""
    mark = db.session.scalar(sa.select(Preference.value).where(Preference.name == MARK))
    real = sa.select(User).join(Role).where(~IS_DEMOS, User.active, Role.name == ADMINISTRATOR).order_by(User.id)
    heir = db.session.scalars(real).first()
    if mark is None or heir is None:
        return None
    made = Plan(heir, mark["operation"])
    for name, kind in types.registered().items():
        ids = set(db.session.scalars(_made(name, mark["operation"])))
        there = set(db.session.scalars(sa.select(kind.model.id)))
        touched = _touched(name, mark["operation"]) & ids & there
        made.goes[name] = sorted(ids & there - touched)
        made.touched[name] = sorted(touched)
        made.theirs[name] = len(there - ids)
    return made


def _made(name: str, mark: int) -> sa.Select[int]:
    return sa.select(Change.record_id).where(
        Change.record_type == name, Change.action == "created", Change.operation_id <= mark
    )


def _touched(name: str, mark: int) -> set[int]:
    """What people changed since, or did something about: a note, a file, a mail, a quote for it."""
    by_people = sa.and_(Operation.id > mark, Operation.actor_kind.in_(BY_PEOPLE))
    changed = (
        sa.select(Change.record_id)
        .join(Operation, Operation.id == Change.operation_id)
        .where(Change.record_type == name, by_people)
    )
    about = (
        sa.select(EventLink.record_id)
        .join(Event, Event.id == EventLink.event_id)
        .join(Operation, Operation.id == Event.operation_id)
        .where(EventLink.record_type == name, by_people)
    )
    return set(db.session.scalars(changed)) | set(db.session.scalars(about))


def remove(made: Plan) -> dict[str, int]:
    """Does it, some records a transaction: killed, it is done again. Returns how many of each type went. Final."""
    counts = dict.fromkeys(made.goes, 0)
    left = {name: list(ids) for name, ids in made.goes.items()}
    gone = True
    while gone:  # a contact goes after its deals, which go after their quotes
        gone = False
        for name in reversed(left):
            for start in range(0, len(left[name]), AT_ONCE):
                went = _purge(name, left[name][start : start + AT_ONCE])
                counts[name] += len(went)
                gone = gone or bool(went)
            left[name] = sorted(set(left[name]) & set(db.session.scalars(sa.select(types.registered()[name].model.id))))
    _retire(made)
    return counts


def _purge(name: str, ids: list[int]) -> set[int]:
    """Those of them that could go; the others are as they were."""
    kind = types.registered()[name]
    writing()
    journal.act_as("system")
    before: dict[int, Any] = dict(
        db.session.execute(sa.select(kind.model.id, kind.model.deleted_at).where(kind.model.id.in_(ids))).all()
    )
    for record in db.session.scalars(sa.select(kind.model).where(kind.model.id.in_(ids))):
        record.deleted_at = record.deleted_at or utcnow()
    db.session.flush()
    trash.purge(kind, ids)
    stay = db.session.scalars(sa.select(kind.model).where(kind.model.id.in_(ids))).all()
    for record in stay:
        record.deleted_at = before[record.id]
    went = set(before) - {record.id for record in stay}
    db.session.commit()
    return went


def _forget_post(mark: int) -> None:
    """The demo's mails, which would leave one day, and what its visitors sent: of those that became something that stays, nothing."""
    until = db.session.scalar(sa.select(sa.func.max(Operation.at)).where(Operation.id <= mark))
    mails = sa.select(Message.id).where(Message.created_at <= until)
    db.session.execute(sa.delete(MessageFile).where(MessageFile.message_id.in_(mails)))
    db.session.execute(sa.delete(Message).where(Message.created_at <= until))
    is_needed = sa.exists().where(Lead.submission_id == Submission.id)
    db.session.execute(sa.delete(Submission).where(Submission.received_at <= until, ~is_needed))


def _retire(made: Plan) -> None:
    """The demo's people sign in no more, and what stays of theirs is the heir's."""
    writing()
    journal.act_as("system")
    theirs = set(db.session.scalars(sa.select(User.id).where(IS_DEMOS)))
    for kind in types.registered().values():
        for record in db.session.scalars(sa.select(kind.model).where(kind.model.owner_id.in_(theirs))):
            record.assign(made.heir)
    for form in db.session.scalars(sa.select(WebForm).where(WebForm.owner_id.in_(theirs))):
        form.change(owner_id=made.heir.id)
    _forget_post(made.mark)
    for user in db.session.scalars(sa.select(User).where(IS_DEMOS, User.active)):
        user.deactivate()
    db.session.execute(sa.delete(Preference).where(Preference.name == MARK))
    db.session.commit()
