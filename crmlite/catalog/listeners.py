"""An instance that is set up has the taxes of its country to begin with."""

from typing import Any

from crmlite import events
from crmlite.catalog.models import TaxClass
from crmlite.catalog.starter import taxes_of


@events.on(events.ORGANISATION_SET_UP)
def make_first_taxes(organisation: Any) -> None:
    for tax in taxes_of(organisation.country):
        TaxClass.create(tax.name, rates=tax.rates, kind=tax.kind, note=tax.note)
