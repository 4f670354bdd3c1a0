"""What Chromium says to installing crmlite as an app, of a browser that is not private: those install nothing."""

import pytest

from tests.browser.conftest import ARGUMENTS, CHROMIUM, Site


@pytest.fixture
def errors_of(site: Site, browser, tmp_path):
    """errors_of(path, change): what keeps the page at this path from being installed."""
    context = browser.browser_type.launch_persistent_context(
        str(tmp_path / "profile"), executable_path=str(CHROMIUM), args=ARGUMENTS
    )

    def ask(path: str, without: str = "") -> tuple[list[str], str]:
        page = context.new_page()
        page.goto(site.url + path)
        if without:
            page.evaluate("selector => document.querySelectorAll(selector).forEach(one => one.remove())", without)
        session = context.new_cdp_session(page)
        said = session.send("Page.getAppManifest")
        assert said.get("errors", []) == [], said
        found = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
        return [error["errorId"] for error in found], said["url"]

    yield ask
    context.close()


def test_chromium_would_install_it(errors_of, site):
    errors, url = errors_of("/login")
    assert url == f"{site.url}/manifest.webmanifest"
    assert errors == []


def test_without_the_manifest_it_would_not(errors_of):
    errors, _url = errors_of("/login", without="link[rel=manifest]")
    assert errors == ["no-manifest"]
