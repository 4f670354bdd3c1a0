"""The record type of companies, as data."""

from flask_babel import lazy_gettext as _l
from wtforms import Form

from crmlite.companies.models import Company
from crmlite.records.policy import Policy
from crmlite.records.types import Column, RecordType, register

COMPANY = register(
    RecordType(
        name="company",
        model=Company,
        label=_l("Company"),
        label_plural=_l("Companies"),
        icon="building",
        form=Form,
        policy=Policy(Company),
        columns=(
            Column("name", _l("Name"), kind="name", phone=True, sort_by="sort_name"),
            Column("email", _l("E-mail"), kind="email", field="main_email", sortable=False),
            Column("phone", _l("Phone"), kind="phone", field="main_phone", sortable=False),
            Column("city", _l("City"), sortable=False),
            Column("country", _l("Country"), kind="country", sortable=False),
        ),
    )
)
