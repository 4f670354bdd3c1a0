"""Pictures on cards become files of their contacts, made anew; what is none or is too much is a remark, and the card comes in."""

import base64
import io
import re
import zlib

import pytest
import sqlalchemy as sa
from PIL import Image

from crmlite.contacts.models import Contact
from crmlite.extensions import db
from crmlite.files import File
from crmlite.imports import ahead
from crmlite.imports.reading import limits, stream
from crmlite.pdf import PICTURE_AT_MOST
from crmlite.records import files
from crmlite.records.files import Attachment
from crmlite.records.notes import Note
from tests import oracles
from tests.imports.conftest import Mover
from tests.imports.test_parsers import gather
from tests.imports.test_undo import rest

PLACE = b"taken at 52.1 N 4.3 E"


def picture(kind: str = "JPEG", colour: str = "teal", size: tuple[int, int] = (60, 40)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **({"comment": PLACE} if kind == "JPEG" else {}))
    return out.getvalue()


def text_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def folded(line: str) -> str:
    return "\r\n ".join(re.findall(".{1,74}", line))


def card(name: str, photo: str, version: str = "3.0") -> str:
    return f"BEGIN:VCARD\r\nVERSION:{version}\r\nFN:{name}\r\nEMAIL:{name.split()[0].lower()}@x.example\r\n{photo}\r\nEND:VCARD\r\n"


def bomb() -> bytes:
    """A PNG of a few bytes whose header promises 900 megapixels."""
    head = b"IHDR" + (30_000).to_bytes(4) * 2 + b"\x08\x02\x00\x00\x00"
    whole = picture("PNG")
    return whole[:12] + head + zlib.crc32(head).to_bytes(4) + whole[33:]


def kept(stage) -> dict[str, list[File]]:
    """Files by the name of their contact."""
    found: dict[str, list[File]] = {}
    with stage.app.app_context():
        query = sa.select(Contact.name, File).join(Attachment, Attachment.record_id == Contact.id).join(File)
        query = query.where(Attachment.record_type == "contact", Contact.main_email.like("%@x.example"))
        for name, file in db.session.execute(query.order_by(File.id)):
            found.setdefault(name, []).append(file)
            assert file.is_shown
        db.session.expunge_all()
    return found


def on_disk(stage) -> int:
    return len(list(stage.app.extensions["crmlite.settings"].files_path.glob("??/*")))


GOOD = (
    card("Jane Jpeg", folded(f"PHOTO;ENCODING=b;TYPE=JPEG:{text_of(picture())}"))
    + card("Paul Png", "PHOTO:data:image/png;base64\\," + text_of(picture("PNG")), "4.0")
    + card("Gita Gif", f"item1.PHOTO;GIF;ENCODING=BASE64:\r\n {folded(text_of(picture('GIF')))}\r\n", "2.1")
    + card("Wim Webp", f"PHOTO;BASE64:{text_of(picture('WEBP'))[:40]}\r\n{text_of(picture('WEBP'))[40:]}\r\n", "2.1")
    + card("Odd Padding", "PHOTO;ENCODING=b:" + text_of(picture()).rstrip("="))
    + card("Two Faces", f"PHOTO;ENCODING=b:{text_of(picture())}\r\nPHOTO;ENCODING=b:{text_of(picture(colour='red'))}")
    + card("Rita Remote", "PHOTO;VALUE=uri:https://img.example.com/rita.jpg")
)


def test_pictures_of_all_kinds_and_versions_become_files_made_anew(stage, mover):
    number = mover.begin(GOOD, "people.vcf")
    tried = mover.try_out(number)
    done = mover.run(number)
    assert tried.counts == done.counts
    assert (done.counts["new"], done.counts["pictures"], done.found["photos"]) == (7, 7, 6)
    found = kept(stage)
    assert {name: [(file.name, file.mime) for file in some] for name, some in found.items()} == {
        "Jane Jpeg": [("Jane Jpeg.jpg", "image/jpeg")], "Paul Png": [("Paul Png.png", "image/png")],
        "Gita Gif": [("Gita Gif.png", "image/png")], "Wim Webp": [("Wim Webp.webp", "image/webp")],
        "Odd Padding": [("Odd Padding.jpg", "image/jpeg")], "Two Faces": [("Two Faces.jpg", "image/jpeg")] * 2,
    }  # fmt: skip
    with stage.app.app_context():
        for file in (file for some in found.values() for file in some):
            data = file.read()
            assert data is not None
            assert PLACE not in data
            assert Image.open(io.BytesIO(data)).size == (file.width, file.height) == (60, 40)
        remote = db.session.scalar(sa.select(Note.text).where(Note.text.contains("rita.jpg")))
        assert remote == "Photo: https://img.example.com/rita.jpg"
        assert not db.session.scalar(sa.select(sa.func.count()).where(Note.text.contains(text_of(picture())[:30])))
    assert "Pictures that become files" in mover.client.get(f"/imports/{number}").text
    lies, ids = on_disk(stage), sorted(file.id for some in found.values() for file in some)
    again = mover.move_in(GOOD, "people.vcf")
    assert (again.counts.get("same"), again.counts.get("pictures", 0)) == (7, 0)
    assert sorted(file.id for some in kept(stage).values() for file in some) == ids
    assert on_disk(stage) == lies + 2  # the file and its rows


def test_a_hostile_picture_is_a_remark_and_its_card_comes_in(stage, mover):
    huge = "A" * (limits.PICTURE // 3 * 4 + 400)
    whole = picture(size=(400, 300))
    text = (
        card("Bo Bomb", f"PHOTO;ENCODING=b:{text_of(bomb())}")
        + card("Half Picture", f"PHOTO;ENCODING=b:{text_of(whole[: len(whole) // 2])}")
        + card("No Picture", f"PHOTO;ENCODING=b:{text_of(b'<svg onload=alert(1)>' * 9)}")
        + card("Not Base64", "PHOTO;ENCODING=b:not!base!64")
        + card("Hugh One Line", f"PHOTO:data:image/png;base64,{huge}")
        + card("Fred Folded", "PHOTO;ENCODING=b:" + "\r\n ".join([huge[:800_000]] * 60))
        + card("Sound Asleep", f"SOUND;ENCODING=b:{huge[:12_000_000]}\r\nLOGO;ENCODING=b:{huge}")
        + card("Good Neighbour", f"PHOTO;ENCODING=b:{text_of(picture())}")
    )
    lies = on_disk(stage)
    number = mover.begin(text, "people.vcf")
    mover.work()
    tried, done = mover.try_out(number), mover.run(number)
    unreadable, too_large = [["picture_unreadable", ""]], [["picture_too_large", ""]]
    wanted = {1: too_large, 2: unreadable, 3: unreadable, 4: unreadable, 5: too_large, 6: too_large, 7: [], 8: []}
    assert {row: found.reasons for row, found in done.rows.items()} == wanted
    assert {row: found.reasons for row, found in tried.rows.items()} == wanted
    assert set(done.outcomes.values()) == {"new"}
    assert list(kept(stage)) == ["Good Neighbour"]
    assert on_disk(stage) == lies + 2 + 2  # the file, its rows, the picture with its small one


def test_undo_takes_pictures_along(stage, mover):
    before = rest(stage)
    done = mover.move_in(GOOD, "people.vcf")
    assert before != rest(stage)
    undone = mover.undo(done.id)
    assert undone.undo_counts == {"removed": 7, "restored": 0, "kept": 0}
    assert oracles.differences(before, rest(stage)) == []
    assert not kept(stage)
    with stage.app.app_context():
        assert not db.session.scalars(
            sa.select(File.id).where(File.mime.like("image/%"), File.name == "Jane Jpeg.jpg")
        ).all()
    mover.move_in("Name,E-mail\nJane Jpeg,jane@x.example\nPaul Png,paul@x.example\n")
    with stage.writes("manager") as context:
        jane = db.session.scalars(sa.select(Contact).where(Contact.main_email == "jane@x.example")).one()
        files.attach(jane, File.store(io.BytesIO(b"hers"), "contract.pdf", None), context.user.id)
    done = mover.move_in(GOOD, "people.vcf")
    assert (done.outcomes[1], done.outcomes[2]) == ("changed", "changed")
    with stage.writes("manager"):
        db.session.scalars(sa.select(Contact).where(Contact.main_email == "wim@x.example")).one().change(
            salutation="Dr"
        )
    assert len(kept_names(stage)) == 8
    undone = mover.undo(done.id)
    assert kept_names(stage) == ["Wim Webp.webp", "contract.pdf"]
    assert undone.undo_counts == {"removed": 4, "restored": 2, "kept": 1}


def kept_names(stage) -> list[str]:
    with stage.app.app_context():
        query = sa.select(File.name).join(Attachment).join(Contact, Contact.id == Attachment.record_id)
        query = query.where(Attachment.record_type == "contact", Contact.main_email.like("%@x.example"))
        return sorted(db.session.scalars(query))


def test_without_the_renderer_a_run_stops_and_is_resumed(own_stage, renderer):
    mover = Mover(own_stage)
    number = mover.begin(GOOD, "people.vcf")
    socket = own_stage.app.extensions["crmlite.settings"].instance / "renderer.sock"
    target = socket.readlink() if socket.is_symlink() else None
    socket.unlink()
    assert mover.try_out(number).outcomes == dict.fromkeys(range(1, 8), "new")
    lies = on_disk(own_stage)
    stopped = mover.run(number)
    assert (stopped.state, stopped.problem, stopped.counts.get("new", 0)) == ("stopped", "renderer", 0)
    assert on_disk(own_stage) == lies
    assert target is None or not socket.exists()
    renderer.serve(own_stage.app)
    done = mover.run(number)
    assert (done.state, done.counts["new"], done.counts["pictures"]) == ("done", 7, 7)


def test_a_batch_with_many_pictures_is_cut_short(stage, mover, monkeypatch):
    """However many there are, few are made anew before what was done is saved; and none is in memory with the rows."""
    read: list[int] = []

    def reads(path, begin, at_most, most):
        rows, end = stream.read(path, begin, at_most, most)
        read.append(len(rows))
        return rows, end

    monkeypatch.setattr(ahead, "PICTURES", 3)
    monkeypatch.setattr(ahead, "stream", type("Cut", (), {"read": staticmethod(reads)}))
    number = mover.begin(GOOD, "people.vcf")
    mover.try_out(number)
    read.clear()
    assert mover.run(number).counts["pictures"] == 7
    assert [count for count in read if count] == [3, 3, 1]


def test_rows_and_their_pictures_are_found_again(tmp_path):
    found, _rows = gather(tmp_path, GOOD)
    rows, end = stream.read(tmp_path / "target", 0, 100)
    assert (found["photos"], len(rows), end) == (6, 7, (tmp_path / "target").stat().st_size)
    spots = [spot for row in rows for spot in row.pictures]
    taken = [stream.picture(tmp_path / "target", spot) for spot in spots if isinstance(spot, stream.Spot)]
    assert taken[:3] == [picture(), picture("PNG"), picture("GIF")]
    assert (taken[3], taken[5:]) == (picture("WEBP"), [picture(), picture(colour="red")])
    assert limits.PICTURE == PICTURE_AT_MOST


@pytest.mark.parametrize("nested", ["PHOTO;ENCODING=BASE64:", "LOGO;BASE64:"])
def test_an_assistants_picture_lands_in_no_note(tmp_path, nested):
    agent = f"AGENT:\r\nBEGIN:VCARD\r\nFN:Sue\r\n{nested}\r\n {text_of(picture())}\r\n\r\nTEL:1\r\nEND:VCARD"
    found, rows = gather(tmp_path, card("Hugo Helped", agent, "2.1"))
    told = dict(zip(found["headers"], rows[1], strict=True))["Agent"]
    assert told.split("\n") == ["FN:Sue", "", "TEL:1"]
