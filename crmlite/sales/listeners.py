"""What sales is asked by others: whether a quote's mail is still to go out."""

from crmlite.extensions import db
from crmlite.mail.models import Message
from crmlite.mail.sending import ask_before_sending
from crmlite.sales.models import Quote


@ask_before_sending("quote")
def is_still_offered(message: Message) -> bool:
    """Whether the version that lies in the mail is the one that the customer can accept: it may have been withdrawn or replaced
    while the mail waited for its server."""
    quote = db.session.get(Quote, message.about_id)
    live = quote.live if quote is not None and quote.deleted_at is None else None
    return live is not None and live.is_open and live.file_id in {attached.file_id for attached in message.files}
