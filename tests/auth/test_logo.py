"""The organisation's logo: made anew from its pixels, on the page and on papers, and given back by undo."""

import re
from io import BytesIO

import pytest
import sqlalchemy as sa
from PIL import Image, PngImagePlugin

from crmlite import pdf
from crmlite.auth import papers
from crmlite.auth.models import Organisation
from crmlite.files import File
from tests.pdf.bombs import png
from tests.pdf.test_render import tool

URL = "/auth/organisation/logo"


@pytest.fixture
def admin(app, renderer, sign_in):
    renderer.serve(app)
    return sign_in("admin")


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 100), mode: str = "RGB", **options) -> bytes:
    out = BytesIO()
    Image.new(mode, size, "teal" if mode in {"RGB", "RGBA"} else None).save(out, kind, **options)
    return out.getvalue()


def send(client, data: bytes, name: str = "logo.png"):
    return client.post(URL, data={"logo": (BytesIO(data), name)})


def undo(client):
    """What the last toast on the page offers."""
    page = client.get("/auth/organisation").text
    return client.post(re.findall(r'action="(/records/undo/\d+)"', page)[-1])


def test_it_is_shown_and_stands_on_papers(app, admin):
    assert send(admin, picture()).status_code == 303
    page = admin.get("/auth/organisation").text
    assert 'class="cx-firm-logo" src="/auth/organisation/logo?' in page
    shown = admin.get(URL)
    assert (shown.status_code, shown.mimetype) == (200, "image/png")
    assert shown.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert Image.open(BytesIO(shown.data)).size == (300, 100)
    with app.test_request_context():
        html, files = papers.compose("pdf/_paper.html", "en")
        assert files == {"logo.png": shown.data}
        assert "image" in tool("pdfimages", pdf.render(html, files), "-list")


def test_it_is_replaced_removed_and_both_are_undone(admin, ask):
    send(admin, picture())
    send(admin, picture(size=(50, 50)))
    assert Image.open(BytesIO(admin.get(URL).data)).size == (50, 50)
    undo(admin)
    assert Image.open(BytesIO(admin.get(URL).data)).size == (300, 100)
    assert admin.post(f"{URL}/remove").status_code == 303
    undo(admin)
    assert admin.get(URL).status_code == 200
    assert ask(sa.select(File.detached_at).join(Organisation, Organisation.logo_id == File.id)) == [(None,)]


def test_without_one_papers_carry_the_name(app, admin):
    send(admin, picture())
    admin.post(f"{URL}/remove")
    assert admin.get(URL).status_code == 404
    with app.test_request_context():
        assert papers.compose("pdf/_paper.html", "en")[1] == {}


def test_nothing_of_the_file_but_its_pixels_is_kept(admin, ask):
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "secret-of-the-camera")
    sent = picture(pnginfo=notes) + b"<script>appended</script>"
    send(admin, sent)
    kept = admin.get(URL).data
    assert b"secret-of-the-camera" in sent
    assert b"secret-of-the-camera" not in kept
    assert b"appended" not in kept


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), ("JPEG", "CMYK"), ("WEBP", "RGBA"), ("GIF", "P"), ("PNG", "I;16"), ("PNG", "1")]
)
def test_usual_pictures_are_taken(admin, kind, mode):
    assert send(admin, picture(kind, mode=mode), "picture").status_code == 303
    assert Image.open(BytesIO(admin.get(URL).data)).mode in {"RGB", "RGBA"}


def test_a_transparent_ground_stays_transparent(admin):
    out = BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    send(admin, out.getvalue())
    assert Image.open(BytesIO(admin.get(URL).data)).getpixel((0, 0))[3] == 0


def test_a_large_one_is_made_smaller(admin):
    send(admin, picture(size=(4000, 1000)))
    assert Image.open(BytesIO(admin.get(URL).data)).size == (1200, 300)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This is no picture that can be read."),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "This is no picture that can be read."),
        (picture()[:60], "This is no picture that can be read."),
        (b"words", "This is no picture that can be read."),
        (png(5001), "This picture is too large."),
        (bytes(16_000_001), "This picture is too large."),
    ],
    ids=["svg", "eps", "half a png", "words", "25.01 megapixels", "16 MB"],
)
def test_what_is_no_picture_is_refused_with_a_sentence(admin, ask, data, sentence):
    answer = send(admin, data)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert ask(sa.select(File.id)) == []


def test_without_a_choice_one_is_asked_to_choose(admin):
    for data in ({}, {"logo": (BytesIO(b""), "")}, {"logo": "text"}):
        answer = admin.post(URL, data=data)
        assert answer.status_code == 422
        assert "Choose a picture first." in answer.text


def test_without_a_renderer_nothing_is_lost(app, sign_in, monkeypatch):
    monkeypatch.setattr(pdf, "_START_WITHIN", 0.1)
    answer = send(sign_in("admin"), picture())
    assert answer.status_code == 422
    assert "the renderer does not run" in answer.text


def test_sellers_may_not(app, renderer, sign_in):
    renderer.serve(app)
    client = sign_in("seller")
    assert [send(client, picture()).status_code, client.get(URL).status_code] == [403, 403]
