"""Saved views, the builder of filters, and the columns of a view: all through the URL."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

from crmlite.extensions import db
from crmlite.records.custom_fields import CustomField
from crmlite.records.saved_views import SavedView

OSLO = "city.contains=o&_sort=-name"


def save(stage, actor="seller", name="In Oslo", query=OSLO, shared="", kind="contact"):
    answer = stage.client(actor).post(f"/records/{kind}/views", data={"name": name, "query": query, "shared": shared})
    with stage.app.app_context():
        view = db.session.scalars(sa.select(SavedView).order_by(SavedView.id.desc())).first()
    return answer, view


def tabs(page):
    found = re.search(r'<nav class="cx-views".*?</nav>', page, re.S)[0]
    return re.findall(r'<a href="([^"]+)"( aria-current="page")?[^>]*>([^<]+)', found)


def test_a_view_is_saved_changed_moved_and_removed_with_undo(stage):
    client = stage.client("seller")
    answer, view = save(stage)
    assert (answer.status_code, answer.location) == (303, f"/contacts/?city.contains=o&_sort=-name&_view={view.id}")
    page = client.get(answer.location).text
    assert tabs(page)[-1] == (answer.location.replace("&", "&amp;"), ' aria-current="page"', "In Oslo")
    assert "Save changes" not in page
    assert "Save changes" in client.get(f"{answer.location}&country=NO").text
    changed = client.post(f"/records/contact/views/{view.id}", data={"query": "country=NO"})
    assert changed.location == f"/contacts/?country=NO&_view={view.id}"
    _answer, second = save(stage, name="Other", query="")
    assert client.post(f"/records/contact/views/{second.id}/move", data={"to": "up"}).status_code == 303
    assert [label for _url, _on, label in tabs(client.get("/contacts/").text)][-2:] == ["Other", "In Oslo"]
    client.post(f"/records/contact/views/{view.id}", data={"name": "Norway"})
    removed = client.post(f"/records/contact/views/{view.id}/remove")
    assert removed.status_code == 303
    page = client.get("/contacts/").text
    assert "Norway" not in tabs(page)[-1][2]
    undo = re.findall(r"/records/undo/\d+", page)[-1]
    assert client.post(undo).status_code == 303
    assert "Norway" in [label for _url, _on, label in tabs(client.get("/contacts/").text)]


@pytest.mark.parametrize(
    ("shared", "seen_by"),
    [("", {"seller"}), ("team", {"seller", "colleague"}), ("all", {"seller", "colleague", "rival", "admin"})],
)
def test_a_view_is_seen_by_those_it_is_shared_with(stage, shared, seen_by):
    answer, view = save(stage, shared=shared if shared != "all" else "team")
    if shared == "all":
        assert (
            stage.client("seller").post(f"/records/contact/views/{view.id}", data={"shared": "all"}).status_code == 403
        )
        assert stage.client("rival").post(f"/records/contact/views/{view.id}", data={"name": "Mine"}).status_code == 404
        assert stage.client("colleague").post(f"/records/contact/views/{view.id}/remove").status_code == 403
        with stage.writes("seller"):
            db.session.get(SavedView, view.id).shared = "all"
    for actor in ("seller", "colleague", "rival", "admin"):
        shown = "In Oslo" in [label for _url, _on, label in tabs(stage.client(actor).get("/contacts/").text)]
        assert shown is (actor in seen_by), actor


def test_everybody_finds_in_a_shared_view_what_they_may_see(stage):
    """The canary: the seller's contact stands in the seller's page of the view, and not in the rival's."""
    answer, view = save(stage, "admin", "All", "_sort=name", "all")
    words = {actor: stage.client(actor).get(view.url("/contacts/")).text for actor in ("seller", "rival", "admin")}
    row = f'id="r{stage.ids["seller.contact"]}"'
    assert row in words["seller"]
    assert row in words["admin"]  # else the next line would prove nothing
    assert row not in words["rival"]


def test_a_view_opens_with_what_still_means_something(stage):
    with stage.writes("admin") as session:
        key = CustomField.create(session.user, "contact", "Size").name
    answer, view = save(stage, query=f"{key}=big&owner=me&_sort={key}")
    with stage.writes("admin"):
        db.session.scalars(sa.select(CustomField).where(CustomField.key == "size")).one().delete()
    page = stage.client("seller").get(view.url("/contacts/"))
    assert page.status_code == 200
    assert "Some of this view means nothing any more" in page.text
    assert f'id="r{stage.ids["seller.contact"]}"' in page.text
    assert stage.client("seller").get(f"/contacts/?{key}=big").status_code == 400  # without the view it is an error
    assert "means nothing" not in stage.client("seller").get("/contacts/?owner=me&_view=99999").text


def test_a_view_holds_only_what_lists_understand(stage):
    for data in ({"name": "", "query": ""}, {"name": "x" * 61}, {"name": "x", "query": "nothing=1"}):
        assert stage.client("seller").post("/records/contact/views", data=data).status_code == 400
    assert save(stage, shared="all")[0].status_code == 403
    assert save(stage, shared="world")[0].status_code == 403


# --- the builder ------------------------------------------------------------------------------------------------------


def build(stage, actor="seller", kind="contact", **args):
    return stage.client(actor).get(f"/records/{kind}/filter", query_string={"add": "1", **args})


@pytest.mark.parametrize(
    ("args", "query"),
    [
        ({"field": "city", "operator": "", "value": ["Oslo", "Bergen"]}, {"city": ["Oslo", "Bergen"]}),
        ({"field": "city", "operator": "filled"}, {"city.empty": ["0"]}),
        ({"field": "company.city", "operator": "contains", "value": "Os"}, {"company.city.contains": ["Os"]}),
        ({"field": "birthday", "operator": "before", "value": "-90d", "group": "1"}, {"1.birthday.before": ["-90d"]}),
        ({"field": "tag", "operator": "not", "value": "VIP"}, {"tag.not": ["VIP"]}),
        ({"field": "owner", "operator": "", "value": "me", "list": "city=Oslo&_sort=name"},
         {"city": ["Oslo"], "_sort": ["name"], "owner": ["me"]}),
        ({"field": "x.price", "operator": "min", "value": "12.5"}, {"x.price.min": ["12.5"]}),
        ({"field": "company.x.price", "operator": "max", "value": "3"}, {"company.x.price.max": ["3"]}),
    ],
)  # fmt: skip
def test_the_builder_leads_to_the_list(stage, args, query):
    with stage.writes("admin") as session:
        CustomField.create(session.user, "contact", "Price", "number")
        CustomField.create(session.user, "company", "Price", "money")
    answer = build(stage, **args)
    assert answer.status_code == 302, answer.text
    assert parse_qs(urlsplit(answer.location).query) == query
    page = stage.client("seller").get(answer.location)
    assert page.status_code == 200
    assert 'class="cx-chip"' in page.text


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({}, "Choose a field first"),
        ({"field": "city", "operator": "after", "value": "x"}, "does not go with this field"),
        ({"field": "city", "operator": ""}, "Say with what"),
        ({"field": "birthday", "operator": "after", "value": "soon"}, "is not a date"),
        ({"field": "company", "operator": "", "value": "999999"}, "Say with what"),
        ({"field": "deals", "operator": "contains", "value": "x"}, "does not go with this field"),
    ],
)
def test_the_builder_says_what_is_wrong(stage, args, said):
    answer = build(stage, **args)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'name="field"' in answer.text


def test_any_of_a_group_is_enough(stage):
    """All of the conditions outside of a group, and one of those inside it."""
    client, row = stage.client("seller"), f'id="r{stage.ids["seller.contact"]}"'
    for query, found in (
        ("1.city=Nowhere&1.owner=me", True),
        ("1.city=Nowhere&2.owner=me", False),
        ("city=Nowhere&1.owner=me", False),
    ):
        assert (row in client.get(f"/contacts/?{query}").text) is found, query


# --- columns ----------------------------------------------------------------------------------------------------------


def heads(page):
    found = re.search(r'<table class="cx-dgrid">.*?</thead>', page, re.S)[0]
    return re.findall(r'<th scope="col" class="([^"]*)"[^>]*>(?:<a[^>]*>)?([^<]+)', found)


def test_columns_are_chosen_ordered_and_widened_for_each_view(stage):
    client = stage.client("seller")
    _answer, view = save(stage, query="owner=me")
    usual = heads(client.get("/contacts/").text)
    names = {"name": ["name", "city", "email"], "at.name": "1", "at.city": "1", "at.email": "3", "width.email": "xl"}
    assert client.post("/records/contact/columns", data={**names, "view": view.id}).status_code == 303
    page = client.get(view.url("/contacts/")).text
    assert [label for _class, label in heads(page)] == ["City", "Name", "E-mail"]
    assert "cx-w-xl" in heads(page)[2][0]
    assert 'class="cx-c cx-cell cx-w-xl"' in page
    assert heads(client.get("/contacts/").text) == usual
    undo = re.search(r'action="(/records/contact/columns\?[^"]*)"|"undo": "(/records/contact/columns[^"]*)"', page)
    assert undo or "/records/contact/columns?" in page
    link = (undo[1] or undo[2]).replace("&amp;", "&")
    assert client.post(link).status_code == 303
    assert heads(client.get(view.url("/contacts/")).text) == usual
    assert client.post("/records/contact/columns", data={"name": "nothing"}).status_code == 400
    client.post("/records/contact/columns", data={**names, "view": view.id})
    assert heads(client.get(view.url("/contacts/")).text) != usual
    form = re.search(r'<form id="columns-usual".*?</form>', page, re.S)[0]  # none chosen: the usual ones
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    assert (sent["view"], client.post("/records/contact/columns", data=sent).status_code) == (str(view.id), 303)
    assert heads(client.get(view.url("/contacts/")).text) == usual
