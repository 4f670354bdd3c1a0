"""What Chromium says to installing crmlite as an app, of a browser that is not private: those install nothing."""

import pytest
from playwright.sync_api import Route

from tests.browser.conftest import ARGUMENTS, CHROMIUM, Site


@pytest.fixture
def errors_of(site: Site, browser, tmp_path):
    """errors_of(path, without): what keeps the page at this path from being installed."""
    context = browser.browser_type.launch_persistent_context(
        str(tmp_path / "profile"), executable_path=str(CHROMIUM), args=ARGUMENTS
    )

    def ask(path: str, without: str = "") -> tuple[list[str], str]:
        page = context.new_page()
        if without:  # of what the server sends: a manifest taken out of a page is one whose location changed
            page.route(site.url + path, lambda route: _fulfill(route, without))
        page.goto(site.url + path)
        session = context.new_cdp_session(page)
        said = session.send("Page.getAppManifest")
        assert said.get("errors", []) == [], said
        found = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
        return [error["errorId"] for error in found], said["url"]

    yield ask
    context.close()


def _fulfill(route: Route, without: str) -> None:
    answer = route.fetch()
    whole = answer.text()
    assert without in whole
    route.fulfill(response=answer, body=whole.replace(without, ""))


def test_chromium_would_install_it(errors_of, site):
    errors, url = errors_of("/login")
    assert url == f"{site.url}/manifest.webmanifest"
    assert errors == []


def test_without_the_manifest_it_would_not(errors_of):
    errors, _url = errors_of("/login", without='<link rel="manifest" href="/manifest.webmanifest">')
    assert errors == ["no-manifest"]
