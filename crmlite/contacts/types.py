"""The record type of contacts, as data."""

from flask_babel import lazy_gettext as _l

from crmlite.auth.models import Viewer
from crmlite.contacts import agreements
from crmlite.contacts.forms import ContactFields
from crmlite.contacts.models import Contact, split_name
from crmlite.records import lifecycle
from crmlite.records.forms import RecordField
from crmlite.records.policy import Policy
from crmlite.records.types import Column, RecordType, register

CONTACT = register(
    RecordType(
        name="contact",
        model=Contact,
        label=_l("Contact"),
        label_plural=_l("Contacts"),
        icon="users",
        form=ContactFields,
        policy=Policy(Contact),
        columns=(
            Column("name", _l("Name"), kind="name", phone=True, sort_by="sort_name"),
            Column("company", _l("Company"), kind="company", field="main_company_id", sortable=False),
            Column("email", _l("E-mail"), kind="email", field="main_email", sortable=False, edit=True),
            Column("phone", _l("Phone"), kind="phone", field="main_phone", sortable=False, edit=True),
            Column(
                "lifecycle", _l("Lifecycle"), kind="lifecycle", sortable=False, phone=True, choices=lifecycle.choices
            ),
            Column(
                "owner", _l("Owner"), kind="user", field="owner_id", sortable=False, edit=True, form_field="owner_id"
            ),
            Column("last_activity", _l("Last activity"), kind="ago", field="last_activity_at"),
            Column(
                "consents",
                _l("Consents"),
                kind="consents",
                field="id",
                sortable=False,
                hidden=True,
                choices=agreements.choices,
            ),
            Column("tags", _l("Tags"), kind="tags", sortable=False, filterable=False, hidden=True),
            Column("city", _l("City"), sortable=False, hidden=True),
            Column("region", _l("Region"), sortable=False, hidden=True),
            Column("country", _l("Country"), kind="country", sortable=False, hidden=True),
            Column("language", _l("Language"), kind="language", sortable=False, hidden=True, edit=True),
            Column("salutation", _l("Form of address"), sortable=False, hidden=True, edit=True),
            Column("given", _l("First name"), sortable=False, hidden=True, edit=True),
            Column("family", _l("Last name"), sortable=False, hidden=True, edit=True),
            Column("birthday", _l("Birthday"), kind="date", sortable=False, hidden=True, edit=True),
            Column("customer_since", _l("Customer since"), kind="date", sortable=False, hidden=True, edit=True),
            Column("customer_until", _l("Customer until"), kind="date", sortable=False, hidden=True, edit=True),
            Column("instructions", _l("Special instructions"), kind="longtext", sortable=False, hidden=True, edit=True),
            Column("created_at", _l("Added"), kind="ago", sortable=False, hidden=True),
        ),
        views=(
            (_l("All contacts"), ""),
            (_l("Mine"), "owner=me"),
            (_l("Customers"), "lifecycle=customer"),
            (_l("Leads and prospects"), "lifecycle=lead&lifecycle=prospect"),
        ),
        links={"company": "main_company_id"},
    )
)


def chosen_contact(field: RecordField, user: Viewer) -> Contact | None:
    """The contact of a picker that was validated, or a new one of the name that was typed. Raises Forbidden."""
    if field.data:
        contact: Contact = CONTACT.policy.find(user, field.data)
        return contact
    if not field.new_name:
        return None
    CONTACT.policy.require_create(user)
    given, family = split_name(field.new_name)
    return Contact.create(user, given=given, family=family)
