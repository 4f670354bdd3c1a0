"""What happens to leads changes the lifecycle of the people and companies they are of."""

from typing import Any

from crmlite import events
from crmlite.companies.models import Company
from crmlite.contacts.models import Contact
from crmlite.extensions import db


@events.on(events.LEAD_CREATED)
@events.on(events.LEAD_QUALIFIED)
@events.on(events.LEAD_DISQUALIFIED)
@events.on(events.LEAD_REOPENED)
def renew_lifecycle(lead: Any, **_data: Any) -> None:
    """Derives both anew, with the leads as they are now."""
    _renew(lead)


@events.on(events.RECORD_DELETED)
@events.on(events.RECORD_RESTORED)
@events.on(events.OPERATION_UNDONE)
def renew_after(record: Any, **_data: Any) -> None:
    """What was thrown away, brought back or undone counted, or counts again."""
    if isinstance(record, Contact | Company):
        record.renew_lifecycle()
    elif hasattr(record, "contact_id"):
        _renew(record)


def _renew(lead: Any) -> None:
    db.session.flush()
    contact = db.session.get(Contact, lead.contact_id)
    company = db.session.get(Company, lead.company_id) if lead.company_id else None
    for record in (contact, company):
        if record is not None:
            record.renew_lifecycle()
