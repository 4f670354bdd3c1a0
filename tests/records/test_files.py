"""What is attached to records: pictures are made anew, nothing else is ever shown, and what a name says harms nobody."""

import io
import json
import os
import re
import stat
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from crmlite import files, pdf
from crmlite.extensions import db, utcnow, writer_lock, writing
from crmlite.files import File
from crmlite.records import types
from crmlite.records.files import Attachment
from tests.auth.test_logo import picture
from tests.cast import TYPES, Stage
from tests.pdf.bombs import png
from tests.records.purging import forget

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
ON_DISK = re.compile(r"[0-9a-f]{2}/[0-9a-f]{62}")
PLACE = b"52.0907N-5.1214E-the-garden-of-anna"


def url_of(stage: Stage, kind: str = "contact") -> str:
    return f"/records/{kind}/{stage.ids[f'seller.{kind}']}/files"


def send(stage: Stage, *sent: tuple[bytes, str], kind: str = "contact", actor: str = "seller", **more):
    data = {"file": [(io.BytesIO(content), name) for content, name in sent]}
    return stage.client(actor).post(url_of(stage, kind), data=data, **more)


def newest(stage: Stage, how_many: int = 1) -> list[Attachment]:
    with stage.app.app_context():
        query = sa.select(Attachment).options(sa.orm.joinedload(Attachment.file)).order_by(Attachment.id.desc())
        return list(db.session.scalars(query.limit(how_many)))[::-1]


def on_disk(stage: Stage) -> dict[str, bytes]:
    folder = stage.app.extensions["crmlite.settings"].files_path
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def toast_of(answer) -> dict[str, str]:
    return json.loads(answer.headers["HX-Trigger"])["toast"]


def from_a_phone(size=(300, 100)) -> bytes:
    """A photograph that lies on its side and says where it was taken."""
    image, exif = Image.new("RGB", size, "teal"), Image.Exif()
    exif[0x0112] = 6  # has to be turned
    exif[0x010E] = PLACE.decode()
    exif.get_ifd(0x8825)[29] = PLACE.decode()
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, comment=PLACE)
    return out.getvalue()


@pytest.mark.parametrize("kind", TYPES)
def test_every_kind_of_record_takes_files_and_has_a_head_on_paper(stage, kind):
    """A new kind of record takes both over with two lines: see a sibling's show.html."""
    page = stage.client("manager").get(types.known(kind).url_of(stage.ids[f"seller.{kind}"])).text
    for part in ('id="drop"', 'id="lightbox"', "/static/js/files.js?", 'class="cx-print-head"', "cx-ibtn cx-print"):
        assert part in page, part


# --- pictures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", TYPES)
def test_a_photograph_is_shown_without_where_it_was_taken(stage, kind):
    actor, sent = "manager" if kind == "product" else "seller", from_a_phone()
    assert PLACE in sent
    assert send(stage, (sent, "garden.jpg"), kind=kind, actor=actor).status_code == 303
    (attachment,) = newest(stage)
    client = stage.client(actor)
    shown, small = (client.get(f"/files/{attachment.id}/{part}") for part in ("picture", "thumbnail"))
    assert (shown.mimetype, small.mimetype) == ("image/jpeg", "image/webp")
    assert Image.open(io.BytesIO(shown.data)).size == (attachment.file.width, attachment.file.height) == (100, 300)
    assert Image.open(io.BytesIO(small.data)).size == (100, 300)
    assert not Image.open(io.BytesIO(shown.data)).getexif()
    assert [path for path, content in on_disk(stage).items() if PLACE in content] == []
    page = client.get(f"/records/{kind}/{stage.ids[f'seller.{kind}']}/around").text
    assert f'src="/files/{attachment.id}/thumbnail"' in page


def test_the_search_for_places_would_find_one(stage):
    """The control: what is no picture is kept as it came."""
    send(stage, (b"notes: " + PLACE, "notes.txt"))
    assert [content for content in on_disk(stage).values() if PLACE in content] == [b"notes: " + PLACE]


@pytest.mark.parametrize(
    ("content", "name", "mime", "stored"),
    [
        (picture("JPEG"), "a.jpeg", "image/jpeg", "a.jpeg"),
        (picture("JPEG", mode="CMYK"), "a.jpg", "image/jpeg", "a.jpg"),
        (picture("PNG", mode="RGBA"), "a.PNG", "image/png", "a.PNG"),
        (picture("WEBP"), "a.webp", "image/webp", "a.webp"),
        (picture("GIF", mode="P"), "a.gif", "image/png", "a.png"),
        (picture("PNG"), "page.html", "image/png", "page.html.png"),
        (picture("PNG"), "", "image/png", None),
        (picture("JPEG") + b"<script>alert(1)</script>", "x.js", "image/jpeg", "x.js.jpg"),
    ],
    ids=["jpeg", "cmyk", "png", "webp", "gif", "called a page", "without a name", "with a script behind"],
)
def test_what_a_picture_becomes(stage, content, name, mime, stored):
    answer = send(stage, (content, name))
    if stored is None:
        assert answer.status_code == 400, "a browser sends a name with every file"
        return
    file = newest(stage)[0].file
    assert (file.mime, file.name, file.is_shown) == (mime, stored, True)
    kept = on_disk(stage)
    assert all(b"<script>" not in kept[path] for path in (file.path, file.thumbnail))


def test_several_pictures_in_one_file_are_the_first(stage):
    """What some phones take: a JPEG with a second picture behind the first."""
    out = io.BytesIO()
    first, second = Image.new("RGB", (60, 40), "red"), Image.new("RGB", (60, 40), "blue")
    first.save(out, "MPO", save_all=True, append_images=[second])
    send(stage, (out.getvalue(), "phone.jpg"))
    attachment = newest(stage)[0]
    shown = Image.open(io.BytesIO(stage.client("seller").get(f"/files/{attachment.id}/picture").data))
    assert (shown.format, attachment.file.name) == ("JPEG", "phone.jpg")
    red, green, blue = shown.getpixel((30, 20))
    assert red > 200 > 60 > max(green, blue)


def test_colours_look_the_same_without_their_profile(stage):
    """A profile that swaps nothing is applied and left out; a broken one is left out."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for icc in (profile, b"no profile at all"):
        out = io.BytesIO()
        Image.new("RGB", (40, 40), (200, 100, 50)).save(out, "PNG", icc_profile=icc)
        send(stage, (out.getvalue(), "c.png"))
        attachment = newest(stage)[0]
        shown = Image.open(io.BytesIO(stage.client("seller").get(f"/files/{attachment.id}/picture").data))
        assert "icc_profile" not in shown.info
        assert max(abs(a - b) for a, b in zip(shown.getpixel((9, 9)), (200, 100, 50), strict=True)) <= 2


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (png(5001), "This picture is too large."),
        (picture("JPEG")[:200], "This is no picture that can be read."),
        (b"\xff\xd8\xff" + bytes(16_000_001), "This picture is too large."),
        (b"", "This file is empty."),
    ],
    ids=["25.01 megapixels", "half a picture", "16 MB", "empty"],
)
def test_what_cannot_be_a_picture_is_refused_and_nothing_stays(stage, content, sentence):
    before = on_disk(stage)
    answer = send(stage, (content, "x.jpg"), headers=HTMX)
    assert answer.status_code == 422
    assert sentence in toast_of(answer)["message"]
    assert on_disk(stage) == before
    assert sentence in send(stage, (content, "x.jpg")).text, "without script"


def test_twenty_five_megapixels_are_taken(stage):
    assert send(stage, (png(5000), "large.png")).status_code == 303
    assert (newest(stage)[0].file.width, newest(stage)[0].file.height) == (5000, 5000)


def test_of_several_each_is_judged_by_itself_and_one_undo_takes_all_back(stage):
    count = len(newest(stage, 1000))
    answer = send(
        stage, (b"words", "a.txt"), (picture()[:60], "b.png"), (b"", "c\u202e.txt"), (picture(), "d.png"), headers=HTMX
    )
    said = toast_of(answer)
    assert answer.status_code == 204
    assert said["message"].startswith("2 files attached. b.png: This is no picture")
    assert "c.txt: This file is empty." in said["message"]
    assert [attachment.file.name for attachment in newest(stage, 2)] == ["a.txt", "d.png"]
    assert stage.client("seller").post(said["undo"], headers=HTMX).status_code == 204
    assert len(newest(stage, 1000)) == count


def test_without_a_renderer_files_are_taken_and_pictures_wait(own_stage, monkeypatch):
    monkeypatch.setattr(pdf, "_START_WITHIN", 0.1)
    (own_stage.app.extensions["crmlite.settings"].instance / "renderer.sock").unlink()
    answer = send(own_stage, (picture(), "a.png"), (b"words", "b.txt"), headers=HTMX)
    assert "1 file attached. a.png: Pictures cannot be taken at the moment" in toast_of(answer)["message"]


# --- what is shown ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["picture", "thumbnail"])
def test_only_what_the_renderer_made_is_shown(stage, part):
    with stage.writes("seller"):  # as before pictures were made anew: the kind is what somebody said it is
        attachment = db.session.get(Attachment, stage.ids["seller.contact.attachment"])
        attachment.file.mime = "image/png"
    assert stage.client("seller").get(f"/files/{stage.ids['seller.contact.attachment']}/{part}").status_code == 404
    send(stage, (picture(), "a.png"))
    number = newest(stage)[0].id
    with stage.writes("seller"):  # the control: else it would have been the kind that decides
        db.session.get(Attachment, number).file.mime = "text/html"
    assert stage.client("seller").get(f"/files/{number}/{part}").status_code == 404


@pytest.mark.parametrize("part", ["", "/picture", "/thumbnail"])
def test_headers_let_nothing_run_and_strangers_see_nothing(stage, part):
    send(stage, (picture(), "a.png"))
    number = newest(stage)[0].id
    answer = stage.client("seller").get(f"/files/{number}{part}")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers.get("Content-Disposition", "").startswith("attachment") == (part == "")
    assert stage.client("rival").get(f"/files/{number}{part}").status_code == 404
    assert stage.client().get(f"/files/{number}{part}").status_code == 302


def test_a_file_that_is_missing_is_said_to_be(stage):
    send(stage, (picture(), "a.png"))
    attachment = newest(stage)[0]
    folder = stage.app.extensions["crmlite.settings"].files_path
    (folder / attachment.file.thumbnail).unlink()
    whole = stage.client("seller").get(f"/files/{attachment.id}/thumbnail")
    assert (whole.status_code, whole.mimetype) == (200, "image/png"), "a small one that is lost"
    (folder / attachment.file.path).unlink()
    for part in ("", "/picture", "/thumbnail"):
        answer = stage.client("seller").get(f"/files/{attachment.id}{part}")
        assert (answer.status_code, "missing on the server" in answer.text) == (404, True)


# --- names (T7) -------------------------------------------------------------------------------------------------------

NASTY = st.sampled_from(
    ["..", "../../etc/passwd", "..\\..\\x", "a\0b", "\u202egpj.exe", "\u200b.htaccess", "CON", "C:\\x", "x" * 4096, " ",
     ".", "\u2025/x", "\uff0e\uff0e\uff0fx", "a/" * 500, "<img src=x>", "%00", "\ufeff"]
)  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(name=st.one_of(st.text(max_size=300), st.builds("".join, st.lists(NASTY, min_size=1, max_size=3))))
def test_no_name_reaches_the_disk(stage, name):
    with stage.app.app_context():
        file = File.write(io.BytesIO(b"x"), name, "text/plain")
        folder = Path(stage.app.extensions["crmlite.settings"].files_path)
        assert ON_DISK.fullmatch(file.path)
        assert file.location.resolve().is_relative_to(folder.resolve())
        assert stat.S_IMODE(file.location.stat().st_mode) == 0o600
        assert 1 <= len(file.name) <= 120
        assert not re.search(r"[\x00-\x1f\x7f/\\\u202a-\u202e\u2066-\u2069\u200b\ufeff]", file.name)
        file.location.unlink()


def test_all_that_was_written_is_called_like_that(stage):
    """The control: also what came by a form, and the small pictures."""
    send(stage, (picture(), "../../a.png"), (b"x", "..\\b.txt"))
    found = on_disk(stage)
    assert len(found) > 3
    assert [path for path in found if not ON_DISK.fullmatch(path)] == []


# --- how it is written ------------------------------------------------------------------------------------------------


class Slow(io.BytesIO):
    """A body that comes slowly; it looks whether the write lock is held meanwhile."""

    def __init__(self, content: bytes, is_held) -> None:
        super().__init__(content)
        self._is_held, self.seen = is_held, []

    def readinto(self, buffer):
        self.seen.append(self._is_held())
        return super().readinto(buffer)


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("part", ["files", "notes"])
def test_nobody_waits_while_a_file_comes_in(stage, part):
    """A note is the control: its form is read while the session writes."""
    content = b"--x\r\nContent-Disposition: form-data; name=%s\r\n\r\n%s\r\n--x--\r\n"
    content %= (b'"file"; filename="a.bin"', bytes(200_000)) if part == "files" else (b'"text"', b"Called back")
    with stage.app.app_context():
        body = Slow(content, writer_lock().is_held)
    answer = stage.client("seller").post(
        url_of(stage).replace("files", part),
        input_stream=body,
        content_length=len(content),
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.status_code == 303
    assert any(body.seen) == (part == "notes")


def test_small_pictures_stay_as_long_as_their_picture(stage):
    send(stage, (picture(), "a.png"))
    attachment = newest(stage)[0]
    both = {attachment.file.path, attachment.file.thumbnail}
    folder = stage.app.extensions["crmlite.settings"].files_path
    for path in both:
        os.utime(folder / path, (0, 0))
    with stage.app.app_context():
        files.sweep()
    assert both <= set(on_disk(stage))
    assert stage.client("seller").post(f"{url_of(stage)}/{attachment.id}/remove").status_code == 303
    with stage.app.app_context():
        writing()
        assert forget("files", utcnow() + timedelta(days=31)) == 1
        db.session.commit()
        files.sweep()
    assert not both & set(on_disk(stage))


def test_what_is_undone_and_done_again_is_shown_again(stage):
    undo = toast_of(send(stage, (picture(), "a.png"), headers=HTMX))["undo"]
    number = newest(stage)[0].id
    redo = toast_of(stage.client("seller").post(undo, headers=HTMX))["undo"]
    assert stage.client("seller").get(f"/files/{number}/picture").status_code == 404
    stage.client("seller").post(redo, headers=HTMX)
    assert stage.client("seller").get(f"/files/{number}/picture").status_code == 200
    assert stage.client("seller").get(f"/files/{number}/thumbnail").status_code == 200
