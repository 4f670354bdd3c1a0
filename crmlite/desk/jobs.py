"""Work done later: mails that go with notices, what nobody needs any more, and first openings of customers' links."""

from crmlite.desk import forgetting, mailing, openings
from crmlite.jobs import job


@job
def mail_notice(notice_id: int) -> None:
    mailing.send(notice_id)


@job
def forget_notices() -> None:
    forgetting.forget_old()


@job
def tell_of_opening(link_id: int) -> None:
    openings.tell(link_id)
