"""The lifecycle of a contact or company: derived from what is known about it, never typed in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped

from crmlite import events
from crmlite.extensions import utcnow

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
    open_deals: int = 0
    first_order_on: date | None = None
    customer_since: date | None = None
    customer_until: date | None = None


def derive(facts: Facts, today: date) -> str | None:
    """lead, prospect, customer, former, or None for somebody of whom nothing but the address is known."""
    began = facts.customer_since is not None and facts.customer_since <= today
    # an order is of the customer's day, which may be tomorrow already
    ordered = facts.first_order_on is not None and facts.first_order_on <= today + timedelta(days=1)
    if began or ordered:
        return "former" if facts.customer_until and facts.customer_until <= today else "customer"
    if facts.qualified_leads or facts.open_deals:
        return "prospect"
    return "lead" if facts.open_leads else None


Count = Callable[[Any], dict[str, Any]]
_counts: list[Count] = []


def facts_from(count: Count) -> Count:
    """Registers a module's part of the facts: given a contact or company it returns fields of Facts, such as open_leads."""
    if count not in _counts:
        _counts.append(count)
    return count


class WithLifecycle:
    """Mixin of records that become customers."""

    lifecycle: Mapped[str | None]
    customer_since: Mapped[date | None]
    customer_until: Mapped[date | None]
    FACTS: ClassVar[frozenset[str]] = frozenset({"customer_since", "customer_until"})
    """Of its own fields those that the lifecycle follows from."""

    def renew_lifecycle(self) -> None:
        """Derives it anew; a change is an event, so that the timeline shows its history."""
        known = {name: number for count in _counts for name, number in count(self).items()}
        now = derive(
            Facts(customer_since=self.customer_since, customer_until=self.customer_until, **known), utcnow().date()
        )
        if now != self.lifecycle:
            was, self.lifecycle = self.lifecycle, now
            events.emit(events.LIFECYCLE_CHANGED, self, was=was or "", now=now or "")


def choices() -> list[tuple[str, Any]]:
    return [(name, label) for name, label, _hue in STATES]
