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
    for model, record_id in ((Contact, lead.contact_id), (Company, lead.company_id)):
        record = db.session.get(model, record_id) if record_id else None
        if record is not None:
            record.renew_lifecycle()
