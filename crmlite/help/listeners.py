"""For who sets crmlite up nothing is new, or everything."""

from typing import Any

import sqlalchemy as sa

from crmlite import events
from crmlite.auth.models import User
from crmlite.extensions import db
from crmlite.help import news


@events.on(events.ORGANISATION_SET_UP)
def nothing_is_new(_organisation: Any) -> None:
    for user_id in db.session.scalars(sa.select(User.id)):
        news.seen_by(user_id)
