"""The record type of deals, as data; and who may set up pipelines."""

from typing import Any

from flask_babel import lazy_gettext as _l

from crmlite.auth.models import Viewer
from crmlite.pipeline import stages
from crmlite.pipeline.forms import DealFields
from crmlite.pipeline.models import KINDS, Deal
from crmlite.records.policy import Policy
from crmlite.records.types import Column, RecordType, register


def kinds() -> list[tuple[str, Any]]:
    return list(KINDS)


DEAL = register(
    RecordType(
        name="deal",
        model=Deal,
        label=_l("Deal"),
        label_plural=_l("Deals"),
        icon="cash",
        form=DealFields,
        policy=Policy(Deal),
        columns=(
            Column("name", _l("Deal"), kind="name", phone=True, sort_by="sort_name"),
            Column("contact", _l("Contact"), kind="contact", field="contact_id", sortable=False),
            Column("company", _l("Company"), kind="company", field="company_id", sortable=False),
            Column(
                "stage", _l("Stage"), kind="stage", field="stage_id", sortable=False, phone=True, choices=stages.choices
            ),
            Column(
                "amount",
                _l("Amount"),
                kind="money",
                field="amount_minor",
                form_field="amount_minor",
                phone=True,
                edit=True,
            ),
            Column("close_on", _l("Expected close"), kind="date", edit=True),
            Column(
                "owner", _l("Owner"), kind="user", field="owner_id", sortable=False, edit=True, form_field="owner_id"
            ),
            Column("created_at", _l("Added"), kind="ago"),
            Column(
                "pipeline",
                _l("Pipeline"),
                kind="pipeline",
                field="pipeline_id",
                sortable=False,
                hidden=True,
                choices=stages.pipeline_choices,
            ),
            Column("kind", _l("Kind of deal"), kind="choice", sortable=False, hidden=True, edit=True, choices=kinds),
            Column(
                "recurring",
                _l("Every month"),
                kind="money",
                field="recurring_minor",
                form_field="recurring_minor",
                sortable=False,
                hidden=True,
                edit=True,
            ),
            Column("currency", _l("Currency"), kind="currency", sortable=False, hidden=True),
            Column(
                "last_activity", _l("Last activity"), kind="ago", field="last_activity_at", sortable=False, hidden=True
            ),
            Column("closed_at", _l("Closed"), kind="ago", sortable=False, hidden=True),
            Column("reason", _l("Reason"), sortable=False, hidden=True),
            Column("tags", _l("Tags"), kind="tags", sortable=False, filterable=False, hidden=True),
        ),
        default_sort="-created_at",
        views=(
            (_l("All deals"), ""),
            (_l("Open"), "closed_at.empty=1"),
            (_l("Mine"), "owner=me"),
            (_l("Due in 30 days"), "closed_at.empty=1&close_on.before=+31d"),
        ),
        links={"contact": "contact_id", "company": "company_id"},
    )
)


def may_edit_pipelines(user: Viewer) -> bool:
    """How the firm sells is set up by managers and administrators, or who else has a grant for `pipeline`."""
    return user.scope("pipeline", "edit") != "none"
