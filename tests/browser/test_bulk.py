"""The bar of a list: all that match are ticked, changed by a job that is watched, and taken back; a file; and without script."""

from playwright.sync_api import expect

from tests.browser.conftest import settled, speaking

PATIENT = 90_000
"""Milliseconds: a job in a process of its own, on a machine that does other things."""


def test_all_that_match_are_changed_watched_and_taken_back(site):
    with site.visit("admin") as page, speaking(page, "en"):
        page.goto("/contacts/")
        settled(page).locator("[data-check-all]").check()
        expect(page.locator("#bulk [data-bulk-n]")).to_have_text("50")
        page.locator("#bulk-everything").check()
        expect(page.locator("#bulk [data-bulk-n]")).to_contain_text("records")
        page.locator("#rows input[name=id]").nth(2).uncheck()
        expect(page.locator("[data-bulk-all]")).to_be_hidden()
        expect(page.locator("#bulk [data-bulk-n]")).to_have_text("49")
        page.locator("[data-check-all]").check()
        page.locator("#bulk-everything").check()

        expect(page.locator("#bulk [data-bulk-n]")).to_contain_text("records")
        total = int(page.locator("#bulk [data-bulk-n]").inner_text().split()[0].replace(",", ""))
        assert total > 50, "not only those on the page"

        page.locator("#bulk-field").select_option("salutation")
        page.locator("#bulk-value input[name=salutation]").fill("Esteemed")
        page.locator("#bulk-value button").click()
        page.wait_for_url("**/records/bulk/*")
        undo = page.locator("#bulk-run .cx-verbs button", has_text="Undo")
        expect(page.locator("#bulk-run .cx-states")).to_contain_text("Done", timeout=PATIENT)
        changed = int(page.locator("#bulk-run .cx-outcomes strong").first.inner_text().replace(",", ""))
        assert changed == total
        undo.click()
        expect(page.locator("#bulk-run .cx-states")).to_contain_text("Undone", timeout=PATIENT)
        page.goto("/contacts/?salutation=Esteemed")
        expect(page.locator("#rows tr")).to_have_count(0)


def test_without_script_the_bar_is_there_and_does_it(site):
    with site.visit("admin", java_script_enabled=False) as page:
        page.goto("/companies/")
        page.locator("#rows input[name=id]").nth(0).check()
        page.locator("#rows input[name=id]").nth(1).check()
        page.locator("#bulk-tag").fill("Plain")
        page.locator("#bulk button[value=tag]").click()
        page.goto("/companies/?tag=Plain")
        assert page.locator("#rows tr").count() == 2
        page.locator("#rows input[name=id]").nth(0).check()
        page.locator("#bulk-field").select_option("industry")
        page.locator("#bulk button[value=set]").click()
        page.locator("input[name=industry]").fill("Plain goods")
        page.locator("main button[value=set]").click()
        page.goto("/companies/?industry=Plain+goods")
        assert page.locator("#rows tr").count() == 1
