"""Companies by what another program calls them: remembered when they come, waited for by people who came before them."""

from collections.abc import Sequence

import sqlalchemy as sa

from crmlite.auth.models import Viewer
from crmlite.companies.models import Company
from crmlite.contacts.models import Affiliation, Contact
from crmlite.contacts.types import CONTACT
from crmlite.extensions import db
from crmlite.imports.models import REFUSED, SKIPPED, Import, ImportRow, OutsideId
from crmlite.imports.planning import Plan


def source_of(found: Import) -> str:
    """Whose numbers its companies have."""
    return found.source or f"#{found.id}"


def remember(found: Import, user: Viewer, plans: Sequence[Plan]) -> None:
    """Of a batch that is written: its companies' numbers, who waits for one, and whose company came with it. Flushes."""
    told = [plan for plan in plans if plan.draft.company_key and plan.outcome != REFUSED]
    if not told:
        return
    source = source_of(found)
    known = _known(source, {plan.draft.company_key for plan in told})
    fresh: dict[str, int] = {}
    rows = []
    for plan in told:
        draft, company_id, contact_id = plan.draft, None, None
        if draft.has_company:
            company_id = plan.company_id
        elif plan.company_id is None and plan.outcome != SKIPPED:
            contact_id = plan.contact_id
        pair = (draft.company_key, company_id, contact_id)
        if (company_id or contact_id) and pair not in known:
            known.add(pair)
            rows.append(
                {"import_id": found.id, "source": source, "value": draft.company_key, "company_id": company_id,
                 "contact_id": contact_id, "job": draft.job if contact_id else ""}
            )  # fmt: skip
            if company_id:
                fresh.setdefault(draft.company_key, company_id)
    if rows:
        db.session.connection().execute(sa.insert(OutsideId.__table__), rows)
    _link(source, user, fresh)


def _known(source: str, values: set[str]) -> set[tuple[str, int | None, int | None]]:
    query = sa.select(OutsideId.value, OutsideId.company_id, OutsideId.contact_id)
    rows = db.session.execute(query.where(OutsideId.source == source, OutsideId.value.in_(values)))
    return {(value, company_id, contact_id) for value, company_id, contact_id in rows}


def _link(source: str, user: Viewer, fresh: dict[str, int]) -> None:
    """Whoever waited for these companies works there now, where the user may say so of them."""
    if not fresh:
        return
    named = sa.orm.aliased(Contact)
    query = (
        sa.select(OutsideId.value, OutsideId.job, Contact)
        .join(named, named.id == OutsideId.contact_id)
        .join(Contact, Contact.id == sa.func.coalesce(named.merged_into_id, named.id))
        .where(OutsideId.source == source, OutsideId.value.in_(fresh))
        .where(Contact.deleted_at.is_(None), CONTACT.policy.rows(user, "edit"))
    )
    for value, job, contact in db.session.execute(query.order_by(OutsideId.id)).all():
        company = db.session.get_one(Company, fresh[value])
        there = sa.select(Affiliation.id).where(
            Affiliation.contact_id == contact.id, Affiliation.company_id == company.id
        )
        if db.session.scalar(there.limit(1)) is None:
            contact.join(company, job)
            db.session.flush()


def linked_late(found: Import, links: set[int]) -> dict[int, set[int]]:
    """Of these links, who stands in no row of the import, being only linked by it: people by company."""
    rows = sa.select(ImportRow.number).where(
        ImportRow.import_id == found.id, ImportRow.trial.is_(False), ImportRow.contact_id == Affiliation.contact_id
    )
    rows = rows.with_hint(ImportRow, "INDEXED BY ix_import_row_contact_id", "sqlite")  # not all rows for each link
    query = sa.select(Affiliation.company_id, Affiliation.contact_id).where(Affiliation.id.in_(links), ~rows.exists())
    late: dict[int, set[int]] = {}
    for company_id, contact_id in db.session.execute(query) if links else ():
        late.setdefault(company_id, set()).add(contact_id)
    return late


def forget(found: Import) -> None:
    db.session.execute(sa.delete(OutsideId).where(OutsideId.import_id == found.id))
