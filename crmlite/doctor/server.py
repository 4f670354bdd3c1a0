"""The machine: its disk, its clock, who may read the instance's files, and the process that makes PDF files."""

import os
import shutil
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext

from crmlite import pdf
from crmlite.doctor.findings import Finding, Place, broken, ok, span, term, warning
from crmlite.extensions import db, utcnow
from crmlite.journal import Operation
from crmlite.web import show_number

TIGHT = 0.1
"""Of the disk: with less than that free it is time to look."""
CLOCK_OFF = timedelta(seconds=60)
CLOCK_WRONG = timedelta(minutes=10)
"""From here on leases of jobs and mails end too early or too late."""
RELEASED = datetime(2026, 11, 1, tzinfo=UTC)
"""No clock that is right says an earlier time."""
LOOKED_AT = 5000
"""Files whose owner is looked at; that many are enough to see who wrote there."""


def disk(place: Place) -> Finding:
    floor = place.settings.disk_floor_mb
    for folder in place.settings.places:
        usage = shutil.disk_usage(folder)
        free = usage.free // 1024**2
        said = {"free": show_number(free), "folder": term(folder)}
        if free < floor:
            return broken(
                _("The disk of %(folder)s has %(free)s MB left: files are refused.", **said),
                _(
                    "Make room, or give it a larger disk. What is too little is set by disk_floor_mb = %(floor)s.",
                    floor=floor,
                ),
            )
        if free < 2 * floor or usage.free < TIGHT * usage.total:
            return warning(
                _("The disk of %(folder)s has only %(free)s MB left.", **said),
                _("Make room soon: below %(floor)s MB files are refused.", floor=floor),
            )
    return ok(_("%(free)s MB are free.", free=show_number(shutil.disk_usage(place.settings.instance).free // 1024**2)))


def clock(place: Place) -> Finding:
    """Against the newest row, and against the database's own clock where that is another machine's."""
    now = utcnow()
    set_it = _("Let the machine set its clock by itself: timedatectl set-ntp true.")
    if now < RELEASED:
        return broken(_("The clock says %(year)s, which is past.", year=now.year), set_it)
    newest = db.session.scalar(sa.select(Operation.at).order_by(Operation.id.desc()).limit(1))
    if newest is not None and newest - now > CLOCK_OFF:
        return broken(
            _(
                "What was written last is %(span)s in the future: the clock was ahead then, or is behind now.",
                span=span(newest - now),
            ),
            set_it,
        )
    if not place.settings.is_sqlite:
        theirs = db.session.scalar(sa.select(sa.func.clock_timestamp()))
        if theirs is not None and (finding := against(theirs, utcnow(), _("the database server's"), set_it)):
            return finding
    return ok(_("The clock agrees with what was written last."))


def against(theirs: datetime, ours: datetime, whose: str, set_it: str) -> Finding | None:
    """What is to be said of two clocks; None where they agree."""
    off = ours - theirs
    if abs(off) <= CLOCK_OFF:
        return None
    said = (
        _("The clock is %(span)s ahead of %(whose)s.", span=span(off), whose=whose)
        if off > timedelta()
        else _("The clock is %(span)s behind %(whose)s.", span=span(off), whose=whose)
    )
    return broken(said, set_it) if abs(off) > CLOCK_WRONG else warning(said, set_it)


def permissions(place: Place) -> Finding:
    """Nobody else on this machine may read what is in the instance, and all of it is of one user."""
    folder = place.settings.instance
    ours = folder.stat()
    if ours.st_uid != os.geteuid():
        return warning(
            _(
                "The instance folder belongs to user %(owner)s, and this runs as %(me)s.",
                owner=ours.st_uid,
                me=os.geteuid(),
            ),
            _("Run crmlite, also its commands, as the user that the folder belongs to."),
        )
    if foreign := next((path for path in _all_files(folder) if path.lstat().st_uid != ours.st_uid), None):
        return broken(
            _("%(path)s belongs to another user than the instance folder.", path=term(foreign)),
            _("Give it back: chown -R --reference=%(folder)s %(folder)s", folder=term(folder)),
        )
    if mode := _open_to_others(folder):
        return broken(
            _("Others on this machine may look into the instance folder (%(mode)s).", mode=term(mode)),
            _("Close it: chmod 700 %(path)s", path=term(folder)),
        )
    for path in _secrets(place):
        if mode := _open_to_others(path):
            return warning(
                _("%(path)s may be read by others (%(mode)s).", path=term(path), mode=term(mode)),
                _("Close it: chmod 600 %(path)s", path=term(path)),
            )
    return ok(_("Only the user who runs crmlite may read the instance folder."))


def _open_to_others(path: Path) -> str:
    """The mode as chmod writes it, where more than the owner may read or write; else ""."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return ""
    return f"{mode:04o}" if mode & 0o077 else ""


def _secrets(place: Place) -> list[Path]:
    folder, settings = place.settings.instance, place.settings
    found = [folder / name for name in ("secret_key", "settings.toml", "setup_code")]
    if settings.is_sqlite:
        found += [Path(f"{settings.sqlite_path}{end}") for end in ("", "-wal", "-shm")]
    for name in ("backups", "snapshots"):
        found += sorted((folder / name).glob("*"))
    return found


def _all_files(folder: Path) -> Iterator[Path]:
    left = LOOKED_AT
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            left -= 1
            if left < 0:
                return
            path = Path(parent, name)
            if path.is_symlink() or path.exists():
                yield path


def renderer(_place: Place) -> Finding:
    if pdf.is_running():
        return ok(_("The PDF renderer answers."))
    return broken(
        _("The PDF renderer does not answer, so quotes cannot be sent."),
        _("Run crmlite serve, which starts one, or crmlite renderer beside it."),
    )


def proxies(place: Place) -> Finding:
    """crmlite speaks no TLS itself: with https something stands in front, and has to be counted."""
    settings = place.settings
    if settings.is_https and not settings.proxies:
        return warning(
            _(
                "public_url begins with https, so a web server stands in front, but proxies is 0: all visitors count as one."
            ),
            _("Set proxies = 1 in settings.toml and start crmlite again."),
        )
    if settings.proxies:
        return ok(
            ngettext(
                "%(num)d web server in front is believed.",
                "%(num)d web servers in front are believed.",
                settings.proxies,
            )
        )
    return ok(_("No web server stands in front, and none is believed."))
