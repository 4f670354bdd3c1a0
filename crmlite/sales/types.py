"""The record types of quotes and orders, as data; and who may change how they are numbered."""

from typing import Any

from flask_babel import lazy_gettext as _l

from crmlite.auth.models import Viewer
from crmlite.records.policy import Policy
from crmlite.records.types import Column, RecordType, register
from crmlite.sales.forms import OrderFields, QuoteFields
from crmlite.sales.models import STATES, Order, Quote


def states() -> list[tuple[str, Any]]:
    """Those that are stored. One that has expired is sent, too."""
    return [(name, label) for name, label, _hue in STATES if name != "expired"]


_OWNER = Column("owner", _l("Owner"), kind="user", field="owner_id", sortable=False, edit=True, form_field="owner_id")
_WITH = (
    Column("contact", _l("Contact"), kind="contact", field="contact_id", sortable=False),
    Column("company", _l("Company"), kind="company", field="company_id", sortable=False),
)
_TAGS = Column("tags", _l("Tags"), kind="tags", sortable=False, filterable=False, hidden=True)

QUOTE = register(
    RecordType(
        name="quote",
        model=Quote,
        label=_l("Quote"),
        label_plural=_l("Quotes"),
        icon="file-text",
        form=QuoteFields,
        policy=Policy(Quote),
        columns=(
            Column("name", _l("Subject"), kind="name", phone=True, sort_by="sort_name"),
            Column("number", _l("Number"), kind="code"),
            *_WITH,
            Column(
                "state",
                _l("State"),
                kind="quote_state",
                field="shown_state",
                filter_by="state",
                sortable=False,
                phone=True,
                choices=states,
            ),
            Column("total", _l("Total"), kind="money", field="gross_minor", phone=True),
            Column("valid_until", _l("Valid until"), kind="date"),
            _OWNER,
            Column("created_at", _l("Added"), kind="ago"),
            Column("currency", _l("Currency"), kind="code", sortable=False, hidden=True),
            _TAGS,
        ),
        default_sort="-created_at",
        views=(
            (_l("All quotes"), ""),
            (_l("Drafts"), "state=draft"),
            (_l("Sent"), "state=sent"),
            (_l("Expired"), "state=sent&valid_until.before=today"),
            (_l("Accepted"), "state=accepted"),
            (_l("Mine"), "owner=me"),
        ),
        links={"contact": "contact_id", "company": "company_id", "deal": "deal_id"},
    )
)

ORDER = register(
    RecordType(
        name="order",
        model=Order,
        label=_l("Order"),
        label_plural=_l("Orders"),
        icon="shopping-cart",
        form=OrderFields,
        policy=Policy(Order),
        columns=(
            Column("name", _l("Subject"), kind="name", phone=True, sort_by="sort_name"),
            Column("number", _l("Number"), kind="code"),
            *_WITH,
            Column("ordered_on", _l("Ordered"), kind="date", phone=True),
            Column("total", _l("Total"), kind="money", field="gross_minor", phone=True),
            _OWNER,
            Column("currency", _l("Currency"), kind="code", sortable=False, hidden=True),
            _TAGS,
        ),
        default_sort="-ordered_on",
        views=((_l("All orders"), ""), (_l("Mine"), "owner=me")),
        links={"contact": "contact_id", "company": "company_id", "deal": "deal_id", "quote": "quote_id"},
    )
)


def may_edit_numbers(user: Viewer) -> bool:
    """How papers are numbered is set up by managers and administrators, or who else has a grant for `number_range`."""
    return user.scope("number_range", "edit") != "none"
