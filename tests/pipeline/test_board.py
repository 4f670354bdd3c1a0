"""The board: what it shows and counts, moves with their answers, and that it costs what it may."""

import re
from datetime import timedelta
from html import unescape

import pytest
import sqlalchemy as sa

from crmlite.contacts.models import Contact
from crmlite.extensions import db, pretending, utcnow
from crmlite.pipeline.board import PAGE
from crmlite.pipeline.models import Deal, Stage

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def make(stage, count=1, actor="seller", at="first", **values) -> list[int]:
    with stage.writes(actor) as session:
        contact = db.session.get_one(Contact, stage.ids[f"{actor}.contact"])
        where = db.session.get_one(Stage, stage.ids[f"stage.{at}"])
        return [
            Deal.create(session.user, **{"name": f"Deal {n}", "contact": contact, "stage": where, **values}).id
            for n in range(count)
        ]


def column(html: str, stage_id: int) -> list[int]:
    """The deals of a column, from top to bottom."""
    part = re.search(rf'<ul class="cx-kcards" id="cards-{stage_id}".*?</ul>', html, re.S)[0]
    return [int(number) for number in re.findall(r'data-id="(\d+)"', part)]


def sums(html: str, stage_id: int) -> str:
    part = re.search(rf'id="sums-{stage_id}">(.*?)</p>', html, re.S)
    part = part or re.search(rf'hx-target="#sums-{stage_id}"[^>]*>(.*?)</hx-partial>', html, re.S)
    return " ".join(unescape(re.sub("<[^>]+>", " ", part[1])).split())


def move(on, deal_id, verb="move", actor="seller", url="http://localhost/deals/board", **data):
    headers = {**HTMX, "HX-Current-URL": url}
    return on.client(actor).post(f"/deals/{deal_id}/{verb}", data={"from": "board", **data}, headers=headers)


def order(stage, at="first") -> list[int]:
    with stage.app.app_context():
        query = sa.select(Deal.id).where(Deal.stage_id == stage.ids[f"stage.{at}"], Deal.deleted_at.is_(None))
        return list(db.session.scalars(query.order_by(Deal.rank, Deal.id)))


def test_columns_count_and_add_up_what_one_may_see(stage):
    make(stage, 1, at="second", amount_minor=100_050)
    make(stage, 1, at="second", amount_minor=50_000, currency="USD")
    make(stage, 1, actor="rival", at="second", amount_minor=900_000)
    page = stage.client("seller").get("/deals/board").text
    assert sums(page, stage.ids["stage.second"]) == "2 €1,000.50 $500 Weighted: €200.10 $100"
    page = stage.client("manager").get("/deals/board").text
    assert sums(page, stage.ids["stage.second"]) == "3 €10,000.50 $500 Weighted: €2,000.10 $100"


def test_the_board_shows_one_pipeline_and_links_to_the_others(stage):
    page = stage.client("seller").get("/deals/board").text
    assert stage.ids["seller.deal"] in column(page, stage.ids["stage.first"])
    assert f"/deals/board?pipeline={stage.ids['pipeline.empty']}" in page
    page = stage.client("seller").get(f"/deals/board?pipeline={stage.ids['pipeline.empty']}").text
    assert f'id="deal-{stage.ids["seller.deal"]}"' not in page


@pytest.mark.parametrize(
    "query", ["pipeline=99", "pipeline=x", "_stage=1", "_after=1~n0", "_shown=7", "nonsense=1", "_after=1~n0&_stage=99"]
)
def test_what_the_board_does_not_know_is_refused(stage, query):
    assert stage.client("seller").get(f"/deals/board?{query}").status_code == 400


def test_filters_and_search_hold_for_cards_and_sums(stage):
    make(stage, 2, at="third", name="Green chairs", amount_minor=100)
    make(stage, 1, at="third", name="Red tables", amount_minor=100, owner_id=stage.ids["user.colleague"])
    client = stage.client("seller")
    page = client.get("/deals/board?_q=green").text
    assert len(column(page, stage.ids["stage.third"])) == 2
    assert sums(page, stage.ids["stage.third"]).startswith("2 €2 ")
    page = client.get(f"/deals/board?owner={stage.ids['user.colleague']}").text
    assert sums(page, stage.ids["stage.third"]).startswith("1 €1 ")
    answer = move(stage, make(stage, 1, name="Green sofa")[0], stage=stage.ids["stage.third"],
                  url="http://localhost/deals/board?_q=green")  # fmt: skip
    assert sums(answer.text, stage.ids["stage.third"]).startswith("3 ")


def test_columns_load_more_until_all_are_there_and_none_twice(stage):
    made = make(stage, 2 * PAGE + 3, at="second")
    client = stage.client("seller")
    html = client.get("/deals/board").text
    found, url = column(html, stage.ids["stage.second"]), None
    assert len(found) == PAGE
    while url := re.search(rf'id="more-{stage.ids["stage.second"]}" href="([^"]+)"', html):
        html = client.get(unescape(url[1]), headers=HTMX).text
        assert "<html" not in html
        found += [int(number) for number in re.findall(r'data-id="(\d+)"', html)]
    assert found == made[::-1]
    renewed = client.get(f"/deals/board?_shown={stage.ids['stage.second']}~{2 * PAGE}", headers=HTMX).text
    assert column(renewed, stage.ids["stage.second"]) == made[::-1][: 2 * PAGE]


def test_more_of_what_is_closed_is_in_the_order_of_time(stage):
    made = make(stage, PAGE + 2)
    for n, deal_id in enumerate(made):
        with stage.writes("seller"), pretending(utcnow() - timedelta(hours=n)):
            db.session.get_one(Deal, deal_id).win()
    client = stage.client("seller")
    html = client.get("/deals/board").text
    shown = column(html, stage.ids["stage.won"])
    url = re.search(rf'id="more-{stage.ids["stage.won"]}" href="([^"]+)"', html)[1]
    more = [int(number) for number in re.findall(r'data-id="(\d+)"', client.get(unescape(url), headers=HTMX).text)]
    assert [number for number in shown + more if number in made] == made


def test_what_was_closed_long_ago_is_not_on_the_board(stage):
    deal_id = make(stage)[0]
    with stage.writes("seller"), pretending(utcnow() - timedelta(days=31)):
        db.session.get_one(Deal, deal_id).win()
    assert deal_id not in column(stage.client("seller").get("/deals/board").text, stage.ids["stage.won"])


def test_cards_say_what_is_idle_and_what_is_late(stage):
    with pretending(utcnow() - timedelta(days=30)):
        idle = make(stage, close_on=(utcnow() - timedelta(days=1)).date())[0]
    fresh = make(stage)[0]
    page = stage.client("seller").get("/deals/board").text

    def card(number):
        return re.search(rf'id="deal-{number}".*?</li>', page, re.S)[0]

    assert "30 days" in card(idle)
    assert "cx-late" in card(idle)
    assert "days" not in card(fresh)


def test_a_card_names_nobody_whom_one_may_not_see(stage):
    page = stage.client("seller").get("/deals/board").text
    assert "Crossed deal" in page
    assert "zcrival" not in page


def test_who_may_only_look_gets_no_handles(stage):
    page = stage.client("marketing").get("/deals/board").text
    assert "zcsellerdealqx" in page
    assert 'popovertarget="move-menu"' not in page
    assert move(stage, stage.ids["seller.deal"], actor="marketing", stage=stage.ids["stage.second"]).status_code == 403


# --- moves ------------------------------------------------------------------------------------------------------------


def test_a_move_answers_with_the_card_both_sums_and_an_undo(stage):
    deal_id = make(stage, amount_minor=100_000)[0]
    answer = move(stage, deal_id, stage=stage.ids["stage.second"], was=stage.ids["stage.first"])
    assert answer.status_code == 200
    assert f'hx-target="#deal-{deal_id}"' in answer.text
    assert sums(answer.text, stage.ids["stage.second"]).startswith("1 €1,000 ")
    assert sums(answer.text, stage.ids["stage.first"])
    assert "/records/undo/" in answer.headers["HX-Trigger"]
    undo = re.search(r"/records/undo/\d+", answer.headers["HX-Trigger"])[0]
    assert stage.client("seller").post(undo, headers=HTMX).status_code == 204
    assert deal_id in order(stage)


def test_cards_stand_where_they_were_put(stage):
    a, b, c = make(stage, 3, at="second")
    assert order(stage, "second") == [c, b, a]
    move(stage, c, stage=stage.ids["stage.second"], below=a)
    assert order(stage, "second") == [b, a, c]
    move(stage, c, stage=stage.ids["stage.second"], below=b)
    assert order(stage, "second") == [b, c, a]
    move(stage, a, stage=stage.ids["stage.second"])
    assert order(stage, "second") == [a, b, c]
    d = make(stage)[0]
    move(stage, d, stage=stage.ids["stage.second"], below=b)
    assert order(stage, "second") == [a, b, d, c]


def test_a_move_writes_one_deal(stage):
    a, b, c = make(stage, 3, at="second")
    with stage.app.app_context():
        before = {i: (r, v) for i, r, v in db.session.execute(sa.select(Deal.id, Deal.rank, Deal.row_version))}
    move(stage, c, stage=stage.ids["stage.second"], below=b)
    with stage.app.app_context():
        after = {i: (r, v) for i, r, v in db.session.execute(sa.select(Deal.id, Deal.rank, Deal.row_version))}
    assert {i for i in before if before[i] != after[i]} == {c}
    assert a in after


@pytest.mark.parametrize("below", ["rival.deal", "seller.deal.won", "seller.trash.deal"])
def test_below_what_is_not_there_or_not_to_be_seen_is_on_top(stage, below):
    top = make(stage)[0]
    move(stage, stage.ids["seller.deal"], stage=stage.ids["stage.first"], below=stage.ids[below])
    assert order(stage).index(stage.ids["seller.deal"]) < order(stage).index(top)


def test_what_somebody_else_moved_is_answered_with_409_and_nothing_changes(stage):
    deal_id = make(stage)[0]
    assert (
        move(
            stage, deal_id, actor="colleague", stage=stage.ids["stage.second"], was=stage.ids["stage.first"]
        ).status_code
        == 200
    )
    for verb, more in (("move", {"stage": stage.ids["stage.third"]}), ("win", {}), ("lose", {"reason": "Late"})):
        answer = move(stage, deal_id, verb, was=stage.ids["stage.first"], **more)
        assert answer.status_code == 409
        assert answer.headers["HX-Reswap"] == "none"
        assert "is in Proposal by now" in answer.headers["HX-Trigger"]
        assert "records:changed" in answer.headers["HX-Trigger"]
    assert order(stage, "second") == [deal_id]


def test_won_and_lost_on_the_board(stage):
    deal_id = make(stage, amount_minor=5_000)[0]
    answer = move(stage, deal_id, "win", was=stage.ids["stage.first"])
    assert "€" in sums(answer.text, stage.ids["stage.won"])
    answer = move(stage, deal_id, "lose", was=stage.ids["stage.won"], reason="They cancelled")
    assert answer.status_code == 200
    answer = move(stage, deal_id, stage=stage.ids["stage.third"], was=stage.ids["stage.lost"])
    assert answer.status_code == 200
    with stage.app.app_context():
        deal = db.session.get_one(Deal, deal_id)
        assert (deal.closed_at, deal.reason, deal.stage_id) == (None, "", stage.ids["stage.third"])


def test_a_closed_stage_is_no_place_to_move_to(stage):
    assert move(stage, stage.ids["seller.deal"], stage=stage.ids["stage.won"]).status_code == 400
    assert move(stage, stage.ids["seller.deal"], stage="99").status_code == 400


def test_without_a_pipeline_the_board_says_what_to_do(stage):
    with stage.writes():
        for table in ("tagging", "deal", "stage", "pipeline"):
            where = " WHERE record_type = 'deal'" if table == "tagging" else ""
            db.session.connection().exec_driver_sql(f"DELETE FROM {table}{where}")
    for path in ("/deals/board", "/deals/new"):
        assert "/deals/pipelines/new" in stage.client("manager").get(path).text
        page = stage.client("seller").get(path)
        assert page.status_code == 200
        assert "/deals/pipelines/new" not in page.text
