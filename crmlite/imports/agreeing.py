"""Columns that say what people agreed to, as another program recorded it: consent, purpose by purpose.

`contact.consent/<purpose>` is a column of who agreed, `contact.refusal/<purpose>` one of who unsubscribed. Cells say yes, no, or on
which day; several columns about one purpose answer together. That nobody asked is no withdrawal: "no" says nothing, unless an earlier
file said yes. What people said here goes before the file, unless they unsubscribed there or said something later.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from crmlite import events
from crmlite.auth.models import User
from crmlite.contacts import consents
from crmlite.contacts.consents import GIVEN, WITHDRAWN, Consent, Purpose
from crmlite.contacts.models import Contact
from crmlite.extensions import db
from crmlite.imports.answers import NO, Said
from crmlite.imports.sources.source import folded
from crmlite.imports.targets import CONSENT, REFUSAL, Target
from crmlite.journal import bulk

SOURCE = "import"
_REFUSED = {
    "email opt out", "hasoptedoutofemail", "emailaddressisoptedout", "unsubscribed from all email", "unsubscribed",
    "blacklist", "uitgeschreven", "abgemeldet",
}  # fmt: skip
"""Headings of programs, under which it stands who wants no mail."""


# --- columns ----------------------------------------------------------------------------------------------------------


def offered() -> list[tuple[str, list[tuple[str, str]]]]:
    """What a column may become, in a group; nothing where people are asked for nothing."""
    options = []
    for purpose in consents.purposes():
        options.append((f"contact.{CONSENT}/{purpose.id}", _("Agreed to: %(purpose)s", purpose=purpose.name)))
        options.append((f"contact.{REFUSAL}/{purpose.id}", _("Unsubscribed from: %(purpose)s", purpose=purpose.name)))
    return [(_("What people agree to"), options)] if options else []


def is_possible(target: Target) -> bool:
    """Whether people are asked for that still."""
    query = sa.select(Purpose.id).where(Purpose.id == int(target.label), Purpose.retired_at.is_(None))
    return db.session.scalar(query) is not None


def suggest(mapping: Sequence[str], headers: Sequence[str]) -> list[str]:
    """Columns that are nothing yet and are called as a purpose is, or as programs call it that somebody wants no mail: the latter
    only where there is one purpose, since nobody knows which."""
    asked = consents.purposes()
    by_name = {folded(purpose.name): f"contact.{CONSENT}/{purpose.id}" for purpose in asked}
    if len(asked) == 1:
        by_name |= dict.fromkeys(_REFUSED, f"contact.{REFUSAL}/{asked[0].id}")
    return [target or by_name.get(folded(header), "") for target, header in zip(mapping, headers, strict=True)]


# --- people -----------------------------------------------------------------------------------------------------------


def of(ids: Iterable[int]) -> dict[int, list[Consent]]:
    """All that is recorded of these people, the oldest first."""
    found: dict[int, list[Consent]] = {number: [] for number in ids}
    query = sa.select(Consent).where(Consent.contact_id.in_(found)).order_by(Consent.at, Consent.id)
    for row in db.session.scalars(query):
        found[row.contact_id].append(row)
    return found


def lacking(said: Iterable[Said], known: Sequence[Consent]) -> tuple[list[Said], list[Said]]:
    """What of it is to be recorded of somebody, and what is not, since they said something else here."""
    new, kept = list[Said](), list[Said]()
    for one in said:
        newest = consents.newest(row for row in known if row.purpose_id == one.purpose_id)
        holds = any(row.holds for row in newest)
        if one.action == NO:
            if holds and newest[0].source == SOURCE:
                new.append(replace(one, action=WITHDRAWN))
            elif holds:
                kept.append(one)
        elif not newest:
            new.append(one)
        elif holds != (one.action == GIVEN) or (one.action == WITHDRAWN and one.on):
            is_later = (one.on is not None or one.action == WITHDRAWN) and one.at > newest[0].at
            if is_later:
                new.append(one)
            elif holds != (one.action == GIVEN):
                kept.append(one)
    return new, kept


def record(contact: Contact, said: Said, user_id: int) -> None:
    """Through the verb, of somebody who is here already. What words they were shown nobody knows."""
    verb = Consent.withdraw if said.action == WITHDRAWN else Consent.give
    purpose, user = db.session.get_one(Purpose, said.purpose_id), db.session.get_one(User, user_id)
    verb(contact, purpose, source=SOURCE, how=said.how, by=user, at=said.at, text="")


def put(told: Sequence[tuple[int, list[Said]]], user_id: int) -> None:
    """The same of new people, by their ids, in a few statements."""
    rows: list[dict[str, Any]] = [
        {"contact_id": number, "purpose_id": said.purpose_id, "action": said.action, "source": SOURCE, "how": said.how,
         "by_id": user_id, "at": said.at}
        for number, some in told
        for said in some
        if said.action != NO
    ]  # fmt: skip
    if not rows:
        return
    bulk.create(Consent, rows)
    names = dict(db.session.execute(sa.select(Purpose.id, Purpose.name)).all())
    for action, kind in ((GIVEN, events.CONSENT_GIVEN), (WITHDRAWN, events.CONSENT_WITHDRAWN)):
        happened = [
            (
                ("contact", row["contact_id"]),
                (),
                {
                    "purpose": names[row["purpose_id"]],
                    "purpose_id": row["purpose_id"],
                    "source": SOURCE,
                    "consent_id": row["id"],
                },
            )
            for row in rows
            if row["action"] == action
        ]
        events.emit_many(kind, happened)
