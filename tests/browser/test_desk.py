"""What stands around people in a real browser: pages say that they were looked at, the palette shows it, phones have the stars."""


def test_what_was_opened_is_in_the_palette_and_starred_on_a_phone(site):
    with site.visit("seller") as page:
        page.goto("/contacts/")
        address = page.locator("#rows th a").first.get_attribute("href")
        with page.expect_response("**/seen") as answer:
            page.goto(address)
        assert answer.value.status == 204
        name = page.locator("h1").first.inner_text()
        page.keyboard.press("Control+k")
        assert page.locator("#palette-list [role=option]").first.inner_text() == name
        page.keyboard.press("Escape")
        page.click("button.cx-star")
        page.wait_for_selector('button.cx-star[aria-pressed="true"]')
    with site.visit("seller", viewport={"width": 390, "height": 844}) as page:
        page.click("[data-side-open]")
        page.locator("#side").get_by_role("link", name=name).click()
        page.wait_for_url(f"**{address}")
        page.click("button.cx-star")
        page.wait_for_selector('button.cx-star[aria-pressed="false"]')


def test_without_script_everything_is_there(site):
    with site.visit("seller", java_script_enabled=False) as page:
        for address in ("/desk/", "/desk/notices", "/auth/absences", "/records/favourites"):
            assert page.goto(address).status == 200
        page.goto("/desk/choices")
        page.select_option("#way-joined", "none")
        page.click("main form .btn-primary")
        page.wait_for_url("**/desk/choices")
        assert page.locator("#way-joined").input_value() == "none"
