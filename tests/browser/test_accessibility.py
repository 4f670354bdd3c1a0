"""axe-core on every page, in light and dark, English and Arabic; and no page wider than a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import settled, speaking

PAGES = (
    "/contacts/", "/contacts/?_q=nobodyiscalledthis", "/contacts/?lifecycle=customer&owner=me", "/contacts/1", "/contacts/new",
    "/contacts/1/edit", "/companies/", "/companies/1", "/companies/new", "/companies/1/edit",
    "/products/", "/products/1", "/products/new", "/products/1/edit", "/catalog/taxes", "/catalog/taxes/1", "/catalog/rates",
    "/deals/board", "/deals/", "/deals/1", "/deals/new", "/deals/1/edit", "/deals/pipelines", "/deals/pipelines/1",
    "/leads/", "/leads/1", "/leads/new", "/leads/1/edit", "/leads/quarantine", "/forms/", "/forms/new", "/forms/1",
    "/duplicates/", "/duplicates/?type=company", "/duplicates/contact/merge?id=1&id=2",
    "/mail/", "/records/trash", "/records/search?q=ma", "/auth/profile", "/auth/devices", "/auth/organisation", "/auth/team",
    "/auth/invitations/new", "/auth/team/1", "/auth/roles", "/auth/roles/2", "/auth/roles/3", "/auth/roles/3/seen", "/auth/second-factor",
    "/help/news", "/doctor", "/doctor/jobs", "/retention", "/contacts/999999",
)  # fmt: skip
PUBLIC = ("/login", "/login/forgot", "/f/demo-quote")
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],  # what is right need not be told node by node
}


@pytest.mark.parametrize(("theme", "language"), [("light", "en"), ("dark", "ar"), ("dark", "en"), ("light", "ar")])
def test_no_page_shuts_anybody_out(site, quotes, theme, language, pytestconfig):
    if (theme, language) in {("dark", "en"), ("light", "ar")} and not pytestconfig.getoption("long"):
        pytest.skip("each theme and language is looked at in another run; all four pairs with --long")
    axe, found, public = Axe(), [], (*PUBLIC, *quotes.public[language])

    def look(page, path: str) -> None:
        page.goto(path)
        settled(page) if path not in public else page.wait_for_load_state()
        for violation in axe.run(page, options=RULES).response["violations"]:
            nodes = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
            found.append(f"{path}: {violation['id']}: {violation['help']}: {nodes}")

    with site.visit(color_scheme=theme, locale=language) as page:
        for path in public:
            look(page, path)
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    with site.visit("admin", color_scheme=theme) as page, speaking(page, language):
        for path in (*PAGES, *quotes.pages):
            look(page, path)
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    assert found == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_page_is_wider_than_a_phone(site, quotes, language):
    with site.visit("admin", viewport={"width": 360, "height": 740}) as page, speaking(page, language):
        wide, public = [], quotes.public[language]
        for path in (*public, *PAGES, *quotes.pages):
            page.goto(path)
            settled(page) if path not in public else page.wait_for_load_state()
            width = page.evaluate("() => document.documentElement.scrollWidth")
            if width > 360:
                wide.append(f"{path}: {width}")
        assert wide == []


def test_axe_finds_what_is_wrong(site):
    """The negative control: a page with a button that says nothing."""
    with site.visit() as page:
        page.goto("/login")
        page.evaluate("() => document.querySelector('main').append(document.createElement('button'))")
        assert "button-name" in [v["id"] for v in Axe().run(page, options=RULES).response["violations"]]
