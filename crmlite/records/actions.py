"""What the palette offers besides records: things to do and places to go."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app

from crmlite.auth.models import Viewer
from crmlite.fold import fold
from crmlite.web import modules, nav_items


@dataclass(frozen=True)
class Action:
    label: Any
    url: str
    icon: str
    record_type: str = ""
    needs: str = "view"
    """What a user has to be allowed to do with records of that type."""
    keys: str = ""
    """The shortcut that does the same, as it is shown."""

    def is_for(self, user: Viewer) -> bool:
        return not self.record_type or user.may(self.record_type, self.needs)


def add(app: Flask, *actions: Action) -> None:
    known = app.extensions.setdefault("crmlite.actions", [])
    known += [(modules.current(app), action) for action in actions]


def matching(user: Viewer, text: str) -> list[Action]:
    """Those that `user` may do, and then pages they may go to, whose label has every word of `text`."""
    words = fold(text).split()
    every = current_app.extensions.get("crmlite.actions", [])
    found = [action for module, action in every if modules.is_on(module) and action.is_for(user)]
    known = {action.url for action in found}
    found += [Action(item.label, item.url, item.icon) for item in nav_items(user) if item.url not in known]
    return [action for action in found if all(word in fold(str(action.label)) for word in words)]
