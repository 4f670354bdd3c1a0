"""The record type of contacts, as data."""

from flask_babel import lazy_gettext as _l
from wtforms import Form

from crmlite.contacts.models import Contact
from crmlite.records.policy import Policy
from crmlite.records.types import Column, RecordType, register

CONTACT = register(
    RecordType(
        name="contact",
        model=Contact,
        label=_l("Contact"),
        label_plural=_l("Contacts"),
        icon="users",
        form=Form,
        policy=Policy(Contact),
        columns=(
            Column("name", _l("Name"), kind="name", phone=True, sort_by="sort_name"),
            Column("company", _l("Company"), kind="company", field="main_company_id", sortable=False),
            Column("email", _l("E-mail"), kind="email", field="main_email", sortable=False),
            Column("phone", _l("Phone"), kind="phone", field="main_phone", sortable=False),
            Column("city", _l("City"), sortable=False, hidden=True),
            Column("country", _l("Country"), kind="country", sortable=False, hidden=True),
            Column("owner", _l("Owner"), kind="user", field="owner_id", sortable=False),
            Column("tags", _l("Tags"), kind="tags", sortable=False, filterable=False),
        ),
        links={"company": "main_company_id"},
    )
)
