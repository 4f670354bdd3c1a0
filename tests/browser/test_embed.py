"""Web forms on somebody else's website, drawn by script and in a frame: with and without a strict policy, and where they are refused."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import settled, speaking
from tests.browser.test_accessibility import RULES

QUOTE, VISIT = "Ask for a quote", "زيارة المعرض"
STRICT = {
    "script": "default-src 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'; "
    "script-src {ours}; style-src {ours}; connect-src {ours}",
    "frame": "default-src 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'; "
    "frame-src {ours}; script-src {ours}",
}
"""As strict as a website can be that allows what the form's page names."""


@pytest.fixture
def codes(site):
    """Lists a website in a form and copies its lines."""

    def copied(form: str, origin: str, theme: str = "light") -> dict[str, str]:
        with site.visit("marketing") as page:
            page.goto("/forms/")
            page.get_by_role("link", name=form).click()
            page.fill("textarea[name=sites]", origin)
            page.select_option("select[name=theme]", theme)
            page.locator(".cx-form-actions button").first.click()
            page.wait_for_url(re.compile(r"/forms/\d+"))
            settled(page)
            return {
                "script": page.locator("#script-code").input_value(),
                "frame": page.locator("#frame-code").input_value(),
            }

    return copied


def body_of(page: Page, way: str):
    """Where the form stands: playwright looks into shadow roots by itself."""
    return page.frame_locator("iframe") if way == "frame" else page.locator("[data-crmlite-form]")


@pytest.mark.parametrize("policy", ["no policy", "strict policy"])
@pytest.mark.parametrize("way", ["script", "frame"])
def test_a_visitor_fills_it_in(site, foreign_page, codes, way, policy):
    """Errors stand beside the fields, what was typed stays, the thanks come in place, and the worker makes a lead of it."""
    code = codes(QUOTE, foreign_page())[way]
    name = f"Ulla {way.title()}{policy.split()[0].title()}"
    origin = foreign_page(
        f"<h1>Our shop</h1>{code}", STRICT[way].format(ours=site.url) if policy == "strict policy" else ""
    )
    with site.visit() as page:
        page.goto(f"{origin}/contact?secret=1")
        form = body_of(page, way)
        form.get_by_label("Your name").fill(name)
        form.get_by_label("E-mail").fill("ulla at example")
        form.get_by_role("button").click()
        expect(form.locator(".summary")).to_be_focused()
        email = form.get_by_label("E-mail")
        expect(email).to_have_attribute("aria-invalid", "true")
        expect(email).to_have_accessible_description(re.compile("not an e-mail address"))
        form.locator(".summary a", has_text="E-mail").click()
        expect(email).to_be_focused()
        email.fill(f"ulla.{way}.{policy.split()[0]}@example.com")
        fill_the_rest(form)
        expect(form.get_by_label("Your name")).to_have_value(name)
        page.wait_for_timeout(3200)  # a person needs more than three seconds
        form.get_by_role("button").click()
        expect(form.get_by_role("status")).to_contain_text("Thank you. We have your question")
        expect(form.locator("form")).to_have_count(0)
        assert page.url == f"{origin}/contact?secret=1"
        assert page.context.cookies() == []
    with site.visit("manager") as page, speaking(page, "en"):
        for _second in range(90):
            page.goto(f"/contacts/?_q={name.split()[1]}")
            if page.get_by_role("link", name=name).count():
                break
            page.wait_for_timeout(1000)
        expect(page.get_by_role("link", name=name)).to_have_count(1)


def fill_the_rest(form) -> None:
    for box in form.locator("[required]").all():
        if box.get_attribute("type") == "checkbox":
            box.check()
        elif box.evaluate("box => box.tagName") == "SELECT":
            box.select_option(index=1)
        elif not box.input_value():
            box.fill("Two hundred quiet square metres")


def test_it_is_part_of_the_page_and_neither_touches_the_other(site, foreign_page, codes):
    """The page's styles stop at the form, the form's at the page; it takes the page's width and reads well on a phone."""
    code = codes(QUOTE, foreign_page())["script"]
    # Styles from a sheet of the page itself, of the kind that ruins forms.
    origin = foreign_page(
        f"<link rel=stylesheet href='data:text/css,{RUIN}'><h1>Our shop</h1>{code}<p id=after>After</p>"
    )
    with site.visit(viewport={"width": 375, "height": 700}) as page:
        page.goto(origin)
        name = body_of(page, "script").get_by_label("Your name")
        expect(name).to_be_visible()
        assert style(name, "fontSize", "textTransform", "borderTopWidth") == ["16px", "none", "1px"]
        assert style(page.locator("#after"), "fontSize", "textTransform") == ["40px", "uppercase"]
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
        assert name.bounding_box()["height"] >= 44
        assert page.evaluate("document.querySelector('[data-crmlite-form]').nextElementSibling.tagName") == "NOSCRIPT"


RUIN = (
    "*{text-transform:uppercase} body{font:40px serif;color:red;text-align:end} "
    "input{display:none!important;border:9px solid!important} label{position:absolute;visibility:hidden}"
)


def style(element, *names: str) -> list[str]:
    return element.evaluate("(element, names) => names.map(name => getComputedStyle(element)[name])", list(names))


def test_by_keyboard_alone(site, foreign_page, codes):
    code = codes(QUOTE, foreign_page())["script"]
    origin = foreign_page(f"<a id=before href=#>before</a>{code}<a id=after href=#>after</a>")
    with site.visit() as page:
        page.goto(origin)
        form = body_of(page, "script")
        expect(form.get_by_label("Your name")).to_be_visible()
        page.locator("#before").focus()
        page.keyboard.press("Tab")
        expect(form.get_by_label("Your name")).to_be_focused()
        page.keyboard.type("Kees")
        page.keyboard.press("Enter")
        expect(form.locator(".summary")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(form.locator("[aria-invalid=true]").first).to_be_focused()
        names = tabbed_through(page)
        assert "website" not in names, "the trap for robots is not for people"
        assert names[-1] == "button"


def tabbed_through(page: Page) -> list[str]:
    """What has the focus with each Tab, until it leaves the form."""
    inside = "() => document.querySelector('[data-crmlite-form]').shadowRoot.activeElement"
    names = []
    while page.evaluate(f"({inside})() !== null"):
        names.append(page.evaluate(f"(e => e.name || e.localName)(({inside})())"))
        page.keyboard.press("Tab")
    return names


def test_from_right_to_left(site, foreign_page, codes):
    code = codes(VISIT, foreign_page())["script"]
    origin = foreign_page(f"<h1>Our shop</h1>{code}")  # a page from left to right, in no language
    with site.visit(locale="nl") as page:
        page.goto(origin)
        form = body_of(page, "script")
        expect(form.locator("h2")).to_have_text("زوروا معرضنا في دبي")
        assert style(form.locator("form"), "direction") == ["rtl"]
        assert form.locator(".here").get_attribute("lang") == "ar"
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
        form.get_by_role("button").click()
        expect(form.locator(".problem").first).to_be_visible()
        first = form.locator(".field").first
        assert first.locator("input").bounding_box()["x"] == first.bounding_box()["x"]
        assert style(form.locator("input[dir=ltr]").first, "textAlign") == ["right"]


@pytest.mark.parametrize(("form", "theme"), [(QUOTE, "light"), (VISIT, "dark")])
def test_it_shuts_nobody_out(site, foreign_page, codes, form, theme):
    code = codes(form, foreign_page(), theme)["script"]
    origin = foreign_page(f"<html lang=en><body style='background:{PAPER[theme]}'><main><h1>Our shop</h1>{code}</main>")
    with site.visit() as page:
        page.goto(origin)
        drawn = body_of(page, "script")
        drawn.get_by_role("button").click()
        expect(drawn.locator(".problem").first).to_be_visible()
        found = Axe().run(page, options=RULES).response["violations"]
        assert [(one["id"], [node["html"][:160] for node in one["nodes"]]) for one in found] == []
        inside = "document.querySelector('[data-crmlite-form]').shadowRoot"
        page.evaluate(f"{inside}.querySelector('label').remove()")
        seen = Axe().run(page, options=RULES).response["violations"]
        assert "label" in [one["id"] for one in seen], "axe looks inside"
        site.complaints.clear()  # axe asks for the style sheet by script, which the browser refuses


PAPER = {"light": "white", "dark": "black"}


def test_two_forms_on_one_page(site, foreign_page, codes):
    codes(VISIT, foreign_page())
    code = codes(QUOTE, foreign_page())["script"]
    other = code.replace("demo-quote", "demo-visit")
    origin = foreign_page(f"<h1>Our shop</h1>{code}{other}")
    with site.visit() as page:
        page.goto(origin)
        expect(page.locator("[data-crmlite-form] h2")).to_have_text(
            ["How quiet would you like it?", "زوروا معرضنا في دبي"]
        )


def test_from_the_head_it_goes_to_the_end_of_the_page(site, foreign_page, codes):
    code = codes(QUOTE, foreign_page())["script"].partition("<noscript>")[0]
    origin = foreign_page(f"{code}<body><h1>Our shop</h1>")
    with site.visit() as page:
        page.goto(origin)
        expect(page.locator("h1 + [data-crmlite-form]").get_by_label("Your name")).to_be_visible()


def test_without_script_there_is_a_link(site, foreign_page, codes):
    code = codes(QUOTE, foreign_page())["script"]
    origin = foreign_page(code)
    with site.visit(java_script_enabled=False) as page:
        page.goto(origin)
        page.get_by_role("link", name="How quiet would you like it?").click()
        expect(page.get_by_label("Your name")).to_be_visible()


def test_when_the_server_is_away_what_was_typed_stays(site, foreign_page, codes):
    code = codes(QUOTE, foreign_page())["script"]
    origin = foreign_page(code)
    with site.visit() as page:
        page.goto(origin)
        form = body_of(page, "script")
        form.get_by_label("Your name").fill("Still here")
        page.route("**/embed", lambda route: route.abort())
        form.get_by_role("button").click()
        expect(form.get_by_role("alert")).to_contain_text("Nothing you typed is lost")
        expect(form.get_by_label("Your name")).to_have_value("Still here")
        page.unroute("**/embed")
        form.get_by_role("button").click()
        expect(form.locator(".problem").first).to_be_visible()
        site.complaints.clear()  # the request that failed


# --- where it is refused ----------------------------------------------------------------------------------------------

POST = """([url, mode]) => fetch(url, {method: 'POST', mode, body: new URLSearchParams({f1: 'Eve', f2: 'eve@evil.example'})})
    .then(answer => answer.type, error => String(error))"""


def test_a_website_that_is_not_listed_is_refused(site, foreign_page, codes):
    """The control: the same page and lines, of a form that lists another website."""
    lines = codes(QUOTE, "https://www.elsewhere.example")
    origin = foreign_page(f"<h1>Our shop</h1>{lines['script']}{lines['frame']}")
    with site.visit() as page:
        with page.expect_console_message(lambda message: "crmlite drew no form here" in message.text):
            page.goto(origin)
        assert page.locator("[data-crmlite-form]").count() == 0
        assert page.frame_locator("iframe").locator("form").count() == 0
        asked = re.search(r'src="([^"]+)\.js"', lines["script"])[1] + "/embed"
        assert "Failed to fetch" in page.evaluate(POST, [asked, "cors"])
        assert "Failed to fetch" in page.evaluate(POST, [asked, "no-cors"]), "sent, but not to be read"
        assert any("frame-ancestors" in line for line in site.complaints)
        assert any("CORS" in line for line in site.complaints)
        site.complaints.clear()
    with site.visit("manager") as page:  # nor was it stored, not even as something to look at
        page.goto("/leads/quarantine")
        assert "eve@evil.example" not in page.content()


@pytest.mark.parametrize("lacks", ["connect-src", "script-src"])
def test_a_policy_that_does_not_allow_it(site, foreign_page, codes, lacks):
    """The control of the strict policy: without one of its lines nothing is drawn."""
    code = codes(QUOTE, foreign_page())["script"]
    policy = re.sub(rf"{lacks} [^;]+", f"{lacks} 'none'", STRICT["script"].format(ours=site.url))
    origin = foreign_page(code, policy)
    with site.visit() as page:
        with page.expect_console_message(lambda message: lacks in message.text):
            page.goto(origin)
        page.wait_for_load_state("networkidle")
        assert page.locator("[data-crmlite-form]").count() == 0
        site.complaints.clear()


def test_without_its_style_sheet_it_is_plain_and_the_trap_stays_hidden(site, foreign_page, codes):
    code = codes(QUOTE, foreign_page())["script"]
    policy = re.sub(r"style-src [^;]+", "style-src 'none'", STRICT["script"].format(ours=site.url))
    origin = foreign_page(code, policy)
    with site.visit() as page:
        page.goto(origin)
        form = body_of(page, "script")
        expect(form.get_by_label("Your name")).to_be_visible()
        expect(form.locator("[name=website]")).to_be_hidden()
        site.complaints.clear()
