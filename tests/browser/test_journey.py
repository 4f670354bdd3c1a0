"""From a form on somebody's website to the contact's page: what crmlite is for, in a real browser."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import settled, speaking


def test_a_visitors_form_becomes_a_contact_that_is_edited_undone_and_found(site, foreign_page):
    origin = foreign_page()
    with site.visit("marketing") as page:  # the website is allowed to show the form, and its code is copied
        page.goto("/forms/")
        page.get_by_role("link", name="Ask for a quote").click()
        page.fill("textarea[name=sites]", origin)
        page.get_by_role("button", name="Save").click()
        page.wait_for_url("**/forms/**")
        page.goto("/forms/")
        page.get_by_role("link", name="Ask for a quote").click()
        code = page.locator("#frame-code").input_value()
    assert "<iframe" in code

    foreign_page(f"<h1>Our shop</h1>{code}")
    with site.visit() as page:  # a visitor of that website fills it in
        page.goto(origin)
        form = page.frame_locator("iframe")
        form.get_by_label("Your name").fill("Zoë Quillfeather")
        form.get_by_label("E-mail").fill("zoe@quillfeather.example")
        for box in form.locator("[required]").all():
            if box.get_attribute("type") == "checkbox":
                box.check()
            elif box.evaluate("box => box.tagName") == "SELECT":
                box.select_option(index=1)
            elif not box.input_value():
                box.fill("Two hundred quiet square metres")
        page.wait_for_timeout(3200)  # a person needs more than three seconds
        form.locator("button").click()
        expect(form.get_by_role("status").or_(form.locator("h1"))).to_be_visible()
        expect(form.locator("form")).to_have_count(0)

    with site.visit("manager") as page, speaking(page, "en"):  # the worker has made a contact and a lead of it
        for _second in range(90):
            page.goto("/contacts/?_q=quillfeather")
            if page.get_by_role("link", name="Zoë Quillfeather").count():
                break
            page.wait_for_timeout(1000)
        settled(page).keyboard.press("Control+k")
        page.locator("#palette-q").press_sequentially("qu")  # two letters
        expect(page.locator("#palette-list [role=option]", has_text="Zoë Quillfeather")).to_be_visible()
        page.locator("#palette-list [role=option]", has_text="Zoë Quillfeather").click()
        page.wait_for_url(re.compile(r"/contacts/\d+"))
        settled(page)
        expect(page.locator("#timeline")).to_contain_text("filled in the form Ask for a quote")

        cell = page.locator(".cx-props .cx-cell", has_text="zoe@quillfeather.example")
        cell.locator("button").click()
        box = page.locator("input[name=email]")
        expect(box).to_be_focused()
        box.fill("nonsense")
        box.press("Enter")
        expect(page.locator(".cx-cell-err")).to_contain_text("not an e-mail address")
        page.locator("input[name=email]").fill("zoe@new.example")
        page.locator("input[name=email]").press("Enter")
        page.locator(".cx-toast-undo").hover()  # it stays as long as the pointer does
        expect(page.locator(".cx-props")).to_contain_text(["zoe@new.example"])
        expect(page.locator("#timeline")).to_contain_text("zoe@new.example")

        page.locator(".cx-toast-undo").click()
        settled(page)
        expect(page.locator(".cx-props").first).to_contain_text("zoe@quillfeather.example")
        expect(page.locator("#timeline")).to_contain_text("undid a change")


def test_esc_puts_the_value_back_and_the_focus_where_it_was(site):
    with site.visit("admin") as page:
        page.goto("/contacts/1")
        settled(page)
        cell = page.locator(".cx-props .cx-cell").first
        before = cell.inner_text()
        cell.locator("button").click()
        page.locator(".cx-cell-form input:not([type=hidden])").first.fill("something else")
        page.keyboard.press("Escape")
        expect(cell).to_have_text(before)
        expect(cell.locator("button")).to_be_focused()


def test_a_list_is_filtered_ticked_and_changed_by_keyboard_and_pointer(site):
    with site.visit("admin") as page:
        page.goto("/contacts/")
        settled(page).keyboard.press("/")
        page.keyboard.type("har")
        page.wait_for_url("**_q=har**")
        expect(page.locator("#q")).to_be_focused()
        expect(page.locator("#q")).to_have_value("har")
        page.goto("/contacts/")
        settled(page).locator("#rows input[name=id]").nth(0).click()
        page.locator("#rows input[name=id]").nth(3).click(modifiers=["Shift"])
        expect(page.locator("#bulk [data-bulk-n]")).to_have_text("4")
        page.fill("#bulk-tag", "Spring fair")
        page.locator("#bulk button[value=tag]").click()
        expect(page.locator(".cx-toast").first).to_contain_text("4")
        expect(page.locator("#bulk")).to_be_hidden()
        page.goto("/contacts/?tag=Spring fair")
        expect(page.locator("#rows tr")).to_have_count(4)


def test_a_name_opens_in_the_drawer_and_esc_closes_it(site):
    with site.visit("admin") as page:
        page.goto("/contacts/")
        settled(page)
        link = page.locator("#rows th a").nth(2)
        name = link.inner_text()
        link.click()
        expect(page.locator("#drawer-title")).to_have_text(name)
        expect(page.locator("#peek-timeline .cx-tl-i").first).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#drawer")).to_be_hidden()
        expect(link).to_be_focused()


def test_more_rows_come_when_the_list_is_scrolled(site):
    with site.visit("admin") as page:
        page.goto("/contacts/")
        settled(page)
        assert page.locator("#rows tr:not(.cx-more)").count() == 50
        page.locator("#more").scroll_into_view_if_needed()
        expect(page.locator("#rows tr:not(.cx-more)")).not_to_have_count(50)
        ids = page.locator("#rows input[name=id]").evaluate_all("boxes => boxes.map(box => box.value)")
        assert len(ids) == len(set(ids))


def test_without_script_it_works_all_the_same(site):
    with site.visit("admin", java_script_enabled=False) as page:
        page.goto("/contacts/new")
        page.fill("input[name=given]", "Noscript")
        page.fill("input[name=family]", "Person")
        page.get_by_role("button", name=re.compile("e-mail", re.I)).first.click()
        expect(page.locator("input[name='emails-1-value']")).to_be_visible()
        page.locator(".cx-form-actions button").click()
        page.wait_for_url(re.compile(r"/contacts/\d+$"))
        page.fill("textarea[name=text]", "Written without script")
        page.locator("#composer button").click()
        expect(page.locator(".cx-toast").first).to_be_visible()
