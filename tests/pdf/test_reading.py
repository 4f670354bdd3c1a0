"""What a document may read: the files that came with it, and nothing else, however it asks (control: WeasyPrint's own fetcher)."""

import http.server
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from crmlite import pdf
from tests.pdf.test_render import streams, tool
from tests.routes import PNG

SECRET = "pa55word-of-this-server"
ROOT = Path(__file__).parent.parent.parent


class Hits(http.server.ThreadingHTTPServer):
    """A server on this machine that must not be asked for anything; /away sends on to another of its pages."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.paths: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Hits

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        self.send_response(302 if self.path == "/away" else 200)
        self.send_header("Location", "/arrived")
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        pass


@pytest.fixture
def hits():
    server = Hits()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def hostile(hits, tmp_path):
    """A document that asks for a file of this machine and for that server in each way that HTML, CSS and SVG have."""
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    page = (Path(__file__).parent / "hostile.html").read_text("utf-8")
    return page.replace("HTTP", hits.url).replace("FILE", secret.as_uri()).replace("PATH", str(secret))


def words_of(data: bytes) -> bytes:
    """Everything in a PDF that could hold a secret: its text, and whatever is packed into it."""
    return tool("pdftotext", data).encode() + b"".join(streams(data))


def test_a_hostile_document_reads_nothing(app, hits, hostile):
    data = pdf.render(hostile, {"logo.png": PNG})
    assert hits.paths == []
    assert SECRET.encode() not in words_of(data)
    assert "still here" in tool("pdftotext", data)


def test_the_same_document_leaks_with_the_fetcher_of_weasyprint(hits, hostile):
    """The control: else the test above might look for the wrong thing."""
    code = "import sys, weasyprint; sys.stdout.buffer.write(weasyprint.HTML(string=sys.stdin.read()).write_pdf())"
    said = subprocess.run([sys.executable, "-c", code], input=hostile.encode(), capture_output=True, cwd=ROOT)
    assert SECRET.encode() in words_of(said.stdout)
    assert "/arrived" in hits.paths
    assert len(set(hits.paths)) >= 12, sorted(set(hits.paths))


@pytest.mark.parametrize(
    "url",
    ["crmlite:other.png", "crmlite:../logo.png", "CRMLITE:logo.png", "crmlite://logo.png", "logo.png", "file:logo.png"],
)
def test_only_the_exact_name_of_a_file_that_came_along_is_read(app, url):
    data = pdf.render(f'<p>x<img src="{url}" alt="">', {"logo.png": PNG})
    assert b"/Image" not in data


def test_a_file_that_came_along_is_read(app):
    assert b"/Image" in pdf.render('<p>x<img src="crmlite:logo.png" alt="">', {"logo.png": PNG})


def test_what_was_refused_is_in_the_log(app, caplog, monkeypatch):
    import logging

    monkeypatch.setattr(logging.getLogger("crmlite"), "propagate", True)
    pdf.render('<p>x<img src="file:///etc/passwd" alt="">')
    assert "pdf.refused ['file:///etc/passwd']" in caplog.text


@pytest.mark.parametrize("name", ["", "../x", "a/b", "A.png", "a b", "http:x", ".x"])
def test_names_of_files_are_plain(app, name):
    with pytest.raises(ValueError):
        pdf.render("<p>x", {name: b""})
