"""What other modules offer: with a list, with the records that are ticked in it, with one in the trash, with a letter. A link each."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g

from crmlite.events import EventType
from crmlite.records.links import Link
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


@dataclass(frozen=True)
class TrashOffer:
    label: Any
    icon: str
    url: str
    """With `%s` for the record's id."""
    on: str
    shown: Callable[[Any], bool]


def add_in_trash(app: Flask, *offers: TrashOffer) -> None:
    app.extensions["crmlite.trash_offers"] += [(modules.current(app), offer) for offer in offers]


def in_trash() -> dict[str, list[TrashOffer]]:
    """What the user of this request is offered there, by type of record."""
    found: dict[str, list[TrashOffer]] = {}
    for module, offer in current_app.extensions["crmlite.trash_offers"]:
        if modules.is_on(module) and offer.shown(g.user):
            found.setdefault(offer.on, []).append(offer)
    return found


@dataclass(frozen=True)
class Enclosure:
    """A private link that each letter to a list can carry, as a code to scan."""

    name: str
    label: Any
    on: str
    shown: Callable[[Any], bool]
    words: Callable[[str], str]
    """What stands beside it, given the last day on which it works."""
    make: Callable[[Any, Collection[int]], dict[int, Link]]
    """The links of these records, by id, made for that user. Who is not in it, the user may not ask. Does not commit."""
    told: EventType
    """What is emitted of each letter; it knows their `name`."""


def enclose(app: Flask, *enclosures: Enclosure) -> None:
    app.extensions["crmlite.enclosures"] += [(modules.current(app), one) for one in enclosures]


def enclosures(kind: RecordType) -> list[Enclosure]:
    """What the user of this request can let letters to records of that type carry."""
    every = current_app.extensions["crmlite.enclosures"]
    return [one for module, one in every if modules.is_on(module) and one.on == kind.name and one.shown(g.user)]


def of(kind: RecordType) -> list[Offer]:
    """What the user of this request is offered on lists of that type."""
    every = current_app.extensions["crmlite.offers"]
    return [offer for module, offer in every if modules.is_on(module) and offer.on == kind.name and offer.shown(g.user)]
