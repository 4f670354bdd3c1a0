"""What a new user does first, on the start page: it ticks itself off, and can be hidden."""

import re

import sqlalchemy as sa

from crmlite.contacts.models import Contact
from crmlite.extensions import db, utcnow


def steps(client) -> dict[str, bool]:
    """By label, whether it is ticked off."""
    text = client.get("/desk/").text
    if "First steps" not in text:
        return {}
    part = text.partition('id="start-steps"')[2].partition("</section>")[0]
    done = dict.fromkeys(re.findall(r"<s>([^<]+)</s>", part), True)
    return done | dict.fromkeys(re.findall(r'<li>.*?<a href="[^"]+">([^<]+)</a>', part), False)


def test_they_tick_themselves_off_from_what_there_is(own_stage):
    admin, seller = own_stage.client("admin"), own_stage.client("seller")
    assert steps(admin) == {
        "Add your first contact": True,
        "Bring your address book along": True,
        "Make a form for your website": True,
        "Invite your colleagues": True,
        "Set up mail": False,
    }
    assert steps(seller) == {}, "all that is for them is done"
    with own_stage.app.app_context(), db.engines[None].begin() as connection:
        connection.execute(sa.update(Contact.__table__).values(deleted_at=utcnow()))
        db.session.remove()
    assert steps(seller) == {"Add your first contact": False}
    assert not steps(admin)["Add your first contact"]


def test_they_are_hidden_for_the_one_who_hides_them(stage):
    admin = stage.client("admin")
    assert steps(admin)
    assert admin.post("/desk/first-steps/hide").status_code == 303
    assert steps(admin) == {}
    assert steps(stage.client("admin")) == {}, "in another browser too"
