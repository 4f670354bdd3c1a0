"""From a file to a clean list: what somebody does on the afternoon on which they leave their spreadsheet."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import settled, speaking

SHEET = """Name;E-mail;Phone;Company;Circle
Stefan Quillmaker;s.quillmaker@move.example;+31 20 555 01 31;Quire Paper B.V.;Fair 2026
Stephan Quillmaker;stephan@home.example;;Quire Paper B.V.;Paper, Fair 2026
Stefan Quillmaker;s.quillmaker@move.example;020 555 01 32;Quire Paper;
Zenobia Moved;zenobia@move.example;;Quire Paper B.V.;
;;;;nobody at all
"""
NAMES = "/contacts/?_q=quillmaker"
LONG = 90
"""Seconds for what the worker does by itself: it compares what was added within a minute."""


def rows(page: Page, path: str = NAMES) -> int:
    page.goto(path)
    return settled(page).locator("#rows tr").count()


def test_a_file_becomes_a_clean_list(site):
    """Upload, columns, trial, run, report; then its duplicates are merged, taken apart again by hand, and merged for good."""
    with site.visit("manager") as page, speaking(page, "en"):
        page.goto("/imports/new")
        page.set_input_files("#file", {"name": "circle.csv", "mimeType": "text/csv", "buffer": SHEET.encode()})
        page.get_by_role("button", name="Read the file").click()
        circle = page.get_by_label("What Circle becomes")
        expect(circle).to_have_value("")
        circle.select_option("contact.tags")
        expect(page.get_by_label("What E-mail becomes")).to_have_value("contact.email/work")
        page.get_by_role("button", name="Try it out").click()

        expect(page.get_by_text("This is what would happen. Nothing was changed yet.")).to_be_visible(
            timeout=LONG * 1000
        )
        outcomes = page.locator(".cx-outcomes")
        expect(outcomes).to_contain_text(re.compile(r"5\s+All rows"))
        before = outcomes.inner_text()
        assert rows(page) == 0, "nothing is there yet"
        page.go_back()
        page.get_by_role("button", name="Import now").click()
        expect(page.get_by_role("link", name="Undo the import")).to_be_visible(timeout=LONG * 1000)
        assert outcomes.inner_text() == before, "it did what the trial said"
        expect(page.get_by_role("link", name="Download the refused rows")).to_be_visible()
        assert rows(page) == 2, "the third row is the first one's"
        assert rows(page, "/contacts/?tag=Fair 2026") == 2

        compared = found(page)
        merge(page, compared)
        assert rows(page) == 1
        merged = page.locator("#rows th a").first.get_attribute("href")
        page.goto(merged)
        for text in ("s.quillmaker@move.example", "stephan@home.example", "Fair 2026", "Paper"):
            expect(page.locator("#main")).to_contain_text(text)

        settled(page).locator("#doubles a").click()
        page.get_by_role("button", name="Undo the merge").click()
        page.wait_for_function("() => document.querySelector('.cx-toast')")
        assert rows(page) == 2, "they are apart again"
        merge(page, compared)
        assert rows(page) == 1
        page.goto("/duplicates/?type=contact&order=newest")
        expect(page.locator("#list")).not_to_contain_text("Quillmaker")


def found(page: Page) -> str:
    """What the page of duplicates leads to."""
    group = page.locator(".cx-card", has_text="Quillmaker")
    for _second in range(LONG):
        page.goto("/duplicates/?type=contact&order=newest")
        if group.count():
            break
        page.wait_for_timeout(1000)
    return group.get_by_role("link", name="Compare and merge").get_attribute("href") or ""


def merge(page: Page, compared: str) -> None:
    page.goto(compared)
    expect(page.get_by_text("What comes along")).to_be_visible()
    settled(page).get_by_role("button", name="Merge", exact=True).click()
    page.wait_for_url(re.compile(r"/contacts/\d+"))
