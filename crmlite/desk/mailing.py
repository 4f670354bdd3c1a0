"""The mail that goes with a notice, for who wants to hear by mail."""

from crmlite import web
from crmlite.auth.models import User
from crmlite.auth.signin import viewers
from crmlite.desk.inbox import Inbox, standing
from crmlite.desk.models import Notice
from crmlite.extensions import db
from crmlite.mail import outbox


def send(notice_id: int) -> None:
    """Writes it, unless the notice was read or taken back before. It names what its reader may see, as the page does."""
    notice = db.session.get(Notice, notice_id)
    reader = next(iter(viewers(User.id == notice.user_id)), None) if notice is not None else None
    if notice is None or reader is None or notice.read_at is not None:
        return
    if db.session.scalar(standing(reader.id).with_only_columns(Notice.id).where(Notice.id == notice_id)) is None:
        return
    with web.speaking(reader.locale):
        entry = next(entry for entry in Inbox(reader, before=notice_id + 1, limit=1).entries)
    message = outbox.send(
        "notice",
        reader.email,
        language=reader.locale,
        purpose="notice",
        to_name=reader.name,
        sentence=entry.sentence,
        for_whom=entry.for_whom,
        url=web.absolute(entry.url or "/desk/notices"),
        choices=web.absolute("/desk/choices"),
    )
    # not `about=`: it is no mail of the record, and stands on no timeline; who erases somebody finds it by this
    message.about_type, message.about_id = notice.record_type, notice.record_id
