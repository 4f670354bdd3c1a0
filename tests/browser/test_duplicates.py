"""Somebody is warned while typing, adds it all the same, merges both, and takes it back from the toast."""

from playwright.sync_api import expect

from tests.browser.conftest import settled, speaking


def test_from_the_warning_to_a_merge_and_back(site):
    with site.visit("manager") as page, speaking(page, "en"):
        for family, is_known in (("Verhoevenaar", False), ("Verhoevenar", True)):
            page.goto("/contacts/new")
            settled(page)
            page.locator("[name=given]").press_sequentially("Marijke")
            page.locator("[name=family]").press_sequentially(family)
            page.locator("[name=phones-0-value]").press_sequentially("06 4444 1234")
            if is_known:
                expect(page.locator("#alike .cx-notice")).to_contain_text("The names differ by a letter or two.")
            page.locator("main form .cx-form-actions .btn-primary").click()
            page.wait_for_url(lambda now: not now.endswith("/new"))
        settled(page)
        page.locator("#doubles a[href*='/merge?']").first.click()
        page.locator("main form .cx-form-actions .btn-primary").click()
        page.wait_for_url("**/contacts/*")
        settled(page)
        expect(page.locator("#doubles")).to_contain_text("Merged into this")
        page.get_by_role("button", name="Undo", exact=True).first.click()
        settled(page)
        expect(page.locator("#doubles")).to_contain_text("The names differ by a letter or two.")
