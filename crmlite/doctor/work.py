"""Work that waits: the worker, its jobs, the outbox, and the backup."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext

from crmlite import jobs
from crmlite.doctor.findings import Finding, Place, broken, ok, span, warning
from crmlite.extensions import db, utcnow
from crmlite.health import WORKER_SILENT
from crmlite.jobs import Job
from crmlite.mail import smtp
from crmlite.mail.outbox import MailAccount, Message

LATE = timedelta(minutes=1)
VERY_LATE = timedelta(minutes=10)
MAIL_WAITS = timedelta(minutes=15)
LATELY = timedelta(days=7)


def worker(_place: Place) -> Finding:
    seen_at = jobs.last_seen("worker")
    start = _("Run crmlite serve, which starts one, or crmlite worker beside it.")
    if seen_at is None:
        return broken(_("The worker was never seen: mail, forms and everything by itself waits."), start)
    silent = utcnow() - seen_at
    if silent > WORKER_SILENT:
        return broken(_("The worker was last seen %(span)s ago: mail and forms wait.", span=span(silent)), start)
    return ok(_("The worker is alive."))


def oldest_job(_place: Place) -> Finding:
    age = timedelta(seconds=jobs.oldest_due_age())
    if age <= LATE:
        return ok(_("No job is late."))
    said = _("The oldest job that is due waits for %(span)s.", span=span(age))
    advice = _("If the worker is alive, it is at something long; its log says at what. Otherwise start it.")
    return broken(said, advice) if age > VERY_LATE else warning(said, advice)


def failed_jobs(_place: Place) -> Finding:
    parked, again = _failed()
    if parked:
        return broken(
            ngettext(
                "%(num)d job failed five times and is parked.", "%(num)d jobs failed five times and are parked.", parked
            ),
            _("Look at them under Doctor, Failed jobs: run them again or give them up."),
        )
    if again:
        return warning(
            ngettext("%(num)d job failed and is tried again.", "%(num)d jobs failed and are tried again.", again),
            _("What went wrong is said under Doctor, Failed jobs."),
        )
    return ok(_("No job has failed."))


def _failed() -> tuple[int, int]:
    """Parked ones, and those that failed and wait for another try."""
    waits = sa.and_(Job.state == "queued", Job.attempts > 0)
    row = db.session.execute(
        sa.select(
            sa.func.count().filter(Job.state == "parked").label("parked"), sa.func.count().filter(waits).label("again")
        ).where(sa.or_(Job.state == "parked", waits))
    ).one()
    return row.parked, row.again


def outbox(place: Place) -> Finding:
    account = MailAccount.get()
    row = _mail()
    if not place.settings.smtp_url:
        return warning(
            ngettext(
                "No mail server is set; %(num)d mail waits.", "No mail server is set; %(num)d mails wait.", row.waiting
            ),
            _("Write smtp_url into settings.toml and start crmlite again."),
        )
    if account is not None and account.is_paused:
        return broken(
            _("Mail is paused: %(reason)s", reason=smtp.explain(account.reason)),
            _("Look at the mail server and at smtp_url; then press “Try now” in the outbox."),
        )
    if row.oldest is not None and utcnow() - row.oldest > MAIL_WAITS:
        return broken(
            _("Mail has been waiting for %(span)s.", span=span(utcnow() - row.oldest)),
            _("Look whether the worker runs, and at the mail server's answers in the outbox."),
        )
    if row.lost:
        return warning(
            ngettext(
                "%(num)d mail of the last seven days failed, or nobody knows what became of it.",
                "%(num)d mails of the last seven days failed, or nobody knows what became of them.",
                row.lost,
            ),
            _("Look at them in the outbox and send again what matters."),
        )
    return ok(_("Mail goes out."))


def _mail() -> sa.Row[int, int, datetime]:
    waiting = sa.and_(Message.state == "queued", Message.due_at <= utcnow())
    lost = sa.and_(Message.state.in_(["failed", "unknown"]), Message.created_at > utcnow() - LATELY)
    return db.session.execute(
        sa.select(
            sa.func.count().filter(waiting).label("waiting"),
            sa.func.count().filter(lost).label("lost"),
            sa.func.min(Message.due_at).filter(waiting).label("oldest"),
        ).where(Message.state.in_(["queued", "failed", "unknown"]))
    ).one()
