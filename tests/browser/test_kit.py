"""What the scripts do, under the real content security policy: keys, dialogs, ticking, cells, messages."""

import contextlib
import re
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import searching, settled


@pytest.fixture
def page_of(site) -> Iterator[Callable[..., Page]]:
    """page_of("admin", "/contacts/"): a browser of that user's at that page; closed at the end, its complaints looked at."""
    with contextlib.ExitStack() as visits:

        def open_page(user: str, path: str, **options) -> Page:
            page = visits.enter_context(site.visit(user, reduced_motion="reduce", **options))
            page.goto(path)
            return settled(page)

        yield open_page


def test_the_palette_finds_and_opens_with_the_keyboard_alone(page_of):
    page = page_of("admin", "/leads/")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-q")).to_be_focused()
    with searching(page, "havne"):
        page.keyboard.type("havne")
    expect(page.locator("#palette-list [aria-selected=true]")).to_contain_text("Havnehuset")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/(contacts|companies|leads)/\d+$"))


def test_the_drawer_opens_on_a_name_and_escape_leads_back(page_of):
    page = page_of("seller", "/contacts/")
    name = page.locator("#rows .cx-c-name a").first
    name.click()
    expect(page.locator("#drawer h2")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    expect(name).to_be_focused()


def test_keys_go_to_pages_walk_rows_and_tick(page_of):
    page = page_of("admin", "/leads/")
    page.clock.set_fixed_time(datetime.now())  # both keys have to come within a second
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/contacts/")
    settled(page).keyboard.press("j")
    expect(page.locator("#rows .cx-c-name a").first).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("#bulk [data-bulk-n]")).to_have_text("1")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("x/c")  # typed, not obeyed
    expect(page.locator("#q")).to_have_value("x/c")


@pytest.mark.parametrize(("key", "box"), [("/", "#q"), ("Control+k", "#palette-q")])
def test_what_is_typed_before_htmx_has_started_is_searched_for(page_of, key, box):
    page = page_of("admin", "/leads/")
    held: list[Route] = []
    page.route("**/htmx.min.js*", lambda route: held.append(route))
    page.goto("/contacts/", wait_until="commit")
    page.wait_for_function("() => typeof cx !== 'undefined' && cx.openPalette")
    page.keyboard.press(key)
    expect(page.locator(box)).to_be_focused()
    page.keyboard.type("havne")
    with page.expect_request(re.compile(r"[?&]_?q=havne")):
        held[0].continue_()
    expect(page.locator(box)).to_have_value("havne")


def test_single_keys_can_be_switched_off(page_of):
    page = page_of("service", "/auth/profile")
    page.uncheck("#shortcuts")
    page.locator("main .btn-primary").click()
    expect(page.locator("body")).to_have_attribute("data-shortcuts", "off")
    page.goto("/contacts/")
    page.keyboard.press("/")
    expect(page.locator("#q")).not_to_be_focused()
    page.keyboard.press("Control+k")  # with a modifier it is no single key
    expect(page.locator("#palette")).to_be_visible()


def test_shift_ticks_a_range(page_of):
    page = page_of("admin", "/contacts/")
    boxes = page.locator("#rows input[name=id]")
    boxes.nth(0).click()
    boxes.nth(3).click(modifiers=["Shift"])
    expect(page.locator("#bulk")).to_be_visible()
    expect(page.locator("#bulk [data-bulk-n]")).to_have_text("4")
    expect(page.locator("[data-check-all]")).to_have_js_property("indeterminate", True)
    page.locator("[data-bulk-clear]").click()
    expect(page.locator("#bulk")).to_be_hidden()


def test_a_cell_is_left_as_it_was_on_escape_and_saved_on_enter(page_of):
    page = page_of("seller", "/contacts/")
    cell = page.locator("#rows td.cx-cell").first
    before = cell.inner_text()
    cell.get_by_role("button").click()
    cell.locator("input:not([type=hidden])").fill("changed@elsewhere.example")
    page.keyboard.press("Escape")
    expect(cell).to_have_text(before)
    cell.get_by_role("button").click()
    cell.locator("input:not([type=hidden])").fill("new@elsewhere.example")
    page.keyboard.press("Enter")
    expect(cell).to_contain_text("new@elsewhere.example")
    below = page.locator("#rows tr").nth(1).locator("td.cx-cell").first
    expect(below.get_by_role("button")).to_be_focused()  # as in a sheet
    page.locator(".cx-toast-undo").click()
    expect(page.locator("#rows td.cx-cell").first).to_have_text(before)


@pytest.mark.parametrize("answer", ["Cancel", "Turn dark"])
def test_what_is_final_is_asked_first(page_of, answer):
    page = page_of("marketing", "/auth/profile")
    before = page.locator("html").get_attribute("data-bs-theme")
    page.evaluate(
        """() => document.querySelector('main').insertAdjacentHTML('afterbegin',
        '<form method="post" action="/auth/theme" data-cx-confirm="Turn everything dark?">' +
        '<input type="hidden" name="theme" value="dark"><button id="dark">Turn dark</button></form>')"""
    )
    page.click("#dark")
    dialog = page.locator("#confirm")
    expect(dialog).to_contain_text("Turn everything dark?")
    dialog.get_by_role("button", name=answer).click()
    expect(dialog).to_be_hidden()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", before if answer == "Cancel" else "dark")


def test_without_a_connection_a_message_says_so_and_stays(page_of, site):
    page = page_of("seller", "/contacts/")
    page.route("**/peek", lambda route: route.abort())
    page.locator("#rows .cx-c-name a").first.click()
    expect(page.locator("#toast-alert .cx-toast")).to_contain_text("Nothing was changed")
    page.evaluate("""() => { for (const message of ['One', 'Two', 'One']) cx.toast({ message, kind: 'error' }); }""")
    expect(page.locator("#toast-alert .cx-toast [data-message]")).to_contain_text(["Nothing was changed", "Two", "One"])
    page.evaluate("""() => { for (let i = 0; i < 2; i++) cx.toast({ message: 'Moved.', undo: '/nowhere' }); }""")
    expect(page.locator("#toast-status .cx-toast")).to_have_count(2)  # each with an undo of its own
    for _ in range(3):
        page.locator("#toast-alert [data-toast-close]").first.click()
    expect(page.locator("#toast-alert .cx-toast")).to_have_count(0)
    assert all("Failed to" in text for text in site.complaints)
    site.complaints.clear()


def test_on_a_phone_the_sidebar_slides_in(page_of):
    page = page_of("seller", "/contacts/")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator("#side")).to_be_hidden()
    page.locator("[data-side-open]").click()
    expect(page.locator("#side")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#side")).to_be_hidden()
    expect(page.locator("[data-side-open]")).to_be_focused()


def test_the_picker_chooses_with_the_keyboard(page_of):
    page = page_of("seller", "/contacts/new")
    box = page.locator("[data-cx-picker] [role=combobox]").first
    with searching(page, "havne"):
        box.press_sequentially("havne")
    expect(page.locator("[data-cx-picker] [role=option]").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("[data-cx-picker] input[type=hidden]").first).not_to_have_value("")
    expect(box).to_have_attribute("aria-expanded", "false")


def test_the_skip_link_is_the_first_stop(page_of):
    page = page_of("admin", "/mail/")
    page.keyboard.press("Tab")
    expect(page.locator(".cx-skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
