"""Companies through their pages: adding, changing, hierarchy."""

import pytest

from crmlite.companies.models import Company
from crmlite.extensions import db


def add(stage, name, **more) -> int:
    answer = stage.client("seller").post("/companies/new", data={"name": name, "language": "", "owner_id": "", **more})
    assert answer.status_code == 303, answer.text
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def test_a_group_is_shown_from_top_to_bottom(stage):
    mother = add(stage, "Mother", instructions="Ask for the group's number")
    middle = add(stage, "Middle", **{"parent_id-text": "Mother"})
    leaf = add(stage, "Leaf", **{"parent_id": middle, "parent_id-text": "Middle"})
    page = stage.client("seller").get(f"/companies/{leaf}").text
    assert page.index(f'href="/companies/{mother}"') < page.index(f'href="/companies/{middle}"')
    assert "Ask for the group" in page, "what holds for the group holds for its parts"
    assert f'href="/companies/{leaf}"' in stage.client("seller").get(f"/companies/{middle}").text


MOTHER = {"name": "Mother", "language": "", "owner_id": ""}


def test_no_company_is_part_of_itself(stage):
    mother = add(stage, "Mother")
    daughter = add(stage, "Daughter", **{"parent_id": mother, "parent_id-text": "Mother"})
    answer = stage.client("seller").post(
        f"/companies/{mother}/edit",
        data={**MOTHER, "row_version": 1, "parent_id": daughter, "parent_id-text": "Daughter"},
    )
    assert answer.status_code == 422
    assert "cannot be part of itself" in answer.text
    with stage.app.app_context():
        assert db.session.get(Company, mother).parent_id is None


def test_a_group_member_that_one_may_not_see_stays_hidden(stage):
    with stage.writes("rival"):
        db.session.get(Company, stage.ids["seller.company"]).change(parent_id=stage.ids["rival.company"])
    page = stage.client("seller").get(f"/companies/{stage.ids['seller.company']}").text
    assert "zcrivalcompanyqx" not in page
    assert "zcrivalcompanyqx" in stage.client("manager").get(f"/companies/{stage.ids['seller.company']}").text


@pytest.mark.parametrize(
    ("typed", "complaint"), [({"name": ""}, "fill this in"), ({"parent_id-text": "Nowhere"}, "Nothing of that name")]
)
def test_a_bad_form_says_what_is_wrong(stage, typed, complaint):
    answer = stage.client("seller").post("/companies/new", data={"name": "A", "language": "", "owner_id": "", **typed})
    assert answer.status_code == 422
    assert complaint in answer.text
