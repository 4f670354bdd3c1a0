"""Stars: on records and lists, in the sidebar in one's own order, seen only where the record is."""

import re

import pytest
import sqlalchemy as sa

from crmlite.auth.models import User
from crmlite.contacts.models import Contact
from crmlite.extensions import db
from crmlite.records import favourites
from crmlite.records.favourites import Favourite
from tests.cast import TYPES, canary
from tests.records.purging import purge


def star(stage, kind, number, actor="rival", **more):
    return stage.client(actor).post(f"/records/{kind}/{number}/favourite", **more)


def shown(stage, actor="rival") -> list[str]:
    """Addresses of the favourites in the sidebar."""
    page = stage.client(actor).get("/records/trash").text
    side = re.search(r'aria-labelledby="nav-favourites">(.*?)</ul>', page, re.S)
    return [url.replace("&amp;", "&") for url in re.findall(r'<a href="([^"]+)"', side[1])] if side else []


@pytest.mark.parametrize("kind", TYPES)
def test_a_record_is_starred_shown_and_unstarred(stage, kind):
    number = stage.ids[f"rival.{kind}"]
    url = re.search(r'action="([^"]+/favourite)"', stage.client("rival").get(page_of(kind, number)).text)[1]
    assert stage.client("rival").post(url, data={"next": "/desk/"}).headers["Location"] == "/desk/"
    assert shown(stage) == [page_of(kind, number)]
    assert star(stage, kind, number).status_code == 303, "a second time nothing happens"
    assert shown(stage) == [page_of(kind, number)]
    page = stage.client("rival").get(page_of(kind, number)).text
    gone = re.search(r'action="(/records/favourites/\d+/remove)"', page)[1]
    assert 'aria-pressed="true"' in page
    assert stage.client("rival").post(gone).status_code == 303
    assert shown(stage) == []


def page_of(kind: str, number: int) -> str:
    return f"/{'companies' if kind == 'company' else kind + 's'}/{number}"


def test_a_list_is_kept_with_its_filters_and_under_a_name(stage):
    form = {"query": "tag=customer&_sort=-name", "name": "  Customers  "}
    assert stage.client("rival").post("/records/contact/favourite", data=form).status_code == 303
    assert shown(stage) == ["/contacts/?tag=customer&_sort=-name"]
    page = stage.client("rival").get(shown(stage)[0]).text
    assert "Customers" in page
    other = stage.client("rival").get("/contacts/?tag=customer").text
    assert "cx-star" in other
    assert 'cx-star" form="star"' in page
    assert 'cx-star" form="star"' not in other, "other filters are another list"


@pytest.mark.parametrize(
    "form",
    [
        {"query": "tag=customer"},
        {"query": "tag=customer", "name": "x" * 61},
        {"query": "nothing=7", "name": "Odd"},
        {"query": "_sort=tags", "name": "Odd"},
        {"query": "q=" + "x" * 1100, "name": "Odd"},
    ],
)
def test_what_is_no_list_is_refused(stage, form):
    assert stage.client("rival").post("/records/contact/favourite", data=form).status_code == 400
    assert shown(stage) == []


def test_the_order_is_ones_own(stage):
    for kind in ("contact", "company", "lead"):
        star(stage, kind, stage.ids[f"rival.{kind}"])
    with stage.app.app_context():
        number = db.session.scalar(
            sa.select(Favourite.id).where(Favourite.user_id == stage.ids["user.rival"], Favourite.record_type == "lead")
        )
    url = f"/records/favourites/{number}/move"
    first = [page_of(kind, stage.ids[f"rival.{kind}"]) for kind in ("contact", "company", "lead")]
    assert shown(stage) == first
    stage.client("rival").post(url, data={"to": "up"})
    assert shown(stage) == [first[0], first[2], first[1]]
    for _step in range(3):
        stage.client("rival").post(url, data={"to": "up"})
    assert shown(stage) == [first[2], first[0], first[1]]
    stage.client("rival").post(url, data={"to": "down"})
    assert shown(stage) == [first[0], first[2], first[1]]


def test_what_is_not_seen_any_more_is_not_shown(stage):
    """Not even its name; it comes back with the right to see it."""
    number = stage.ids["rival.contact"]
    star(stage, "contact", number)
    with stage.writes("manager"):
        db.session.get_one(Contact, number).assign(db.session.get_one(User, stage.ids["user.seller"]))
    assert shown(stage) == []
    assert canary("rival", "contact") not in stage.client("rival").get("/records/favourites").text
    with stage.writes("manager"):
        db.session.get_one(Contact, number).assign(db.session.get_one(User, stage.ids["user.rival"]))
    assert shown(stage) == [page_of("contact", number)]


def test_there_is_an_end_of_it(stage, monkeypatch):
    monkeypatch.setattr(favourites, "MOST", 2)
    assert star(stage, "contact", stage.ids["rival.contact"]).status_code == 303
    assert star(stage, "company", stage.ids["rival.company"]).status_code == 303
    answer = star(stage, "lead", stage.ids["rival.lead"])
    assert answer.status_code == 409
    assert "Take one away first" in answer.text


def test_a_purged_record_leaves_no_star(stage):
    star(stage, "lead", stage.ids["rival.lead"])
    with stage.writes("admin"):
        from datetime import timedelta

        from crmlite.extensions import utcnow
        from crmlite.leads.models import Lead

        db.session.get_one(Lead, stage.ids["rival.lead"]).trash()
        db.session.flush()
        purge(utcnow() + timedelta(days=31))
    with stage.app.app_context():
        query = sa.select(Favourite.id).where(
            Favourite.record_type == "lead", Favourite.record_id == stage.ids["rival.lead"]
        )
        assert db.session.scalar(query) is None


def lit(page: str) -> list[str]:
    """What the sidebar says is here."""
    side = page[page.index('id="side"') : page.index("</nav>", page.index('id="side"'))]
    return re.findall(r'href="([^"]+)"[^>]*aria-current="page"', side)


def test_the_sidebar_lights_what_is_here_and_nothing_beside_it(stage):
    seller = stage.client("seller")
    seller.post(f"/records/contact/{stage.ids['seller.contact']}/star")
    assert lit(seller.get("/desk/").text) == ["/desk/"]
    assert lit(seller.get("/contacts/").text) == ["/contacts/"]
    assert lit(seller.get("/desk/notices").text) == [], "the bell is lit"
    assert 'href="/desk/notices" aria-current="page"' in seller.get("/desk/notices").text
    assert lit(seller.get("/records/favourites").text) == ["/records/favourites"]


def test_a_fault_says_its_number_in_the_toast_too(own_stage):
    @own_stage.app.post("/desk/broken-on-purpose")
    def broken() -> str:
        raise RuntimeError("on purpose")

    own_stage.app.testing, own_stage.app.config["PROPAGATE_EXCEPTIONS"] = False, False
    answer = own_stage.client("seller").post(
        "/desk/broken-on-purpose", headers={"HX-Request": "true", "HX-Request-Type": "partial"}
    )
    assert answer.status_code == 500
    assert answer.headers["X-Request-Id"] in answer.headers["HX-Trigger"]
