"""The backup: how old the last one is that was restored and found whole."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from crmlite.config import Settings
from crmlite.doctor.findings import Finding, Place, broken, ok, span, warning
from crmlite.extensions import utcnow
from crmlite.web.language import filesize

LATE = timedelta(hours=36)
"""One is made every night."""
MISSING = timedelta(days=3)


@dataclass(frozen=True)
class Made:
    """The last backup, as backups/latest.json tells of it."""

    at: datetime
    verified_at: datetime | None
    size: int
    path: str
    problem: str


def backup(place: Place) -> Finding:
    make_one = _("Make one now with crmlite backup FILE, and look in the log why the nightly one did not come.")
    made = latest(place.settings)
    if made is None:
        return warning(
            _("No backup has been made yet."),
            _("One is made every night by itself. Make one now with crmlite backup FILE."),
        )
    if made.problem:
        return broken(_("The last backup failed: %(problem)s", problem=made.problem), make_one)
    age = utcnow() - made.at
    if age > LATE:
        said = _("The last backup is %(span)s old.", span=span(age))
        return broken(said, make_one) if age > MISSING else warning(said, make_one)
    if not Path(made.path).is_file():
        return broken(_("The last backup is gone: %(path)s is no file.", path=made.path), make_one)
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
    """What is known of the last backup; None where there was none, or where what is written of it cannot be read."""
    folder = Path(getattr(settings, "backup_folder", "") or settings.instance / "backups")
    try:
        told: dict[str, Any] = json.loads((folder / "latest.json").read_text("utf-8"))
        return Made(
            at=_time(told["at"]),
            verified_at=_time(told["verified_at"]) if told.get("verified_at") else None,
            size=int(told.get("size") or 0),
            path=str(folder / str(told.get("path") or "")),
            problem=str(told.get("problem") or ""),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _time(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
