"""The backup: how old the last one is that was restored and found whole."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from crmlite.config import Settings
from crmlite.doctor.findings import Finding, Place, broken, ok, span, term, warning
from crmlite.extensions import utcnow
from crmlite.web.language import filesize

LATE = timedelta(hours=36)
"""One is made every night."""
MISSING = timedelta(days=3)


@dataclass(frozen=True)
class Made:
    """The last backup, as instance/backups/latest.json tells of it."""

    at: datetime | None
    """None where the first one failed."""
    verified_at: datetime | None
    size: int
    path: str
    problem: str | None
    """What went wrong the last time; the rest then tells of the last one that was made."""


def backup(place: Place) -> Finding:
    make_one = _("Make one now with crmlite backup FILE, and look in the log why the nightly one did not come.")
    made = latest(place.settings)
    if made is None:
        return warning(
            _("No backup has been made yet."),
            _("One is made every night by itself. Make one now with crmlite backup FILE."),
        )
    if made.problem or made.at is None:
        return broken(_("The last backup failed: %(problem)s", problem=made.problem or "–"), make_one)
    age = utcnow() - made.at
    if age > LATE:
        said = _("The last backup is %(span)s old.", span=span(age))
        return broken(said, make_one) if age > MISSING else warning(said, make_one)
    if not Path(made.path).is_file():
        return broken(_("The last backup is gone: %(path)s is no file.", path=term(made.path)), make_one)
    if made.verified_at is None:
        return warning(
            _("The last backup is %(span)s old, and was not restored to see whether it is whole.", span=span(age)),
            _("A backup that was never restored is none. The log says why it was not checked."),
        )
    return ok(
        _(
            "The last backup is %(span)s old (%(size)s), and was restored and checked.",
            span=span(age),
            size=filesize(made.size),
        )
    )


def latest(settings: Settings) -> Made | None:
    """What is known of the last backup; None where none was ever tried to make."""
    path = settings.instance / "backups" / "latest.json"
    try:
        told: dict[str, Any] = json.loads(path.read_text("utf-8"))
        at, verified_at = (datetime.fromisoformat(text) if text else None for text in (told["at"], told["verified_at"]))
        return Made(at, verified_at, int(told["size"]), str(told["path"]), told["problem"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        return Made(None, None, 0, "", _("%(path)s cannot be read.", path=term(path)))
