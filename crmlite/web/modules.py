"""Modules that the firm switched off: they have no page, link or right, and their data stay.

What modules there are, create_app() says; who knows what is off is told by `crmlite.ask_modules_off`. The setting `modules` is the
host's own switch: what is off there is not even loaded.
"""

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

KNOWN_FOR = 10.0
"""Seconds that a process believes what it was told, where nobody is signed in: visitors' forms cost no statement for that."""


@dataclass
class Module:
    name: str
    needs: Collection[str]
    label: Any = ""
    about: Any = ""
    """What it is for, in a sentence."""


def init_app(app: Flask) -> None:
    app.extensions["crmlite.modules"] = {}
    app.extensions["crmlite.module_of"] = {}  # blueprint to module
    app.extensions["crmlite.module"] = ""
    app.extensions["crmlite.ask_modules_off"] = frozenset


@contextmanager
def setting_up(app: Flask, name: str, needs: Collection[str]) -> Iterator[None]:
    """What is registered within belongs to this module."""
    app.extensions["crmlite.modules"][name] = Module(name, needs)
    app.extensions["crmlite.module"], before = name, set(app.blueprints)
    yield
    app.extensions["crmlite.module"] = ""
    app.extensions["crmlite.module_of"] |= dict.fromkeys(set(app.blueprints) - before, name)


def describe(app: Flask, label: Any, about: Any) -> None:
    """What the module that is being set up is called where it is switched on and off."""
    module = app.extensions["crmlite.modules"][current(app)]
    module.label, module.about = label, about


def current(app: Flask) -> str:
    """The module that is being set up; empty for what is always there."""
    found: str = app.extensions["crmlite.module"]
    return found


def known() -> dict[str, Module]:
    """Those that are loaded, in the order of the sidebar."""
    found: dict[str, Module] = current_app.extensions["crmlite.modules"]
    return found


def off() -> Collection[str]:
    """Names of what is switched off. Asked for once per request: with the user, or by itself where there is none."""
    if "modules_off" not in g:
        known: tuple[float, Collection[str]] | None = current_app.extensions.get("crmlite.modules_known")
        if known is None or time.monotonic() - known[0] > KNOWN_FOR:
            known = remember(frozenset(current_app.extensions["crmlite.ask_modules_off"]()))
        g.modules_off = known[1]
    found: Collection[str] = g.modules_off
    return found


def remember(off: Collection[str]) -> tuple[float, Collection[str]]:
    """What this request was told, also for those of nobody that come soon after."""
    g.modules_off = off
    known = current_app.extensions["crmlite.modules_known"] = (time.monotonic(), off)
    return known


def forget() -> None:
    """What is off is about to be changed: the next request asks anew."""
    current_app.extensions.pop("crmlite.modules_known", None)


def is_on(name: str) -> bool:
    return not name or name not in off()


def refuse_what_is_off() -> None:
    """Before each request, once it is known who asks. Raises NotFound."""
    name = current_app.extensions["crmlite.module_of"].get(request.blueprint or "", "")
    if not is_on(name):
        raise NotFound(
            _("This part of crmlite is switched off. An administrator can switch it on again.") if g.user else None
        )
