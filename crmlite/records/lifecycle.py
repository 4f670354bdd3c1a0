"""The lifecycle of a contact or company, derived from what is known about it. Pure."""

from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l

STATES = (
    ("lead", _l("Lead"), "blue"),
    ("prospect", _l("Prospect"), "purple"),
    ("customer", _l("Customer"), "green"),
    ("former", _l("Former customer"), "gray"),
)
LABELS = {name: label for name, label, _hue in STATES}
HUES = {name: hue for name, _label, hue in STATES}


@dataclass(frozen=True)
class Facts:
    """What the lifecycle follows from."""

    open_leads: int = 0
    qualified_leads: int = 0
    customer_since: date | None = None
    customer_until: date | None = None


def derive(facts: Facts, today: date) -> str | None:
    """lead, prospect, customer, former, or None for somebody of whom nothing but the address is known."""
    if facts.customer_since and facts.customer_since <= today:
        return "former" if facts.customer_until and facts.customer_until <= today else "customer"
    if facts.qualified_leads:
        return "prospect"
    return "lead" if facts.open_leads else None
