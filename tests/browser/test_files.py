"""Files on a record's page: dropped, pasted, chosen by keyboard; how far they are, what is wrong with each; looked at in a box."""

import contextlib
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.auth.test_logo import picture
from tests.browser.conftest import Site, settled, speaking
from tests.browser.test_accessibility import RULES

PLURALS = ("companies", "contacts", "deals", "leads", "orders", "products", "quotes")


@pytest.fixture
def paths(tmp_path) -> dict[str, str]:
    """Files of a user: two pictures, a text, and one that only begins like a picture."""
    made = {
        "garden.png": picture(size=(900, 600)),
        "house.jpg": picture("JPEG", size=(600, 900)),
        "offer.txt": b"words",
        "broken.png": picture()[:60],
    }
    for name, content in made.items():
        (tmp_path / name).write_bytes(content)
    return {name: str(tmp_path / name) for name in made}


def open_record(page: Page, plural: str = "contacts") -> Page:
    page.goto("/orders/" if plural == "orders" else f"/{plural}/1")
    if plural == "orders":
        page.goto(page.locator("#rows th a").first.get_attribute("href"))
    return settled(page)


def drag(page: Page, *files: str, to: tuple[int, int] = (700, 500), kinds=("dragEnter", "dragOver", "drop")) -> None:
    """As the desktop does it: the browser itself makes the page's events of it."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": list(files), "dragOperationsMask": 1}
    for kind in kinds:
        session.send("Input.dispatchDragEvent", {"type": kind, "x": to[0], "y": to[1], "data": data})
    session.detach()


def names(page: Page):
    return page.locator(".cx-files li > div > a")


def rows(page: Page):
    return page.locator("#uploads .cx-upload")


@pytest.mark.parametrize("plural", PLURALS)
def test_several_files_are_dropped_anywhere_on_every_kind_of_record(site: Site, quotes, paths, plural):
    with site.visit("admin") as page:
        open_record(page, plural)
        before = names(page).count()
        drag(page, paths["garden.png"], paths["offer.txt"], kinds=("dragEnter", "dragOver"))
        expect(page.locator("#drop")).to_be_visible()
        expect(page.locator("#drop")).to_have_text("Drop files here to attach them")
        drag(page, paths["garden.png"], paths["offer.txt"], kinds=("drop",))
        expect(page.locator("#drop")).to_be_hidden()
        offer = rows(page).filter(has_text="offer.txt")
        offer.get_by_role("button", name="Undo").hover()  # it stays as long as the pointer does
        expect(names(page)).to_have_count(before + 2)
        expect(names(page).nth(0)).to_have_text("offer.txt")
        expect(names(page).nth(1)).to_have_text("garden.png")
        image = page.locator(".cx-thumb img").first
        expect(image).to_have_js_property("complete", True)
        assert image.evaluate("image => image.naturalWidth") == 480, "it is shown, not only there"
        assert page.url.rstrip("/").split("/")[-2] == plural, "the browser did not go away to show the file"
        offer.get_by_role("button", name="Undo").click()
        expect(names(page)).to_have_count(before + 1)


def test_who_drags_away_again_attaches_nothing(site: Site, paths):
    with site.visit("admin") as page:
        open_record(page)
        before = names(page).count()
        drag(page, paths["offer.txt"], kinds=("dragEnter", "dragOver"))
        expect(page.locator("#drop")).to_be_visible()
        page.evaluate("() => document.body.dispatchEvent(new DragEvent('dragleave', { bubbles: true }))")
        expect(page.locator("#drop")).to_be_hidden()
        drag(page, paths["offer.txt"], kinds=("dragEnter", "dragOver"))
        expect(page.locator("#drop")).to_be_visible()
        page.mouse.move(300, 300)  # the desktop has said nothing
        expect(page.locator("#drop")).to_be_hidden()
        expect(names(page)).to_have_count(before)


def test_each_file_says_what_is_wrong_with_it_and_the_others_are_attached(site: Site, paths):
    with site.visit("admin") as page:
        open_record(page, "leads")
        before = names(page).count()
        page.locator("#uploads").evaluate("box => box.dataset.most = 100000")
        drag(page, paths["broken.png"], paths["offer.txt"], __file__)
        expect(names(page)).to_have_count(before + 2)
        bad = page.locator("#uploads .cx-toast-bad")
        expect(bad).to_have_count(1)
        expect(bad).to_contain_text("broken.png")
        expect(bad).to_contain_text("This is no picture that can be read.")
        page.wait_for_timeout(300)
        page.locator("#uploads").evaluate("box => box.dataset.most = 3")
        drag(page, paths["offer.txt"])
        expect(bad.last).to_contain_text("This file is too large")
        bad.last.get_by_role("button", name="Cancel").click()
        bad.last.get_by_role("button", name="Cancel").click()
        expect(bad).to_have_count(0)
        expect(names(page)).to_have_count(before + 2)


def test_without_a_connection_a_file_says_so(site: Site, paths):
    with site.visit("admin") as page:
        open_record(page)
        page.route("**/files", lambda route: route.abort())
        drag(page, paths["offer.txt"])
        expect(page.locator("#uploads .cx-toast-bad")).to_contain_text("crmlite cannot be reached")
        assert all("Failed to load" in text for text in site.complaints)
        site.complaints.clear()


def test_a_large_file_shows_how_far_it_is_and_can_be_stopped(site: Site, tmp_path):
    (tmp_path / "large.bin").write_bytes(bytes(3_000_000))
    with site.visit("admin") as page:
        open_record(page)
        before = names(page).count()
        network = page.context.new_cdp_session(page)
        network.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": 5, "downloadThroughput": -1, "uploadThroughput": 400_000},
        )
        drag(page, str(tmp_path / "large.bin"))
        expect(rows(page).locator("[data-state]")).to_have_text(re.compile(r"^[1-9]\d? %$"))
        assert 0 < rows(page).locator("progress").evaluate("bar => bar.value") < 1
        rows(page).get_by_role("button", name="Cancel").click()
        expect(rows(page)).to_have_count(0)
        network.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
        )
        settled(page)
        page.reload()
        assert names(settled(page)).count() == before


def test_a_picture_is_pasted_also_while_a_note_is_written(site: Site):
    copy = """async ([type, extra]) => {
        const canvas = new OffscreenCanvas(60, 40);
        canvas.getContext('2d').fillRect(0, 0, 30, 40);
        const made = { 'image/png': await canvas.convertToBlob({ type: 'image/png' }) };
        if (extra) made['text/plain'] = new Blob([extra], { type: 'text/plain' });
        await navigator.clipboard.write([new ClipboardItem(made)]);
    }"""
    with site.visit("admin", permissions=["clipboard-read", "clipboard-write"]) as page:
        open_record(page, "deals")
        before = names(page).count()
        page.evaluate(copy, ["image/png", ""])
        page.locator("#note-text").focus()
        page.keyboard.press("Control+v")
        expect(names(page)).to_have_count(before + 1)
        expect(names(page).first).to_have_text("Pasted picture.png")
        page.evaluate(copy, ["image/png", "what stood in the cells"])  # as a spreadsheet does
        page.locator("#note-text").focus()
        page.keyboard.press("Control+v")
        expect(page.locator("#note-text")).to_have_value("what stood in the cells")
        expect(names(page)).to_have_count(before + 1)


def test_files_are_chosen_with_the_keyboard_alone(site: Site, paths):
    with site.visit("admin") as page:
        open_record(page, "products")
        before = names(page).count()
        field = page.locator("[data-cx-attach] input[type=file]")
        for patience in (
            5000,
            5000,
            15000,
        ):  # Chromium opens no chooser on a machine too busy to see that somebody asked
            field.focus()
            expect(field).to_be_focused()
            with contextlib.suppress(PlaywrightTimeout), page.expect_file_chooser(timeout=patience) as chooser:
                page.keyboard.press("Space")
                break
        assert chooser.value.is_multiple()
        chooser.value.set_files([paths["offer.txt"], paths["garden.png"]])
        expect(names(page)).to_have_count(before + 2)


def test_who_may_only_look_is_told_so_and_stays_on_the_page(site: Site, paths):
    with site.visit("seller") as page:
        open_record(page, "products")
        expect(page.locator("[data-cx-attach]")).to_have_count(0)
        drag(page, paths["offer.txt"])
        expect(page.locator("#toast-alert")).to_contain_text("but not attach anything to it")
        expect(page.locator("#drop")).to_be_hidden()
        assert page.url.endswith("/products/1")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_pictures_are_looked_at_with_the_keyboard(site: Site, paths, language):
    with site.visit("manager") as page, speaking(page, language):
        open_record(page, "companies")
        before = names(page).count()  # the same two of another language
        drag(page, paths["garden.png"], paths["house.jpg"])
        expect(names(page)).to_have_count(before + 2)
        expect(names(page).nth(1)).to_have_text("garden.png")
        newest = page.locator("[data-cx-picture]").first
        newest.focus()
        page.keyboard.press("Enter")
        box = page.locator("#lightbox")
        expect(box).to_be_visible()
        expect(box.locator("img")).to_have_attribute("alt", "house.jpg")
        expect(box.locator("img")).to_have_js_property("complete", True)
        assert box.locator("img").evaluate("image => image.naturalHeight") == 900
        page.keyboard.press("ArrowLeft" if language == "ar" else "ArrowRight")
        expect(box.locator("#lightbox-name")).to_have_text("garden.png")
        page.keyboard.press("Escape")
        expect(box).to_be_hidden()
        expect(page.locator("[data-cx-picture]").nth(1)).to_be_focused()


def test_a_picture_is_there_without_script_too(site: Site, paths):
    with site.visit("admin") as page:
        open_record(page, "contacts")
        drag(page, paths["garden.png"])
        expect(names(page).first).to_have_text("garden.png")
        address = page.locator("[data-cx-picture]").first.get_attribute("href")
        answer = page.goto(address)
        assert answer.headers["content-type"] == "image/png"
        assert page.evaluate("() => document.images[0].naturalWidth") == 900
        site.complaints.clear()  # a browser's own page around a picture has styles, which the sandbox leaves out


@pytest.mark.parametrize(("theme", "language"), [("light", "en"), ("dark", "ar")])
def test_files_shut_nobody_out(site: Site, paths, theme, language):
    """What is on its way, what went wrong, and the box with a picture: axe, and the width of a phone."""
    with (
        site.visit("manager", color_scheme=theme, viewport={"width": 360, "height": 740}) as page,
        speaking(page, language),
    ):
        open_record(page, "deals")
        found = []
        drag(page, paths["broken.png"], paths["garden.png"], paths["house.jpg"], to=(180, 500))
        expect(names(page).nth(0)).to_have_text("house.jpg")
        expect(page.locator("#uploads .cx-toast-bad")).to_be_visible()
        for step in ("rows", "box"):
            if step == "box":
                page.locator("[data-cx-picture]").first.click()
                expect(page.locator("#lightbox")).to_be_visible()
            found += [
                (step, v["id"], v["nodes"][0]["html"][:160])
                for v in Axe().run(page, options=RULES).response["violations"]
            ]
            assert page.evaluate("() => document.documentElement.scrollWidth") <= 360, step
        assert found == []


def test_very_many_files_are_one_message_that_counts_and_names_what_failed(site: Site, tmp_path):
    many = {f"many-{n}.txt": f"file {n}".encode() for n in range(12)} | {"large.txt": b"x" * 200}
    for name, data in many.items():
        (tmp_path / name).write_bytes(data)
    with site.visit("admin") as page:
        open_record(page)
        before = names(page).count()
        page.evaluate("() => { document.querySelector('#uploads').dataset.most = '100'; }")
        drag(page, *(str(tmp_path / name) for name in many))
        row = page.locator("#uploads, #toasts").get_by_text("12 of 13 files attached")
        expect(row).to_be_visible()
        expect(page.get_by_text("Not attached: 1")).to_be_visible()
        assert page.locator(".cx-upload:visible").count() == 2, "the one that counts, and the one that failed"
        expect(page.locator(".cx-toast-bad")).to_contain_text("large.txt")
        expect(names(page)).to_have_count(before + 12)
        page.locator(".cx-upload:visible").first.get_by_role("button", name="Undo").click()
        expect(names(page)).to_have_count(before)
