"""The record type of leads, as data; and who may work on web forms."""

from flask_babel import lazy_gettext as _l

from crmlite.auth.models import Viewer
from crmlite.leads.forms import LeadForm
from crmlite.leads.models import STATES, Lead
from crmlite.records.policy import Policy
from crmlite.records.types import Column, RecordType, register


def states() -> list[tuple[str, object]]:
    return [(name, label) for name, label, _hue in STATES]


LEAD = register(
    RecordType(
        name="lead",
        model=Lead,
        label=_l("Lead"),
        label_plural=_l("Leads"),
        icon="target",
        form=LeadForm,
        policy=Policy(Lead),
        columns=(
            Column("name", _l("Need"), kind="name", phone=True, sort_by="sort_name"),
            Column("contact", _l("Contact"), kind="contact", field="contact_id", sortable=False),
            Column("company", _l("Company"), kind="company", field="company_id", sortable=False, hidden=True),
            Column("source", _l("Source"), edit=True),
            Column("state", _l("State"), kind="lead_state", phone=True, choices=states),
            Column("owner", _l("Owner"), kind="user", field="owner_id", sortable=False),
            Column("created_at", _l("Received"), kind="ago"),
        ),
        default_sort="-created_at",
        views=(
            (_l("All leads"), ""),
            (_l("New"), "state=new"),
            (_l("In work"), "state=working"),
            (_l("Mine"), "owner=me"),
        ),
        links={"contact": "contact_id", "company": "company_id"},
    )
)


def may_edit_forms(user: Viewer) -> bool:
    """Web forms and what is held back are the work of those with a grant for `web_form`."""
    return user.scope("web_form", "edit") != "none"
