"""Work done later: mails that go with notices, and first openings of customers' links."""

from crmlite.desk import mailing, openings
from crmlite.jobs import job


@job
def mail_notice(notice_id: int) -> None:
    mailing.send(notice_id)


@job
def tell_of_opening(link_id: int) -> None:
    openings.tell(link_id)
