"""/records/contact/7/seen: the page says so by itself, after it was shown."""

from flask import Response, current_app, g

from crmlite.extensions import db, reading, writing
from crmlite.records import seen as looked
from crmlite.records.views import bp, find
from crmlite.web import hx


@bp.post("/<record_type>/<int:record_id>/seen")
def seen(record_type: str, record_id: int) -> Response:
    """Asks with the reader first: whoever goes to and fro writes nothing."""
    reading()
    record = find(record_type, record_id)
    is_news = looked.is_news(g.user.id, record)
    followers = [follow for asks, follow in current_app.extensions["crmlite.seen"] if asks(g.user.id, record)]
    if is_news or followers:
        writing()
        if is_news:
            looked.note(g.user.id, record)
        for follow in followers:
            follow(g.user.id, record)
        db.session.commit()
    return hx("", 204)
