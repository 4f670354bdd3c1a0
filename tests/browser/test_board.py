"""The board under a browser: dragging, the menu, keys in both directions, undo, what somebody else moved, and no network."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settled, speaking

COLUMN = "#board .cx-kcol"


def board(page: Page) -> Page:
    page.goto("/deals/board")
    return settled(page)


def cards(page: Page, column: int) -> list[str]:
    return page.locator(COLUMN).nth(column).locator(".cx-kcard").evaluate_all("all => all.map(card => card.id)")


def toast(page: Page):
    return page.locator("#toast-status .cx-toast").last


def drag(page: Page, card: str, onto) -> None:
    start, end = page.locator(f"#{card}").bounding_box(), onto.bounding_box()
    page.mouse.move(start["x"] + 90, start["y"] + start["height"] - 8)
    page.mouse.down()
    for step in range(1, 13):
        x = start["x"] + 90 + (end["x"] + 60 - start["x"] - 90) * step / 12
        y = start["y"] + 20 + (end["y"] + 12 - start["y"] - 20) * step / 12
        page.mouse.move(x, y)
        page.wait_for_timeout(30)
    page.wait_for_timeout(200)  # cards are passed over while they make room
    page.mouse.move(x + 1, y)
    page.wait_for_timeout(30)
    page.mouse.up()


def test_a_card_is_dragged_and_the_move_undone(site):
    with site.visit("manager") as page:
        board(page)
        card = cards(page, 0)[1]
        drag(page, card, page.locator(COLUMN).nth(1).locator(".cx-kcard").nth(1))
        expect(toast(page)).to_contain_text("is in Measured now")
        assert card in cards(page, 1)
        expect(page.locator(f"#{card}")).not_to_have_class(re.compile("cx-pending"))
        assert card in cards(board(page), 1), "the server knows it too"
        card_now = cards(page, 1).index(card)
        page.locator(f"#{card} .cx-kc-m").click()
        page.locator("#move-menu button", has_text="New").click()
        expect(toast(page)).to_contain_text("is in New now")
        toast(page).locator("button", has_text="Undo").click()
        expect(page.locator(COLUMN).nth(1).locator(f"#{card}")).to_be_visible()
        settled(page)
        assert cards(page, 1).index(card) == card_now


@pytest.mark.parametrize("language", ["en", "ar"])
def test_keys_walk_and_carry(site, language):
    with site.visit("manager") as page, speaking(page, language):
        board(page)
        ahead, back = ("ArrowLeft", "ArrowRight") if language == "ar" else ("ArrowRight", "ArrowLeft")
        first, second = cards(page, 0)[:2]
        page.locator(f"#{first}-link").focus()
        page.keyboard.press("ArrowDown")
        expect(page.locator(f"#{second}-link")).to_be_focused()
        page.keyboard.press("Shift+ArrowUp")
        page.wait_for_function(f"() => !document.querySelector('#{second}').classList.contains('cx-pending')")
        assert cards(page, 0)[:2] == [second, first]
        page.keyboard.press(f"Shift+{ahead}")
        page.keyboard.press(f"Shift+{ahead}")  # faster than the server answers
        expect(page.locator(COLUMN).nth(2).locator(f"#{second}")).to_be_visible()
        page.wait_for_function(f"() => !document.querySelector('#{second}').classList.contains('cx-pending')")
        expect(page.locator(f"#{second}-link")).to_be_focused()
        expect(page.locator("#live")).not_to_be_empty()
        page.keyboard.press(back)
        assert page.evaluate(
            "() => document.activeElement.closest('.cx-kcol') === document.querySelectorAll('.cx-kcol')[1]"
        )
        page.wait_for_timeout(300)
        assert second in cards(board(page), 2)


def test_lost_asks_why_and_goes_back_when_nobody_says(site):
    with site.visit("manager") as page:
        board(page)
        card = cards(page, 0)[0]
        page.locator(f"#{card} .cx-kc-m").click()
        page.locator("#move-menu button", has_text="Lost").click()
        page.locator("#lose button", has_text="Cancel").click()
        expect(page.locator(f"{COLUMN} .cx-kcard").first).to_have_id(card)  # a dialog says later that it was closed
        page.locator(f"#{card} .cx-kc-m").click()
        page.locator("#move-menu button", has_text="Lost").click()
        page.locator("#lose input").fill("Went to somebody else")
        page.keyboard.press("Enter")
        expect(toast(page)).to_contain_text("is lost")
        expect(page.locator(COLUMN).last.locator(f"#{card}")).to_be_attached()


def test_what_somebody_else_moved_goes_where_it_is(site):
    with site.visit("manager") as page:
        board(page)
        card = cards(page, 0)[0]
        stages = page.locator("#board .cx-kcards").evaluate_all("all => all.map(list => list.dataset.stage)")
        page.evaluate(
            "([id, stage]) => fetch(`/deals/${id}/move`, {method: 'POST', body: new URLSearchParams({stage})})",
            [card.removeprefix("deal-"), stages[2]],
        )
        page.locator(f"#{card} .cx-kc-m").click()
        page.locator("#move-menu button").nth(1).click()
        expect(page.locator("#toast-alert .cx-toast").last).to_contain_text("by now")
        expect(page.locator(COLUMN).nth(2).locator(f"#{card}")).to_be_attached()
        assert card not in cards(page, 0) + cards(page, 1)


def test_without_a_network_a_card_goes_back(site):
    with site.visit("manager") as page:
        board(page)
        before = cards(page, 0)
        page.route("**/deals/*/move", lambda route: route.abort())
        page.locator(f"#{before[1]}-link").focus()
        page.keyboard.press("Shift+ArrowRight")
        expect(page.locator("#toast-alert .cx-toast").last).to_contain_text("cannot be reached")
        expect(page.locator(f"{COLUMN} .cx-kcard").nth(1)).to_have_id(before[1])
        assert cards(page, 0) == before
        site.complaints[:] = [
            text for text in site.complaints if "Failed to fetch" not in text and "ERR_FAILED" not in text
        ]


def test_without_script_a_deal_is_moved_on_its_page(site):
    with site.visit("manager") as page:
        card = cards(board(page), 0)[0].removeprefix("deal-")
        cookies = page.context.cookies()
    with site.visit(java_script_enabled=False) as page:
        page.context.add_cookies(cookies)
        page.goto("/deals/board")
        page.locator(f"#deal-{card}-link").click()
        page.locator(".cx-path button", has_text="Samples seen").click()
        expect(page.locator(".cx-path [aria-current=step]")).to_have_text(re.compile("Samples seen"))
        page.locator(".cx-verbs button", has_text="Won").click()
        expect(page.locator(".cx-path [aria-current=step]")).to_have_text(re.compile("Won"))
