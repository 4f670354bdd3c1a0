"""A record's page with all that others load afterwards: for paper, and for browsers without script."""

import re

import pytest

SHOWN = ("contact", "company", "deal", "lead", "quote", "order", "product")


def page_of(stage, kind):
    plural = {"company": "companies"}.get(kind, f"{kind}s")
    return f"/{plural}/{stage.ids[f'seller.{kind}']}"


@pytest.mark.parametrize("kind", SHOWN)
def test_every_part_that_comes_later_has_a_link_without_script(stage, kind):
    client, url = stage.client("admin"), page_of(stage, kind)
    text = client.get(url).text
    links = re.findall(r'<noscript><p><a class="btn btn-sm" href="([^"]+)">', text)
    later = re.findall(r'id="(\w+)" hx-get="[^"]+" hx-trigger="load', text)
    assert sorted(later) == ["around", "timeline"]
    assert len(links) == 2
    whole = client.get(links[0].replace("&amp;", "&")).text
    assert 'hx-trigger="load,' not in whole
    assert "cx-skel" not in whole
    for part in ("timeline", "around"):
        inside = client.get(f"/records/{kind}/{url.rsplit('/', 1)[1]}/{part}").text
        words = re.sub(r"<[^>]+>|\s+", " ", inside).split()
        found = re.sub(r"<[^>]+>|\s+", " ", whole).split()
        assert set(words) <= set(found), part


def test_the_whole_page_holds_all_that_happened_up_to_a_limit_that_it_names(stage, monkeypatch):
    client, url = stage.client("seller"), page_of(stage, "contact")
    for n in range(35):
        client.post(f"/records/contact/{url.rsplit('/', 1)[1]}/notes", data={"text": f"Line of note {n} ends"})
    whole = client.get(f"{url}?_whole=1").text
    assert [n for n in range(35) if f"Line of note {n} ends" not in whole] == []
    assert "there are older ones" not in whole
    assert "Line of note 0 ends" not in client.get(f"/records/contact/{url.rsplit('/', 1)[1]}/timeline").text
    monkeypatch.setattr("crmlite.records.page.WHOLE", 29)
    assert "This page holds the latest 29 entries; there are older ones." in client.get(f"{url}?_whole=1").text


def test_what_one_may_not_see_is_not_there_either(stage):
    assert stage.client("rival").get(f"{page_of(stage, 'contact')}?_whole=1").status_code == 404
