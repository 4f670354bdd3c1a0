"""What a check is, and what it finds. Each check is one small function: it looks at one thing and says one sentence about it."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import dns.resolver
from babel.dates import format_timedelta
from flask import current_app

from crmlite.config import Settings
from crmlite.web import isolated, locale

OK, WARNING, BROKEN = "ok", "warning", "broken"
STATES = (OK, WARNING, BROKEN)
"""From good to bad; the number of the worst one is what `crmlite doctor` ends with."""
NETWORK_WITHIN = 6.0
"""Seconds that one conversation of a check with another machine may take."""


@dataclass(frozen=True)
class Finding:
    """What is so, and, where it is not as it should be, what to do."""

    state: str
    sentence: str
    advice: str = ""
    detail: str = ""
    """What the system said, in its own words, where a check failed: for who asks in a terminal; the page has the server's log."""


def ok(sentence: str) -> Finding:
    return Finding(OK, sentence)


def warning(sentence: str, advice: str) -> Finding:
    return Finding(WARNING, sentence, advice)


def broken(sentence: str, advice: str, detail: str = "") -> Finding:
    return Finding(BROKEN, sentence, advice, detail)


def _resolver() -> dns.resolver.Resolver:
    found = dns.resolver.Resolver()
    found.lifetime = NETWORK_WITHIN
    return found


@dataclass(frozen=True)
class Place:
    """Where checks look. A test puts its own in the place of the name server and of the certificates that are trusted."""

    settings: Settings
    resolver: Callable[[], dns.resolver.Resolver] = _resolver
    trust: Callable[[], ssl.SSLContext] = field(default=ssl.create_default_context)

    @classmethod
    def here(cls) -> "Place":
        given: Place | None = current_app.extensions.get("crmlite.doctor")
        return given or cls(current_app.extensions["crmlite.settings"])


@dataclass(frozen=True)
class Check:
    name: str
    """What `crmlite doctor` prints in front, and the id on the page."""
    label: Any
    run: Callable[[Place], Finding]


def span(time: timedelta) -> str:
    """How long, in the reader's words: "3 hours"."""
    words: str = format_timedelta(abs(time), threshold=1, locale=locale())
    return words.replace("\u200f", "").replace("\u200e", "")


def term(text: object) -> str:
    """A path, an address, a number of a version: kept in one piece inside a sentence that runs from right to left."""
    return isolated(str(text))
