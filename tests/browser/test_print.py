"""Records on paper: what comes out when a page is printed, as text and by its size."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, settled, speaking
from tests.browser.test_files import PLURALS, open_record
from tests.pdf.test_render import tool

FIRM = "Fluisterhout"


def printed(page: Page) -> str:
    page.emulate_media(media="print")
    return " ".join(tool("pdftotext", page.pdf(format="A4", prefer_css_page_size=True)).split())


def sections(page: Page) -> list[str]:
    """The headings of the page's parts as they are seen on the screen."""
    found = page.locator(".cx-record").locator("h1, h2, h3.cx-tl-day").all_inner_texts()
    return [" ".join(text.split()) for text in found if text.strip()]


@pytest.mark.parametrize("plural", PLURALS)
def test_a_record_is_printed_with_all_its_parts_and_whose_it_is(site: Site, quotes, plural):
    with site.visit("admin", color_scheme="dark") as page:
        open_record(page, plural)
        expected, title = sections(page), page.locator(".cx-rec-head h1").inner_text()
        happened = page.locator(".cx-tl-h strong").all_inner_texts()
        assert len(expected) >= 5
        assert happened
        text = printed(page)
        squeezed = re.sub(r"\s", "", text)
        missing = [one for one in [*expected, *happened, title] if re.sub(r"\s", "", one) not in squeezed]
        assert missing == []
        assert FIRM in text
        assert re.search(r"As of .* 202\d", text)
        for screen_only in (
            "Add note",
            "Write a note",
            "Attach files",
            "Search or jump to",
            "Trash",
            "Add a tag",
            "Hand over",
        ):
            assert screen_only not in text, screen_only


def test_a_long_timeline_goes_on_on_the_next_page(site: Site):
    """What is cut off on screens, where a part scrolls, is not cut off on paper."""
    with site.visit("admin") as page:
        open_record(page, "contacts")
        for n in range(25):
            page.fill("#note-text", f"Line of note {n} " + "and more of it " * 20)
            page.keyboard.press("Control+Enter")
            settled(page)
            page.wait_for_function("() => !document.querySelector('#note-text').value")
        expect(page.locator("#timeline")).to_contain_text("Line of note 24 ")
        text = printed(page)
        assert [n for n in range(25) if f"Line of note {n} " not in text] == []
        assert re.search(r"\b2 ?/ ?[3-9]\b", text), "pages are numbered"


def test_paper_is_white_in_the_dark_too(site: Site):
    with site.visit("admin", color_scheme="dark") as page:
        open_record(page, "deals")
        page.emulate_media(media="print", color_scheme="dark")
        colours = page.evaluate("() => ['backgroundColor', 'color'].map(name => getComputedStyle(document.body)[name])")
        assert colours == ["rgb(255, 255, 255)", "rgb(27, 27, 32)"]


def test_on_the_screen_the_head_of_the_paper_is_not_there(site: Site):
    """The control: without print's styles neither the firm's name nor anything of it is on the page."""
    with site.visit("admin") as page:
        open_record(page)
        assert page.locator(".cx-print-head").is_hidden()
        assert FIRM in page.locator(".cx-print-head").text_content()


def test_the_button_shows_everything_and_opens_the_box_for_printing(site: Site):
    with site.visit("admin") as page:
        open_record(page)
        page.add_init_script("window.print = () => { window.asked = (window.asked || 0) + 1; };")
        page.get_by_role("link", name="Print").click()
        page.wait_for_function("() => window.asked === 1")
        assert "_whole=1" in page.url
        assert page.url.endswith("_whole=1"), "a reload does not print again"
        page.get_by_role("button", name="Print").click()
        assert page.evaluate("() => window.asked") == 2


def test_without_script_a_link_leads_to_everything(site: Site):
    with site.visit("admin", java_script_enabled=False) as page:  # signing in works without, too
        page.goto("/contacts/1")
        expect(page.locator(".cx-skel").first).to_be_hidden()
        page.get_by_role("link", name="Show everything on one page").first.click()
        expect(page.locator("#around")).to_contain_text("Who works on this")
        expect(page.locator("#timeline .cx-tl-i").first).to_be_visible()


def test_an_arabic_page_is_printed_from_right_to_left(site: Site):
    with site.visit("manager") as page, speaking(page, "ar"):
        open_record(page, "companies")
        page.emulate_media(media="print")
        head = page.locator(".cx-print-head")
        firm, when = (head.locator(part).bounding_box() for part in ("strong", "span"))
        assert firm["x"] > when["x"]
