"""What one looked at last: said by the page after it was shown, never by the GET."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from crmlite.auth.models import User
from crmlite.contacts.models import Contact
from crmlite.extensions import db, pretending, utcnow
from crmlite.records import seen
from crmlite.records.seen import Seen
from tests import oracles
from tests.cast import TYPES, canary

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def look(stage, kind, number, actor="rival"):
    """As a browser does: the page, and then the post that it asks for."""
    client = stage.client(actor)
    with oracles.expect_equal(stage.engines["reader"]):
        page = client.get(f"/{'companies' if kind == 'company' else kind + 's'}/{number}").text
    url = re.search(r'hx-post="([^"]+/seen)"', page)[1]
    return client.post(url, headers=HTMX)


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_is_remembered(stage, kind):
    assert look(stage, kind, stage.ids[f"rival.{kind}"]).status_code == 204
    start = stage.client("rival").get("/desk/").text
    assert canary("rival", kind) in start.casefold()
    palette = stage.client("rival").get("/records/search?q=", headers=HTMX).text
    assert "Looked at last" in palette
    assert canary("rival", kind) in palette.casefold()


def test_the_last_comes_first_and_each_once(stage):
    with stage.app.app_context():
        for n, kind in enumerate(("contact", "company", "contact", "deal")):
            with pretending(utcnow() + timedelta(minutes=n)):
                look(stage, kind, stage.ids[f"rival.{kind}"])
        text = stage.client("rival").get("/records/search?q=", headers=HTMX).text
    order = [text.index(canary("rival", kind)) for kind in ("deal", "contact", "company")]
    assert order == sorted(order)
    assert "Looked at last" not in stage.client("rival").get("/records/search?q=zc", headers=HTMX).text


def test_coming_back_at_once_writes_nothing(stage):
    number = stage.ids["rival.contact"]
    look(stage, "contact", number)
    with oracles.expect_equal(stage.engines["reader"]):
        assert look(stage, "contact", number).status_code == 204
    look(stage, "company", stage.ids["rival.company"])
    before = oracles.dump(stage.engines["reader"])
    look(stage, "contact", number)
    assert oracles.differences(before, oracles.dump(stage.engines["reader"])) != [], "the control: it is the last again"


def test_only_so_many_are_kept(stage, monkeypatch):
    monkeypatch.setattr(seen, "KEEP", 3)
    with stage.app.app_context():
        for n, kind in enumerate(TYPES):
            with pretending(utcnow() + timedelta(minutes=n)):
                look(stage, kind, stage.ids[f"rival.{kind}"])
        kept = db.session.scalars(sa.select(Seen.record_type).order_by(Seen.at)).all()
    assert list(kept) == list(TYPES[-3:])


def test_what_is_not_seen_any_more_is_gone_from_it(stage):
    look(stage, "contact", stage.ids["rival.contact"])
    with stage.writes("manager"):
        db.session.get_one(Contact, stage.ids["rival.contact"]).assign(
            db.session.get_one(User, stage.ids["user.seller"])
        )
    for url in ("/desk/", "/records/search?q="):
        assert canary("rival", "contact") not in stage.client("rival").get(url).text


def test_nobody_says_it_of_what_they_may_not_see(stage):
    number = stage.ids["seller.contact"]
    with oracles.expect_equal(stage.engines["reader"]):
        assert stage.client("rival").post(f"/records/contact/{number}/seen").status_code == 404
