"""Files made to run (T6): uploaded, then loaded in every way a page can load something. Nothing runs; the controls do."""

import http.server
import io
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Site, settled
from tests.browser.test_files import drag, names, open_record

RUNS = "document.title='ran';try{parent.document.title='ran';top.document.title='ran'}catch(e){}"


def _polyglot() -> bytes:
    """A GIF that is a script too: its first bytes are a name that a value is given to."""
    out = io.BytesIO()
    Image.new("P", (8, 8)).save(out, "GIF")
    return b"GIF89a=1;" + RUNS.encode() + b"//" + out.getvalue()[9:]


HOSTILE = {
    "evil.js": RUNS.encode(),
    "evil.html": f"<!doctype html><title>x</title><script>{RUNS}</script><img src=x onerror=\"{RUNS}\">".encode(),
    "evil.svg": f'<svg xmlns="http://www.w3.org/2000/svg" onload="{RUNS}"><script>{RUNS}</script></svg>'.encode(),
    "evil.xml": (
        '<?xml version="1.0"?><x xmlns:h="http://www.w3.org/1999/xhtml">'
        f"<h:script>{RUNS}</h:script></x>"
    ).encode(),
    "evil.xhtml": f'<html xmlns="http://www.w3.org/1999/xhtml"><head><script>{RUNS}</script></head></html>'.encode(),
    "evil.pdf": (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    ),
    "evil.css": b"body{display:none!important}",
}  # fmt: skip
NAIVE = {
    "js": "text/javascript", "html": "text/html", "svg": "image/svg+xml", "xml": "application/xml",
    "xhtml": "application/xhtml+xml", "pdf": "application/pdf", "css": "text/css", "gif": "text/javascript",
}  # fmt: skip

LOAD = """async ([urls, most]) => {
    const done = [];
    const put = (tag, set) => {
        const element = document.createElement(tag);
        done.push(new Promise((end) => { element.onload = element.onerror = end; setTimeout(end, most); }));
        Object.assign(element, set);
        document.body.append(element);
    };
    for (const url of urls) {
        put('script', { src: url });
        put('script', { src: url, type: 'module' });
        put('link', { rel: 'stylesheet', href: url });
        put('iframe', { src: url });
        put('object', { data: url });
        put('embed', { src: url });
        put('img', { src: url });
        done.push(import(url).catch(() => {}));
        try { done.push(navigator.serviceWorker.register(url).catch(() => {})); } catch {}
        try { new Worker(url).onerror = () => {}; } catch {}
    }
    const until = Date.now() + most;
    const hasRun = () => document.title === 'ran' || getComputedStyle(document.body).display === 'none';
    const effect = async () => { while (!hasRun() && Date.now() < until) await new Promise((end) => setTimeout(end, 50)); };
    await Promise.race([Promise.all(done), effect()]);
    return hasRun();
}"""


def has_run(page: Page, *urls: str, within: int = 2500) -> bool:
    """Whether anything of them took effect, loaded by this page in each way. What is a download never says that it is loaded."""
    return page.evaluate(LOAD, [urls, within])


def goes_to(page: Page, url: str) -> bool:
    """The same at the top of a window of its own; a download leaves that where it is."""
    other = page.context.new_page()
    try:
        other.goto(url, wait_until="load")
        other.wait_for_timeout(200)
    except Exception as error:
        assert "Download is starting" in str(error) or "ERR_ABORTED" in str(error)  # noqa: PT017 - either is fine
    ran = other.title() == "ran"
    other.close()
    return ran


def test_nothing_that_is_uploaded_runs(site: Site, tmp_path):
    for name, content in HOSTILE.items():
        (tmp_path / name).write_bytes(content)
    with site.visit("admin") as page:
        open_record(page, "leads")
        drag(page, *(str(tmp_path / name) for name in HOSTILE))
        page.wait_for_function(f"() => document.querySelectorAll('.cx-files li').length >= {len(HOSTILE)}")
        settled(page)
        for name in HOSTILE:
            address = names(page).filter(has_text=re.compile(f"^{re.escape(name)}$")).first.get_attribute("href")
            urls = (address, f"{address}/picture", f"{address}/thumbnail")
            assert not has_run(page, *urls), name
            for url in urls:
                assert not goes_to(page, url), (name, url)
        assert site.complaints, "the policy refused most of it"
        site.complaints.clear()


def test_a_picture_that_is_a_script_too_is_a_picture_afterwards(site: Site, tmp_path):
    (tmp_path / "both.gif").write_bytes(_polyglot())
    with site.visit("admin") as page:
        open_record(page, "orders")
        before = names(page).count()
        drag(page, str(tmp_path / "both.gif"))
        page.wait_for_function(
            "() => document.querySelector('#uploads .cx-toast-bad, #uploads [data-undo]:not([hidden])')"
        )
        settled(page)
        if names(page).count() == before:  # not even readable as a picture: then it is refused
            return
        address = names(page).first.get_attribute("href")
        assert not has_run(page, f"{address}/picture")
        assert RUNS.encode() not in page.request.get(f"{address}/picture").body()
        site.complaints.clear()


class _Naive(http.server.BaseHTTPRequestHandler):
    """A server as they used to be: a file is what it is called."""

    def do_GET(self) -> None:
        name = Path(self.path).name
        content = _polyglot() if name == "both.gif" else HOSTILE.get(name, b"<!doctype html><title>page</title><body>")
        self.send_response(200)
        self.send_header("Content-Type", NAIVE.get(name.rpartition(".")[2], "text/html"))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_words: object) -> None:
        pass


@pytest.fixture
def naive() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Naive)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("name", [name for name in HOSTILE if name != "evil.pdf"] + ["both.gif"])
def test_they_all_run_where_nobody_takes_care(browser: Browser, naive, name):
    """The control: the same files, the same ways, without our headers. (What a PDF's script does no page can see.)"""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{naive}/page")
        assert has_run(page, f"{naive}/{name}", within=15_000) or goes_to(page, f"{naive}/{name}")
