"""What was typed stays: where a session ended meanwhile, and not where it was taken."""

from playwright.sync_api import expect

from tests.browser.conftest import settled
from tests.browser.test_kit import page_of  # noqa: F401 - fixture


def sign_in_elsewhere(page):
    """In a tab of its own, as the message says."""
    with page.context.expect_page() as opened:
        page.locator("a[target=_blank][href^='/login']").click()
    tab = opened.value
    tab.fill("input[name=email]", "seller@demo.example")
    tab.fill("input[name=password]", "crmlite-demo")
    tab.locator("main form button").click()
    tab.wait_for_selector("#side", state="attached")
    tab.close()


def test_a_note_outlives_its_session(page_of):  # noqa: F811
    page = page_of("seller", "/contacts/")
    page.goto(page.locator("#rows .cx-c-name a").first.get_attribute("href"))
    settled(page).fill("#note-text", "Not to be lost")
    page.context.clear_cookies()
    page.locator("#composer .btn-primary").click()
    expect(page.locator(".cx-toast-bad")).to_contain_text("You have been signed out")
    expect(page.locator("#note-text")).to_have_value("Not to be lost")
    sign_in_elsewhere(page)
    page.locator("#composer .btn-primary").click()
    expect(page.locator("#timeline")).to_contain_text("Not to be lost")


def test_a_form_outlives_its_session(page_of):  # noqa: F811
    page = page_of("seller", "/leads/new")
    page.fill("[name=name]", "Kept Person")
    page.fill("[name=need]", "Line one\nLine two")
    page.context.clear_cookies()
    page.locator("main form .btn-primary").click()
    expect(page.locator("h1")).to_have_text("You have been signed out")
    sign_in_elsewhere(page)
    page.get_by_role("button", name="Send it again").click()
    page.wait_for_url("**/leads/*")
    expect(page.locator(".cx-prose")).to_have_text("Line one\nLine two")


def test_a_tag_that_was_taken_leaves_its_field(page_of):  # noqa: F811
    page = page_of("seller", "/contacts/")
    page.goto(page.locator("#rows .cx-c-name a").first.get_attribute("href"))
    settled(page).fill("#new-tag", "Taken")
    page.keyboard.press("Enter")
    expect(page.locator(".cx-tags")).to_contain_text("Taken")
    expect(page.locator("#new-tag")).to_have_value("")


def test_lists_fit_on_a_small_laptop_and_states_on_a_phone(page_of):  # noqa: F811
    fits = "() => { const w = document.querySelector('.cx-table-wrap'); return w.scrollWidth <= w.clientWidth }"
    for user, path in (("seller", "/contacts/"), ("marketing", "/contacts/"), ("seller", "/leads/")):
        for width in (1366, 390):
            page = page_of(user, path, viewport={"width": width, "height": 768})
            assert page.evaluate(fits), (user, path, width)
