"""What each user has around them: notices, the start page, and what stands around every page."""

from typing import Any

import sqlalchemy as sa
from flask import Flask, g
from flask_babel import lazy_gettext as _l

from crmlite import retention, web
from crmlite.desk import first_steps, forgetting, inbox, jobs, listeners, openings, telling, things
from crmlite.desk.around import Desk
from crmlite.desk.things import Thing
from crmlite.desk.views import choices, notices, start
from crmlite.mail.outbox import Message
from crmlite.records.bulk import running
from crmlite.records.bulk.models import BulkRun

__all__ = ["first_steps", "init_app", "jobs", "listeners", "openings", "telling", "things"]


def init_app(app: Flask) -> None:
    for module in (start, notices, choices):
        app.register_blueprint(module.bp)
    retention.declare(app, forgetting.kept)
    things.declare(app, Thing(Message, Message.subject, "/mail/", lambda user: Message.from_user_id == user.id))
    things.declare(app, Thing(BulkRun, sa.literal(""), "/records/bulk/", lambda user: BulkRun.user_id == user.id))
    running.on_end(app, listeners.bulk_ended)
    app.context_processor(_desk)
    app.extensions["crmlite.seen"].append((inbox.has_unread_about, inbox.mark_about))
    web.add_nav(app, "/desk/", "home", _l("Start"), order=0, key="s")
    web.add_nav(app, "/desk/notices", "bell", _l("Notices"), group="palette")
    web.add_nav(app, "/desk/choices", "bell", _l("Which notices you get"), group="palette")
    first_steps.add(
        app,
        first_steps.Step(
            "invite", _l("Invite your colleagues"), _l("Each gets a mail with a link and chooses a password."),
            "/auth/invitations/new", "user-plus", lambda user: user.is_administrator, first_steps.has_colleagues, 30,
        ),
        first_steps.Step(
            "mail", _l("Set up mail"), _l("Quotes, notices and invitations go out over your own mail server."),
            "/mail/", "mail", lambda user: user.is_administrator, first_steps.sends_mail, 40,
        ),
    )  # fmt: skip


def _desk() -> dict[str, Any]:
    user = g.get("user")
    return {"desk": Desk(user) if user else None}
