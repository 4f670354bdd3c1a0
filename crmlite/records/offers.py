"""What other modules offer to do with a list, or with the records that are ticked in it: a link each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g

from crmlite.records.types import RecordType


@dataclass(frozen=True)
class Offer:
    label: Any
    icon: str
    url: str
    """Asked with `?list=` and the list's query, or with the `id` of each ticked record."""
    on: str
    """The type of record whose lists it is on."""
    shown: Callable[[Any], bool]
    """Whether this user may do it."""


def add(app: Flask, *offers: Offer) -> None:
    app.extensions["crmlite.offers"].extend(offers)


def of(kind: RecordType) -> list[Offer]:
    """What the user of this request is offered on lists of that type."""
    return [
        offer for offer in current_app.extensions["crmlite.offers"] if offer.on == kind.name and offer.shown(g.user)
    ]
