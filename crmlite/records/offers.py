"""What other modules offer to do with a list, or with the records that are ticked in it: a link each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g

from crmlite.records.types import RecordType
from crmlite.web import modules


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
    posts: bool = False
    """Whether it is asked with a form of the ticked rows, as the bulk actions are, and not by a link."""


def add(app: Flask, *offers: Offer) -> None:
    app.extensions["crmlite.offers"] += [(modules.current(app), offer) for offer in offers]


def of(kind: RecordType) -> list[Offer]:
    """What the user of this request is offered on lists of that type."""
    every = current_app.extensions["crmlite.offers"]
    return [offer for module, offer in every if modules.is_on(module) and offer.on == kind.name and offer.shown(g.user)]
