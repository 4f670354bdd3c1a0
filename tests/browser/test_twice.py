"""A double click makes one record, and a form that came back can be sent again."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import settled


@pytest.mark.parametrize(
    ("url", "fill", "listing"),
    [
        ("/contacts/new", {"given": "Doubleclick"}, "/contacts/?_q=doubleclick"),
        ("/companies/new", {"name": "Doubleclick Works"}, "/companies/?_q=doubleclick"),
        ("/leads/new", {"name": "Leadtwice", "need": "Doubleclick chairs"}, "/leads/?_q=doubleclick"),
    ],
)
def test_two_clicks_make_one(site, url, fill, listing):
    with site.visit("manager", locale="en") as page:
        page.goto(url)
        page.evaluate("() => fetch('/auth/language', {method: 'POST', body: new URLSearchParams({language: 'en'})})")
        page.goto(url)
        settled(page)
        for name, value in fill.items():
            page.fill(f"[name={name}]", value)
        button = page.locator("main form .btn-primary").last
        button.dblclick(no_wait_after=True)
        page.wait_for_url(lambda now: not now.endswith("/new"))
        page.wait_for_timeout(500)
        page.goto(listing)
        expect(page.locator("#list input[name=id]")).to_have_count(1)


def test_a_form_that_came_back_is_sent_again(site):
    with site.visit("manager", locale="en") as page:
        page.goto("/contacts/new")
        settled(page)
        page.fill("[name=birthday]", "")
        button = page.locator("main form .btn-primary").last
        button.click()
        expect(page.locator(".cx-errors")).to_be_visible()
        expect(button).not_to_have_attribute("aria-disabled", "true")
        page.fill("[name=given]", "Secondtry")
        button.click()
        page.wait_for_url(lambda now: not now.endswith("/new"))


def test_grid_buttons_pressed_before_the_first_answer_are_all_heard(site, quotes):
    """Adding twice on a slow line makes two lines, and saving waits for both."""
    draft = quotes.pages[3].removesuffix("/edit")
    with site.visit("admin", locale="en") as page:
        page.goto(f"{draft}/edit")
        settled(page)
        before = page.locator(".cx-grid tbody tr").count()
        page.route("**/calculate", lambda route: (page.wait_for_timeout(400), route.continue_()))
        for what in ("text", "section"):
            page.locator(f".cx-grid-add [value^='add {what}']").click(no_wait_after=True)
        expect(page.locator(".cx-grid tbody tr")).to_have_count(before + 2)
        expect(page.locator("[data-quote]")).not_to_have_attribute("aria-busy", "true")


def test_grid_buttons_mean_the_row_that_was_clicked_wherever_it_is_by_then(site, quotes):
    """Removed, moved and removed within one answer's time: each click is for the line that it was made on."""
    draft = quotes.pages[3].removesuffix("/edit")
    with site.visit("admin", locale="en") as page:
        page.goto(f"{draft}/edit")
        settled(page)
        rows = page.locator(".cx-grid tbody tr")
        for n in range(5):
            page.locator(".cx-grid-add [value^='add section']").click()
            expect(page.locator("[data-quote]")).not_to_have_attribute("aria-busy", "true")
            page.locator(".cx-grid-section").last.fill(f"Part {n}")
            settled(page)
        first = rows.count() - 5
        page.route("**/calculate", lambda route: (page.wait_for_timeout(400), route.continue_()))
        page.evaluate(
            """(first) => {
                const all = [...document.querySelectorAll('.cx-grid tbody tr')].slice(first);
                const click = (row, verb) => row.querySelector(`[data-quote-do][value^="${verb} "]`).click();
                click(all[0], 'remove'); click(all[1], 'down'); click(all[2], 'remove'); click(all[0], 'down'); click(all[4], 'up');
            }""",
            first,
        )
        expect(rows).to_have_count(first + 3)
        expect(page.locator("[data-quote]")).not_to_have_attribute("aria-busy", "true")
        parts = [row.locator(".cx-grid-section") for row in rows.all()[first:]]
        for part, value in zip(parts, ("Part 1", "Part 4", "Part 3"), strict=True):
            expect(part).to_have_value(value)
