"""A list counted by one of its columns: what a group says is what its list holds, and nobody counts what they may not see."""

import re

import pytest

from crmlite.contacts.models import Contact
from crmlite.extensions import db
from crmlite.records.custom_fields import CustomField
from tests.cast import canary

ROW = re.compile(
    r'<tr><th scope="row"[^>]*>(?:<a href="([^"]*)">)?(?:<bdi>)?(.*?)(?:</bdi>)?(?:</a>)?</th><td[^>]*>([\d,]+)</td>'
)


def groups(stage, actor: str, query: str, kind: str = "contact") -> dict[str, tuple[int, str]]:
    page = stage.client(actor).get(f"/records/{kind}/groups?{query}")
    assert page.status_code == 200, page.text[:300]
    return {label: (int(count), url.replace("&amp;", "&")) for url, label, count in ROW.findall(page.text)}


def listed(stage, actor: str, url: str) -> int:
    page = stage.client(actor).get(
        url.replace("/contacts/?", "/records/contact/count?").replace("/deals/?", "/records/deal/count?")
    )
    return int(re.search(r"[\d,]+", page.text)[0])


@pytest.mark.parametrize(
    ("kind", "by"),
    [("contact", name) for name in ("owner", "city", "lifecycle", "country", "language", "company", "tag")]
    + [("deal", name) for name in ("owner", "stage", "kind", "contact", "currency")],
)
def test_each_group_is_the_list_that_it_leads_to(stage, kind, by):
    found = groups(stage, "manager", f"_by={by}", kind)
    assert found
    for label, (count, url) in found.items():
        assert listed(stage, "manager", url) == count, label
    if by != "tag":
        assert sum(count for count, _url in found.values()) == listed(stage, "manager", f"/{kind}s/?")


@pytest.mark.parametrize(("by", "code", "name"), [("country", "NL", "Netherlands"), ("language", "nl", "Dutch")])
def test_countries_and_languages_have_their_names(stage, by, code, name):
    with stage.writes("seller"):
        contact = db.session.get_one(Contact, stage.ids["seller.contact"])
        contact.country, contact.language = "NL", "nl"
    found = groups(stage, "manager", f"_by={by}")
    assert name in found
    assert code not in found
    assert f">{name}</span>" in stage.client("manager").get(found[name][1]).text  # the filter of the list


def test_filters_and_search_stand(stage):
    all_of_them = sum(count for count, _url in groups(stage, "manager", "_by=city").values())
    some = groups(stage, "manager", f"_by=city&_q={canary('seller', 'contact')}")
    assert 0 < sum(count for count, _url in some.values()) < all_of_them
    [(_count, url)] = some.values()
    assert canary("seller", "contact") in stage.client("manager").get(url).text


def test_nobody_counts_what_they_may_not_see(stage):
    mine = groups(stage, "rival", "_by=owner")
    theirs = groups(stage, "manager", "_by=owner")
    assert sum(count for count, _url in mine.values()) < sum(count for count, _url in theirs.values())
    for by in ("company", "tag", "city"):
        page = stage.client("rival").get(f"/records/contact/groups?_by={by}").text
        assert canary("seller", "company") not in page
        assert canary("seller", "contact") not in page


def test_a_custom_choice_is_counted_and_unknown_columns_are_refused(stage):
    with stage.writes("admin") as s:
        name = CustomField.create(s.user, label="Region", kind="choice", options=["North", "South"]).name
    before = groups(stage, "manager", f"_by={name}")
    client = stage.client("manager")
    path = f"/records/contact/{stage.ids['seller.contact']}/field/{name}"
    assert client.post(path, data={name: "south", "was": ""}).status_code == 200
    after = groups(stage, "manager", f"_by={name}")
    assert after["South"][0] == 1
    assert after["None"][0] == before["None"][0] - 1
    assert listed(stage, "manager", after["South"][1]) == 1
    for unknown in ("password", "birthday"):
        assert client.get(f"/records/contact/groups?_by={unknown}").status_code == 400
