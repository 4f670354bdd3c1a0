"""A browser (Debian's chromium, one for all tests) and crmlite as it is shipped, with the demo in it."""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from crmlite.demo.cast import PASSWORD
from tests import hosts
from tests.demo.conftest import build_firm
from tests.test_serve import Server

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 30_000
"""Milliseconds for anything to appear: a loaded machine is not a broken page."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(item.fspath).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("no chromium is installed (Debian's package chromium)")
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield chromium
        chromium.close()


@dataclass
class Site:
    """crmlite at `url`, and what a browser complained about on its pages."""

    url: str
    browser: Browser
    complaints: list[str] = field(default_factory=list)

    @contextlib.contextmanager
    def visit(self, user: str | None = None, **options) -> Iterator[Page]:
        """A browser that has never been here; signed in if a user of the cast is named."""
        context = self.browser.new_context(
            **{"viewport": {"width": 1360, "height": 840}, "base_url": self.url, **options}
        )
        context.set_default_timeout(PATIENCE)
        page = self.watched(context)
        if user:
            self.sign_in(context, user)
            page.goto("/")
            page.wait_for_selector("#side", state="attached")
        yield page
        context.close()
        assert self.complaints == []

    def sign_in(self, context: BrowserContext, user: str) -> None:
        """As the form does it, without drawing the form: test_signin.py fills it in, here it would be a page more per test."""
        form = {"email": f"{user}@demo.example", "password": PASSWORD}
        answer = context.request.post("/login", form=form, headers={"Sec-Fetch-Site": "same-origin"}, max_redirects=0)
        assert answer.status == 303, answer.text()

    def watched(self, context: BrowserContext) -> Page:
        page = context.new_page()
        self.complaints.clear()
        page.on(
            "pageerror", lambda error: self.complaints.append(str(error)) if "Transition" not in str(error) else None
        )
        page.on("console", self._console)
        return page

    def _console(self, message) -> None:
        refused = "the server responded with a status of 4" in message.text  # what tests provoke
        if message.type == "error" and not refused:
            self.complaints.append(message.text)


def settled(page: Page) -> Page:
    """The page of somebody signed in: htmx has started, what loads by itself is there, no request is on its way.

    htmx starts some 100 ms after the page's load event; a click before that does what it does without script.
    """
    page.wait_for_function(
        "() => document.querySelector('[data-htmx-powered]') && !document.querySelector('.cx-skel, .htmx-request')"
    )
    return page


@contextlib.contextmanager
def searching(page: Page, letters: str) -> Iterator[None]:
    """What is typed here leads to a search for all of it, and its answer is shown: one for the first letters may come before."""
    with page.expect_response(lambda answer: letters in dict(parse_qsl(urlsplit(answer.url).query)).values()):
        yield
    settled(page)


@contextlib.contextmanager
def speaking(page: Page, language: str) -> Iterator[None]:
    """The page's user reads this language from the next page on; afterwards again the one before."""
    before = page.locator("html").get_attribute("lang")
    speak = "language => fetch('/auth/language', {method: 'POST', body: new URLSearchParams({language})})"
    page.evaluate(speak, language)
    try:
        yield
    finally:
        page.evaluate(speak, before)


@contextlib.contextmanager
def serving(browser, database, databases, instance: Path, config: pytest.Config, **settings: str) -> Iterator[Site]:
    """crmlite with a demo of its own, and these variables of its environment; told so, several hosts of it."""
    url = databases.fresh(database, build_firm)
    environment = os.environ | {
        "CRMLITE_DATABASE_URL": url,
        "CRMLITE_INSTANCE": str(instance),
        "CRMLITE_PUBLIC_URL": "http://localhost",  # with the port that Server finds
        "CRMLITE_DISK_FLOOR_MB": "0",
        **settings,
    }
    number = config.getoption("--hosts")
    if number == 1 or database != "postgresql":
        server = Server(environment)
        server.wait_for(200)
        yield Site(f"http://localhost:{server.port}", browser)
        server.close()
    else:
        with hosts.serving(number, environment, instance) as behind:
            yield Site(behind, browser)
    databases.drop(url)


@pytest.fixture(scope="session")
def site(browser, database, databases, tmp_path_factory, pytestconfig) -> Iterator[Site]:
    with serving(browser, database, databases, tmp_path_factory.mktemp("site"), pytestconfig) as made:
        yield made


@dataclass
class Quotes:
    """Addresses: of pages for those who sign in, and of the customers' pages by their language."""

    pages: list[str]
    public: dict[str, list[str]]


@pytest.fixture(scope="session")
def quotes(site) -> Quotes:
    """The administrator's quotes: one that is being written, and for each language one that waits and one that was accepted."""
    with site.visit("admin") as page:
        draft = write_quote(page, "en")
        made = Quotes(["/quotes/", "/quotes/new", "/quotes/numbers", f"{draft}/edit", f"{draft}/send", draft], {})
        for language in ("en", "ar"):
            written = [write_quote(page, language) for _ in range(2)]
            made.public[language] = [send_quote(page, path) for path in written]
            with site.visit() as customer:
                customer.goto(made.public[language][1])
                post(customer, f"{made.public[language][1]}/accept", _choice="1", name="Anna", agree="y")
            made.pages += written
        page.goto("/orders/")
        made.pages += ["/orders/", page.locator("#rows th a").first.get_attribute("href")]
    return made


def write_quote(page: Page, language: str) -> str:
    """The address of a new quote to the first contact, with a line of each kind."""
    path = post(page, "/quotes/new", name="Two booths", contact_id="1").removesuffix("/edit")
    page.goto(f"{path}/edit")
    values = page.evaluate("() => Object.fromEntries(new FormData(document.querySelector('#quote-form')))")
    item = {"kind": "item", "product-text": "Booth", "quantity": "2", "price": "1250", "tax": "1"}
    lines: list[dict[str, str]] = [{"kind": "section", "product-text": "Booths"}, item]
    lines += [{**item, "optional": "y", "discount": "10"}, {"kind": "text", "text": "What follows can be left out."}]
    rows = {f"lines-{n}-{name}": value for n, line in enumerate(lines) for name, value in line.items()}
    post(page, f"{path}/edit", **{**values, "language": language, "terms": "Half of it with the order.", **rows})
    return path


def send_quote(page: Page, path: str) -> str:
    """Sends it; the address of the customer's page."""
    page.goto(f"{path}/send")
    version = page.locator("input[name=row_version]").input_value()
    post(page, f"{path}/send", to="anna@example.com", subject="Two booths", message="Here it is.", row_version=version)
    page.goto(path)
    return page.locator("a[href*='/p/quote/']").get_attribute("href").removeprefix(page.url.removesuffix(path))


def post(page: Page, path: str, **values: str) -> str:
    """What the page would send; the path it leads to."""
    send = "([path, values]) => fetch(path, {method: 'POST', body: new URLSearchParams(values)}).then(a => [a.status, a.url])"
    status, url = page.evaluate(send, [path, values])
    assert status == 200, (path, status)
    return urlsplit(url).path


@pytest.fixture
def foreign_page() -> Iterator[Callable[..., str]]:
    """Serves a page with the given body, and content security policy, at another origin, and says where."""
    body = {"html": "", "policy": ""}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            if body["policy"]:
                self.send_header("Content-Security-Policy", body["policy"])
            self.end_headers()
            self.wfile.write(f"<!doctype html><title>Our shop</title>{body['html']}".encode())

        def log_message(self, *_what) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def show(html: str = "", policy: str = "") -> str:
        body.update(html=html, policy=policy)
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield show
    server.shutdown()
    server.server_close()
