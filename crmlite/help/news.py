"""Release notes: what CHANGELOG.md says to users, version by version, and who has not looked at the newest yet."""

import re
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from flask import g

from crmlite.auth.models import Preference
from crmlite.config import VERSION

PREFERENCE = "news"
_HEADING = re.compile(r"^## (?:Unreleased|(\d+\.\d+\.\d+) - (\d{4}-\d{2}-\d{2}))$")
_FOR_USERS = "### For users"


@dataclass
class Release:
    version: str
    """Empty for what is not released yet."""
    on: date | None
    lines: list[str] = field(default_factory=list)


@cache
def releases() -> tuple[Release, ...]:
    """The newest first. What is not released yet stands among them only while nothing else does."""
    found = read(_changelog().read_text("utf-8"))
    released = [release for release in found if release.version and release.lines]
    return tuple(released or [release for release in found if release.lines])


def read(text: str) -> list[Release]:
    """Every heading with its items for users, each in one line and without marks."""
    found: list[Release] = []
    is_for_users = False
    for line in text.splitlines():
        if line.startswith("## "):
            heading = _HEADING.match(line)
            if heading is None:
                raise ValueError(f"a heading of CHANGELOG.md is neither Unreleased nor a version with its day: {line}")
            found.append(Release(heading[1] or "", date.fromisoformat(heading[2]) if heading[2] else None))
        elif line.startswith("#"):
            is_for_users = line == _FOR_USERS
        elif is_for_users and found and line.startswith("- "):
            found[-1].lines.append(_plain(line[2:]))
        elif is_for_users and found and found[-1].lines and line.startswith("  "):
            found[-1].lines[-1] += " " + _plain(line.strip())
    return found


def has_news() -> bool:
    """Whether the reader has not seen what this version brought."""
    return bool(g.user) and g.user.news != VERSION


def seen_by(user_id: int) -> None:
    """Of this version; the next one shows again that there is something. Final, and of no weight."""
    Preference.write(user_id, PREFERENCE, {"version": VERSION})


def _plain(text: str) -> str:
    return text.replace("`", "").replace("**", "")


def _changelog() -> Path:
    """It lies beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).parents[1]
    inside = package / "CHANGELOG.md"
    return inside if inside.exists() else package.parent / "CHANGELOG.md"
