"""What the grid is answered while somebody types: amounts and totals where nothing else follows, all of it otherwise."""

import html
import re

import pytest

from tests.sales.test_quotes import HTMX, form, path


def asked(stage, headers=HTMX, **more) -> str:
    answer = stage.client("seller").post(f"{path(stage)}/calculate", data=form(stage, **more), headers=headers)
    assert answer.status_code == 200
    return html.unescape(re.sub(r"[\u2066-\u2069]", "", answer.text))


def seen(page: str) -> str:
    return re.search('name="_seen" value="([^"]*)"', page)[1]


def amounts(page: str) -> list[str]:
    return re.findall(r'<bdi dir="ltr">(€[\d,.]+)</bdi>', page)


def is_whole(page: str) -> bool:
    return 'id="quote-form"' in page


def test_a_number_is_answered_with_the_amounts_and_totals_that_the_whole_grid_would_say(stage):
    before = seen(asked(stage))
    whole = asked(stage, **{"lines-0-quantity": "3"})
    small = asked(stage, **{"lines-0-quantity": "3", "_seen": before})
    assert is_whole(whole)
    assert not is_whole(small)
    assert amounts(small) == amounts(whole)
    targets = re.findall('hx-target="#([^"]+)"', small)
    assert targets == ["lines-0-product-amount", "quote-totals"]
    assert all(whole.count(f'id="{target}"') == 1 for target in targets)


@pytest.mark.parametrize(
    "typed",
    [
        {"lines-0-tax": ""},
        {"currency": "USD", "priced": "EUR net"},
        {"includes_tax": "y", "priced": "EUR net"},
        {"lines-0-optional": "y"},
        {"lines-0-quantity": "2 pieces"},
        {"lines-0-kind": "text"},
        {"_do": "add item 1"},
    ],
    ids=lambda typed: next(iter(typed)),
)
def test_whatever_else_follows_is_shown(stage, typed):
    assert is_whole(asked(stage, **{"_seen": seen(asked(stage)), **typed}))


def test_what_was_wrong_is_shown_without_the_complaint_again(stage):
    wrong = asked(stage, **{"lines-0-quantity": "2 pieces"})
    assert seen(wrong) == ""
    assert is_whole(asked(stage, **{"_seen": seen(wrong), "lines-0-quantity": "2"}))


def test_without_script_the_answer_is_a_page(stage):
    page = asked(stage, headers={}, _seen=seen(asked(stage)))
    assert "<!doctype html>" in page
