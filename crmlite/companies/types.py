"""The record type of companies, as data."""

from flask_babel import lazy_gettext as _l

from crmlite.auth.models import Viewer
from crmlite.companies.forms import CompanyFields
from crmlite.companies.models import Company
from crmlite.records import lifecycle
from crmlite.records.forms import RecordField
from crmlite.records.policy import Policy
from crmlite.records.types import Column, RecordType, register

COMPANY = register(
    RecordType(
        name="company",
        model=Company,
        label=_l("Company"),
        label_plural=_l("Companies"),
        icon="building",
        form=CompanyFields,
        policy=Policy(Company),
        columns=(
            Column("name", _l("Name"), kind="name", phone=True, sort_by="sort_name"),
            Column("city", _l("City"), sortable=False),
            Column("email", _l("E-mail"), kind="email", field="main_email", sortable=False, edit=True, hidden=True),
            Column("phone", _l("Phone"), kind="phone", field="main_phone", sortable=False, edit=True),
            Column(
                "lifecycle", _l("Lifecycle"), kind="lifecycle", sortable=False, phone=True, choices=lifecycle.choices
            ),
            Column(
                "owner", _l("Owner"), kind="user", field="owner_id", sortable=False, edit=True, form_field="owner_id"
            ),
            Column("last_activity", _l("Last activity"), kind="ago", field="last_activity_at"),
            Column("tags", _l("Tags"), kind="tags", sortable=False, filterable=False, hidden=True),
            Column("region", _l("Region"), sortable=False, hidden=True),
            Column("country", _l("Country"), kind="country", sortable=False, hidden=True),
            Column("industry", _l("Industry"), sortable=False, hidden=True, edit=True),
            Column("vat_id", _l("VAT number"), sortable=False, hidden=True, edit=True),
            Column("language", _l("Language"), kind="language", sortable=False, hidden=True, edit=True),
            Column("parent", _l("Part of"), kind="company", field="parent_id", sortable=False, hidden=True),
            Column("customer_since", _l("Customer since"), kind="date", sortable=False, hidden=True, edit=True),
            Column("customer_until", _l("Customer until"), kind="date", sortable=False, hidden=True, edit=True),
            Column("instructions", _l("Special instructions"), kind="longtext", sortable=False, hidden=True, edit=True),
            Column("created_at", _l("Added"), kind="ago", sortable=False, hidden=True),
        ),
        views=(
            (_l("All companies"), ""),
            (_l("Mine"), "owner=me"),
            (_l("Customers"), "lifecycle=customer"),
            (_l("Former customers"), "lifecycle=former"),
        ),
        links={"parent": "parent_id"},
    )
)


def chosen_company(field: RecordField, user: Viewer) -> Company | None:
    """The company of a picker that was validated, or a new one of the name that was typed. Raises Forbidden."""
    if field.data:
        company: Company = COMPANY.policy.find(user, field.data)
        return company
    if not field.new_name:
        return None
    COMPANY.policy.require_create(user)
    return Company.create(user, name=field.new_name)
