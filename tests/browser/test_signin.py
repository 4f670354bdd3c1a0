"""Signing in with two steps, taking up an invitation, and looking through the eyes of a role, as a person does it."""

import re

import pyotp
from playwright.sync_api import expect

from crmlite.demo.cast import PASSWORD
from tests.browser.conftest import settled


def test_who_is_invited_joins_and_signs_in_with_two_steps(site):
    """Without a mail server: the administrator passes the link on."""
    with site.visit("admin") as page:
        page.goto("/auth/team")
        settled(page).click("a[href='/auth/invitations/new']")
        page.fill("input[name=email]", "nia@demo.example")
        page.click("main form button")
        link = page.locator("#link").input_value()
    assert re.fullmatch(rf"{site.url}/login/join/[\w-]{{44}}", link)
    with site.visit() as page:
        page.goto(link)
        page.fill("input[name=name]", "Nia")
        page.fill("input[name=password]", "three green chairs")
        page.fill("input[name=again]", "three green chairs")
        page.click("main button:not([type=button])")
        page.wait_for_selector("#side", state="attached")
        page.goto("/auth/second-factor")
        page.fill("input[name=current]", "three green chairs")
        settled(page).click("main form button")
        square = page.locator("svg.cx-qr").bounding_box()
        assert square["width"] == square["height"] > 150, "large enough for a camera"
        totp = pyotp.TOTP(page.locator(".cx-secret").inner_text().replace(" ", ""))
        page.fill("#code", totp.now())
        settled(page).click("main form button")
        expect(page.locator(".cx-codes li")).to_have_count(10)
        paper = page.locator(".cx-codes li").first.inner_text()
        page.goto("/auth/devices")
        settled(page).click("main form[action='/logout'] button")
        page.fill("input[name=email]", "nia@demo.example")
        page.fill("input[name=password]", "three green chairs")
        page.click("main button:not([type=button])")
        page.wait_for_url("**/login/code?**")
        page.fill("#code", "000 000")
        page.click("main button:not([type=button])")
        expect(page.locator("#code-problem")).to_contain_text("Wait for the next one")
        page.fill("#code", paper)
        page.click("main button:not([type=button])")
        page.wait_for_selector("#side", state="attached")


def test_a_role_is_looked_at_before_it_is_saved(site):
    with site.visit("admin") as page:
        page.goto("/auth/roles")
        page.locator("a[href^='/auth/roles/']", has_text="Change").nth(1).click()
        settled(page)
        first = page.locator("#seen tbody tr").first
        before = first.inner_text()
        page.select_option("select[name='contact.view']", "none")
        leads = page.locator("#seen tbody tr", has_text="Contacts")
        expect(leads).to_contain_text("0 of")
        page.reload()
        settled(page)
        assert page.locator("#seen tbody tr").first.inner_text() == before, "nothing was saved"


def test_the_same_without_script(site):
    with site.visit(java_script_enabled=False) as page:
        page.goto("/login")
        page.fill("input[name=email]", "admin@demo.example")
        page.fill("input[name=password]", PASSWORD)
        page.click("main button:not([type=button])")
        page.goto("/auth/roles/3")
        page.click("a[href='/auth/roles/3/seen']")
        expect(page.locator("main tbody tr").first).to_contain_text(" of ")
        page.locator("#as").select_option(index=1)
        page.click("main form button")
        assert "as=" in page.url
