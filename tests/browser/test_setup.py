"""The first visitor in a browser: with the keyboard alone, seen by everybody, and without script."""

import os
import re
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.auth.test_setup import FORM, build_empty
from tests.browser.conftest import Site
from tests.browser.test_accessibility import RULES
from tests.test_serve import Server


@pytest.fixture
def empty(browser, databases, tmp_path):
    """crmlite as somebody started it for the first time, and the code that they were shown."""
    url = databases.fresh("sqlite", build_empty)
    environment = {
        **os.environ,
        "CRMLITE_DATABASE_URL": url,
        "CRMLITE_INSTANCE": str(tmp_path / "instance"),
        "CRMLITE_PUBLIC_URL": "http://localhost",  # with the port that Server finds
        "CRMLITE_DISK_FLOOR_MB": "0",
    }
    server = Server(environment, "--workers", "1")
    server.wait_for(200, "/setup")
    deadline = time.monotonic() + 20
    while not (said := re.search(r"type this code: (\S{19})", server.said_so_far())):
        assert time.monotonic() < deadline, server.said_so_far()
        time.sleep(0.1)
    yield Site(f"http://localhost:{server.port}", browser), said[1]
    server.close()
    databases.drop(url)


def test_it_is_done_with_the_keyboard_alone(empty):
    site, code = empty
    with site.visit(locale="nl-NL") as page:
        page.goto("/contacts/")
        assert page.url.endswith("/setup")
        expect(page.locator("#code")).to_be_focused()
        for text in (code.lower(), FORM["name"], FORM["email"], FORM["password"], FORM["organisation"]):
            page.keyboard.type(text)
            page.keyboard.press("Tab")
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Enter")
        page.wait_for_selector("#side", state="attached")
        assert page.locator("html").get_attribute("lang") == "nl"
        expect(page.locator("#toast-status .cx-toast")).to_have_text(re.compile("^crmlite "))
        page.goto("/setup")
        assert page.locator(".cx-error").is_visible()


def test_it_shuts_nobody_out_and_fits_a_phone(empty):
    site, _code = empty
    found = []
    for theme, language in (("light", "en"), ("dark", "ar")):
        with site.visit(color_scheme=theme, locale=language, viewport={"width": 360, "height": 740}) as page:
            page.goto("/setup")
            for step in ("empty", "refused"):
                violations = Axe().run(page, options=RULES).response["violations"]
                found += [
                    f"{theme} {language} {step}: {one['id']}: {one['nodes'][0]['html'][:160]}" for one in violations
                ]
                assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
                page.fill("#email", "nobody")
                page.locator("form.cx-setup button").click()
                page.wait_for_selector(".cx-errors")
    assert found == []


def test_it_works_without_script(empty):
    site, code = empty
    with site.visit(java_script_enabled=False) as page:
        page.goto("/setup")
        for name in ("name", "email", "password", "organisation"):
            page.fill(f"#{name}", FORM[name])
        page.fill("#code", code)
        page.locator("form.cx-setup button").click()
        assert page.locator("#side").count() == 1
