"""Search, counts and filters are no oracle: nobody learns of a record that he may not see (O2)."""

import re

import pytest

from tests import cast

LISTS = {
    "contact": "/contacts/",
    "company": "/companies/",
    "lead": "/leads/",
    "product": "/products/",
    "deal": "/deals/",
    "quote": "/quotes/",
    "order": "/orders/",
}


@pytest.mark.parametrize("actor", cast.USERS)
@pytest.mark.parametrize("kind", cast.TYPES)
def test_search_finds_what_one_may_see_and_counts_nothing_else(stage, actor, kind):
    client = stage.client(actor)
    nothing = client.get(f"/records/{kind}/count?_q=zzznothing").text
    for owner in cast.OWNERS:
        word = cast.canary(owner, kind)
        answer = client.get(f"{LISTS[kind]}?_q={word}")
        link = re.search(rf'href="{LISTS[kind]}{stage.ids[f"{owner}.{kind}"]}"', answer.text)
        assert bool(link) == cast.may_see(actor, owner, kind), f"{actor} asked for {word}"
        count = client.get(f"/records/{kind}/count?_q={word}").text
        assert (count != nothing) == cast.may_see(actor, owner, kind), count


@pytest.mark.parametrize("actor", cast.USERS)
def test_the_palette_finds_what_one_may_see(stage, actor):
    client = stage.client(actor)
    for owner in cast.OWNERS:
        for kind in cast.TYPES:
            answer = client.get(f"/records/search?q={cast.canary(owner, kind)}")
            link = f'href="{LISTS[kind]}{stage.ids[f"{owner}.{kind}"]}"' in answer.text
            assert link == cast.may_see(actor, owner, kind), f"{actor}, {owner}'s {kind}"


@pytest.mark.parametrize("actor", ["seller", "rival"])
def test_filters_over_a_link_see_no_more_than_the_linked_list(stage, actor):
    """`company.city=...` on contacts: only companies that the user may see count."""
    client = stage.client(actor)
    nothing = client.get("/records/contact/count?_q=zzznothing").text
    for owner in cast.OWNERS:
        word = cast.canary(owner, "company")
        count = client.get(f"/records/contact/count?company.city={word}").text
        assert count == nothing or cast.may_see(actor, owner, "company"), f"{actor} learns of {word}: {count}"


@pytest.mark.parametrize(
    "field", ["password", "secret_hash", "row_version", "id", "deleted_at", "sort_name", "team_id"]
)
@pytest.mark.parametrize("path", [*LISTS.values(), *(f"/records/{kind}/count" for kind in LISTS)])
def test_no_filter_for_fields_that_are_no_columns(stage, field, path):
    """Nothing can be learnt letter by letter of a field that is not shown."""
    client = stage.client("admin")
    for key in (field, f"{field}.starts", f"company.{field}", f"owner.{field}", f"1.{field}.contains"):
        assert client.get(f"{path}?{key}=a").status_code == 400
    assert client.get(f"{path}?_sort={field}").status_code == 400
