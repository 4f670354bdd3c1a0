"""A browser in front of the stage: the app served in this process, a page for any of the cast."""

import shutil
import threading
from collections.abc import Callable, Iterator

import pytest
from werkzeug.serving import make_server

from tests import cast

CHROMIUM = "/usr/bin/chromium"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium():
    if not shutil.which(CHROMIUM):
        pytest.skip("Debian's chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def site(stage: cast.Stage) -> Iterator[str]:
    """Where the stage is served."""
    server = make_server("localhost", 0, stage.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def page_of(chromium, site: str) -> Iterator[Callable]:
    """page_of("seller", width=390): a page with that user signed in. What its console complains of fails the test."""
    contexts, complaints = [], []

    def open_page(actor: str = "stranger", width: int = 1360, height: int = 840, **options):
        context = chromium.new_context(
            base_url=site, viewport={"width": width, "height": height}, reduced_motion="reduce", **options
        )
        contexts.append(context)
        if actor != "stranger":
            context.add_cookies([{"name": "crmlite_session", "value": cast.secret(actor), "url": site}])
        page = context.new_page()
        page.set_default_timeout(5000)
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.complaints = complaints
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
