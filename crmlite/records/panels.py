"""Boxes that a module puts on the pages of other modules' records, loaded after the page together."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g

from crmlite.records.types import RecordType
from crmlite.web import modules


@dataclass(frozen=True)
class Panel:
    label: Any
    render: Callable[[Any], str]
    """Given the record, the box's HTML; shows only what the user of this request may see."""
    on: str
    """The type of record whose pages it is on."""
    needs: str
    """The type of record that a user has to be allowed to see."""
    at_top: bool = False
    """Whether it stands under the record's name, where there is something in it, and not with the others."""
    begin: tuple[Any, str] | None = None
    """What is most often done next from here: a button at the top of the page, and where it leads with the record's id behind."""


def add(app: Flask, *panels: Panel) -> None:
    known = app.extensions.setdefault("crmlite.panels", [])
    known += [(modules.current(app), panel) for panel in panels]


def of(kind: RecordType) -> list[Panel]:
    """The panels on pages of this type that the user of this request may see."""
    return [
        panel
        for module, panel in current_app.extensions.get("crmlite.panels", [])
        if panel.on == kind.name and modules.is_on(module) and g.user.may(panel.needs, "view")
    ]
