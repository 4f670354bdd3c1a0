"""All checks on one page, and how they are run: those that look at this machine at once, those that ask others at the same time."""

import logging
import time
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app, g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crmlite.doctor import backup, database, outside, senders, server, work
from crmlite.doctor.findings import STATES, Check, Finding, Place, broken, warning
from crmlite.extensions import Busy, db
from crmlite.upgrading.trouble import cause
from crmlite.web import locale, time_zone

log = logging.getLogger(__name__)

HERE = (
    Check("database", _l("Database"), database.database),
    Check("tables", _l("Tables"), database.tables),
    Check("disk", _l("Disk"), server.disk),
    Check("clock", _l("Clock"), server.clock),
    Check("permissions", _l("File permissions"), server.permissions),
    Check("backup", _l("Backup"), backup.backup),
    Check("worker", _l("Worker"), work.worker),
    Check("oldest_job", _l("Oldest job"), work.oldest_job),
    Check("failed_jobs", _l("Failed jobs"), work.failed_jobs),
    Check("outbox", _l("Outbox"), work.outbox),
    Check("renderer", _l("PDF renderer"), server.renderer),
    Check("proxies", _l("Web server in front"), server.proxies),
)
"""What can be seen from here, within milliseconds."""
OUTSIDE = (
    Check("public_url", _l("Public address"), outside.public_url),
    Check("certificate", _l("Certificate"), outside.certificate),
    Check("outside_clock", _l("Clock of the web server"), outside.outside_clock),
    Check("mail_server", _l("Mail server"), outside.mail_server),
    Check("spf", _l("SPF"), senders.spf),
    Check("dkim", _l("DKIM"), senders.dkim),
    Check("dmarc", _l("DMARC"), senders.dmarc),
)
"""What other machines have to be asked for. They touch no database."""
WITHIN = 15.0
"""Seconds for all of those outside together; who asks on the page waits for them."""


@dataclass(frozen=True)
class Result:
    check: Check
    finding: Finding


def look_here() -> list[Result]:
    """Every check of this machine. One that fails says so, and the others go on."""
    place = Place.here()
    return [Result(check, _found(check, place)) for check in HERE]


def look_outside(within: float = WITHIN) -> list[Result]:
    """Every check that asks others, all at the same time; what does not end `within` so many seconds is a finding too.

    Refuses to run in a transaction that writes: everybody else would wait for the network.
    """
    if db.session().in_transaction() and not getattr(db.session(), "reading", True):
        raise RuntimeError("others are asked in a transaction that writes")
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    reader = str(locale()), time_zone()
    deadline = time.monotonic() + within
    pool = ThreadPoolExecutor(len(OUTSIDE), thread_name_prefix="doctor")
    asked = {check: pool.submit(_in_thread, app, check, Place.here(), reader) for check in OUTSIDE}
    wait(asked.values(), max(0.0, deadline - time.monotonic()))
    pool.shutdown(wait=False, cancel_futures=True)
    return [Result(check, future.result() if future.done() else _too_slow()) for check, future in asked.items()]


def worst(results: list[Result]) -> int:
    """0 where all is well, 1 where there is something to look at, 2 where something is broken: as monitors count."""
    return max((STATES.index(result.finding.state) for result in results), default=0)


def _in_thread(app: Flask, check: Check, place: Place, reader: tuple[str, str]) -> Finding:
    with app.app_context():
        g.locale, g.time_zone = reader
        return _found(check, place)


def _found(check: Check, place: Place) -> Finding:
    try:
        return check.run(place)
    except (sa.exc.SQLAlchemyError, Busy) as error:
        log.exception("doctor", extra={"check": check.name})
        db.session.rollback()
        return broken(_("The database does not answer."), _("Look at its disk, and at the server's log."), cause(error))
    except Exception as error:  # a check that fails must not keep the others from being read
        log.exception("doctor", extra={"check": check.name})
        db.session.rollback()
        said: dict[str, Any] = {"kind": type(error).__name__}
        return broken(
            _("This could not be looked at (%(kind)s).", **said), _("The server's log says why."), cause(error)
        )


def _too_slow() -> Finding:
    return warning(_("Nobody answered in time."), _("Try again. If it stays so, look at the network of this machine."))
