"""From the moment on that somebody is being erased nobody sees them any more, and nobody brings them back."""

from datetime import timedelta
from urllib.parse import quote

from crmlite.contacts.models import Contact
from crmlite.contacts.types import CONTACT
from crmlite.duplicates import merging
from crmlite.extensions import db, utcnow
from tests.details.forms import fields_of
from tests.privacy.test_erasing import begin

WINNER, LOSER = "Zqwinner", "Zqloser"


def merged(stage) -> tuple[int, int]:
    """The contact that is left, and the merge."""
    with stage.writes("seller") as as_:
        winner, loser = (Contact.create(as_.user, given=name, family="Alpha") for name in (WINNER, LOSER))
        db.session.flush()
        done = merging.merge(CONTACT, winner, [loser], {}, as_.user)
        return winner.id, done.id


def shown(stage, contact_id: int, merge_id: int) -> dict[str, bool]:
    """Where a colleague who may see the contact still sees that there was one."""
    at = quote((utcnow() - timedelta(microseconds=1)).isoformat())
    urls = (
        f"/contacts/{contact_id}",
        f"/timetravel/contact/{contact_id}",
        f"/timetravel/contact/restore?id={contact_id}&at={at}",
        f"/duplicates/merges/{merge_id}",
        "/records/trash",
    )
    return {url.partition("?")[0]: WINNER in stage.client("colleague").get(url).text for url in urls}


def test_no_page_shows_who_is_being_erased(stage):
    contact_id, merge_id = merged(stage)
    assert sum(shown(stage, contact_id, merge_id).values()) >= 3, "the control"
    begin(stage, contact_id)
    assert set(shown(stage, contact_id, merge_id).values()) == {False}


def test_neither_their_past_nor_their_merge_brings_them_back(stage):
    contact_id, merge_id = merged(stage)
    at = utcnow().isoformat()
    seller = stage.client("seller")
    preview = seller.get(f"/timetravel/contact/restore?id={contact_id}&at={quote(at)}")
    begin(stage, contact_id)
    listed = seller.get(f"/timetravel/contact/?_at={quote(at)}").text
    assert WINNER not in listed
    data = fields_of(preview.text) | {"id": str(contact_id)}
    assert seller.post("/timetravel/contact/restore", data=data).status_code >= 400
    assert seller.post(f"/duplicates/merges/{merge_id}/separate").status_code == 404
    with stage.app.app_context():
        assert db.session.get_one(Contact, contact_id).deleted_at is not None
