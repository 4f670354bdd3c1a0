"""The backup: how old the last one is that was restored and found whole."""

from datetime import timedelta
from pathlib import Path

from flask_babel import gettext as _

from crmlite.backup import LATE, latest
from crmlite.doctor.findings import Finding, Place, broken, ok, span, term, warning
from crmlite.extensions import utcnow
from crmlite.web.language import filesize

MISSING = timedelta(days=3)


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
